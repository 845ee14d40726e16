"""Rank correlations with intervals over scenes, and how small a change is still noticed.

Pairs of one base scene have the scene in common and are not independent, so resampling draws base
scenes, each with all its pairs. A resample is a row of weights: how often each pair is drawn.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64
from scipy import stats

from motionbench.leaderboard.bootstrap import CONFIDENCE

RESAMPLES = 499

_NEARLY_ONE = 1 - 1e-4

Values = Float64[np.ndarray, " n"]
Labels = Int64[np.ndarray, " n"]
Weights = Float64[np.ndarray, "k n"]


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval.

    Attributes:
        value: Of all pairs.
        low: Lower end; None where there are too few scenes to resample.
        high: Upper end; None likewise.
    """

    value: float
    low: float | None
    high: float | None

    @property
    def positive(self) -> bool:
        """Whether the interval lies above 0."""
        return self.low is not None and self.low > 0


@dataclass(frozen=True, eq=False)
class Resamples:
    """Items drawn many times over.

    Attributes:
        draws: How often each item is drawn, one row for each resample.
        clusters: Number of clusters.
        strata: Number of strata.
    """

    draws: Weights
    clusters: int
    strata: int

    @property
    def degrees(self) -> int:
        """Degrees of freedom of the spread."""
        return self.clusters - self.strata


def draw_clusters(
    clusters: Labels, strata: Labels, *, seed: int, resamples: int = RESAMPLES
) -> Resamples:
    """Draw whole clusters with replacement.

    Args:
        clusters: Cluster of each item.
        strata: Stratum of each item; clusters are drawn within their stratum, as many as there are.
            A cluster lies in one stratum.
        seed: Of the draws.
        resamples: Number of draws.
    """
    names, first, member = np.unique(clusters, return_index=True, return_inverse=True)
    kinds = np.unique(strata)
    drawn = np.zeros((resamples, len(names)))
    rng = np.random.default_rng(seed)
    rows = np.arange(resamples)[:, None]
    for kind in kinds:
        own = np.flatnonzero(strata[first] == kind)
        np.add.at(drawn, (rows, rng.choice(own, size=(resamples, len(own)))), 1.0)
    return Resamples(drawn[:, member.ravel()], len(names), len(kinds))


def spearman(x: Values, y: Values, weights: Weights | None = None) -> Float64[np.ndarray, " _k"]:
    """Spearman's rank correlation, once for each row of weights; equal values share a rank.

    0 where ``x`` or ``y`` is constant, as it then says nothing about the other.

    Example:
        >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.2, 0.9]))
        array([1.])

    Args:
        x: Finite.
        y: Finite.
        weights: How often each item counts, >= 0; None for once.
    """
    weights = np.ones((1, len(x))) if weights is None else weights
    first, second = _centred_ranks(x, weights), _centred_ranks(y, weights)
    both = np.sum(weights * first * second, axis=1)
    spread = np.sum(weights * first**2, axis=1) * np.sum(weights * second**2, axis=1)
    # Ranks are multiples of a half: a spread that is not zero is far above rounding.
    varies = spread > 1e-6
    return np.asarray(np.where(varies, both / np.sqrt(np.where(varies, spread, 1.0)), 0.0))


def _centred_ranks(values: Values, weights: Weights) -> Weights:
    """Rank of each item among the weighted items, less the mean rank."""
    _, group = np.unique(values, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    starts = np.flatnonzero(np.diff(group.ravel()[order], prepend=-1))
    sizes = np.add.reduceat(weights[:, order], starts, axis=1) if len(starts) else weights
    middle = np.cumsum(sizes, axis=1) - sizes / 2
    # The mean rank is half the total weight, with or without ties.
    return np.asarray(middle[:, group.ravel()] - weights.sum(axis=1, keepdims=True) / 2)


def estimate(
    statistic: Callable[[Weights], Float64[np.ndarray, " _k"]], resamples: Resamples
) -> Estimate:
    """A statistic of weighted items with its interval: bootstrap standard error, Student's t.

    The plain percentiles of so few clusters are too narrow: drawn with replacement, m of them vary
    by a share of 1 / m too little.

    Args:
        statistic: One value for each row of weights.
        resamples: From ``draw_clusters``.
    """
    value = float(statistic(np.ones((1, resamples.draws.shape[1])))[0])
    if resamples.degrees < 1:
        return Estimate(value, None, None)
    reach = _reach(statistic(resamples.draws), resamples)
    return Estimate(value, value - reach, value + reach)


def correlate(x: Values, y: Values, resamples: Resamples) -> Estimate:
    """Spearman's rank correlation with its interval, symmetric on Fisher's scale (``atanh``)."""
    value = float(spearman(x, y)[0])
    if resamples.degrees < 1:
        return Estimate(value, None, None)
    # A correlation of exactly 1 has no place on that scale.
    drawn = np.clip(spearman(x, y, resamples.draws), -_NEARLY_ONE, _NEARLY_ONE)
    reach = _reach(np.arctanh(drawn), resamples)
    middle = math.atanh(min(max(value, -_NEARLY_ONE), _NEARLY_ONE))
    low, high = math.tanh(middle - reach), math.tanh(middle + reach)
    return Estimate(value, min(low, value), max(high, value))


def _reach(drawn: Float64[np.ndarray, " _k"], resamples: Resamples) -> float:
    """Half the length of a 95 % interval."""
    error = float(np.std(drawn, ddof=1)) * math.sqrt(resamples.clusters / resamples.degrees)
    return error * float(stats.t.ppf((1 + CONFIDENCE) / 2, resamples.degrees))


def share_below(changed: Values, unchanged: Float64[np.ndarray, " m"]) -> float:
    """Share of all comparisons in which a changed value lies below an unchanged one.

    NaN, where there is no value, never lies below.
    """
    return float(np.mean(changed[:, None] < unchanged))


def share_falling(values: Values) -> float:
    """Share of all pairs of steps in which the later value lies below the earlier one.

    Args:
        values: By rising dose, at least two.
    """
    earlier, later = np.triu_indices(len(values), 1)
    return float(np.mean(values[later] < values[earlier]))


def just_noticeable(doses: Values, noticed: Values, *, share: float = CONFIDENCE) -> float | None:
    """The dose from which on a change is noticed in at least that share of comparisons.

    Between two doses the share is taken to rise in a straight line; at dose 0 a change is noticed
    in half of the comparisons, by chance.

    Example:
        >>> just_noticeable(np.array([0.5, 1.0]), np.array([0.9, 1.0]))
        0.75

    Args:
        doses: Rising, above 0.
        noticed: Share of comparisons in which the change is noticed, by dose.
        share: That is asked for, above 0.5.

    Returns:
        None if the largest dose is not noticed that often.
    """
    doses, noticed = np.append(0.0, doses), np.append(0.5, noticed)
    last = int(np.flatnonzero(noticed < share)[-1])
    if last == len(doses) - 1:
        return None
    step = (share - noticed[last]) / (noticed[last + 1] - noticed[last])
    return float(doses[last] + step * (doses[last + 1] - doses[last]))
