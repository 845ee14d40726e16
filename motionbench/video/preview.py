"""Small copies of clips for pages: what every browser plays."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Final

import av
import numpy as np

from motionbench.arrays import Frames
from motionbench.cases import Clip
from motionbench.conform import resize
from motionbench.errors import VideoError
from motionbench.files import write_bytes
from motionbench.video.encoding import mux

LONGEST: Final = 384
"""Pixels, of the longer side."""

SHORTEST: Final = 224
"""Pixels: smaller clips are enlarged by whole factors, so that halving the chroma resolution takes
nothing from their pixels."""

QUALITY: Final = {"qp": "24", "g": "12"}
"""A key frame every 12 frames at least, so that seeking stays quick. A constant quantiser, because
with a rate factor the same clip was seen to give other bytes."""


def encode_preview(clip: Clip, path: Path) -> None:
    """Write a small H.264 copy in 4:2:0, the only chroma format that all browsers play.

    It has the clip's frames and rate, and is for people's eyes: nothing is measured from it. The
    same clip gives the same bytes.

    Args:
        clip: T >= 1 frames.
        path: Ends in ``.mp4``; a file there is replaced.

    Raises:
        VideoError: It cannot be encoded.
        DiskFullError: No space is left.
    """
    buffer = io.BytesIO()
    small = replace(clip, frames=_even(_fitted(clip.frames)))
    try:
        mux(small, buffer, lossless=False, quality=QUALITY, pixel_format="yuv420p")
    except av.FFmpegError as error:
        raise VideoError(f"{path}: the clip cannot be encoded for a page: {error}.") from error
    write_bytes(path, buffer.getvalue())


def _fitted(frames: Frames) -> Frames:
    """Frames whose longer side is within the bounds."""
    longest = max(frames.shape[1:3])
    if longest > LONGEST:
        height, width = (max(2, round(side * LONGEST / longest)) for side in frames.shape[1:3])
        return resize(frames, (height, width))
    factor = -(-SHORTEST // longest)
    return frames.repeat(factor, axis=1).repeat(factor, axis=2)


def _even(frames: Frames) -> Frames:
    """Frames whose sides are even: the last row or column is repeated where they are not."""
    odd_rows, odd_columns = frames.shape[1] % 2, frames.shape[2] % 2
    return np.pad(frames, ((0, 0), (0, odd_rows), (0, odd_columns), (0, 0)), mode="edge")
