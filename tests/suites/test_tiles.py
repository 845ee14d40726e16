"""Clips out of composites."""

import numpy as np
import pytest

from motionbench.cases import Clip
from motionbench.errors import VideoError
from motionbench.suites.tiles import Tile, cut_tile, distinct_frames


def picture(index: int) -> np.ndarray:
    return np.random.default_rng(index).integers(0, 255, (24, 20, 3)).astype(np.uint8)


def held(counts: list[int]) -> np.ndarray:
    """Each picture as often as ``counts`` says."""
    return np.concatenate([np.stack([picture(i)] * n) for i, n in enumerate(counts)])


def test_a_picture_that_is_held_is_kept_once() -> None:
    assert distinct_frames(held([4, 2, 3, 1])).tolist() == [0, 4, 6, 9]


def test_what_a_codec_changes_in_a_held_picture_is_no_change() -> None:
    frames = held([3, 3, 3])
    frames[1, 0, 0] ^= 3
    frames[4, :2, :2] ^= 1
    assert distinct_frames(frames).tolist() == [0, 3, 6]


def test_slow_motion_is_kept() -> None:
    ramp = np.arange(0, 20, dtype=np.uint8).repeat(2)
    frames = np.broadcast_to(ramp[:, None, None, None], (40, 8, 8, 3)) + np.uint8(100)
    assert len(distinct_frames(frames)) == 20


def test_the_rate_is_that_of_the_pictures_after_the_first() -> None:
    composite = np.zeros((19, 30, 50, 3), np.uint8)
    composite[:, 3:27, 25:45] = held([9, 2, 2, 2, 2, 2])
    clip = cut_tile(Clip(composite, 30.0), Tile(25, 3, 20, 24))
    assert clip.fps == pytest.approx(15.0)
    assert np.array_equal(clip.frames, np.stack([picture(i) for i in range(6)]))


def test_a_tile_outside_is_refused() -> None:
    with pytest.raises(VideoError, match="reaches beyond a composite of 20 x 24"):
        cut_tile(Clip(held([1, 1, 1]), 30.0), Tile(1, 0, 20, 24))


def test_a_still_tile_is_refused() -> None:
    with pytest.raises(VideoError, match="too few for a clip"):
        cut_tile(Clip(held([9]), 30.0), Tile(0, 0, 20, 24))
