"""Whether a program takes a command's arguments, without running it."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer

from tests.docs.pages import ROOT, words_of

OWN = ("motionbench", "baselines", "effivmt_adapter")


def problem(command: str, *, whole: bool = True) -> str | None:
    """What is wrong with a command; None if nothing is, or its program is not ours.

    Args:
        command: One line, without its comment.
        whole: Whether nothing may be left out; a sentence may name a command without its arguments.
    """
    name, *rest = words_of(command)
    if name in {"motionbench", "effivmt"}:
        return _command_line_problem(_app(name), name, rest, whole)
    if name == "make":
        return None if all(_is_target(word) for word in rest) else "no such target"
    if name in {"python", "python3"}:
        return _script_problem(rest)
    return None


def _app(name: str) -> Any:
    """The parser that typer makes of a command line."""
    if name == "motionbench":
        from motionbench.cli import app
    else:
        from effivmt_adapter.cli import app
    return typer.main.get_command(app)


def _command_line_problem(command: Any, name: str, words: list[str], whole: bool) -> str | None:
    while hasattr(command, "commands"):
        if not words or words[0] in {"-h", "--help"}:
            return "no sub-command" if whole and not words else None
        name, *words = words
        if name not in command.commands:
            return f"no command {name!r}"
        command = command.commands[name]
    try:
        command.make_context(name, words)
    except Exception as error:  # typer brings its own copy of click's exceptions.
        if not whole and type(error).__name__ in {"MissingParameter", "BadOptionUsage"}:
            return None
        return f"{type(error).__name__}: {error}"
    return None


def _is_target(word: str) -> bool:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return re.search(rf"^{re.escape(word)}:", makefile, re.M) is not None


def _script_problem(words: list[str]) -> str | None:
    """For our modules and scripts, which read their options by ``argparse``."""
    if words[0] == "-m" and words[1].split(".")[0] not in OWN:
        return None
    path, options = (
        (_module(words[1]), words[2:]) if words[0] == "-m" else (ROOT / words[0], words[1:])
    )
    if not words[0].startswith(("-m", "benchmarks/")):
        return None
    if path is None or not path.is_file():
        return f"no file {path}"
    source = path.read_text(encoding="utf-8")
    unknown = [word for word in options if word.startswith("--") and f'"{word}"' not in source]
    return f"no option {', '.join(unknown)}" if unknown else None


def _module(name: str) -> Path | None:
    spec = find_spec(name)
    return None if spec is None or spec.origin is None else Path(spec.origin)
