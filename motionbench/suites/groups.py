"""Tracks that keep together: how many things move.

Tracks linked by a chain of neighbours are a group. Neighbours are near all the time and keep their
distance, so that a limb belongs to its body and two cars that pass each other are two. How near is
near decides what is one thing: a short reach cuts a person at the waist, a long one joins two dogs
that touch. So there are several reaches, and a clip on which they agree is a clear one.
"""

import math
from typing import Final

import numpy as np
from jaxtyping import Bool, Float32, Int
from scipy.sparse.csgraph import connected_components

from motionbench.tracks import TrackSet

REACHES: Final = (0.05, 0.075, 0.1)
"""Diagonals: two tracks that are ever further apart are not neighbours. A grid of 20 points a side
has one about every 0.035."""

STRETCH: Final = 0.03
"""Nor are two whose distance varies by this much: things that pass each other come apart."""

JOINT_INSTANTS: Final = 4
"""Fewest instants at which two tracks must both be visible to be neighbours."""

LEAST_TRACKS: Final = 5
"""Fewer tracks are no group."""

LARGE: Final = 0.5
"""Of the largest group: smaller ones are limbs and what lies behind."""


def group_sizes(tracks: TrackSet, reach: float) -> Int[np.ndarray, " k"]:
    """How many tracks each group has, the largest first; too small ones are left out.

    Args:
        tracks: Of what moves.
        reach: Diagonals; see ``REACHES``.
    """
    if len(tracks) < LEAST_TRACKS:
        return np.zeros(0, dtype=np.int64)
    diagonal = np.float32(math.hypot(tracks.height, tracks.width))
    near = _neighbours(tracks.tracks / diagonal, tracks.visibility, reach)
    _, parts = connected_components(near, directed=False)
    sizes = np.sort(np.bincount(parts))[::-1].astype(np.int64)
    return sizes[sizes >= LEAST_TRACKS]


def rival(sizes: Int[np.ndarray, " k"]) -> float:
    """Size of the second group as a share of the first, 0 to 1; 0 if there is none.

    Example:
        >>> rival(np.array([40, 10, 6]))
        0.25
    """
    return float(sizes[1] / sizes[0]) if len(sizes) > 1 else 0.0


def _neighbours(
    places: Float32[np.ndarray, "n t 2"], visibility: Bool[np.ndarray, "n t"], reach: float
) -> Bool[np.ndarray, "n n"]:
    near = np.zeros((len(places), len(places)), dtype=bool)
    for index, (own, seen) in enumerate(zip(places, visibility, strict=True)):
        joint = visibility & seen
        distance = np.linalg.norm(places - own, axis=-1)
        furthest = np.where(joint, distance, 0).max(axis=1)
        nearest = np.where(joint, distance, np.inf).min(axis=1)
        near[index] = (
            (joint.sum(axis=1) >= JOINT_INSTANTS)
            & (furthest < reach)
            & (furthest - nearest < STRETCH)
        )
    return near
