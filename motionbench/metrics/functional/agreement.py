"""Agreement in motion of every track of one clip with every track of another, by matrix products.

In each step a point moves (faster than the speed floor) or rests. A step becomes a vector of three
components: the displacement where the point moves, with 0 as third; and (0, 0, speed floor) where
it rests, so that resting is a direction of its own, as long as the slowest motion. Over the steps
in which both are visible, two tracks agree by

    agreement(a, b) = 2 sum_k a_k . b_k / (sum_k |a_k|^2 + sum_k |b_k|^2)
                    = 1 - sum_k |a_k - b_k|^2 / (sum_k |a_k|^2 + sum_k |b_k|^2)

1 for equal motion and for two points at rest; -1 for opposite motion; 0 at right angles and where
one rests while the other moves; 0.8 at twice or half the speed. With ``by_speed`` off every vector
has length 1, and the agreement is the mean over steps of the cosine between displacements, 1 where
both rest and 0 where one does. With step vectors ``s``, squared lengths ``e`` and visibility ``v``
(zero where hidden) this is

    agreement(a, b) = 2 s_a . s_b / (e_a . v_b + v_a . e_b)

three products of matrices, whatever the number of steps: no ``(n, m, steps)`` array exists.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float32

from motionbench.metrics.functional.displacements import Displacements
from motionbench.metrics.functional.neighbours import near_blocks

BLOCK_ROWS = 256
"""Rows of the agreement matrix held at once: enough for the matrix product to run at full speed,
few enough to stay in the processor's cache."""

EXCLUDED = np.float32(4)
"""Taken from the agreement, which is -1 to 1, of a pair that is no candidate, or added to it where
the smallest is sought: faster than writing infinities."""

TIE = np.float32(0.1)
"""By so much more unlike than alike must a partner be to be preferred: the same clip tracked twice
finds itself and not what moves in antiphase beside it."""

SMALL_PRODUCT = 2**18
"""Multiplications up to which OpenBLAS, which NumPy comes with, computes a product at once. Larger
ones it rearranges and hands to threads: for the blocks around a cell, half as fast on one core and
ten times slower on a busy machine, where waiting for the threads outlasts the work."""


@dataclass(frozen=True, eq=False)
class MotionFeatures:
    """What the agreement of tracks is computed from, N tracks over S steps, all float32.

    Attributes:
        vectors: ``(N, 3S)``, the step vectors: first components of all steps, then second, third.
        energy: ``(N, S)``, their squared lengths.
        visible: ``(N, S)``, 1 where visible.
        places: ``(N, 2)``, mean visible position, pixels; zero for a track that is never visible.
        amounts: ``(N,)``, what a track weighs in a mean over tracks: its squared step lengths, as
            far as it is seen, rests counting as the slowest motion. All 1 with ``by_speed`` off.
    """

    vectors: Float32[np.ndarray, "n s3"]
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

    @property
    def moving(self) -> Float32[np.ndarray, "n s2"]:
        """``(N, 2S)``, first and second components: the displacements; zero unless moving."""
        return self.vectors[:, : 2 * self.steps]

    @property
    def resting(self) -> Float32[np.ndarray, "n s"]:
        """``(N, S)``, third components; zero unless visible and not faster than the floor."""
        return self.vectors[:, 2 * self.steps :]


class BestAgreement(NamedTuple):
    """Each track's agreement with its partner in the other clip.

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
    resting = motion.visible & ~moving
    tracks, steps = speeds.shape
    vectors = np.empty((tracks, 3, steps), dtype=np.float32)
    if by_speed:
        scale = moving
        lengths = np.where(moving, speeds, resting * np.float32(speed_floor))
    else:
        scale = np.divide(1, speeds, out=np.zeros_like(speeds), where=moving)
        lengths = motion.visible.astype(np.float32)
    np.multiply(motion.dx, scale, out=vectors[:, 0])
    np.multiply(motion.dy, scale, out=vectors[:, 1])
    np.multiply(lengths, resting, out=vectors[:, 2])
    return MotionFeatures(
        vectors=vectors.reshape(tracks, 3 * steps),
        energy=lengths * lengths,
        visible=motion.visible.astype(np.float32),
        places=motion.places,
        amounts=np.square(lengths).sum(axis=1) if by_speed else np.ones(tracks, dtype=np.float32),
    )


def best_agreement(
    first: MotionFeatures,
    second: MotionFeatures,
    *,
    min_joint_visibility: float,
    radius: float | None = None,
    opposites: bool = True,
    block_rows: int = BLOCK_ROWS,
) -> BestAgreement:
    """The agreement of each track with its partner among the tracks of the other clip.

    The partner is the candidate whose motion is most like the track's own or most unlike it. So a
    track whose counterpart moves the other way finds it, and not a resting background beside it;
    and two unrelated clips agree by 0 on average, not by the largest of many accidents.

    Args:
        first: Of one clip, n tracks.
        second: Of the other clip, m tracks over as many steps, in the same pixel grid.
        min_joint_visibility: Share of all steps, 0 to 1, in which both tracks must be visible to be
            candidates for each other (at least one step in any case).
        radius: Pixels; candidates' places lie no further apart. None: they may be anywhere.
        opposites: Off: the partner is the candidate with the largest agreement.
        block_rows: Rows of the ``(n, m)`` matrix computed at once; does not change the result.

    Raises:
        ValueError: The numbers of steps differ.
    """
    if first.steps != second.steps:
        raise ValueError(
            f"{first.steps} and {second.steps} steps: resample both clips to the same instants."
        )
    needed = max(1.0, min_joint_visibility * first.steps)
    rows, columns = (np.flatnonzero(c.visible.sum(axis=1) >= needed) for c in (first, second))
    best_first, best_second = (np.full(len(c), -np.inf, np.float32) for c in (first, second))
    if len(rows) and len(columns):
        near = near_blocks(first.places[rows], second.places[columns], radius, block_rows)
        rows, columns = rows[near.first], columns[near.second]
        row_ends, column_ends = _Ends.of(len(rows)), _Ends.of(len(columns))
        others = _tracks(second, columns)
        for block, runs in near.blocks:
            some = _tracks(first, rows[block])
            for run in runs:
                agreement, excluded = _agreement(some, others.take(run), needed, radius)
                agreement -= excluded
                row_ends.raise_to(agreement.max(axis=1), block)
                column_ends.raise_to(agreement.max(axis=0), run)
                if opposites:
                    agreement += excluded
                    agreement += excluded
                    row_ends.lower_to(agreement.min(axis=1), block)
                    column_ends.lower_to(agreement.min(axis=0), run)
        best_first[rows], best_second[columns] = row_ends.farther(), column_ends.farther()
    return BestAgreement(best_first, best_second)


class _Ends(NamedTuple):
    """Largest and smallest agreement of each track so far; +-EXCLUDED without a candidate."""

    high: Float32[np.ndarray, " k"]
    low: Float32[np.ndarray, " k"]

    @classmethod
    def of(cls, tracks: int) -> "_Ends":
        return cls(np.full(tracks, -EXCLUDED), np.full(tracks, EXCLUDED))

    def raise_to(self, values: np.ndarray, some: slice) -> None:
        np.maximum(self.high[some], values, out=self.high[some])

    def lower_to(self, values: np.ndarray, some: slice) -> None:
        np.minimum(self.low[some], values, out=self.low[some])

    def farther(self) -> Float32[np.ndarray, " k"]:
        """The end farther from 0, or the upper one at a tie; -inf where there is none."""
        chosen = np.where((self.high + TIE < -self.low) & (self.low < 2), self.low, self.high)
        chosen = np.clip(chosen, -1, 1)  # by rounding it can lie just beyond
        chosen[self.high < -2] = -np.inf
        return chosen


class _Tracks(NamedTuple):
    """Tracks that form rows or columns.

    Energies are halved, so that the product of vectors over their sum is the agreement. The energy
    of two tracks never hidden is the sum of their totals; what hidden steps take from it is put
    right only where there are any.
    """

    vectors: Float32[np.ndarray, "k s3"]
    energy: Float32[np.ndarray, "k s"]
    total: Float32[np.ndarray, " k"]  # of the energy
    visible: Float32[np.ndarray, "k s"]
    hidden: Bool[np.ndarray, " k"]  # at some time
    places: Float32[np.ndarray, "k 2"]
    squares: Float32[np.ndarray, " k"]  # of the places' distances from the origin

    def take(self, some: slice) -> "_Tracks":
        return _Tracks(*(column[some] for column in self))


def _tracks(features: MotionFeatures, order: np.ndarray) -> _Tracks:
    energy, visible, places = (
        features.energy[order] / 2,
        features.visible[order],
        features.places[order],
    )
    return _Tracks(
        vectors=features.vectors[order],
        energy=energy,
        total=energy.sum(axis=1),
        visible=visible,
        hidden=~visible.all(axis=1),
        places=places,
        squares=np.square(places).sum(axis=1),
    )


def _agreement(
    a: _Tracks, b: _Tracks, needed: float, radius: float | None
) -> tuple[np.ndarray, np.ndarray]:
    """``(a, b)`` agreements, and ``EXCLUDED`` for pairs that are no candidates, 0 for others."""
    energy = a.total[:, None] + b.total
    excluded = _beyond(a, b, radius)
    hidden_a, hidden_b = np.flatnonzero(a.hidden), np.flatnonzero(b.hidden)
    visible_a, visible_b = a.visible[hidden_a], b.visible[hidden_b]
    if len(hidden_b):
        energy[:, hidden_b] = a.energy @ visible_b.T + b.total[hidden_b]
    if len(hidden_a):
        energy[hidden_a] = a.energy[hidden_a] @ b.visible.T + visible_a @ b.energy.T
    if len(hidden_a) and len(hidden_b):  # all other pairs are visible together long enough
        rows, columns = np.nonzero(visible_a @ visible_b.T < needed)
        excluded[hidden_a[rows], hidden_b[columns]] = EXCLUDED
        # Never visible together: no candidates anyway, but no division by zero either.
        energy[hidden_a[rows], hidden_b[columns]] = np.inf
    agreement = _product(a.vectors, b.vectors)
    agreement /= energy
    return agreement, excluded


def _beyond(a: _Tracks, b: _Tracks, radius: float | None) -> np.ndarray:
    """``(a, b)``, ``EXCLUDED`` where places lie further apart than the radius."""
    if radius is None:
        return np.zeros((len(a.places), len(b.places)), dtype=np.float32)
    # |p - q|^2 > radius^2, written out so that it is a product as well.
    beyond = a.places @ (-2 * b.places.T) + b.squares > radius**2 - a.squares[:, None]
    return np.asarray(beyond * EXCLUDED)


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """``a @ b.T`` in slices of rows small enough to stay on this thread, if there can be any."""
    height = SMALL_PRODUCT // b.size
    if height < 2 or height >= len(a):
        whole: np.ndarray = a @ b.T
        return whole
    product = np.empty((len(a), len(b)), dtype=np.float32)
    even = len(a) - len(a) % height
    np.matmul(
        a[:even].reshape(-1, height, a.shape[1]),
        b.T,
        out=product[:even].reshape(-1, height, len(b)),
    )
    np.matmul(a[even:], b.T, out=product[even:])
    return product
