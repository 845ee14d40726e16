"""Camera and object parts: the global motions compared, and what moves against them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Complex64

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.agreement import best_agreement, motion_features
from motionbench.metrics.functional.camera import CameraMotion, from_centre
from motionbench.metrics.functional.displacements import Displacements
from motionbench.metrics.functional.motion_fidelity import from_best

LEAST_OBJECTS = 0.02
"""Share of a reference's tracks that must belong to objects before their presence is compared."""

GRID = 8
"""Points a side at which two camera motions are compared."""


def camera_fidelity(
    reference: CameraMotion, generated: CameraMotion, *, speed_floor: float
) -> float:
    """Agreement of the motion that two cameras give to a grid of points.

    At each point and step, with displacements u and v: 1 where neither is faster than the floor,
    else ``2 u.v / (|u|^2 + |v|^2)``: 1 for equal, 0 for still against moving or at right angles, -1
    for opposite motion, 0.8 for half or double speed. The mean over points and steps.

    Args:
        reference: In the same pixel grid as ``generated``.
        generated: Over as many steps.
        speed_floor: Pixels a step.

    Returns:
        In [-1, 1].

    Raises:
        UnscorableError: Both cameras are known in fewer than half of the steps.
    """
    known = reference.known & generated.known
    if known.sum() * 2 < len(known):
        raise UnscorableError(
            f"the camera's motion is known in {known.sum()} of {len(known)} steps only: too few "
            "tracks are visible in the others."
        )
    u, v = _on_grid(reference)[:, known], _on_grid(generated)[:, known]
    product = (u * v.conj()).real
    energy = np.square(np.abs(u)) + np.square(np.abs(v))
    still = (np.abs(u) <= speed_floor) & (np.abs(v) <= speed_floor)
    agreement = np.where(still, 1, 2 * product / np.where(still, 1, energy))
    return float(np.clip(agreement.mean(dtype=np.float64), -1, 1))


@dataclass(frozen=True, eq=False)
class ObjectMotion:
    """Motion relative to the camera.

    Attributes:
        motion: Displacements less the camera's part.
        is_object: ``(N,)`` bool, True for tracks that move relative to the camera.
        camera_share: Share of the usable tracks that follow the camera, 0 to 1.
    """

    motion: Displacements
    is_object: Bool[np.ndarray, " n"]
    camera_share: float


def object_motion(
    motion: Displacements, *, tolerance: float, min_moving_share: float
) -> ObjectMotion:
    """Tell tracks that follow the camera from those that do not.

    Args:
        motion: Relative to the camera (``without_camera``).
        tolerance: Pixels a step; a point within it follows the camera in that step.
        min_moving_share: A track belongs to an object if it leaves the camera's motion in more than
            this share of the steps in which it is visible, 0 to 1.

    Raises:
        UnscorableError: No track is visible while the camera's motion is known.
    """
    seen = motion.visible.sum(axis=1)
    if not seen.any():
        raise UnscorableError(
            "no track is visible in a step in which the camera's motion is known."
        )
    moving = (motion.visible & (motion.speeds > tolerance)).sum(axis=1)
    is_object = moving > min_moving_share * seen
    return ObjectMotion(motion, is_object, float(1 - is_object.sum() / (seen > 0).sum()))


def object_fidelity(
    reference: ObjectMotion,
    generated: ObjectMotion,
    *,
    speed_floor: float,
    min_joint_visibility: float,
    radius: float | None = None,
) -> float:
    """Motion fidelity of what moves relative to the camera.

    Recall is the mean over the reference's object tracks of their agreement, in motion relative to
    the camera, with their partner among all generated tracks; precision likewise over the
    generated object tracks. Tracks that follow the camera are left out of the means, or a large
    background would hide the object. If nothing in the generated clip moves relative to the camera,
    recall alone counts: none of the motion asked for is there.

    Args:
        reference: In the same pixel grid as ``generated``.
        generated: Over as many steps.
        speed_floor: Pixels a step.
        min_joint_visibility: See ``best_agreement``.
        radius: See ``best_agreement``.

    Returns:
        The mean over the object tracks of both clips, in [-1, 1].

    Raises:
        UnscorableError: Nothing in the reference moves relative to the camera, or its object tracks
            are not visible together with any generated track near them.
    """
    if not reference.is_object.any():
        raise UnscorableError("nothing in the reference moves relative to the camera.")
    first = motion_features(reference.motion, speed_floor)
    second = motion_features(generated.motion, speed_floor)
    best = best_agreement(
        first,
        second,
        min_joint_visibility=min_joint_visibility,
        radius=radius,
    )
    weights = first.amounts * reference.is_object, second.amounts * generated.is_object
    if not generated.is_object.any():
        return from_best(best, weights[0], second.amounts).recall
    return from_best(best, *weights).value


def object_presence(reference: ObjectMotion, generated: ObjectMotion) -> float:
    """How much of the reference's share of object tracks the result reaches, at most all of it.

    Says whether anything moves against the camera, not whether it moves rightly: a still picture
    that is shifted and zoomed has a camera's motion and nothing else.

    Args:
        reference: Of the reference.
        generated: Of the result.

    Returns:
        In [0, 1].

    Raises:
        UnscorableError: Too little of the reference moves relative to the camera to be told from
            the tracker's errors.
    """
    share = 1 - reference.camera_share
    if share < LEAST_OBJECTS:
        raise UnscorableError(
            f"{share:.1%} of the reference's tracks move relative to the camera: fewer than "
            f"{LEAST_OBJECTS:.0%} may be errors."
        )
    return float(min((1 - generated.camera_share) / share, 1))


def _on_grid(camera: CameraMotion) -> Complex64[np.ndarray, "g s"]:
    """Displacement of each grid point in each step."""
    centres = (np.arange(GRID, dtype=np.float32) + 0.5) / GRID
    y, x = np.meshgrid(centres * camera.height - 0.5, centres * camera.width - 0.5, indexing="ij")
    places = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    z = from_centre(places, camera.height, camera.width)
    field: np.ndarray = z[:, None] * camera.linear + camera.shift
    return field
