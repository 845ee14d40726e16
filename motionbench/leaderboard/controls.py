"""Which metrics tell a method from a control."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from motionbench.leaderboard.board import Cell, Tie
from motionbench.leaderboard.records import ScoreGrid
from motionbench.leaderboard.statistics import ALPHA, holm, paired_permutation_pvalue
from motionbench.metrics.catalog import MetricSpec


def controls_not_beaten(
    grid: ScoreGrid,
    spec: MetricSpec,
    cells: Sequence[Cell],
    labels: Sequence[str],
    *,
    best_first: Sequence[int],
    seed: int,
) -> tuple[Tie, ...]:
    """Controls that do as well as the best method on a metric, or cannot be told from it.

    The best method is the best of those that are complete on this metric; without one, nothing is
    claimed. Cost metrics are left out: a control that does nothing is always the cheapest.

    Args:
        grid: All scores.
        spec: The metric.
        cells: Its cells over all cases, one a run.
        labels: Names of the runs.
        best_first: Runs in order of that metric.
        seed: Of the permutations.
    """
    complete = [r for r in best_first if cells[r].complete and not grid.runs[r].control]
    if spec.direction == "none" or spec.needs == {"cost"} or not complete:
        return ()
    best, higher = complete[0], spec.direction == "higher"
    compared = []
    for control in (r for r in best_first if grid.runs[r].control):
        a, b, _ = grid.common_cases(control, best, spec.name)
        if a.size:
            lead = float(b.mean() - a.mean()) * (1 if higher else -1)
            compared.append(
                Tie(
                    control=labels[control],
                    best=labels[best],
                    control_mean=float(a.mean()),
                    best_mean=float(b.mean()),
                    pvalue=paired_permutation_pvalue(a, b, seed=seed),
                    n_cases=a.size,
                    behind=lead > 0,
                )
            )
    adjusted = holm(np.array([tie.pvalue for tie in compared], dtype=np.float64))
    return tuple(
        replace(tie, pvalue=float(pvalue))
        for tie, pvalue in zip(compared, adjusted, strict=True)
        if not tie.behind or pvalue > ALPHA
    )
