"""One number of the board at a time: mean, interval, coverage, completeness."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64, Int8, Int64

from motionbench.leaderboard.board import Cell
from motionbench.leaderboard.bootstrap import Interval, bootstrap_rows
from motionbench.leaderboard.records import FAILED, MISSING, STATUSES, UNSCORABLE, ScoreGrid


def cells_of(grid: ScoreGrid, metric: str, *, category: str | None = None, seed: int) -> list[Cell]:
    """One cell for each run.

    Args:
        grid: All scores.
        metric: Which of them.
        category: Only its cases; None for all.
        seed: Of the bootstrap.
    """
    m = grid.metrics.index(metric)
    cases = np.array([category in (None, name) for name in grid.categories])
    jobs = cases[grid.case_of_job]
    means = grid.case_values[:, cases, m]
    status = grid.status[:, jobs, m]
    complete = _complete(status, grid.scorable[jobs, m])
    return [
        Cell(
            **_ends(interval),
            n_cases_ok=int(np.isfinite(means[r]).sum()),
            n_cases_planned=int(cases.sum()),
            **_counts(status[r]),
            complete=bool(complete[r]),
        )
        for r, interval in enumerate(_intervals(means, seed))
    ]


def macro_cells(
    grid: ScoreGrid, metric: str, overall: Sequence[Cell], *, seed: int
) -> list[Cell | None]:
    """The mean of the categories' means, where categories differ in their number of cases.

    Cases are resampled within their category. A run without a score in one of the categories has
    no such mean.

    Args:
        grid: All scores.
        metric: Which of them.
        overall: Cells of that metric over all cases; counts are taken from them.
        seed: Of the bootstrap.
    """
    _, strata, counts = np.unique(grid.categories, return_inverse=True, return_counts=True)
    if np.ptp(counts) == 0:
        return [None] * len(overall)
    means = grid.case_values[:, :, grid.metrics.index(metric)]
    intervals = _intervals(means, seed, strata.astype(np.int64))
    return [
        replace(cell, **_ends(interval)) for cell, interval in zip(overall, intervals, strict=True)
    ]


def _ends(interval: Interval | None) -> dict[str, Any]:
    if interval is None:
        return {"mean": None, "low": None, "high": None}
    return {"mean": interval.mean, "low": interval.low, "high": interval.high}


def _counts(status: Int8[np.ndarray, " _j"]) -> dict[str, int]:
    counts = np.bincount(status, minlength=len(STATUSES))
    return {name: int(count) for name, count in zip(STATUSES, counts, strict=True)}


def _complete(
    status: Int8[np.ndarray, "r j"], scorable: Bool[np.ndarray, " j"]
) -> Bool[np.ndarray, " r"]:
    """Runs with a score for every job that some run could be scored on, and nothing left undone.

    A job that is unscorable for one run only counts against that run: a method must not be able to
    leave the hard cases out by producing something that cannot be measured.
    """
    undone = (status == FAILED) | (status == MISSING) | ((status == UNSCORABLE) & scorable)
    complete: np.ndarray = ~undone.any(axis=1) & scorable.any()
    return complete


def _intervals(
    means: Float64[np.ndarray, "r c"], seed: int, strata: Int64[np.ndarray, " c"] | None = None
) -> list[Interval | None]:
    """Interval of each run, or None where it has no value (or none in one of the strata)."""
    strata = np.zeros(means.shape[1], dtype=np.int64) if strata is None else strata
    present = np.isfinite(means)
    usable = np.all([present[:, strata == g].any(axis=1) for g in np.unique(strata)], axis=0)
    found = iter(bootstrap_rows(means[usable], seed=seed, strata=strata))
    return [next(found) if has_value else None for has_value in usable]
