"""Paired tests, tiers of rows that cannot be told apart, and how many cases would tell them apart.

Everything here works on values per case: prompts and seeds have been averaged before. Rows are
methods, columns are cases. No function keeps or touches global random state; the same seed gives
the same numbers.
"""

import math
from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float64
from scipy import stats

from motionbench.leaderboard.bootstrap import RESAMPLES

ALPHA = 0.05


def paired_permutation_pvalue(
    a: Float64[np.ndarray, " n"], b: Float64[np.ndarray, " n"], *, seed: int
) -> float:
    """Two-sided p-value of "``a`` and ``b`` could be swapped within each case".

    The sign of each case's difference is flipped at random; the statistic is the mean difference.
    Exact (all sign patterns) for few cases, otherwise a seeded sample of patterns with the observed
    one counted in, so that p is never zero.

    Example:
        >>> ones = np.ones(6)
        >>> paired_permutation_pvalue(ones, 0 * ones, seed=0)  # 2 of 64 sign patterns
        0.03125

    Args:
        a: Values of one method, finite, at least one.
        b: Values of the other on the same cases.
        seed: Of the sampled patterns.
    """
    return float(pairwise_pvalues(np.stack([a, b]), seed=seed)[0, 1])


def pairwise_pvalues(
    values: Float64[np.ndarray, "k n"], *, seed: int
) -> Float64[np.ndarray, "k k"]:
    """``paired_permutation_pvalue`` of every pair of rows.

    Flipping signs is linear: with sign patterns ``S``, ``S (x_i - x_j) = S x_i - S x_j``, so one
    matrix product serves all pairs. Enough patterns are drawn that the smallest p-value possible
    can survive Holm's correction over all pairs; where they are a sample, a pair that is above
    alpha after the first 9,999 is settled, because correction only raises it.

    Args:
        values: ``K`` rows, finite.
        seed: Of the sampled patterns.

    Returns:
        Symmetric, ones on the diagonal.

    Raises:
        ValueError: A value is not finite, or there are no cases.
    """
    k, n = values.shape
    if n == 0 or not np.isfinite(values).all():
        raise ValueError("a paired test needs finite values on one or more common cases.")
    # Taking off the case's mean changes no difference, and keeps the sums small.
    centred = values - values.mean(axis=0)
    observed = centred.sum(axis=1)
    # Rounding must not turn a pattern that ties with the observed one into one below it.
    tolerance = 1e-9 * np.abs(centred).sum(axis=1).max()
    threshold = np.abs(observed[:, None] - observed) - tolerance
    open_pairs = np.triu(np.ones((k, k), dtype=bool), 1)
    reached, drawn = np.zeros((k, k)), np.zeros((k, k))
    resamples = max(RESAMPLES, math.ceil(k * (k - 1) / 2 / ALPHA))
    exact = _is_exact(n, resamples)
    for signs in _sign_patterns(n, resamples, seed):
        _count_reached(centred @ signs, threshold, open_pairs, reached)
        drawn[open_pairs] += signs.shape[1]
        if not exact:  # all patterns in their order are no sample until the last one
            open_pairs &= (drawn < RESAMPLES) | (reached <= ALPHA * drawn)
    pvalues: np.ndarray = np.ones((k, k))
    upper = np.triu_indices(k, 1)
    pvalues[upper] = pvalues.T[upper] = reached[upper] / drawn[upper]
    return pvalues


def _count_reached(
    flipped: Float64[np.ndarray, "k _r"],
    threshold: Float64[np.ndarray, "k k"],
    open_pairs: Bool[np.ndarray, "k k"],
    reached: Float64[np.ndarray, "k k"],
) -> None:
    """Add to ``reached`` the patterns whose difference is as large as the observed one."""
    widest = np.ptp(flipped, axis=0).max()
    candidates = open_pairs & (threshold <= widest)  # no difference exceeds the widest
    for i in np.flatnonzero(candidates.any(axis=1)):
        others = np.flatnonzero(candidates[i])
        distance = np.abs(flipped[others] - flipped[i])
        reached[i, others] += np.count_nonzero(distance >= threshold[i, others, None], axis=1)


def _is_exact(n: int, resamples: int) -> bool:
    """Whether there are fewer patterns than would be drawn, so that all are taken."""
    return n - 1 < math.log2(resamples)


def _sign_patterns(n: int, resamples: int, seed: int) -> Iterator[Float64[np.ndarray, "_n _r"]]:
    """Blocks of columns of +1 and -1: the observed pattern (all +1), and all others or a sample.

    A pattern and its negative give the same absolute sum, so all patterns that start with +1 are
    enough for the exact test.
    """
    block = min(512, resamples)
    if _is_exact(n, resamples):
        numbers = np.arange(2 ** (n - 1))
        for start in range(0, len(numbers), block):
            bits = numbers[start : start + block] >> np.arange(n)[:, None] & 1
            yield 1.0 - 2.0 * bits
        return
    rng = np.random.default_rng(seed)
    yield np.ones((n, 1))
    for start in range(0, resamples, block):
        drawn = min(block, resamples - start)
        yield rng.integers(0, 2, size=(n, drawn), dtype=np.int8) * 2.0 - 1.0


def holm(pvalues: Float64[np.ndarray, " m"]) -> Float64[np.ndarray, " m"]:
    """Holm's step-down adjustment (1979): reject where the result is at most alpha.

    Keeps the chance of even one false rejection at alpha, however the tests depend on each other.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03]))
        array([0.03, 0.06, 0.06])
    """
    order = np.argsort(pvalues, kind="stable")
    steps = pvalues[order] * np.arange(len(pvalues), 0, -1)
    adjusted = np.empty_like(pvalues)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def adjusted_pairs(values: Float64[np.ndarray, "k n"], *, seed: int) -> Float64[np.ndarray, "k k"]:
    """``pairwise_pvalues`` after Holm's correction over all pairs of rows."""
    pvalues = pairwise_pvalues(values, seed=seed)
    upper = np.triu_indices(len(values), k=1)
    pvalues[upper] = holm(pvalues[upper])
    pvalues.T[upper] = pvalues[upper]
    return pvalues


def rank_tiers(adjusted: Float64[np.ndarray, "k k"]) -> tuple[int, ...]:
    """Tiers, counted from 1, of rows given best first.

    A row opens a new tier when it differs significantly from the best row of the current tier.
    Two neighbours on either side of a border may therefore not differ from each other: what the
    border says is that the lower one is worse than the upper tier's best row.

    Args:
        adjusted: P-values of all pairs, corrected for multiple tests.
    """
    tiers: list[int] = []
    leader = 0
    for row in range(len(adjusted)):
        if adjusted[leader, row] <= ALPHA:
            leader = row
            tiers.append(tiers[-1] + 1)
        else:
            tiers.append(tiers[-1] if tiers else 1)
    return tuple(tiers)


def cases_needed(
    differences: Float64[np.ndarray, " _n"], *, comparisons: int = 1, power: float = 0.8
) -> int | None:
    """Cases that would show a difference of this size and spread, by the normal approximation.

    ``n = ((z_{1 - alpha/2} + z_power) sd / mean)^2``, where alpha is 5 % over the number of
    comparisons: the first step of Holm's correction, so the number is on the safe side. At least
    as many as the permutation test needs: with n cases its smallest p-value is ``2^(1 - n)``.

    Args:
        differences: One per case, finite.
        comparisons: Tests that are corrected together.
        power: Wanted chance of a significant test.

    Returns:
        None where it cannot be told: fewer than two cases, or a mean difference of zero.
    """
    if len(differences) < 2 or differences.mean() == 0:
        return None
    quantiles = stats.norm.ppf(1 - ALPHA / comparisons / 2) + stats.norm.ppf(power)
    ratio = quantiles * differences.std(ddof=1) / differences.mean()
    fewest = 1 + math.ceil(math.log2(comparisons / ALPHA))
    return max(fewest, math.ceil(float(ratio) ** 2))


def pareto_front(points: Float64[np.ndarray, "n 2"]) -> tuple[int, ...]:
    """Points that no other point beats in one coordinate without losing in the other.

    Example:
        >>> pareto_front(np.array([[0.9, 0.1], [0.5, 0.5], [0.4, 0.4], [0.1, 0.9]]))
        (3, 1, 0)

    Args:
        points: Higher is better in both coordinates; finite.

    Returns:
        Indices, the first coordinate ascending; equal points are all on the front or all off it.
    """
    level = np.all(points[:, None] <= points, axis=2)
    beaten = level & np.any(points[:, None] < points, axis=2)
    front = np.flatnonzero(~np.any(beaten, axis=1))
    return tuple(int(i) for i in front[np.lexsort((-points[front, 1], points[front, 0]))])
