"""Hashes that name a clip by what it shows, and a file by its bytes."""

import hashlib
from pathlib import Path

import numpy as np

from motionbench.arrays import Frames


def content_sha256(frames: Frames, fps: float) -> str:
    """Hash of what a clip shows: its frames, their shape and the frame rate.

    Two files with different containers or codecs have the same hash if they decode to the same
    frames. The rate enters rounded to 1/1000 frame per second: containers store it in different
    units, and 30000/1001 must not depend on which.

    Args:
        frames: ``(T, H, W, 3)`` uint8 RGB, decoded or rendered.
        fps: Frames per second.

    Returns:
        64 hexadecimal digits.
    """
    shape = "x".join(map(str, frames.shape))
    digest = hashlib.sha256(f"motionbench clip v1 {shape} uint8 {fps:.3f} fps\n".encode())
    digest.update(np.ascontiguousarray(frames).data)
    return digest.hexdigest()


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes, 64 hexadecimal digits.

    Raises:
        OSError: The file cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
