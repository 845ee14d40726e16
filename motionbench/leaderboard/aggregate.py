"""Records in, leaderboard out: what is shown, in which order, in which tier."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from motionbench.cases import CATEGORIES
from motionbench.errors import LeaderboardError, UnknownNameError, UsageError
from motionbench.leaderboard.board import UNCATEGORISED, Board, Cell, Column, Row
from motionbench.leaderboard.cells import cells_of, macro_cells
from motionbench.leaderboard.controls import controls_not_beaten
from motionbench.leaderboard.flags import flags_of, unjudged_flags
from motionbench.leaderboard.records import UNSCORABLE, RunKey, ScoreGrid, read_grid
from motionbench.leaderboard.statistics import adjusted_pairs, cases_needed, rank_tiers
from motionbench.metrics.catalog import METRICS
from motionbench.store.private import without_folders

HEADLINE = "motion_fidelity"

DEFAULT_COLUMNS = (
    "motion_fidelity",
    "motion_fidelity_normalised",
    "text_alignment",
    "text_rank",
    "appearance_leakage",
    "temporal_consistency",
    "seconds_generate",
)
"""What text tables show unless asked otherwise: fits 120 columns with the four categories."""


def build_board(
    table: pd.DataFrame,
    *,
    rank_by: str = HEADLINE,
    metrics: Sequence[str] | None = None,
    suite: str | None = None,
    ruler: str | None = None,
    seed: int = 0,
) -> Board:
    """Compare runs on one suite by one ruler.

    The unit is the case: seeds are averaged within a prompt, prompts within a case, and means,
    intervals and tests run over cases. Rows are ranked only if complete: every job that any row was
    asked has a score, except jobs that the ranking metric could score for no row. Ranked rows are
    therefore always compared on the same cases.

    Args:
        table: Long form, as ``motionbench.store.table.read_table`` returns it.
        rank_by: Metric that orders the rows; it must have a better and a worse direction.
        metrics: What text tables show besides the ranking metric; None for the default columns.
            CSV and JSON always hold every metric that was scored.
        suite: Keeps the runs of that suite (name, ``name@version`` or start of its hash).
        ruler: Keeps the scores of that ruler (name, or name and fingerprint).
        seed: Of bootstrap and permutations; the same seed gives the same board.

    Raises:
        LeaderboardError: Nothing to show; more than one suite or ruler; records of a metric that
            this version does not know; ``rank_by`` or one of ``metrics`` was scored in no run.
        UnknownNameError: No metric is called ``rank_by`` or like one of ``metrics``.
        UsageError: ``rank_by`` has no better direction.
    """
    check_metrics([rank_by, *(metrics or ())])
    if METRICS[rank_by].direction == "none":
        raise UsageError(f"{rank_by} has no better or worse direction: no board is ranked by it.")
    grid = read_grid(table, suite=suite, ruler=ruler)
    ordered = _scored_metrics(grid, [rank_by, *(metrics or ())])
    cells = {name: cells_of(grid, name, seed=seed) for name in ordered}
    labels = labels_of(grid.runs)
    return Board(
        suite=grid.scope.suite,
        suite_version=grid.scope.suite_version,
        suite_sha256=grid.scope.suite_sha256,
        ruler=grid.scope.ruler,
        rank_by=rank_by,
        n_cases=len(grid.cases),
        n_jobs=grid.status.shape[1],
        categories={name: grid.categories.count(name) for name in _categories(grid)},
        columns=tuple(_column(grid, name, cells[name], labels, seed) for name in ordered),
        shown=tuple(dict.fromkeys([rank_by, *(metrics or _usual_columns(cells))])),
        rows=_rows(grid, cells, labels, rank_by, seed),
        unjudged=unjudged_flags(grid),
    )


def check_metrics(names: Iterable[str]) -> None:
    """Refuse names that are not in the catalogue.

    Raises:
        UnknownNameError: The first of them.
    """
    for name in names:
        if name not in METRICS:
            raise UnknownNameError("metric", name, METRICS)


def labels_of(runs: Sequence[RunKey]) -> list[str]:
    """Names of the rows, no two alike.

    The method's name; where a method has several runs, with the options in which they differ; then
    with the last part of the run's folder (the hash of its settings); then with the whole path.
    """
    hashes = [key.run.rpartition("--")[2] for key in runs]
    options = _differing_options(runs)
    forms = [
        [key.method, *(f"{key.method} ({what})" for what in (told or digest, digest, key.run))]
        for key, told, digest in zip(runs, options, hashes, strict=True)
    ]
    taken = [[form[level] for form in forms] for level in range(4)]
    return [
        next(name for name, names in zip(form, taken, strict=True) if names.count(name) == 1)
        for form in forms
    ]


def _differing_options(runs: Sequence[RunKey]) -> list[str]:
    """Of each run, the options in which runs of its method differ: ``strength=0.6, steps=20``."""
    options = [json.loads(key.options) for key in runs]
    told = []
    for key, own in zip(runs, options, strict=True):
        others = [o for k, o in zip(runs, options, strict=True) if k.method == key.method]
        differ = [name for name in own if any(other.get(name) != own[name] for other in others)]
        shown = {name: without_folders(own[name], Path(key.run)) for name in differ}
        told.append(", ".join(f"{name}={value}" for name, value in shown.items()))
    return told


def _scored_metrics(grid: ScoreGrid, wanted: Iterable[str]) -> list[str]:
    """The metrics of the records in the catalogue's order."""
    unknown = sorted(set(grid.metrics) - set(METRICS))
    if unknown:
        raise LeaderboardError(
            "The records hold metrics that this version of MotionBench does not know: "
            f"{', '.join(unknown)}. Score the runs again, or use the version that scored them."
        )
    absent = sorted(set(wanted) - set(grid.metrics))
    if absent:
        raise LeaderboardError(
            f"No run has {', '.join(absent)}. Scored were: {', '.join(grid.metrics)}. "
            "Choose among these, or score the runs again."
        )
    return [name for name in METRICS if name in grid.metrics]


def _usual_columns(cells: Mapping[str, Sequence[Cell]]) -> list[str]:
    """The default columns that hold any number (finished videos come without a cost)."""
    return [
        name
        for name in DEFAULT_COLUMNS
        if any(cell.mean is not None for cell in cells.get(name, ()))
    ]


def _categories(grid: ScoreGrid) -> list[str]:
    """Categories present: the four in their usual order, then cases without one."""
    return [name for name in (*CATEGORIES, UNCATEGORISED) if name in grid.categories]


def _column(
    grid: ScoreGrid, metric: str, cells: Sequence[Cell], labels: Sequence[str], seed: int
) -> Column:
    spec, m = METRICS[metric], grid.metrics.index(metric)
    everywhere = (grid.status[:, :, m] == UNSCORABLE).any(axis=0) & ~grid.scorable[:, m]
    best_first = _best_first(grid, cells, metric)
    return Column(
        metric=metric,
        direction=spec.direction,
        unit=spec.unit,
        low=spec.low,
        high=spec.high,
        unscorable_everywhere=int(everywhere.sum()),
        ties=controls_not_beaten(grid, spec, cells, labels, best_first=best_first, seed=seed),
    )


def _best_first(grid: ScoreGrid, cells: Sequence[Cell], metric: str) -> list[int]:
    """Runs in order of their mean, those without one last; equal ones in order of their names."""
    sign = -1.0 if METRICS[metric].direction == "higher" else 1.0

    def merit(r: int) -> tuple[bool, float, str, str]:
        mean, key = cells[r].mean, grid.runs[r]
        return mean is None, 0.0 if mean is None else sign * mean, key.method, key.run

    return sorted(range(len(cells)), key=merit)


def _rows(
    grid: ScoreGrid,
    cells: Mapping[str, Sequence[Cell]],
    labels: Sequence[str],
    rank_by: str,
    seed: int,
) -> tuple[Row, ...]:
    """Ranked rows, unranked rows, controls; each best first."""
    headline = cells[rank_by]
    order = _best_first(grid, headline, rank_by)
    methods = [r for r in order if not grid.runs[r].control]
    ranked = [r for r in methods if headline[r].complete]
    unranked = [r for r in methods if not headline[r].complete]
    controls = [r for r in order if grid.runs[r].control]
    tiers = dict(zip(ranked, _tiers(grid, ranked, rank_by, seed), strict=True))
    categories = {
        name: cells_of(grid, rank_by, category=name, seed=seed) for name in _categories(grid)
    }
    macro = macro_cells(grid, rank_by, headline, seed=seed)
    flags = flags_of(grid)
    return tuple(
        Row(
            run=grid.runs[r].run,
            method=grid.runs[r].method,
            version=grid.runs[r].version,
            label=labels[r],
            control=grid.runs[r].control,
            tier=tiers[r].tier if r in tiers else None,
            unranked=_reason(headline[r], rank_by) if r in unranked else "",
            pvalue_to_leader=tiers[r].pvalue if r in tiers else None,
            cases_to_leader=tiers[r].cases if r in tiers else None,
            cells={name: column[r] for name, column in cells.items()},
            categories={name: column[r] for name, column in categories.items()},
            macro=macro[r],
            flags=flags[r],
        )
        for r in [*ranked, *unranked, *controls]
    )


class _Standing(NamedTuple):
    """Where a complete row stands.

    Attributes:
        tier: From 1.
        pvalue: Of the comparison that decided it.
        cases: That would separate it from its tier's best row.
    """

    tier: int
    pvalue: float | None
    cases: int | None


def _tiers(grid: ScoreGrid, ranked: Sequence[int], metric: str, seed: int) -> list[_Standing]:
    """Standing of each complete row, best first."""
    if not ranked:
        return []
    values = grid.case_values[list(ranked), :, grid.metrics.index(metric)]
    values = values[:, np.isfinite(values).all(axis=0)]
    adjusted = adjusted_pairs(values, seed=seed)
    tiers = rank_tiers(adjusted)
    pairs = max(1, len(ranked) * (len(ranked) - 1) // 2)
    standings = []
    for row, tier in enumerate(tiers):
        # A row was compared with the best row of the tier that the row before it belongs to.
        leader = tiers.index(tiers[row - 1]) if row else 0
        with_leader = row > 0 and tiers[leader] == tier
        standings.append(
            _Standing(
                tier,
                float(adjusted[leader, row]) if row else None,
                cases_needed(values[leader] - values[row], comparisons=pairs)
                if with_leader
                else None,
            )
        )
    return standings


def _reason(cell: Cell, metric: str) -> str:
    return f"{cell.ok} of {cell.n_jobs_planned} jobs have {metric}: {cell.gaps}"
