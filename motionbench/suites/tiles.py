"""One clip out of a composite that shows several side by side, each held at a rate of its own."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Int

from motionbench.arrays import Frames
from motionbench.cases import Clip
from motionbench.errors import VideoError

LEAST_CHANGE: Final = 0.3
"""Grey levels: a codec changes a held picture by up to this, in the mean over its pixels."""

CHANGE_SHARE: Final = 0.1
"""Of the usual change between new pictures: what differs by less is held, however fast it moves."""


@dataclass(frozen=True)
class Tile:
    """Where a clip is in a composite, pixels."""

    x: int
    y: int
    width: int
    height: int


def cut_tile(composite: Clip, tile: Tile) -> Clip:
    """The clip in a tile, without held frames.

    A page that plays clips of 8 to 25 frames a second, recorded at 30, shows each picture several
    times, and the first and last ones longest. Every picture is kept once. The rate is that of the
    pictures between the first and the last change.

    Args:
        composite: T >= 2 frames.
        tile: Inside its picture.

    Returns:
        At least 2 frames.

    Raises:
        VideoError: The tile reaches beyond the picture, or what it shows does not move.
    """
    height, width = composite.size
    if tile.x + tile.width > width or tile.y + tile.height > height:
        raise VideoError(f"{tile} reaches beyond a composite of {width} x {height} pixels.")
    frames = composite.frames[:, tile.y : tile.y + tile.height, tile.x : tile.x + tile.width]
    kept = distinct_frames(frames)
    if len(kept) < 3:
        raise VideoError(f"{tile}: {len(kept)} different frames are too few for a clip.")
    # How long the first picture was held before the page began to play says nothing.
    rate = composite.fps * (len(kept) - 2) / int(kept[-1] - kept[1])
    return Clip(np.ascontiguousarray(frames[kept]), rate)


def distinct_frames(frames: Frames) -> Int[np.ndarray, " k"]:
    """Indices of the frames that differ from the one kept before, the first among them.

    Args:
        frames: ``(T, H, W, 3)`` uint8, T >= 2.
    """
    threshold = max(LEAST_CHANGE, CHANGE_SHARE * _usual_change(frames))
    kept = [0]
    for index in range(1, len(frames)):
        if _difference(frames[index], frames[kept[-1]]) > threshold:
            kept.append(index)
    return np.array(kept)


def _usual_change(frames: Frames) -> float:
    """How much a new picture differs from the last: the upper decile, as most frames are held."""
    changes = [_difference(*pair) for pair in zip(frames[1:], frames[:-1], strict=True)]
    return float(np.percentile(changes, 90))


def _difference(first: np.ndarray, second: np.ndarray) -> float:
    """Mean absolute difference, grey levels."""
    return float(np.abs(first.astype(np.int16) - second.astype(np.int16)).mean())
