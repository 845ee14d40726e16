"""Pictures for people: clips side by side, texts below, animations."""

from pathlib import Path

import numpy as np
import pytest

from motionbench.overlay import GAP, contact_sheet, side_by_side, with_text, write_gif
from motionbench.video import decode


def frames_of(value: int, t: int = 4, h: int = 40, w: int = 60) -> np.ndarray:
    return np.full((t, h, w, 3), value, np.uint8)


def test_side_by_side_keeps_the_pictures():
    both = side_by_side(frames_of(10), frames_of(20))
    assert both.shape == (4, 40, 120 + GAP, 3)
    assert (both[:, :, :60] == 10).all()
    assert (both[:, :, 60 + GAP :] == 20).all()


def test_text_is_wrapped_below_and_the_picture_is_left():
    short = with_text(frames_of(9, w=300), ["a word"])
    long = with_text(frames_of(9, w=300), ["many words " * 20, "\u4e2d\x00 <b>"])
    assert (short[:, :40] == 9).all()
    assert (long[:, :40] == 9).all()
    assert long.shape[1] > short.shape[1] > 40
    assert (short[:, 40:] < 100).any()


def test_contact_sheet_fills_up_with_black():
    assert contact_sheet(frames_of(5, t=3), 2).shape == (80, 120, 3)


def test_gif_plays_as_it_was(tmp_path: Path):
    frames = np.stack([np.full((40, 60, 3), 40 * k, np.uint8) for k in range(5)])
    write_gif(frames, 10.0, tmp_path / "x.gif")
    back = decode(tmp_path / "x.gif")
    assert len(back) == 5
    assert back.fps == pytest.approx(10.0)
    assert np.abs(back.frames.astype(int) - frames).mean() < 4
