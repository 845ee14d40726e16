"""How a clip moves, in a few numbers: its camera, and what moves against it.

Arrays in, numbers out. Lengths are shares of the picture's diagonal, so that size does not matter.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Bool, Float32

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.camera import camera_motion, without_camera
from motionbench.metrics.functional.camera_parts import object_motion
from motionbench.metrics.functional.displacements import displacements
from motionbench.metrics.measurements import MetricParameters
from motionbench.suites.groups import LARGE, REACHES, group_sizes, rival
from motionbench.suites.plane import without_plane
from motionbench.tracks import TrackSet, resample_time, select

INSTANTS: Final = 17
"""Most instants that a clip is looked at: steps of about one length, whatever the frame rate."""

LASTING: Final = 4
"""Steps in which a track must be seen (all, in a shorter clip): one that is lost at once is mostly
blur that was matched with blur."""

SLOW: Final = 0.25
"""Of the fast tracks' speed: slower ones are shadows, swaying grass and errors."""

BORDER: Final = 0.12
"""Width of the picture's border, in shares of its sides."""


@dataclass(frozen=True)
class MotionTraits:
    """What the tracks of a clip say.

    Attributes:
        lasting_share: Share of the tracks that are seen for some steps, 0 to 1; all else is
            measured on these.
        camera_speed: Mean speed that the camera's motion gives to the picture, diagonals a step.
        camera_share: Share of the tracks that follow the camera, 0 to 1.
        object_speed: Mean speed of the others relative to the camera, diagonals a step.
        border_share: Share of the tracks near the border that do not follow the camera, 0 to 1.
        groups: How many large groups of neighbouring tracks move against the camera.
        rivals: Size of the second largest such group, as a share of the largest, 0 to 1; for each
            of ``REACHES``.
    """

    lasting_share: float
    camera_speed: float
    camera_share: float
    object_speed: float
    border_share: float
    groups: int
    rivals: tuple[float, ...]


def motion_traits(tracks: TrackSet, parameters: MetricParameters) -> MotionTraits:
    """Measure a clip's traits.

    Args:
        tracks: T >= 2 frames.
        parameters: Of the metrics: what counts as following the camera.

    Raises:
        UnscorableError: Too few tracks are visible to know the camera's motion.
    """
    seen = resample_time(tracks, min(INSTANTS, tracks.frames))
    lasting, lasting_share = _lasting(seen)
    diagonal = math.hypot(lasting.height, lasting.width)
    tolerance = parameters.camera_tolerance * diagonal
    motion = displacements(lasting.tracks, lasting.visibility)
    size = {"height": lasting.height, "width": lasting.width}
    camera = camera_motion(
        lasting.tracks, lasting.visibility, **size, tolerance=tolerance, seed=parameters.seed
    )
    similar = without_camera(motion, lasting.tracks, camera)
    relative = without_plane(similar, lasting.tracks, **size, tolerance=tolerance)
    objects = object_motion(
        relative, tolerance=tolerance, min_moving_share=parameters.object_moving_share
    )
    induced = np.hypot(motion.dx - similar.dx, motion.dy - similar.dy)
    moving = np.flatnonzero(objects.is_object)
    speeds, visible = relative.speeds[moving] / np.float32(diagonal), relative.visible[moving]
    near = _near_border(relative.places, lasting.height, lasting.width)
    sizes = [
        group_sizes(select(lasting, moving[_fast(speeds, visible)]), reach) for reach in REACHES
    ]
    middle = sizes[len(sizes) // 2]
    return MotionTraits(
        lasting_share=lasting_share,
        camera_speed=float(induced[relative.visible].mean() / diagonal),
        camera_share=objects.camera_share,
        object_speed=float(speeds[visible].mean()) if visible.any() else 0.0,
        border_share=float(objects.is_object[near].mean()) if near.any() else 0.0,
        groups=int((middle >= LARGE * middle.max(initial=0)).sum()),
        rivals=tuple(rival(each) for each in sizes),
    )


def _lasting(tracks: TrackSet) -> tuple[TrackSet, float]:
    """The tracks that are seen for some steps, and which share of all that are ever seen."""
    steps = (tracks.visibility[:, 1:] & tracks.visibility[:, :-1]).sum(axis=1)
    keep = steps >= min(LASTING, tracks.frames - 1)
    if not keep.any():
        raise UnscorableError("no track is visible for long enough to show a motion.")
    return select(tracks, keep), float(keep.sum() / (steps > 0).sum())


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
