"""Motion against a camera whose picture is a plane seen at a slant, step by step.

A similarity says how a picture shifts, turns and zooms. A ground that is looked at along its length
moves faster where it is near, which a homography follows and a similarity does not. So the camera's
similarity is only the start: a homography is fitted to the tracks that follow it, and refitted with
Tukey's biweight, which lets go of what moves by itself.
"""

import math
from typing import Final

import numpy as np
from jaxtyping import Float32, Float64

from motionbench.metrics.functional.displacements import Displacements

REFITS: Final = 8

LEAST_TRACKS: Final = 12
"""Fewer than this many that follow the camera fix no homography: three for each two unknowns."""

LEAST_DEPTH: Final = 0.5
"""Of the depth at the picture's centre: a plane that comes nearer to its horizon than this within
one step is a bad fit."""


def without_plane(
    relative: Displacements,
    tracks: Float32[np.ndarray, "n t 2"],
    *,
    height: int,
    width: int,
    tolerance: float,
) -> Displacements:
    """What is left of each displacement when the motion of the dominant plane is taken away.

    Where too few tracks follow the camera to fix a plane, a step stays as it is.

    Args:
        relative: What the camera's similarity leaves of the tracks' motion (``without_camera``).
        tracks: (x, y) in pixels.
        height: Of the picture, pixels.
        width: Likewise.
        tolerance: How far a point may land, in pixels a step, from where the plane would take it
            and still belong to the plane.
    """
    centre = np.array([width - 1, height - 1]) / 2
    scale = math.hypot(height, width)  # centred and small: well conditioned
    dx, dy = relative.dx.copy(), relative.dy.copy()
    for step in range(tracks.shape[1] - 1):
        seen = relative.visible[:, step]
        places = (tracks[seen, step] - centre) / scale
        ends = (tracks[seen, step + 1] - centre) / scale
        left = np.stack([dx[seen, step], dy[seen, step]], axis=1).astype(np.float64) / scale
        found = _plane_residuals(places, ends, left, tolerance / scale)
        dx[seen, step], dy[seen, step] = found.T * scale
    return Displacements(dx, dy, relative.visible, relative.places)


def _plane_residuals(
    places: Float64[np.ndarray, "n 2"],
    ends: Float64[np.ndarray, "n 2"],
    left: Float64[np.ndarray, "n 2"],
    tolerance: float,
) -> Float64[np.ndarray, "n 2"]:
    """``left``, refined as long as enough points lie on the plane."""
    for _ in range(REFITS):
        error = np.hypot(left[:, 0], left[:, 1]) / (2 * tolerance)
        weights = np.square(np.maximum(1 - np.square(error), 0))
        if (weights > 0).sum() < LEAST_TRACKS:
            break
        matrix = _homography(places, ends, weights)
        depth = places @ matrix[2, :2] + 1
        if depth.min() < LEAST_DEPTH:
            break
        left = ends - (places @ matrix[:2, :2].T + matrix[:2, 2]) / depth[:, None]
    return left


def _homography(
    places: Float64[np.ndarray, "n 2"],
    ends: Float64[np.ndarray, "n 2"],
    weights: Float64[np.ndarray, " n"],
) -> Float64[np.ndarray, "3 3"]:
    """Weighted least squares of the linear form; its last element is 1."""
    one, none = np.ones((len(places), 1)), np.zeros((len(places), 3))
    homogeneous = np.concatenate([places, one], axis=1)
    rows = np.concatenate(
        [
            np.concatenate([homogeneous, none, -ends[:, :1] * places], axis=1),
            np.concatenate([none, homogeneous, -ends[:, 1:] * places], axis=1),
        ]
    )
    roots = np.sqrt(np.tile(weights, 2))
    solution = np.linalg.lstsq(rows * roots[:, None], ends.T.ravel() * roots, rcond=None)[0]
    return np.append(solution, 1).reshape(3, 3)
