"""Files into clips: complete, or not at all."""

import re
from pathlib import Path
from typing import Final

import av
import numpy as np

from motionbench.cases import Clip
from motionbench.errors import VideoError
from motionbench.video.colour import SCALING
from motionbench.video.streams import read_stream
from motionbench.video.webp import is_webp, read_webp

FOLDER_FPS: Final = 24.0
"""Rate of a folder of frames, which has none of its own (DAVIS: 24)."""

IMAGE_SUFFIXES: Final = (".png", ".jpg", ".jpeg")


def decoder_identity() -> dict[str, str]:
    """What turns files into frames, for a ruler's fingerprint."""
    libraries = ("libavcodec", "libavformat", "libswscale")
    versions = {name: ".".join(map(str, av.library_versions[name])) for name in libraries}
    return {"av": av.__version__, **versions, "scaling": SCALING}


def decode(
    path: Path, *, start: int = 0, stop: int | None = None, folder_fps: float = FOLDER_FPS
) -> Clip:
    """Read a video file, or a folder of PNG or JPEG frames in natural order (2 before 10).

    Frames come as a player shows them: turned as the file says, with square pixels, in RGB. Every
    frame of a file with variable frame rate is kept, and ``fps`` is its average. A file that ends
    early or does not decode without error is refused: a part of it would get another score.

    Args:
        path: A file of its own (MP4, MKV, WebM, AVI, GIF, ...; no playlist), WebP, or a folder.
        start: First frame to keep.
        stop: One past the last frame to keep; None for all.
        folder_fps: Frame rate if ``path`` is a folder.

    Raises:
        VideoError: The file is missing, empty, truncated, corrupt, has no video or too few frames.
    """
    path = Path(path)
    if start < 0 or (stop is not None and stop <= start):
        raise VideoError(
            f"{path}: start={start}, stop={stop} is no range of frames; "
            "give 0 <= start < stop, or no stop."
        )
    frames, fps = (_read_folder(path), folder_fps) if path.is_dir() else _read_file(path, stop)
    if start >= len(frames) or (stop is not None and stop > len(frames)):
        wanted = f"{start} to {'the end' if stop is None else stop}"
        raise VideoError(f"{path}: frames {wanted} were asked for, but it has {len(frames)}.")
    return Clip(np.stack(frames[start:stop]), fps)


def _read_file(path: Path, stop: int | None = None) -> tuple[list[np.ndarray], float]:
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError as error:
        raise VideoError(f"{path}: no such file or folder. Check the path.") from error
    except OSError as error:
        raise VideoError(f"{path}: cannot be read: {error.strerror}.") from error
    if not head:
        raise VideoError(f"{path}: the file is empty. Make or download it again.")
    return read_webp(path) if is_webp(head) else read_stream(path, stop)


def _read_folder(folder: Path) -> list[np.ndarray]:
    paths = [path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES]
    if not paths:
        raise VideoError(
            f"{folder}: no frames in this folder; it must hold files ending in "
            f"{', '.join(IMAGE_SUFFIXES)}."
        )
    frames: list[np.ndarray] = []
    for path in sorted(paths, key=_natural_order):
        frames.extend(_read_file(path)[0])
        if frames[-1].shape != frames[0].shape:
            (height, width), (first_height, first_width) = frames[-1].shape[:2], frames[0].shape[:2]
            raise VideoError(
                f"{path}: this frame is {width} x {height}, the first of its folder is "
                f"{first_width} x {first_height}. Bring all frames to one size."
            )
    return frames


def _natural_order(path: Path) -> list[tuple[int, str]]:
    """Sort key in which numbers count as numbers: frame2 comes before frame10."""
    parts = re.findall(r"\d+|\D+", path.name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
