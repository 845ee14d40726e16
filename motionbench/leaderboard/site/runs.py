"""What pages tell of a run besides its scores: read from the run folders of a board's rows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from motionbench.leaderboard.board import Board
from motionbench.store.info import RunInfo
from motionbench.store.private import (
    public_environment,
    public_generation,
    public_scores,
    without_folders,
)
from motionbench.store.records import GenerationRecord, Job, PlannedJob, Score, ScoreRecord
from motionbench.store.run import Run


@dataclass(frozen=True)
class Result:
    """One job of one run.

    Attributes:
        planned: The job.
        generation: Its last attempt; None if there was none.
        scored: Its scores, if they are of the clip that is there now.
    """

    planned: PlannedJob
    generation: GenerationRecord | None
    scored: ScoreRecord | None

    @property
    def prompt(self) -> str:
        """The text that was asked for, as far as it is known."""
        return "" if self.generation is None else self.generation.prompt

    @property
    def problem(self) -> str:
        """Why there are no scores; empty where there are."""
        if self.generation is None:
            return "not generated yet"
        if self.generation.stored is None:
            return f"generation failed: {self.generation.error}"
        return "" if self.scored is not None else "not scored yet"

    def score(self, metric: str) -> Score | None:
        """One metric; None where it was not measured."""
        return None if self.scored is None else self.scored.scores.get(metric)


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


def read_runs(board: Board) -> list[RunPages]:
    """The runs of a board, in the order of its rows.

    Raises:
        StoreError: A run cannot be read.
    """
    return [_read(Run(Path(row.run)), board.ruler) for row in board.rows]


def _read(run: Run, ruler: str) -> RunPages:
    generations, scores = run.read_generations(), run.read_scores(ruler)
    results = {}
    for planned in run.plan():
        generation, scored = generations.get(planned.job), scores.get(planned.job)
        if not _belongs(scored, generation):
            scored = None
        results[planned.job] = Result(
            planned,
            generation and public_generation(generation, run.path),
            scored and public_scores(scored, run.path),
        )
    return RunPages(run, run.info(), results)


def _belongs(scored: ScoreRecord | None, generation: GenerationRecord | None) -> bool:
    """Whether scores are of the clip that is there now."""
    if scored is None or generation is None or generation.stored is None:
        return False
    return scored.content_sha256 == generation.stored.content_sha256
