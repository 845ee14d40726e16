"""Small clips, and files as other programs write them."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from motionbench.cases import Clip

WriteVideo = Callable[..., Path]


def moving_frames(frames: int = 8, height: int = 32, width: int = 48) -> np.ndarray:
    """A soft pattern that moves: smooth, so that what is measured is not aliasing."""
    t, y, x = np.meshgrid(np.arange(frames), np.arange(height), np.arange(width), indexing="ij")
    waves = [np.sin((x + 2 * t) / 7), np.cos((y + x - t) / 9), np.sin((y - t) / 11 + 1)]
    return np.stack([128 + 100 * wave for wave in waves], -1).astype(np.uint8)


@pytest.fixture
def moving() -> Callable[..., np.ndarray]:
    """``moving(frames, height, width)``: RGB frames of a soft pattern that moves."""
    return moving_frames


@pytest.fixture
def clip() -> Clip:
    return Clip(moving_frames(), 8.0)


@pytest.fixture
def write_video(tmp_path: Path) -> WriteVideo:
    """Write RGB frames through any codec of libav: ``write_video("a.avi", frames, "mpeg4")``."""

    def write(
        name: str,
        frames: np.ndarray,
        codec: str = "libx264",
        pixel_format: str = "yuv420p",
        *,
        fps: float = 8,
        times: list[int] | None = None,
        aspect: Fraction | None = None,
        options: dict[str, str] | None = None,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as output:
            stream: Any = output.add_stream(codec, rate=Fraction(fps).limit_denominator(1001))
            stream.height, stream.width = frames.shape[1:3]
            stream.pix_fmt = pixel_format
            stream.options = options or {}
            if aspect:
                stream.codec_context.sample_aspect_ratio = aspect
            for index, rgb in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
                frame = frame.reformat(format=pixel_format)
                frame.pts = times[index] if times else index
                frame.time_base = stream.codec_context.time_base or Fraction(1, 8)
                output.mux(stream.encode(frame))
            output.mux(stream.encode())
        return path

    return write
