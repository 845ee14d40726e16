"""Runs as one table in long form: what the leaderboard reads."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from motionbench.errors import StoreError
from motionbench.files import read_json
from motionbench.store.collector import collector_paused
from motionbench.store.columns import TextColumn
from motionbench.store.info import RunInfo
from motionbench.store.records import GenerationRecord, Score, ScoreRecord
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

_NUMBERS = ("control", "seed", "value")
"""Columns that are no texts."""

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
        Columns ``COLUMNS``, runs in the order given, jobs as planned, metrics as the ruler has
        them. Texts are categoricals; ``value`` is float64 and NaN unless ``status`` is ``ok``,
        ``options`` are JSON.

    Raises:
        StoreError: A folder is no run, or no run was measured by such a ruler.
    """
    rulers = _rulers(runs, ruler)
    rows = _Rows()
    with collector_paused():
        for path in runs:
            for name, metrics in rulers.items():
                rows.add(Run(path), name, metrics)
    return rows.table()


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


class _Rows:
    """The table while it is built, column by column: rows as objects would take gigabytes."""

    def __init__(self) -> None:
        self._texts = {name: TextColumn() for name in COLUMNS if name not in _NUMBERS}
        self._numbers: dict[str, list[np.ndarray]] = {name: [] for name in _NUMBERS}

    def add(self, run: Run, ruler: str, metrics: tuple[str, ...]) -> None:
        """All rows of one run measured by one ruler: by job as planned, then by metric."""
        info, plan = run.info(), run.plan()
        each, size = len(metrics), len(plan) * len(metrics)
        for name, text in _shared_columns(run, info, ruler).items():
            self._texts[name].add([text], each=size)
        for name in ("case", "category", "prompt_id", "kind"):
            self._texts[name].add([getattr(planned, name) for planned in plan], each=each)
        self._texts["metric"].add(metrics, times=len(plan))
        generations, scores = run.read_generations(), run.read_scores(ruler)
        outcomes = [
            outcome
            for planned in plan
            for outcome in _outcomes(generations.get(planned.job), scores.get(planned.job), metrics)
        ]
        self._texts["status"].add(status for status, _, _ in outcomes)
        self._texts["reason"].add(reason for _, _, reason in outcomes)
        known = [scores.get(planned.job) for planned in plan]
        references = [None if scored is None else scored.reference_sha256 for scored in known]
        self._texts["reference_sha256"].add(references, each=each)
        self._numbers["value"].append(np.array([value for _, value, _ in outcomes], dtype=float))
        seeds = np.array([planned.seed for planned in plan], dtype=np.int64)
        self._numbers["seed"].append(np.repeat(seeds, each))
        control = bool(info.card.get("control", False))
        self._numbers["control"].append(np.full(size, control))

    def table(self) -> pd.DataFrame:
        """All rows."""
        columns = {name: column.finished() for name, column in self._texts.items()}
        numbers = {name: np.concatenate(parts) for name, parts in self._numbers.items()}
        return pd.DataFrame({**columns, **numbers})[list(COLUMNS)]


def _shared_columns(run: Run, info: RunInfo, ruler: str) -> dict[str, str]:
    """Texts that are the same in all rows of a run."""
    settings = info.settings
    return {
        "run": str(run.path),
        "method": settings.method,
        "version": settings.version,
        "options": json.dumps(settings.options, sort_keys=True),
        "suite": settings.suite,
        "suite_version": settings.suite_version,
        "suite_sha256": settings.suite_sha256,
        "ruler": ruler,
    }


_Outcome = tuple[str, float, str]
"""Status, value and reason of one metric of one job."""


def _outcomes(
    generation: GenerationRecord | None, scored: ScoreRecord | None, metrics: tuple[str, ...]
) -> list[_Outcome]:
    """What became of one job, metric by metric."""
    if generation is None:
        return [(MISSING, math.nan, "not generated yet")] * len(metrics)
    if generation.stored is None:
        return [("failed", math.nan, f"generation failed: {generation.error}")] * len(metrics)
    if scored is None:
        return [(MISSING, math.nan, "not scored yet")] * len(metrics)
    if scored.content_sha256 != generation.stored.content_sha256:
        return [(MISSING, math.nan, "generated again since it was scored")] * len(metrics)
    return [_outcome(scored.scores.get(metric)) for metric in metrics]


def _outcome(score: Score | None) -> _Outcome:
    """One score."""
    if score is None:
        return MISSING, math.nan, "not measured"
    if score.value is None:
        return score.status, math.nan, score.reason or score.error or ""
    return score.status, score.value, ""
