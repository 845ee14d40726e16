"""The command line, called as a user calls it, in this process."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from motionbench.cases import Clip
from motionbench.video import encode


class Result(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Result]


@pytest.fixture
def motionbench(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """``motionbench("list", "methods")``: exit code, output, errors; works in ``tmp_path``."""
    from motionbench.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOTIONBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "dumb")

    def call(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["motionbench", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return call


@pytest.fixture(scope="session")
def moving_square() -> Callable[[int, int], Clip]:
    """Clips of a textured square on a textured ground; ``(dx, dy)`` pixels a frame."""

    def make(dx: int, dy: int) -> Clip:
        rng = np.random.default_rng(0)
        ground = rng.integers(60, 120, (16, 16, 3)).repeat(6, 0).repeat(6, 1).astype(np.uint8)
        square = rng.integers(130, 255, (6, 6, 3)).repeat(5, 0).repeat(5, 1).astype(np.uint8)
        frames = np.stack([ground] * 9)
        for t, frame in enumerate(frames):
            y, x = 33 + dy * (t - 4), 33 + dx * (t - 4)
            frame[y : y + 30, x : x + 30] = square
        return Clip(frames, 8.0)

    return make


@pytest.fixture
def clip_files(tmp_path: Path, moving_square: Callable[[int, int], Clip]) -> Path:
    """A folder with right.mp4, left.mp4 and up.mp4."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for name, step in {"right": (4, 0), "left": (-4, 0), "up": (0, -4)}.items():
        encode(moving_square(*step), folder / f"{name}.mp4")
    return folder


MANIFEST = """\
name: squares
version: "1"
description: three clips of a square
cases:
  - id: right
    category: single_object
    caption: a square on a wall
    prompts:
      - {id: caption, kind: caption, text: a square on a wall}
      - {id: subject, kind: subject, text: a circle on a wall}
    source: {path: right.mp4}
  - id: left
    category: single_object
    caption: a box on a wall
    prompts:
      - {id: caption, kind: caption, text: a box on a wall}
    source: {path: left.mp4}
  - id: up
    category: multi_object
    caption: a tile on a wall
    prompts:
      - {id: caption, kind: caption, text: a tile on a wall}
    source: {path: up.mp4}
"""


@pytest.fixture
def suite_file(clip_files: Path) -> Path:
    """A manifest of three cases in two categories."""
    path = clip_files / "squares.yaml"
    path.write_text(MANIFEST)
    return path
