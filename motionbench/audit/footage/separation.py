"""Does a result score higher against its own reference than against somebody else's?"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from motionbench.metrics.alignment import align, align_unrelated
from motionbench.tracks import TrackSet


def choose_others(
    own: Sequence[Hashable], groups: Sequence[str], *, count: int, seed: int
) -> list[list[int]]:
    """For each result, other results whose references it is scored against.

    Args:
        own: Reference of each result.
        groups: What else joins results: those of one group may show one reference in several
            files. Empty for none.
        count: How many references, at most; no reference twice.
        seed: Of the choice.

    Returns:
        Indices of results, each with another reference.
    """
    rng = np.random.default_rng(seed)
    first = [own.index(reference) for reference in dict.fromkeys(own)]
    known = {(reference, group) for reference, group in zip(own, groups, strict=True) if group}
    chosen = []
    for reference, group in zip(own, groups, strict=True):
        strangers = [
            index for index in first if own[index] != reference and (own[index], group) not in known
        ]
        drawn = rng.choice(len(strangers), min(count, len(strangers)), replace=False)
        chosen.append([strangers[index] for index in drawn])
    return chosen


def align_couple(
    reference: TrackSet, generated: TrackSet, *, own: bool, frames: int
) -> tuple[TrackSet, TrackSet]:
    """A result's tracks and a reference's, made comparable.

    Its own reference must fit in shape; another one is scaled to the result's diagonal.

    Args:
        reference: Its own or another one's.
        generated: Of the result.
        own: Whether it is its own.
        frames: Most instants.

    Raises:
        UnscorableError: A clip has a single frame, or its own reference is of another shape.
    """
    if own:
        return align(reference, generated, frames=frames)
    instants = min(reference.frames, generated.frames, frames)
    generated, _ = align(generated, generated, frames=instants)
    return align_unrelated(generated, reference), generated


def wins(own: Float64[np.ndarray, " n"], other: Float64[np.ndarray, " _m"]) -> float | None:
    """Share of couples in which ``own`` is larger, ties by half.

    Args:
        own: NaN, where there is no value, loses against everything.
        other: NaN takes no part.

    Returns:
        None if no couple is left.

    Example:
        >>> wins(np.array([0.5]), np.array([0.1, 0.5, np.nan]))
        0.75
    """
    own, other = np.nan_to_num(own, nan=-np.inf), other[~np.isnan(other)]
    if not own.size or not other.size:
        return None
    couples = (own[:, None] > other) + 0.5 * (own[:, None] == other)
    return float(couples.mean())


@dataclass(frozen=True, eq=False)
class Separation:
    """Scores of results against their own and against other references; more is more alike.

    Attributes:
        own: One per result; NaN where unscorable.
        other: One row per result; NaN where unscorable or where there are fewer others.
    """

    own: Float64[np.ndarray, " n"]
    other: Float64[np.ndarray, "n m"]

    def pooled(self) -> float | None:
        """AUC over all couples of all results: one threshold for all."""
        return wins(self.own, self.other.ravel())

    def paired(self) -> Float64[np.ndarray, " n"]:
        """Share of its couples that each result wins; NaN if none can be scored."""
        shares = [wins(self.own[[i]], row) for i, row in enumerate(self.other)]
        return np.array([np.nan if share is None else share for share in shares])
