"""How alike the motions of two scenes are, from what made them: no picture and no tracker."""

import math
from dataclasses import replace

import numpy as np
from jaxtyping import Float64

from motionbench.scenes.figure import Performance
from motionbench.scenes.stage import Scene, set_stage
from motionbench.scenes.tracks import Surfaces
from motionbench.trackers.base import grid_queries

INSTANTS = 33
"""Instants at which points are placed, evenly over the clip."""

GRID = 16
"""Points are taken where a grid of so many rows and columns sees them."""

_SIDE = 256
"""Of the square picture that points are seen in, pixels; velocities are divided by it."""

_SEEN_AT = (0, INSTANTS // 2, INSTANTS - 1)

Steps = Float64[np.ndarray, "n t 2"]
"""Velocity per step of each point in frame units; 0 where the point is not seen."""


def true_similarity(scene: Scene, other: Scene) -> float:
    """How alike two motions are: direction, speed, timing and all.

    The same surface points follow both motions on the stage of ``scene``: those that a regular grid
    sees in the first, middle and last frame under the one motion, and those that it sees under the
    other. A point counts over the steps in which it is seen by whoever found it, so surfaces weigh
    by the area and the time they are seen. With the velocities v and w of a point under the two
    motions, the similarity is ``2 sum <v, w> / sum(|v|^2 + |w|^2)``.

    Args:
        scene: Its layout and appearance stand for both.
        other: Only its motion counts.

    Returns:
        In [-1, 1]: 1 for the same motion (or none in both), 0 for unrelated motions and where one
        of them rests, -1 for the opposite motion; ``2 r / (1 + r^2)`` at r times the speed.

    Raises:
        ValueError: The scenes have no surface points in common: other categories, other numbers
            of objects, or persons seen from another side.
    """
    v, w = velocities(scene, other)
    both = float((v * v).sum() + (w * w).sum())
    return 2 * float((v * w).sum()) / both if both > 0 else 1.0


def true_similarity_evenly(scene: Scene, other: Scene) -> float:
    """As ``true_similarity``, but the similarity of each point counts by its speed, not its square.

    So a slow subject is not drowned by a fast one. With the norms |v| and |w| of a point over all
    its steps, each point's ``2 <v, w> / (|v|^2 + |w|^2)`` is averaged with weight |v| + |w|.
    """
    v, w = velocities(scene, other)
    alike = (v * w).sum(axis=(1, 2))
    one, two = (v * v).sum(axis=(1, 2)), (w * w).sum(axis=(1, 2))
    moves = one + two > 0
    if not moves.any():
        return 1.0
    weight = np.sqrt(one[moves]) + np.sqrt(two[moves])
    return float(np.average(2 * alike[moves] / (one + two)[moves], weights=weight))


def true_direction(scene: Scene, other: Scene) -> float:
    """How alike two motions are apart from their overall speed: the cosine of all velocities.

    Returns:
        In [-1, 1]; 0 where one of them rests, 1 where both do. Points as in ``true_similarity``.

    Raises:
        ValueError: As ``true_similarity``.
    """
    v, w = velocities(scene, other)
    one, two = float((v * v).sum()), float((w * w).sum())
    if one == 0 and two == 0:
        return 1.0
    return float((v * w).sum()) / math.sqrt(one * two) if one and two else 0.0


def velocities(scene: Scene, other: Scene) -> tuple[Steps, Steps]:
    """Velocities of the same surface points under the motion of each of two scenes.

    Args:
        scene: Its layout and appearance stand for both.
        other: Only its motion counts.

    Raises:
        ValueError: As ``true_similarity``.
    """
    _check_comparable(scene, other)
    moved_otherwise = replace(scene, motion=other.motion, camera=other.camera)
    first, second = (_surfaces(motion) for motion in (scene, moved_otherwise))
    v1, w1 = _steps(first, second)
    w2, v2 = _steps(second, first)
    return np.concatenate([v1, v2]), np.concatenate([w1, w2])


def _steps(finder: Surfaces, follower: Surfaces) -> tuple[Steps, Steps]:
    """Points that one sees, as both move them."""
    points = finder.find(_queries())
    places, seen = finder.follow(points)
    others = follower.trace(points)
    counted = (seen[:, 1:] & seen[:, :-1])[..., None]
    own, foreign = (np.diff(tracks, axis=1) * counted / _SIDE for tracks in (places, others))
    return own, foreign


def _surfaces(scene: Scene) -> Surfaces:
    return Surfaces(set_stage(scene), frames=INSTANTS, height=_SIDE, width=_SIDE)


def _queries() -> np.ndarray:
    return np.concatenate([grid_queries(_SIDE, _SIDE, GRID, frame) for frame in _SEEN_AT])


def _check_comparable(scene: Scene, other: Scene) -> None:
    if _cast(scene) != _cast(other):
        raise ValueError(
            f"{scene.name!r} and {other.name!r} have no surface points in common: "
            f"{_cast(scene)} against {_cast(other)} (category, movers, view)."
        )


def _cast(scene: Scene) -> tuple[str, int, str | None]:
    view = next((motion.view for motion in scene.motion if isinstance(motion, Performance)), None)
    return scene.category, len(scene.motion), view
