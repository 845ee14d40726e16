"""Small copies of clips for pages."""

from pathlib import Path

import av
import numpy as np
import pytest

from motionbench.cases import Clip
from motionbench.video import decode, encode_preview


def clip_of(height: int, width: int, frames: int = 5) -> Clip:
    rng = np.random.default_rng(0)
    return Clip(rng.integers(0, 255, (frames, height, width, 3)).astype(np.uint8), 8.0)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((64, 64), (256, 256)),
        ((480, 854), (216, 384)),
        ((33, 57), (132, 228)),
        ((240, 301), (240, 302)),
    ],
)
def test_is_small_even_and_420(tmp_path: Path, size, expected):
    path = tmp_path / "p.mp4"
    encode_preview(clip_of(*size), path)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert (stream.height, stream.width) == expected
    back = decode(path)
    assert len(back) == 5
    assert back.fps == pytest.approx(8.0)


def test_small_saturated_pixels_keep_their_colours(tmp_path: Path):
    frames = np.zeros((3, 32, 32, 3), np.uint8)
    frames[:, ::2, ::2, 0] = 255
    encode_preview(Clip(frames, 8.0), tmp_path / "p.mp4")
    back = decode(tmp_path / "p.mp4").frames[0, 3::7, 3::7].astype(int)
    assert np.abs(back - frames[0]).mean() < 12


def test_the_same_clip_gives_the_same_bytes(tmp_path: Path):
    for name in ("a.mp4", "b.mp4"):
        encode_preview(clip_of(40, 60), tmp_path / name)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
