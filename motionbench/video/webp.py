"""WebP, still or animated: libav does not decode the animated kind, Pillow does."""

import struct
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence

from motionbench.video.streams import damaged


def is_webp(head: bytes) -> bool:
    """Whether a file that begins with these bytes (at least 12) is WebP."""
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def read_webp(path: Path) -> tuple[list[np.ndarray], float]:
    """All frames, ``(H, W, 3)`` uint8, and the average frame rate; a still has 1 frame per second.

    Raises:
        VideoError: The file is truncated or corrupt.
    """
    data = path.read_bytes()
    if len(data) < struct.unpack_from("<I", data, 4)[0] + 8:
        raise damaged(path, "its end is missing")
    frames, milliseconds = [], 0
    try:
        with Image.open(path) as image:
            for frame in ImageSequence.Iterator(image):
                frames.append(np.asarray(frame.convert("RGB")))
                milliseconds += frame.info.get("duration", 0)
    except (OSError, EOFError, ValueError, Image.DecompressionBombError) as error:
        raise damaged(path, f"it does not decode as WebP ({error})") from error
    return frames, 1000 * len(frames) / milliseconds if milliseconds else 1.0
