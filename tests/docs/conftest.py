"""A desk to follow the documentation's pages at."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import motionbench as package
from tests.commands.conftest import Command, motionbench
from tests.docs.not_run import NOT_RUN
from tests.docs.pages import blocks, commands, words_of

__all__ = ["desk", "motionbench"]

PLUGIN = "motionbench_my_method"


class Desk:
    """An empty folder, in which commands are typed.

    ``motionbench`` is called in this process, which spares its start; all else by bash.
    """

    def __init__(self, folder: Path, call: Command) -> None:
        self.folder = folder
        self._call = call

    def run(self, command: str) -> str:
        """Standard output of a command, which must succeed."""
        name, *words = words_of(command)
        if name == "motionbench":
            result = self._call(*words)
            assert result.code == 0, f"{command}\n{result.out}{result.err}"
            return result.out
        done = subprocess.run(["bash", "-ec", command], capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        importlib.invalidate_caches()
        return done.stdout

    def walk(self, page: Path) -> None:
        """Write the page's files, and run its commands in order."""
        for block in blocks(page):
            if block.file:
                (self.folder / block.file).parent.mkdir(exist_ok=True)
                (self.folder / block.file).write_text(block.text, encoding="utf-8")
        for command in commands(page):
            if command not in NOT_RUN:
                self.run(command)


@pytest.fixture
def desk(
    motionbench: Command,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    """This Python as `python3`, and an offline `pip` that installs into a folder on the path."""
    tools, site = tmp_path_factory.mktemp("tools"), tmp_path_factory.mktemp("site")
    pip = "-m pip install --quiet --disable-pip-version-check --no-index --no-deps"
    executable(tools / "python3", f'exec {sys.executable} "$@"')
    executable(
        tools / "pip", f'exec {sys.executable} {pip} --no-build-isolation --target {site} "$2"'
    )
    path = [str(site), str(Path(package.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", ":".join(filter(None, path)))
    monkeypatch.syspath_prepend(str(site))
    yield Desk(tmp_path, motionbench)
    for name in [name for name in sys.modules if name.split(".")[0] == PLUGIN]:
        del sys.modules[name]


def executable(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
