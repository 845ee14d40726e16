# Two commands on a bare machine (Python 3.10 or newer and pip): `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help demo test test-browser check clean

help:
	@echo "make demo   install, evaluate EffiVMT beside controls on four cases, print the board"
	@echo "make test   install, lint, type-check, run all tests"
	@echo "make test-browser  install playwright, open the pages in the chromium that is here"
	@echo "make check  format and lint, types, architecture tests: quick, before each commit"
	@echo "make clean  remove the virtual environment and caches"

$(VENV)/installed: pyproject.toml
	@echo "==> creating $(VENV) and installing MotionBench (torch is large: this takes minutes)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@echo "==> installing what the tests need"
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@

# A case of each category; without --limit it is all 52.
DEMO := --suite scenes --limit 4 --ruler embedded --offline

demo: $(VENV)/installed
	@for method in copy still other_case backbone effivmt; do \
		echo "==> motionbench eval --method $$method $(DEMO)"; \
		$(BIN)/motionbench eval --method $$method $(DEMO) || exit $$?; \
	done
	@echo "==> motionbench leaderboard runs"
	@$(BIN)/motionbench leaderboard runs

check: $(VENV)/installed-dev
	@echo "==> ruff, mypy, architecture"
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/architecture

test: check
	@echo "==> pytest"
	$(BIN)/python -m pytest -n 2

test-browser: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --editable ".[browser]"
	$(BIN)/python -m pytest -rs tests/browser

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
