"""Bootstrap intervals of means over cases, of many rows at once.

The mean of a resample is linear in the values: with ``W`` the share of each case in each resample,
``W v`` are the resampled means of a row, and one matrix product serves all rows. Nothing here
touches global random state; the same seed gives the same numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64
from scipy.special import ndtr, ndtri

CONFIDENCE = 0.95
RESAMPLES = 9999

_BATCH = 64
"""Resamples drawn at once. Fixed, because the generator's stream depends on it."""

_ROWS = 256
"""Rows whose resampled means are held at once: 20 MB."""

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
        sizes = [group.size for group in groups]
        samples = values[np.ix_(rows, np.concatenate(groups))]
        for row, interval in zip(rows, _intervals(samples, sizes, seed, resamples), strict=True):
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


def _intervals(
    samples: Float64[np.ndarray, "k n"], sizes: Sequence[int], seed: int, resamples: int
) -> list[Interval]:
    """Intervals of rows with values on the same cases; the strata stand one after the other."""
    # The weight of a case in the mean of the strata's means.
    weights = np.repeat([1 / (len(sizes) * size) for size in sizes], sizes)
    means = _rounded(samples @ weights)
    if min(sizes) < 2:
        return [Interval(float(mean), None, None) for mean in means]
    # Constants have no spread to resample, and BCa divides by it; rounding errors are no spread.
    parts = np.split(samples, np.cumsum(sizes)[:-1], axis=1)
    varying = np.flatnonzero(np.any([_varies(part) for part in parts], axis=0))
    low, high = means.copy(), means.copy()
    if varying.size:
        drawn = _counts(sizes, seed, resamples) * weights
        for start in range(0, len(varying), _ROWS):
            rows = varying[start : start + _ROWS]
            low[rows], high[rows] = _bca(samples[rows], sizes, means[rows], drawn)
    return [Interval(*map(float, ends)) for ends in zip(means, low, high, strict=True)]


def _rounded(means: np.ndarray) -> np.ndarray:
    # BCa counts the resamples whose mean ties with the sample's. Scores averaged over three prompts
    # tie often, and rounding errors (which depend on the number of rows) must not tell them apart.
    return np.asarray(np.round(means, _DECIMALS))


def _varies(sample: Float64[np.ndarray, "k _n"]) -> Bool[np.ndarray, " k"]:
    varies: np.ndarray = np.ptp(sample, axis=1) > 1e-9 * np.maximum(1, np.abs(sample).max(axis=1))
    return varies


def _counts(sizes: Sequence[int], seed: int, resamples: int) -> Float64[np.ndarray, "_b _n"]:
    """How often each case was drawn in each resample, cases drawn within their stratum."""
    rng = np.random.default_rng(seed)
    counts = np.empty((resamples, sum(sizes)))
    for start in range(0, resamples, _BATCH):
        block = counts[start : start + _BATCH]
        first = 0
        for size in sizes:
            drawn = rng.integers(0, size, size=(len(block), size))
            place = drawn + size * np.arange(len(block))[:, None]
            drawn_often = np.bincount(place.ravel(), minlength=place.size)
            block[:, first : first + size] = drawn_often.reshape(place.shape)
            first += size
    return counts


def _bca(
    samples: Float64[np.ndarray, "k n"],
    sizes: Sequence[int],
    means: Float64[np.ndarray, " k"],
    drawn: Float64[np.ndarray, "_b n"],
) -> tuple[Float64[np.ndarray, " k"], Float64[np.ndarray, " k"]]:
    """Ends of the bias-corrected and accelerated interval."""
    resampled = np.sort(_rounded(samples @ drawn.T), axis=1)
    below = np.array([np.searchsorted(row, m) for row, m in zip(resampled, means, strict=True)])
    upto = np.array(
        [np.searchsorted(row, m, "right") for row, m in zip(resampled, means, strict=True)]
    )
    tail = (1 - CONFIDENCE) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        bias = ndtri((below + upto) / (2 * resampled.shape[1]))
        shifted = bias[:, None] + ndtri([tail, 1 - tail])
        shares = ndtr(bias[:, None] + shifted / (1 - _acceleration(samples, sizes) * shifted))
    # BCa is undefined where no resample lies on one side of the mean; plain percentiles are not.
    undefined = ~(np.isfinite(bias) & np.isfinite(shares).all(axis=1))
    shares[undefined] = tail, 1 - tail
    low, high = _quantiles(resampled, shares).T
    return low, high


def _acceleration(
    samples: Float64[np.ndarray, "k n"], sizes: Sequence[int]
) -> Float64[np.ndarray, "k 1"]:
    """Efron's acceleration for several samples; leaving a case out moves a mean by its deviation.

    The factors that the strata's means share cancel.
    """
    cubes, squares = np.zeros(len(samples)), np.zeros(len(samples))
    for part in np.split(samples, np.cumsum(sizes)[:-1], axis=1):
        deviations = part - part.mean(axis=1, keepdims=True)
        cubes += (deviations**3).sum(axis=1) / part.shape[1] ** 3
        squares += (deviations**2).sum(axis=1) / part.shape[1] ** 2
    acceleration: np.ndarray = (cubes / (6 * squares**1.5))[:, None]
    return acceleration


def _quantiles(
    ordered: Float64[np.ndarray, "k b"], shares: Float64[np.ndarray, "k q"]
) -> Float64[np.ndarray, "k q"]:
    """Quantiles of each row, its own shares, linear between neighbours."""
    place = shares * (ordered.shape[1] - 1)
    before = np.floor(place).astype(np.int64)
    after = np.minimum(before + 1, ordered.shape[1] - 1)
    lower = np.take_along_axis(ordered, before, axis=1)
    upper = np.take_along_axis(ordered, after, axis=1)
    quantiles: np.ndarray = lower + (place - before) * (upper - lower)
    return quantiles
