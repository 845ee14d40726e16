"""Means with intervals, paired tests, and tiers of rows that cannot be told apart.

Everything here works on values per case: prompts and seeds have been averaged before. Rows are
methods, columns are cases. No function keeps or touches global random state; the same seed gives
the same numbers.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64
from scipy import stats

CONFIDENCE = 0.95
ALPHA = 0.05
RESAMPLES = 9999

_BATCH = 64
"""Bootstrap samples held at once. Fixed, because the generator's stream depends on it."""

_DECIMALS = 12
"""Of means, absolute: far below what any score means, far above rounding errors."""


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % confidence interval.

    Attributes:
        mean: Of the values.
        low: Lower end, or None where one value gives no idea of the spread.
        high: Upper end, or None.
    """

    mean: float
    low: float | None
    high: float | None


def bootstrap_mean(
    values: Float64[np.ndarray, " _n"], *, seed: int, resamples: int = RESAMPLES
) -> Interval:
    """Mean over cases with a bootstrap interval (BCa; Efron 1987).

    Constant values have an interval of width zero; a single value has none.

    Example:
        >>> bootstrap_mean(np.array([0.5, 0.5, 0.5]), seed=0)
        Interval(mean=0.5, low=0.5, high=0.5)

    Args:
        values: One per case, finite, at least one.
        seed: Of the resampling.
        resamples: Number of bootstrap samples.

    Raises:
        ValueError: No values, or a value that is not finite.
    """
    if not values.size or not np.isfinite(values).all():
        raise ValueError(f"bootstrap_mean needs one or more finite values, got {values!r}.")
    return bootstrap_rows(values[None], seed=seed, resamples=resamples)[0]


def bootstrap_rows(
    values: Float64[np.ndarray, "_k n"],
    *,
    seed: int,
    strata: Int64[np.ndarray, " n"] | None = None,
    resamples: int = RESAMPLES,
) -> list[Interval]:
    """``bootstrap_mean`` of many rows at once.

    All rows with values on the same cases share their resamples, so a row's interval depends on its
    own values alone: it does not change when another row joins the board.

    Args:
        values: NaN where a row has no value for a case; at least one value in each row.
        seed: Of the resampling.
        strata: Group of each case. The mean is then the mean of the groups' means, cases are drawn
            within their group, and a group with a single case leaves the row without interval.
        resamples: Number of bootstrap samples.

    Raises:
        ValueError: A row has no value, or none in one of the strata.
    """
    strata = np.zeros(values.shape[1], dtype=np.int64) if strata is None else strata
    result: list[Interval | None] = [None] * len(values)
    for rows, cases in _rows_by_pattern(np.isfinite(values)):
        groups = [cases[strata[cases] == group] for group in np.unique(strata)]
        if not all(group.size for group in groups):
            raise ValueError(f"row {rows[0]} has no value in one of the strata.")
        samples = [values[np.ix_(rows, group)] for group in groups]
        for row, interval in zip(rows, _intervals(samples, seed, resamples), strict=True):
            result[row] = interval
    return [interval for interval in result if interval is not None]


def _rows_by_pattern(
    present: Bool[np.ndarray, "_k _n"],
) -> Iterator[tuple[Int64[np.ndarray, " _rows"], Int64[np.ndarray, " _cases"]]]:
    """Groups of rows that have values on the same cases, with those cases."""
    if not len(present):
        return
    patterns, group_of_row = np.unique(present, axis=0, return_inverse=True)
    for group, pattern in enumerate(patterns):
        yield np.flatnonzero(group_of_row.ravel() == group), np.flatnonzero(pattern)


def _mean_of_means(*samples: np.ndarray, axis: int = -1) -> np.ndarray:
    # BCa counts the resamples whose mean ties with the sample's. Scores averaged over three prompts
    # tie often, and rounding errors (which depend on the number of rows) must not tell them apart.
    means = np.mean([sample.mean(axis=axis) for sample in samples], axis=0)
    return np.asarray(np.round(means, _DECIMALS))


def _intervals(
    samples: list[Float64[np.ndarray, "k _n"]], seed: int, resamples: int
) -> list[Interval]:
    """Intervals of rows with values on the same cases; ``samples`` holds one array a stratum."""
    means = _mean_of_means(*samples)
    if min(sample.shape[1] for sample in samples) < 2:
        return [Interval(float(mean), None, None) for mean in means]
    # Constants have no spread to resample, and BCa divides by it; rounding errors are no spread.
    varies = np.any([_varies(sample) for sample in samples], axis=0)
    low, high = means.copy(), means.copy()
    if varies.any():
        low[varies], high[varies] = _bca([sample[varies] for sample in samples], seed, resamples)
    return [Interval(*map(float, ends)) for ends in zip(means, low, high, strict=True)]


def _varies(sample: Float64[np.ndarray, "k _n"]) -> Bool[np.ndarray, " k"]:
    varies: np.ndarray = np.ptp(sample, axis=1) > 1e-9 * np.maximum(1, np.abs(sample).max(axis=1))
    return varies


def _bca(
    samples: list[Float64[np.ndarray, "k _n"]], seed: int, resamples: int
) -> tuple[np.ndarray, np.ndarray]:
    outcome = stats.bootstrap(
        samples,
        _mean_of_means,
        n_resamples=resamples,
        batch=_BATCH,
        vectorized=True,
        axis=-1,
        confidence_level=CONFIDENCE,
        method="BCa",
        random_state=np.random.default_rng(seed),
    )
    low = np.array(outcome.confidence_interval.low)
    high = np.array(outcome.confidence_interval.high)
    # BCa is undefined where no resample lies on one side of the mean; plain percentiles are not.
    undefined = ~(np.isfinite(low) & np.isfinite(high))
    tail = (1 - CONFIDENCE) / 2
    spread = outcome.bootstrap_distribution[undefined]
    low[undefined], high[undefined] = np.quantile(spread, [tail, 1 - tail], axis=-1)
    return low, high


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
    can survive Holm's correction over all pairs; a pair that is above alpha after the first 9,999
    is settled, because correction only raises it.

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
    for signs in _sign_patterns(n, max(RESAMPLES, math.ceil(k * (k - 1) / 2 / ALPHA)), seed):
        _count_reached(centred @ signs, threshold, open_pairs, reached)
        drawn[open_pairs] += signs.shape[1]
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


def _sign_patterns(n: int, resamples: int, seed: int) -> Iterator[Float64[np.ndarray, "_n _r"]]:
    """Blocks of columns of +1 and -1: the observed pattern (all +1), and all others or a sample.

    A pattern and its negative give the same absolute sum, so all patterns that start with +1 are
    enough for the exact test.
    """
    block = min(512, resamples)
    if n - 1 < math.log2(resamples):
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


def cases_needed(differences: Float64[np.ndarray, " _n"], *, power: float = 0.8) -> int | None:
    """Cases that would show a difference of this size and spread, by the normal approximation.

    ``n = ((z_{1 - alpha/2} + z_power) sd / mean)^2``.

    Args:
        differences: One per case, finite.
        power: Wanted chance of a significant test.

    Returns:
        None where it cannot be told: fewer than two cases, or a mean difference of zero.
    """
    if len(differences) < 2 or differences.mean() == 0:
        return None
    quantiles = stats.norm.ppf(1 - ALPHA / 2) + stats.norm.ppf(power)
    ratio = quantiles * differences.std(ddof=1) / differences.mean()
    return max(2, math.ceil(float(ratio) ** 2))
