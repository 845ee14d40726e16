"""Small clips, and files that plugins and recipes are made of."""

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from motionbench.cases import Clip


@pytest.fixture(autouse=True)
def _own_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Methods loaded from files put their folder on the path; the next test must not see it."""
    monkeypatch.setattr(sys, "path", sys.path.copy())


@pytest.fixture
def clip() -> Clip:
    """Six frames of 32x48 with a textured square that moves to the right."""
    rng = np.random.default_rng(3)
    frames = np.repeat(rng.integers(40, 90, (1, 32, 48, 3), dtype=np.uint8), 6, axis=0)
    for index, frame in enumerate(frames):
        frame[8:20, 4 + 4 * index : 16 + 4 * index] = 220
    return Clip(frames, 8.0)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write dedented text to a file under the test's folder."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip(), encoding="utf-8")
        return path

    return write_file
