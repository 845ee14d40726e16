"""The walk-through of adding a method, walked through."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import motionbench

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "add-a-method.md"


class Block(NamedTuple):
    """A fenced block: its language, the file it shows (or nothing), its text."""

    language: str
    file: str
    text: str


def blocks() -> list[Block]:
    found = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", DOCUMENT.read_text(), re.M | re.S)
    return [Block(*groups) for groups in found]


def executable(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def environment(folder: Path) -> dict[str, str]:
    """This Python as `python3`, `motionbench` and an offline `pip` that installs into a folder."""
    site = folder / "site"
    tools = folder / "bin"
    python = sys.executable
    pip = "-m pip install --quiet --disable-pip-version-check --no-index --no-deps"
    executable(tools / "python3", f'exec {python} "$@"')
    start = "from motionbench.cli import main; main()"
    executable(tools / "motionbench", f'exec {python} -c "{start}" "$@"')
    executable(tools / "pip", f'exec {python} {pip} --no-build-isolation --target {site} "$2"')
    path = [str(site), str(Path(motionbench.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": ":".join(filter(None, path)),
        "MOTIONBENCH_CACHE": str(folder / "cache"),
        "COLUMNS": "160",
    }


def test_there_is_something_to_walk_through() -> None:
    assert {block.language for block in blocks()} == {"python", "toml", "csv", "bash", "console"}


@pytest.mark.slow
def test_every_command_works_and_every_way_ends_on_the_board(tmp_path: Path) -> None:
    where = environment(tmp_path)
    desk = tmp_path / "desk"
    desk.mkdir()
    for block in blocks():
        if block.file:
            (desk / block.file).parent.mkdir(exist_ok=True)
            (desk / block.file).write_text(block.text)
        if block.language == "bash":
            done = subprocess.run(
                ["bash", "-ec", block.text], cwd=desk, env=where, capture_output=True, text=True
            )
            assert done.returncode == 0, block.text + done.stdout + done.stderr
    board = subprocess.run(
        [tmp_path / "bin" / "motionbench", "leaderboard", "--json"],
        cwd=desk,
        env=where,
        capture_output=True,
        text=True,
        check=True,
    )
    fidelity = {
        row["method"]: row["cells"]["motion_fidelity"]["mean"]
        for row in json.loads(board.stdout)["rows"]
    }
    assert set(fidelity) == {"negative", "my-method", "flipped", "finished"}
    assert fidelity["finished"] == fidelity["negative"] > 0.99
    assert fidelity["flipped"] < -0.9
    assert (desk / "references" / "camera-pan.mp4").exists()
