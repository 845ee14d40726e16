"""Two runs, case by case: by how much does one beat the other, and where."""

from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
import pandas as pd

from motionbench.errors import LeaderboardError, UnknownNameError
from motionbench.leaderboard.aggregate import HEADLINE, check_metrics, labels_of
from motionbench.leaderboard.board import Direction
from motionbench.leaderboard.bootstrap import bootstrap_mean
from motionbench.leaderboard.records import OK, ScoreGrid, read_grid
from motionbench.leaderboard.statistics import (
    ALPHA,
    cases_needed,
    paired_permutation_pvalue,
)
from motionbench.metrics.catalog import METRICS


@dataclass(frozen=True)
class CaseDifference:
    """One case that both runs have.

    Attributes:
        case: Its id.
        category: Its motion category.
        a: Value of the first run, prompts and seeds averaged.
        b: Value of the second run on the same prompts.
        difference: ``a - b``.
    """

    case: str
    category: str
    a: float
    b: float
    difference: float


@dataclass(frozen=True)
class Comparison:
    """Two runs on their common cases.

    Attributes:
        a: Label of the first run.
        b: Label of the second run.
        metric: What was compared.
        direction: Which way is better.
        unit: Of the values; empty for pure numbers.
        suite: Name and version.
        ruler: Name and fingerprint of what measured.
        n_cases: Common cases.
        n_cases_planned: Cases that either run was asked.
        ok_a: Jobs with a score in the first run.
        ok_b: Jobs with a score in the second run.
        n_jobs_planned: Jobs that either run was asked.
        mean_a: Over the common cases.
        mean_b: Over the common cases.
        difference: Mean of ``a - b``.
        low: Lower end of its 95 % bootstrap interval; None with a single common case.
        high: Upper end.
        pvalue: Paired permutation test, two-sided, one comparison (not corrected).
        cases_needed: Cases that would show a difference like this with 80 % power, where the test
            does not; None where it does, or where it cannot be told.
        cases: Largest difference first, either way.
    """

    a: str
    b: str
    metric: str
    direction: Direction
    unit: str
    suite: str
    ruler: str
    n_cases: int
    n_cases_planned: int
    ok_a: int
    ok_b: int
    n_jobs_planned: int
    mean_a: float
    mean_b: float
    difference: float
    low: float | None
    high: float | None
    pvalue: float
    cases_needed: int | None
    cases: tuple[CaseDifference, ...]


def compare_methods(
    table: pd.DataFrame,
    a: str,
    b: str,
    *,
    metric: str = HEADLINE,
    suite: str | None = None,
    ruler: str | None = None,
    seed: int = 0,
) -> Comparison:
    """Compare two runs on the cases they share.

    Differences are formed within prompts that both runs have, averaged within a case, and tested
    over cases.

    Args:
        table: Long form, as ``motionbench.store.table.read_table`` returns it.
        a: A method, or a run where a method has several: its folder, or the folder's name.
        b: The other one.
        metric: What to compare.
        suite: Keeps the runs of that suite (name, ``name@version`` or start of its hash).
        ruler: Keeps the scores of that ruler (name, or name and fingerprint).
        seed: Of bootstrap and permutations.

    Raises:
        UnknownNameError: No such metric, or no such run.
        LeaderboardError: A method has several runs, both names mean one run, no common case, or
            more than one suite or ruler.
    """
    check_metrics([metric])
    grid = read_grid(table, suite=suite, ruler=ruler)
    first, second = _find(grid, a), _find(grid, b)
    if first == second:
        raise LeaderboardError(f"{a!r} and {b!r} are the same run, {grid.runs[first].run}.")
    if metric not in grid.metrics:
        raise LeaderboardError(
            f"No run has {metric}. Scored were: {', '.join(grid.metrics)}. Choose among these, or "
            "score the runs again."
        )
    values_a, values_b, cases = grid.common_cases(first, second, metric)
    if not cases.size:
        raise LeaderboardError(
            f"{a} and {b} have no case in common on which both have {metric}. Evaluate both on the "
            "same suite, then score them with the same ruler."
        )
    ok = grid.status[[first, second], :, grid.metrics.index(metric)] == OK
    asked = grid.asked[[first, second]].any(axis=0)
    labels, differences = labels_of(grid.runs), values_a - values_b
    interval = bootstrap_mean(differences, seed=seed)
    pvalue = paired_permutation_pvalue(values_a, values_b, seed=seed)
    return Comparison(
        a=labels[first],
        b=labels[second],
        metric=metric,
        direction=METRICS[metric].direction,
        unit=METRICS[metric].unit,
        suite=f"{grid.scope.suite}@{grid.scope.suite_version}",
        ruler=grid.scope.ruler,
        n_cases=cases.size,
        n_cases_planned=len(np.unique(grid.case_of_job[asked])),
        ok_a=int(ok[0].sum()),
        ok_b=int(ok[1].sum()),
        n_jobs_planned=int(asked.sum()),
        mean_a=float(values_a.mean()),
        mean_b=float(values_b.mean()),
        difference=interval.mean,
        low=interval.low,
        high=interval.high,
        pvalue=pvalue,
        cases_needed=cases_needed(differences) if pvalue > ALPHA else None,
        cases=_case_differences(grid, cases, values_a, values_b),
    )


def _case_differences(
    grid: ScoreGrid, cases: np.ndarray, values_a: np.ndarray, values_b: np.ndarray
) -> tuple[CaseDifference, ...]:
    """Each common case, the largest difference first, either way."""
    differences = values_a - values_b
    return tuple(
        CaseDifference(
            grid.cases[cases[place]],
            grid.categories[cases[place]],
            float(values_a[place]),
            float(values_b[place]),
            float(differences[place]),
        )
        for place in sorted(range(len(cases)), key=lambda place: -abs(differences[place]))
    )


def _find(grid: ScoreGrid, name: str) -> int:
    """The run of that name: its folder, the folder's name, or a method with a single run."""
    by_run = [r for r, key in enumerate(grid.runs) if name in (key.run, PurePath(key.run).name)]
    found = by_run or [r for r, key in enumerate(grid.runs) if key.method == name]
    if not found:
        raise UnknownNameError("method or run", name, {key.method for key in grid.runs})
    if len(found) > 1:
        runs = ", ".join(grid.runs[r].run for r in found)
        raise LeaderboardError(f"{name!r} has more than one run: {runs}. Name one of these.")
    return found[0]
