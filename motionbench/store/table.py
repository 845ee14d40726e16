"""Runs as one table in long form: what the leaderboard reads."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from motionbench.errors import StoreError
from motionbench.files import read_json
from motionbench.store.info import RunInfo
from motionbench.store.records import GenerationRecord, Job, PlannedJob, Score, ScoreRecord
from motionbench.store.run import RUN_FILE, Run, is_ruler

COLUMNS = (
    "run",
    "method",
    "version",
    "options",
    "control",
    "suite",
    "suite_version",
    "suite_sha256",
    "ruler",
    "case",
    "category",
    "prompt_id",
    "kind",
    "seed",
    "metric",
    "status",
    "value",
    "reason",
    "reference_sha256",
)

MISSING = "missing"


def find_runs(paths: Sequence[Path]) -> list[Path]:
    """Run folders among ``paths``: each is one, or a folder of them. Sorted within a folder.

    Raises:
        StoreError: A path is neither.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if (path / RUN_FILE).is_file():
            found[path] = None
            continue
        inside = sorted(child.parent for child in path.glob(f"*/{RUN_FILE}"))
        if not inside:
            raise StoreError(
                f"{path} is no run: it holds no {RUN_FILE}, and no folder in it does. Give run "
                "folders, or the folder that --out named."
            )
        found.update(dict.fromkeys(inside))
    return list(found)


def read_table(runs: Sequence[Path], ruler: str | None = None) -> pd.DataFrame:
    """One row per run, ruler, planned job and metric.

    A planned job that was not generated or not scored (or scored before it was generated again) is
    ``missing`` in every metric; one whose generation failed is ``failed`` in every metric.

    Args:
        runs: Run folders.
        ruler: A ruler's name (``embedded``) or name and fingerprint (``embedded-0123456789ab``);
            None for all that measured any of the runs.

    Returns:
        Columns ``COLUMNS``; ``value`` is NaN unless ``status`` is ``ok``, ``options`` are JSON.

    Raises:
        StoreError: A folder is no run, or no run was measured by such a ruler.
    """
    rulers = _rulers(runs, ruler)
    rows = [
        row
        for path in runs
        for name, metrics in rulers.items()
        for row in _run_rows(Run(path), name, metrics)
    ]
    table = pd.DataFrame.from_records(rows, columns=list(COLUMNS))
    return table.astype({"value": float, "seed": int, "control": bool})


def _rulers(runs: Sequence[Path], wanted: str | None) -> dict[str, tuple[str, ...]]:
    """The rulers asked for, each with the metrics that it measures."""
    metrics: dict[str, tuple[str, ...]] = {}
    for path in runs:
        run = Run(path)
        for name in run.rulers():
            if name not in metrics:
                metrics[name] = _metrics_of(run.ruler_file(name))
    chosen = {
        name: names for name, names in metrics.items() if wanted is None or is_ruler(name, wanted)
    }
    if chosen:
        return chosen
    by = "" if wanted is None else f" by ruler {wanted!r}"
    known = ", ".join(sorted(metrics)) or "none"
    raise StoreError(
        f"None of the {len(runs)} runs has scores{by}. Rulers that measured them: {known}. "
        "Run `motionbench score RUN` first."
    )


def _metrics_of(ruler_file: Path) -> tuple[str, ...]:
    """The metrics that a ruler measures, as the file beside its scores says."""
    try:
        return tuple(read_json(ruler_file)["metrics"])
    except (KeyError, TypeError) as error:
        raise StoreError(
            f"{ruler_file} does not say which metrics were measured. Score the run again by "
            "`motionbench score RUN`."
        ) from error


def _run_rows(run: Run, ruler: str, metrics: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """All rows of one run measured by one ruler."""
    shared = _shared_columns(run, run.info(), ruler)
    outcome = _Outcomes(run.read_generations(), run.read_scores(ruler))
    for planned in run.plan():
        scored = outcome.scores.get(planned.job)
        reference = {"reference_sha256": None if scored is None else scored.reference_sha256}
        columns = {**shared, **_job_columns(planned), **reference}
        for metric in metrics:
            yield {**columns, "metric": metric, **outcome.of(planned.job, metric)}


def _shared_columns(run: Run, info: RunInfo, ruler: str) -> dict[str, Any]:
    """What is the same in all rows of a run."""
    settings = info.settings
    return {
        "run": str(run.path),
        "method": settings.method,
        "version": settings.version,
        "options": json.dumps(settings.options, sort_keys=True),
        "control": bool(info.card.get("control", False)),
        "suite": settings.suite,
        "suite_version": settings.suite_version,
        "suite_sha256": settings.suite_sha256,
        "ruler": ruler,
    }


def _job_columns(planned: PlannedJob) -> dict[str, Any]:
    """What is the same in all metrics of a job."""
    return {
        "case": planned.case,
        "category": planned.category,
        "prompt_id": planned.prompt_id,
        "kind": planned.kind,
        "seed": planned.seed,
    }


@dataclass(frozen=True)
class _Outcomes:
    """What became of the jobs of one run."""

    generations: Mapping[Job, GenerationRecord]
    scores: Mapping[Job, ScoreRecord]

    def of(self, job: Job, metric: str) -> dict[str, Any]:
        """Status, value and reason of one metric of one job."""
        generation, scored = self.generations.get(job), self.scores.get(job)
        if generation is None:
            return _without_value(MISSING, "not generated yet")
        if generation.stored is None:
            return _without_value("failed", f"generation failed: {generation.error}")
        if scored is None:
            return _without_value(MISSING, "not scored yet")
        if scored.content_sha256 != generation.stored.content_sha256:
            return _without_value(MISSING, "generated again since it was scored")
        return _columns_of(scored.scores.get(metric))


def _columns_of(score: Score | None) -> dict[str, Any]:
    """A score as columns."""
    if score is None:
        return _without_value(MISSING, "not measured")
    if score.value is None:
        return _without_value(score.status, score.reason or score.error or "")
    return {"status": score.status, "value": score.value, "reason": ""}


def _without_value(status: str, reason: str) -> dict[str, Any]:
    """The columns of a metric that has no value."""
    return {"status": status, "value": float("nan"), "reason": reason}
