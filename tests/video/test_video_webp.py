from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from motionbench.errors import VideoError
from motionbench.video import decode

Moving = Callable[..., np.ndarray]


def write(path: Path, frames: np.ndarray, **options: object) -> Path:
    first, *rest = [Image.fromarray(frame) for frame in frames]
    first.save(path, save_all=True, append_images=rest, lossless=True, **options)
    return path


def test_an_animation(moving: Moving, tmp_path: Path) -> None:
    clip = decode(write(tmp_path / "a.webp", moving(), duration=125))
    np.testing.assert_array_equal(clip.frames, moving())
    assert clip.fps == pytest.approx(8)


def test_variable_durations_give_the_average_rate(moving: Moving, tmp_path: Path) -> None:
    clip = decode(write(tmp_path / "a.webp", moving(4), duration=[100, 100, 100, 500]))
    assert clip.fps == pytest.approx(4 / 0.8)


def test_a_range(moving: Moving, tmp_path: Path) -> None:
    path = write(tmp_path / "a.webp", moving(), duration=125)
    np.testing.assert_array_equal(decode(path, start=2, stop=5).frames, moving()[2:5])


def test_a_still(moving: Moving, tmp_path: Path) -> None:
    assert decode(write(tmp_path / "a.webp", moving(1))).frames.shape == (1, 32, 48, 3)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_truncated_animation_is_refused(moving: Moving, tmp_path: Path, share: float) -> None:
    path = write(tmp_path / "a.webp", moving(), duration=125)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(VideoError, match=r"a\.webp: its end is missing"):
        decode(path)


def test_a_corrupt_animation_is_refused(moving: Moving, tmp_path: Path) -> None:
    path = write(tmp_path / "a.webp", moving(), duration=125)
    data = path.read_bytes()
    path.write_bytes(data[:40] + bytes(len(data) - 40))
    with pytest.raises(VideoError, match=r"a\.webp: it does not decode as WebP"):
        decode(path)
