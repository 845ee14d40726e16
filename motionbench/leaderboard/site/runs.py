"""What pages tell of a run besides its means: read from the run folders of a board's rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from motionbench.leaderboard.board import Board
from motionbench.leaderboard.site.jobs import Result, score_cells
from motionbench.store.info import RunInfo
from motionbench.store.private import public_environment, without_folders
from motionbench.store.records import GenerationRecord, Job, PlannedJob
from motionbench.store.run import Run
from motionbench.store.table import MISSING


@dataclass(frozen=True)
class RunPages:
    """A run as its pages show it.

    Attributes:
        run: The folder.
        info: What ``run.json`` says.
        results: Every planned job.
    """

    run: Run
    info: RunInfo
    results: Mapping[Job, Result]

    @property
    def environments(self) -> list[dict[str, Any]]:
        """Where it was made, without what is private."""
        return [public_environment(each) for each in self.info.environments]

    @property
    def settings(self) -> dict[str, Any]:
        """What makes it this run, without a person's folders."""
        settings: dict[str, Any] = without_folders(asdict(self.info.settings), self.run.path)
        return settings


def read_runs(board: Board, table: pd.DataFrame, metrics: Sequence[str]) -> list[RunPages]:
    """The runs of a board, in the order of its rows.

    Args:
        board: The board.
        table: The records that it was built from.
        metrics: What the pages show.

    Raises:
        StoreError: A run cannot be read.
    """
    shown = table[(table["ruler"] == board.ruler) & table["metric"].isin(metrics)]
    rows_of = shown.groupby("run", observed=True, sort=False).indices
    return [_read(Run(Path(row.run)), shown.iloc[rows_of[row.run]], metrics) for row in board.rows]


def _read(run: Run, rows: pd.DataFrame, metrics: Sequence[str]) -> RunPages:
    """One run; ``rows`` are its records, by job as planned, then by metric."""
    plan, generations = run.plan(), run.read_generations()
    place = [rows["metric"].iloc[: len(metrics)].tolist().index(metric) for metric in metrics]
    values, statuses, reasons = (
        rows[name].to_numpy(dtype=kind).reshape(len(plan), len(metrics))[:, place].tolist()
        for name, kind in (("value", float), ("status", object), ("reason", object))
    )
    results = {}
    for planned, *told in zip(plan, values, statuses, reasons, strict=True):
        results[planned.job] = _result(planned, generations.get(planned.job), run.path, *told)
    return RunPages(run, run.info(), results)


def _result(
    planned: PlannedJob,
    generation: GenerationRecord | None,
    folder: Path,
    values: list[float],
    statuses: list[str],
    reasons: list[str],
) -> Result:
    stored = None if generation is None else generation.stored
    public = [without_folders(reason, folder) for reason in reasons]
    return Result(
        planned,
        prompt="" if generation is None else generation.prompt,
        stored=stored,
        problem=public[0] if stored is None or set(statuses) == {MISSING} else "",
        cells=score_cells(values, statuses, public),
    )
