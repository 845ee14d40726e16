"""The cells of a board over every choice of category and kind of prompt."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool

from motionbench.leaderboard.board import Cell
from motionbench.leaderboard.bootstrap import bootstrap_rows
from motionbench.leaderboard.records import OK, ScoreGrid, group_means

RESAMPLES = 1999
"""Of a filtered interval: a fifth of the board's own, since there are many of them."""

Numbers = list[float | int | None]
"""Mean, low, high (None where there is none), cases with a score, cases, jobs with one, jobs."""


def numbers_of(cell: Cell) -> Numbers:
    """A cell of the board as a page keeps it."""
    ends = (cell.mean, cell.low, cell.high)
    counts = (cell.n_cases_ok, cell.n_cases_planned, cell.ok, cell.n_jobs_planned)
    return [*map(rounded, ends), *counts]


def rounded(value: float | None) -> float | None:
    """Six significant digits: more would only make pages large."""
    return None if value is None else float(f"{value:.6g}")


def subset_numbers(
    grid: ScoreGrid,
    metrics: Sequence[str],
    *,
    category: str | None,
    kind: str | None,
    seed: int,
) -> list[list[Numbers]] | None:
    """Cells of each run and metric over the prompts of one category and kind.

    Args:
        grid: All scores.
        metrics: Which of them.
        category: Only its cases; None for all.
        kind: Only prompts of that kind; None for all.
        seed: Of the bootstrap.

    Returns:
        By run of the grid, then by metric; None if no prompt is of that category and kind.
    """
    prompts = _chosen(grid, category, kind)
    if not prompts.any():
        return None
    places = [grid.metrics.index(metric) for metric in metrics]
    values = group_means(grid.prompt_values[:, prompts][..., places], grid.case_of_prompt[prompts])
    ok = (grid.status[:, prompts[grid.prompt_of_job]][..., places] == OK).sum(axis=1)
    rows = values.transpose(0, 2, 1).reshape(-1, values.shape[1])
    known = np.isfinite(rows).any(axis=1)
    intervals = iter(bootstrap_rows(rows[known], seed=seed, resamples=RESAMPLES))
    jobs = int(prompts[grid.prompt_of_job].sum())
    cells: list[Numbers] = []
    for row, has_value, scored in zip(rows, known, ok.ravel(), strict=True):
        interval = next(intervals) if has_value else None
        ends = (None, None, None) if interval is None else (
            interval.mean, interval.low, interval.high
        )  # fmt: skip
        counts = (int(np.isfinite(row).sum()), values.shape[1], int(scored), jobs)
        cells.append([*map(rounded, ends), *counts])
    return [cells[r : r + len(places)] for r in range(0, len(cells), len(places))]


def _chosen(grid: ScoreGrid, category: str | None, kind: str | None) -> Bool[np.ndarray, " _p"]:
    """Which prompts count."""
    of_category = np.array([category in (None, name) for name in grid.categories])
    of_kind = np.array([kind in (None, name) for name in grid.kinds])
    chosen: np.ndarray = of_category[grid.case_of_prompt] & of_kind
    return chosen
