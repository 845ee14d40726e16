"""Camera poses in the text format of RealEstate10K (Zhou et al., SIGGRAPH 2018).

The first line is free (a URL). Then one line a frame: a time, ``fx fy cx cy`` as shares of the
picture's width and height, two zeros, and the 3 x 4 matrix from the world to the camera, row by
row. The camera looks along +z, x is right and y down.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from motionbench.errors import ManifestError

VIDEO_SUFFIXES = (".mp4", ".mkv", ".mov", ".webm", ".avi")

NUMBERS = 19
"""In the line of a frame."""

MAX_SKEW = 1e-3
"""Largest difference from the identity of a rotation times its transpose."""


@dataclass(frozen=True, eq=False)
class Poses:
    """Where a camera was in each frame.

    Attributes:
        intrinsics: ``(T, 4)`` float64: fx, cx as shares of the width, fy, cy of the height, in the
            order fx, fy, cx, cy.
        to_camera: ``(T, 3, 4)`` float64: rotation and shift from the world to the camera.
    """

    intrinsics: Float64[np.ndarray, "t 4"]
    to_camera: Float64[np.ndarray, "t 3 4"]

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.to_camera)


def read_poses(path: Path) -> Poses:
    """The poses of a file.

    Raises:
        ManifestError: It cannot be read; the message names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path}: these poses cannot be read: {error}.") from error
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        row = _numbers(line)
        if row is None:
            raise ManifestError(
                f"{path}, line {number}: expected {NUMBERS} numbers (time, fx fy cx cy, 0 0, and a "
                f"3 x 4 matrix from the world to the camera), got {line[:60]!r}."
            )
        rows.append(row)
    if not rows:
        raise ManifestError(f"{path}: there is no line of poses after the first.")
    table = np.array(rows)
    poses = Poses(intrinsics=table[:, 1:5], to_camera=table[:, 7:].reshape(-1, 3, 4))
    _check(path, poses)
    return poses


def is_poses_file(path: Path) -> bool:
    """Whether the second line of a text file is that of a frame."""
    try:
        with path.open(encoding="utf-8") as file:
            file.readline()
            return _numbers(file.readline()) is not None
    except (OSError, UnicodeDecodeError):
        return False


def video_beside(path: Path) -> Path | None:
    """The clip of the same name in the same folder, if there is one."""
    beside = (path.with_suffix(suffix) for suffix in VIDEO_SUFFIXES)
    return next((video for video in beside if video.is_file()), None)


def _numbers(line: str) -> list[float] | None:
    try:
        row = [float(word) for word in line.split()]
    except ValueError:
        return None
    return row if len(row) == NUMBERS and np.isfinite(row).all() else None


def _check(path: Path, poses: Poses) -> None:
    rotation = poses.to_camera[..., :3]
    skew = np.abs(rotation @ rotation.swapaxes(1, 2) - np.eye(3)).max(axis=(1, 2))
    wrong = np.flatnonzero((skew > MAX_SKEW) | (np.linalg.det(rotation) < 0))
    if wrong.size:
        raise ManifestError(
            f"{path}: the matrix of frame {wrong[0]} is no rotation and shift from the world to "
            "the camera. Write row by row: r11 r12 r13 t1 r21 ..."
        )
    if (poses.intrinsics[:, :2] <= 0).any():
        raise ManifestError(f"{path}: fx and fy must be positive shares of width and height.")
