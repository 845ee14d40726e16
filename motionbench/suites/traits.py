"""How a clip moves, in a few numbers: its camera, and what moves against it.

Arrays in, numbers out. Lengths are shares of the picture's diagonal, so that size does not matter.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int
from scipy.sparse.csgraph import connected_components

from motionbench.metrics.functional.camera import camera_motion, without_camera
from motionbench.metrics.functional.camera_parts import object_motion
from motionbench.metrics.functional.displacements import displacements
from motionbench.metrics.measurements import MetricParameters
from motionbench.tracks import TrackSet, resample_time, select

INSTANTS = 17
"""Most instants that a clip is looked at: steps of about one length, whatever the frame rate."""

LINK = 0.075
"""Two tracks that are ever further apart are not neighbours; a grid of 20 points a side has one
about every 0.035."""

STRETCH = 0.03
"""Nor are two whose distance varies by this much: things that pass each other come apart."""

JOINT_INSTANTS = 4
"""Fewest instants at which two tracks must both be visible to be neighbours."""

SLOW = 0.25
"""Of the fast tracks' speed: slower ones are shadows, swaying grass and errors."""

LEAST_TRACKS = 5
"""Fewer tracks are no group."""

LEAST_SHARE = 0.5
"""Of the largest group: smaller ones are limbs and what lies behind."""

BORDER = 0.12
"""Width of the picture's border, in shares of its sides."""


@dataclass(frozen=True)
class MotionTraits:
    """What the tracks of a clip say.

    Attributes:
        camera_speed: Mean speed that the camera's motion gives to the picture, diagonals a step.
        camera_share: Share of the tracks that follow the camera, 0 to 1.
        object_speed: Mean speed of the others relative to the camera, diagonals a step.
        border_share: Share of the tracks near the border that do not follow the camera, 0 to 1.
        groups: How many large groups of neighbouring tracks move against the camera.
    """

    camera_speed: float
    camera_share: float
    object_speed: float
    border_share: float
    groups: int


def motion_traits(tracks: TrackSet, parameters: MetricParameters) -> MotionTraits:
    """Measure a clip's traits.

    Args:
        tracks: T >= 2 frames.
        parameters: Of the metrics: what counts as following the camera.

    Raises:
        UnscorableError: Too few tracks are visible to know the camera's motion.
    """
    seen = resample_time(tracks, min(INSTANTS, tracks.frames))
    diagonal = math.hypot(seen.height, seen.width)
    tolerance = parameters.camera_tolerance * diagonal
    camera = camera_motion(
        seen.tracks,
        seen.visibility,
        height=seen.height,
        width=seen.width,
        tolerance=tolerance,
        seed=parameters.seed,
    )
    motion = displacements(seen.tracks, seen.visibility)
    relative = without_camera(motion, seen.tracks, camera)
    objects = object_motion(
        relative, tolerance=tolerance, min_moving_share=parameters.object_moving_share
    )
    induced = np.hypot(motion.dx - relative.dx, motion.dy - relative.dy)
    moving = np.flatnonzero(objects.is_object)
    speeds, visible = relative.speeds[moving] / np.float32(diagonal), relative.visible[moving]
    fast = _fast(speeds, visible)
    near = _near_border(relative.places, seen.height, seen.width) & relative.visible.any(axis=1)
    return MotionTraits(
        camera_speed=float(induced[relative.visible].mean() / diagonal),
        camera_share=objects.camera_share,
        object_speed=float(speeds[visible].mean()) if visible.any() else 0.0,
        border_share=float(objects.is_object[near].mean()) if near.any() else 0.0,
        groups=count_groups(select(seen, moving[fast])),
    )


def count_groups(tracks: TrackSet) -> int:
    """How many groups of tracks keep together, the small ones not counted.

    Tracks linked by a chain of neighbours are a group. Neighbours are near all the time and keep
    their distance, so that a limb belongs to its body and two cars that pass each other are two.

    Args:
        tracks: Of what moves.
    """
    if len(tracks) < LEAST_TRACKS:
        return 0
    near = _neighbours(
        tracks.tracks / np.float32(math.hypot(tracks.height, tracks.width)), tracks.visibility
    )
    _, parts = connected_components(near, directed=False)
    sizes: Int[np.ndarray, " k"] = np.bincount(parts)
    return int((sizes >= max(LEAST_TRACKS, LEAST_SHARE * sizes.max())).sum())


def _neighbours(
    places: Float32[np.ndarray, "n t 2"], visibility: Bool[np.ndarray, "n t"]
) -> Bool[np.ndarray, "n n"]:
    near = np.zeros((len(places), len(places)), dtype=bool)
    for index, (own, seen) in enumerate(zip(places, visibility, strict=True)):
        joint = visibility & seen
        distance = np.linalg.norm(places - own, axis=-1)
        furthest = np.where(joint, distance, 0).max(axis=1)
        nearest = np.where(joint, distance, np.inf).min(axis=1)
        near[index] = (
            (joint.sum(axis=1) >= JOINT_INSTANTS)
            & (furthest < LINK)
            & (furthest - nearest < STRETCH)
        )
    return near


def _fast(
    speeds: Float32[np.ndarray, "n s"], visible: Bool[np.ndarray, "n s"]
) -> Bool[np.ndarray, " n"]:
    """Which tracks are not slow beside the fastest tenth."""
    if len(speeds) == 0:
        return np.zeros(0, dtype=bool)
    energy = np.square(speeds).sum(axis=1) / np.maximum(visible.sum(axis=1), 1)
    typical = np.sqrt(energy)
    return np.asarray(typical >= SLOW * np.percentile(typical, 90))


def _near_border(
    places: Float32[np.ndarray, "n 2"], height: int, width: int
) -> Bool[np.ndarray, " n"]:
    share = places / np.array([width, height], dtype=np.float32)
    return np.asarray(((share < BORDER) | (share > 1 - BORDER)).any(axis=1))
