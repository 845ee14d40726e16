"""Agreement in motion of every track of one clip with every track of another, by matrix products.

In each step a point moves (faster than the speed floor) or rests. A step becomes a vector of three
components: the displacement where the point moves, with 0 as third; and (0, 0, speed floor) where
it rests, so that resting is a direction of its own, as long as the slowest motion. Over the steps
in which both are visible, two tracks agree by the cosine of all their vectors put end to end:

    agreement(a, b) = sum_k a_k . b_k / sqrt(sum_k |a_k|^2  sum_k |b_k|^2)

1 for equal motion, at any ratio of speeds, and for two points at rest; -1 for opposite motion; 0 at
right angles and where one rests while the other moves. With ``by_speed`` off every vector has
length 1, and the agreement is the mean over steps of the cosine between displacements, 1 where both
rest and 0 where one does. With step vectors ``s``, squared lengths ``e`` and visibility ``v`` (zero
where hidden) this is

    agreement(a, b) = s_a . s_b / sqrt((e_a . v_b) (v_a . e_b))

three products of matrices, whatever the number of steps: no ``(n, m, steps)`` array exists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32

from motionbench.metrics.functional.displacements import Displacements

BLOCK_ROWS = 256
"""Rows of the agreement matrix held at once: enough for the matrix product to run at full speed,
few enough to stay in the processor's cache and to lie close together in the picture."""


@dataclass(frozen=True, eq=False)
class MotionFeatures:
    """What the agreement of tracks is computed from, N tracks over S steps, all float32.

    Attributes:
        moving: ``(N, 2S)``, the first two components (x of each step, then y); zero unless moving.
        resting: ``(N, S)``, the third; zero unless visible and not faster than the speed floor.
        energy: ``(N, S)``, squared lengths of the step vectors.
        visible: ``(N, S)``, 1 where visible.
        places: ``(N, 2)``, mean visible position, pixels; zero for a track that is never visible.
        amounts: ``(N,)``, what a track weighs in a mean over tracks: the length of its path as far
            as it is seen, rests counting as the slowest motion. All 1 with ``by_speed`` off.
    """

    moving: Float32[np.ndarray, "n s2"]
    resting: Float32[np.ndarray, "n s"]
    energy: Float32[np.ndarray, "n s"]
    visible: Float32[np.ndarray, "n s"]
    places: Float32[np.ndarray, "n 2"]
    amounts: Float32[np.ndarray, " n"]

    def __len__(self) -> int:
        """Number of tracks."""
        return len(self.visible)

    @property
    def steps(self) -> int:
        """Number of steps."""
        return int(self.visible.shape[1])


class BestAgreement(NamedTuple):
    """Each track's agreement with its best partner in the other clip.

    Attributes:
        first: ``(n,)`` float32, for each track of the first clip, -inf where no track of the other
            clip is a candidate.
        second: ``(m,)`` float32, likewise for the second clip.
    """

    first: Float32[np.ndarray, " _n"]
    second: Float32[np.ndarray, " _m"]


def motion_features(
    motion: Displacements, speed_floor: float, *, by_speed: bool = True
) -> MotionFeatures:
    """Split displacements into motion and rest.

    Args:
        motion: Of one clip.
        speed_floor: Pixels a step, > 0; a point that is not faster rests.
        by_speed: Fast steps weigh more than slow ones in a track, and far-moving tracks more than
            resting ones in the mean; otherwise all steps and all tracks weigh the same.

    Raises:
        ValueError: The speed floor is not positive.
    """
    if not speed_floor > 0:
        raise ValueError(f"the speed floor is {speed_floor}: it must be above 0 pixels a step.")
    speeds = motion.speeds
    moving = motion.visible & (speeds > speed_floor)
    rest = np.float32(speed_floor if by_speed else 1)
    resting = (motion.visible & ~moving) * rest
    if by_speed:
        scale = moving.astype(np.float32)
    else:
        scale = np.divide(1, speeds, out=np.zeros_like(speeds), where=moving)
    x, y = motion.dx * scale, motion.dy * scale
    energy = x * x + y * y + resting * resting
    lengths = np.sqrt(energy).sum(axis=1)
    return MotionFeatures(
        moving=np.concatenate([x, y], axis=1),
        resting=resting,
        energy=energy,
        visible=motion.visible.astype(np.float32),
        places=motion.places,
        amounts=lengths if by_speed else np.ones_like(lengths),
    )


def best_agreement(
    first: MotionFeatures,
    second: MotionFeatures,
    *,
    min_joint_visibility: float,
    radius: float | None = None,
    block_rows: int = BLOCK_ROWS,
) -> BestAgreement:
    """The largest agreement of each track with any candidate among the tracks of the other clip.

    Args:
        first: Of one clip, n tracks.
        second: Of the other clip, m tracks over as many steps, in the same pixel grid.
        min_joint_visibility: Share of all steps, 0 to 1, in which both tracks must be visible to be
            candidates for each other (at least one step in any case).
        radius: Pixels; candidates' places lie no further apart. None: they may be anywhere.
        block_rows: Rows of the ``(n, m)`` matrix computed at once; does not change the result.

    Raises:
        ValueError: The numbers of steps differ.
    """
    if first.steps != second.steps:
        raise ValueError(
            f"{first.steps} and {second.steps} steps: resample both clips to the same instants."
        )
    needed = max(1.0, min_joint_visibility * first.steps)
    best_first = np.full(len(first), -np.inf, dtype=np.float32)
    best_second = np.full(len(second), -np.inf, dtype=np.float32)
    columns = _kinds(second)
    for rows in _kinds(first):
        for start in range(0, len(rows.tracks), block_rows):
            block = rows.take(slice(start, start + block_rows))
            for others in columns:
                near = others if radius is None else others.take(_rows_near(block, others, radius))
                if not len(near.tracks):
                    continue
                agreement = _agreement(block, near, needed, radius)
                _raise_to(best_first, block.tracks, agreement.max(axis=1))
                _raise_to(best_second, near.tracks, agreement.max(axis=0))
    return BestAgreement(np.minimum(best_first, 1), np.minimum(best_second, 1))


class _Kind(NamedTuple):
    """Tracks of one kind, from top to bottom: all move at some time or none, all rest or none, ...

    Whole products are known to vanish between some kinds (a track that only moves and one that only
    rests) or to be constant (visibility of tracks never hidden), and are left out.
    """

    tracks: np.ndarray  # their indices in the clip
    features: Float32[np.ndarray, "k s3"]  # moving and resting, side by side
    energy: Float32[np.ndarray, "k s"]
    visible: Float32[np.ndarray, "k s"]
    places: Float32[np.ndarray, "k 2"]
    moves: bool
    rests: bool
    hidden: bool

    def take(self, rows: slice) -> "_Kind":
        return self._replace(
            tracks=self.tracks[rows],
            features=self.features[rows],
            energy=self.energy[rows],
            visible=self.visible[rows],
            places=self.places[rows],
        )


def _kinds(features: MotionFeatures) -> list[_Kind]:
    return list(_split(features, np.concatenate([features.moving, features.resting], axis=1)))


def _split(features: MotionFeatures, joined: np.ndarray) -> Iterator[_Kind]:
    moves = features.moving.any(axis=1)
    rests = features.resting.any(axis=1)
    hidden = ~features.visible.all(axis=1)
    seen = features.visible.any(axis=1)  # tracks never visible are nobody's candidates
    for flags in product((False, True), repeat=3):
        chosen = seen & (moves == flags[0]) & (rests == flags[1]) & (hidden == flags[2])
        if chosen.any():
            tracks = np.flatnonzero(chosen)
            tracks = tracks[np.argsort(features.places[tracks, 1], kind="stable")]
            yield _Kind(
                tracks,
                joined[tracks],
                features.energy[tracks],
                features.visible[tracks],
                features.places[tracks],
                *flags,
            )


def _rows_near(block: _Kind, others: _Kind, radius: float) -> slice:
    """Those of ``others`` that are near enough in height; both go from top to bottom."""
    top, bottom = block.places[0, 1] - radius, block.places[-1, 1] + radius
    heights = others.places[:, 1]
    return slice(
        int(np.searchsorted(heights, top, side="left")),
        int(np.searchsorted(heights, bottom, side="right")),
    )


def _agreement(a: _Kind, b: _Kind, needed: float, radius: float | None) -> np.ndarray:
    """``(a, b)`` agreements, -inf for pairs that are no candidates."""
    agreement = _sum_over_steps(a, b)
    agreement /= _length(a, b)
    agreement /= _length(b, a).T
    joint = _joint_steps(a, b)
    if joint.min() < needed:
        np.copyto(agreement, np.float32(-np.inf), where=joint < needed)
    if radius is not None:
        np.copyto(agreement, np.float32(-np.inf), where=_squared_distance(a, b) > radius**2)
    return agreement


def _sum_over_steps(a: _Kind, b: _Kind) -> np.ndarray:
    steps = a.visible.shape[1]
    start = 0 if a.moves and b.moves else 2 * steps
    stop = 3 * steps if a.rests and b.rests else 2 * steps
    if start == stop:
        return np.zeros((len(a.tracks), len(b.tracks)), dtype=np.float32)
    total: np.ndarray = a.features[:, start:stop] @ b.features[:, start:stop].T
    return total


def _length(a: _Kind, b: _Kind) -> np.ndarray:
    """Length of each ``a``'s vectors while ``b`` is visible, broadcasting to ``(a, b)``."""
    energy = a.energy @ b.visible.T if b.hidden else a.energy.sum(axis=1, keepdims=True)
    # Never visible together: no candidates anyway, but no division by zero either.
    length: np.ndarray = np.sqrt(np.maximum(energy, np.finfo(np.float32).tiny))
    return length


def _joint_steps(a: _Kind, b: _Kind) -> np.ndarray:
    """Number of steps in which both are visible, in a shape that broadcasts to ``(a, b)``."""
    joint: np.ndarray
    if not b.hidden:
        joint = a.visible.sum(axis=1, keepdims=True)
    elif not a.hidden:
        joint = b.visible.sum(axis=1)[None]
    else:
        joint = a.visible @ b.visible.T
    return joint


def _squared_distance(a: _Kind, b: _Kind) -> np.ndarray:
    dx = a.places[:, :1] - b.places[:, 0]
    dy = a.places[:, 1:] - b.places[:, 1]
    distance: np.ndarray = dx * dx + dy * dy
    return distance


def _raise_to(best: np.ndarray, tracks: np.ndarray, values: np.ndarray) -> None:
    best[tracks] = np.maximum(best[tracks], values)
