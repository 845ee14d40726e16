"""What a changed setting does to the scores of pairs, and to their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from motionbench.audit.statistics import spearman
from motionbench.metrics.catalog import Unscorable

Value = float | Unscorable


@dataclass(frozen=True)
class Effect:
    """Scores under a changed setting against those of the same pairs before; changed less before.

    Attributes:
        pairs: Scored both before and after; all that follows is about these.
        unscored: Pairs without a score before.
        lost: Pairs with a score before and none after.
        mean: Change; None where no pair has both scores.
        mean_absolute: Change without its sign.
        largest: Change of the pair that changed most, with its sign.
        spread: Standard deviation of the scores before: what a change may be held against.
        spearman: Rank correlation of the scores; None with fewer than three pairs or where all
            scores of one side are equal.
        kendall: Likewise, Kendall's tau-b.
        couples: Two results of one reference that had different scores before.
        flips: Couples whose order is the other way round after.
    """

    pairs: int
    unscored: int
    lost: int
    mean: float | None
    mean_absolute: float | None
    largest: float | None
    spread: float | None
    spearman: float | None
    kendall: float | None
    couples: int
    flips: int

    @property
    def flip_share(self) -> float | None:
        """Share of couples whose order is the other way round; None without couples."""
        return self.flips / self.couples if self.couples else None


def effect(before: Sequence[Value], after: Sequence[Value], references: Sequence[int]) -> Effect:
    """The effect of a setting on one metric.

    Args:
        before: Value of each pair, or why it has none.
        after: Of the same pairs.
        references: Number of each pair's reference.
    """
    both = [
        (old, new, reference)
        for old, new, reference in zip(before, after, references, strict=True)
        if isinstance(old, float) and isinstance(new, float)
    ]
    scored = sum(isinstance(old, float) for old in before)
    old, new = (np.array([row[column] for row in both], dtype=np.float64) for column in (0, 1))
    change = new - old
    couples, flips = _flips(old, new, [row[2] for row in both])
    ranks = len(both) > 2 and _varies(old) and _varies(new)
    return Effect(
        pairs=len(both),
        unscored=len(before) - scored,
        lost=scored - len(both),
        mean=float(change.mean()) if both else None,
        mean_absolute=float(np.abs(change).mean()) if both else None,
        largest=float(change[np.abs(change).argmax()]) if both else None,
        spread=float(old.std(ddof=1)) if len(both) > 1 else None,
        spearman=float(spearman(old, new)[0]) if ranks else None,
        kendall=float(stats.kendalltau(old, new).statistic) if ranks else None,
        couples=couples,
        flips=flips,
    )


def with_truth(values: Sequence[Value], truth: Sequence[float]) -> float | None:
    """Spearman's rank correlation of the scores that there are with the true similarity.

    Args:
        values: Of each pair, turned so that more means more alike.
        truth: True similarity of the same pairs.

    Returns:
        None with fewer than three scores or where all are equal.
    """
    both = zip(values, truth, strict=True)
    kept = [(value, true) for value, true in both if isinstance(value, float)]
    scores, true = np.array(kept, dtype=np.float64).reshape(-1, 2).T
    if len(kept) < 3 or not (_varies(scores) and _varies(true)):
        return None
    return float(spearman(scores, true)[0])


def _flips(old: np.ndarray, new: np.ndarray, references: Sequence[int]) -> tuple[int, int]:
    """Couples with an order before, and how many of them have the opposite one after."""
    couples = flips = 0
    for one, other in combinations(range(len(old)), 2):
        order = old[one] - old[other]
        if references[one] == references[other] and order != 0:
            couples += 1
            flips += bool(order * (new[one] - new[other]) < 0)
    return couples, flips


def _varies(values: np.ndarray) -> bool:
    return bool(np.ptp(values) > 0)
