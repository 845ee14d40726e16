"""What the global motion of a clip must be if its camera moves in a known way."""

import numpy as np
from jaxtyping import Float64

from motionbench.audit.footage.depth import camera_matrices
from motionbench.audit.footage.poses_file import Poses
from motionbench.metrics.functional.camera import CameraMotion

STILL = 1e-9
"""Units of the poses; a camera that shifts less in a step only turns, up to rounding."""


def predicted_camera(
    poses: Poses,
    inverse_depth: Float64[np.ndarray, " t"] | None,
    *,
    height: int,
    width: int,
) -> CameraMotion:
    """The similarity by which the middle of the picture moves in each step.

    A turn of the camera moves every pixel by a homography that depends on the intrinsics alone. A
    shift of the camera moves near points more: all are taken to lie in a plane that faces the
    camera at a known depth, so the motion is a homography again. Its value and its derivatives at
    the centre of the picture give shift, zoom and roll there (at the edges of a wide picture a turn
    moves points faster).

    Args:
        poses: T >= 2 frames.
        inverse_depth: Of the plane, per frame, in 1 / units of the poses; a step after a frame with
            NaN is unknown, unless the camera only turns. None for the turn alone, as if
            everything were far away.
        height: Of the picture, pixels.
        width: Of the picture, pixels.
    """
    matrices = camera_matrices(poses, height, width)
    rotation, shift = poses.to_camera[..., :3], poses.to_camera[..., 3]
    turn = rotation[1:] @ rotation[:-1].swapaxes(1, 2)
    if inverse_depth is None:
        inverse_depth = np.zeros(len(poses))
    move = shift[1:] - (turn @ shift[:-1, :, None])[..., 0]
    known = np.isfinite(inverse_depth[:-1]) | (np.linalg.norm(move, axis=1) < STILL)
    bent = turn.copy()
    bent[..., 2] += move * np.nan_to_num(inverse_depth[:-1])[:, None]
    maps = matrices[1:] @ bent @ np.linalg.inv(matrices[:-1])

    centre = np.array([(width - 1) / 2, (height - 1) / 2, 1.0])
    there = maps @ centre  # (S, 3)
    place = there[:, :2] / there[:, 2:]
    slope = (maps[:, :2] - place[:, :, None] * maps[:, 2:]) / there[:, 2:, None]
    linear = (slope[:, 0, 0] + slope[:, 1, 1] - 2 + 1j * (slope[:, 1, 0] - slope[:, 0, 1])) / 2
    offset = place - centre[:2]
    return CameraMotion(
        linear=(linear * known).astype(np.complex64),
        shift=((offset[:, 0] + 1j * offset[:, 1]) * known).astype(np.complex64),
        known=known,
        height=height,
        width=width,
    )
