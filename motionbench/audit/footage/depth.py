"""How far away what a clip shows is, from its tracks and the known poses of its camera."""

import numpy as np
from jaxtyping import Float64

from motionbench.audit.footage.poses_file import Poses
from motionbench.tracks import TrackSet

MIN_VIEWS = 3
"""Frames in which a point must be visible: any two rays pass near each other somewhere."""

MAX_ERROR = 0.005
"""Root mean square distance, as a share of the diagonal, between a track and its point in space
seen again. A still point tracked well is below; 0.005 is 2 pixels in a picture of 384 x 256."""


def inverse_depths(poses: Poses, tracks: TrackSet) -> Float64[np.ndarray, " t"]:
    """The median of 1 / depth over the visible points of each frame.

    Each track is triangulated from all frames in which it is visible (the direct linear transform;
    Hartley & Zisserman, section 12.2). Of 1 / depth, as a point too far for its distance to be told
    has a value near 0 there, of either sign, and the median is not thrown off by it.

    Args:
        poses: One per frame of the tracks.
        tracks: Of a still scene.

    Returns:
        1 / units of the poses; NaN in frames without a point that can be trusted.
    """
    rays = camera_matrices(poses, tracks.height, tracks.width)
    places = _triangulate(rays @ poses.to_camera, tracks)  # (N, 4)
    seen = np.einsum("tij,nj->nti", poses.to_camera, places)
    pixels = np.einsum("tij,ntj->nti", rays, seen)
    with np.errstate(divide="ignore", invalid="ignore"):  # a point in the plane of the camera
        error = np.linalg.norm(pixels[..., :2] / pixels[..., 2:] - tracks.tracks, axis=-1)
        inverse = places[:, None, 3] / seen[..., 2]
    views = tracks.visibility.sum(axis=1)
    squares = np.where(tracks.visibility, np.square(error), 0).sum(axis=1)
    diagonal = np.hypot(tracks.height, tracks.width)
    trusted = (views >= MIN_VIEWS) & (squares <= views * (MAX_ERROR * diagonal) ** 2)
    usable = tracks.visibility & trusted[:, None] & np.isfinite(inverse)
    return np.array(
        [
            np.median(inverse[usable[:, frame], frame]) if usable[:, frame].any() else np.nan
            for frame in range(tracks.frames)
        ]
    )


def camera_matrices(poses: Poses, height: int, width: int) -> Float64[np.ndarray, "t 3 3"]:
    """From rays before the camera to pixels, whose centres are whole numbers."""
    fx, fy, cx, cy = poses.intrinsics.T
    matrices = np.zeros((len(poses), 3, 3))
    matrices[:, 0, 0], matrices[:, 1, 1], matrices[:, 2, 2] = fx * width, fy * height, 1
    matrices[:, 0, 2], matrices[:, 1, 2] = cx * width - 0.5, cy * height - 0.5
    return matrices


def _triangulate(projections: np.ndarray, tracks: TrackSet) -> Float64[np.ndarray, "n 4"]:
    """The homogeneous point in space nearest to the rays of each track."""
    x, y = tracks.tracks[..., 0, None], tracks.tracks[..., 1, None]
    rows = np.stack(
        [x * projections[:, 2] - projections[:, 0], y * projections[:, 2] - projections[:, 1]],
        axis=2,
    )  # (N, T, 2, 4): each is zero on the point
    rows = np.where(tracks.visibility[..., None, None], rows, 0).reshape(len(tracks), -1, 4)
    normal = np.einsum("nri,nrj->nij", rows, rows)
    _, vectors = np.linalg.eigh(normal)
    return np.asarray(vectors[:, :, 0])
