import hashlib
from pathlib import Path

import numpy as np

from motionbench.video import content_sha256, file_sha256


def test_the_content_hash_is_a_fixed_function_of_the_pixels() -> None:
    frames = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    expected = hashlib.sha256(b"motionbench clip v1 2x3x4x3 uint8 8.000 fps\n" + frames.tobytes())
    assert content_sha256(frames, 8.0) == expected.hexdigest()


def test_the_content_hash_tells_pixels_shapes_and_rates_apart() -> None:
    frames = np.zeros((2, 4, 6, 3), np.uint8)
    other = frames.copy()
    other[1, 3, 5, 2] = 1
    hashes = {
        content_sha256(frames, 8.0),
        content_sha256(other, 8.0),
        content_sha256(frames.reshape(2, 6, 4, 3), 8.0),
        content_sha256(frames, 8.01),
    }
    assert len(hashes) == 4


def test_the_content_hash_ignores_memory_layout_and_the_last_digits_of_the_rate() -> None:
    frames = np.arange(2 * 4 * 6 * 3, dtype=np.uint8).reshape(2, 4, 6, 3)
    turned = np.ascontiguousarray(frames[:, :, ::-1])[:, :, ::-1]
    assert not turned.flags.c_contiguous
    assert content_sha256(turned, 30000 / 1001) == content_sha256(frames, 29.97)


def test_file_hash(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc" * 1_000_000)
    assert file_sha256(path) == hashlib.sha256(b"abc" * 1_000_000).hexdigest()
