"""What a tracker's errors alone take from a score."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from motionbench.audit.compare import Scores, compare
from motionbench.audit.lab import Shot
from motionbench.audit.means import Row, mean_cells
from motionbench.audit.sections import Finding, Severity, Table
from motionbench.audit.variants import CATALOGUE
from motionbench.cases import CATEGORIES
from motionbench.ruler import Ruler
from motionbench.tracks import TrackSet

CEILING, BROKEN = 0.9, 0.7
"""``motion_fidelity`` of the tracks found against the exact tracks of the same clip: good, and too
low for a ruler."""

COLUMNS = BOTH, POSITION, VISIBILITY = "both", "position", "visibility"
"""Which errors of the tracker are let through."""

_NAMES = ("motion_fidelity", "motion_fidelity/anywhere", "trajectory_distance", "camera_fidelity",
          "object_fidelity")  # fmt: skip


def ceilings(
    ruler: Ruler, found: Sequence[TrackSet], exact: Sequence[TrackSet]
) -> list[dict[str, Scores]]:
    """Scores of every clip's tracks against its own exact ones, by ``COLUMNS``."""
    metrics = [metric for metric in CATALOGUE if metric.name in _NAMES]
    every = []
    for tracks, truth in zip(found, exact, strict=True):
        results = (
            tracks,
            replace(tracks, visibility=truth.visibility),
            replace(truth, visibility=tracks.visibility),
        )
        scores = [compare(truth, result, metrics, ruler) for result in results]
        every.append(dict(zip(COLUMNS, scores, strict=True)))
    return every


def ceiling_table(shots: Sequence[Shot], scores: Sequence[dict[str, Scores]], seed: int) -> Table:
    """Means by metric and category."""
    return Table(
        "ceiling",
        "What the tracker's errors cost",
        "Every metric between the exact tracks of a clip and those found in it: what a perfect "
        "result would score if its tracks were exact and the reference's were not. `both`: with "
        "the 95 % interval over clips; `position`: true visibility, positions as found; "
        "`visibility`: true positions, visibility as found.",
        tuple(
            _row(metric, category, [of_shot for shot, of_shot in zip(shots, scores, strict=True)
                                    if shot.scene.category == category], seed)
            for metric in _NAMES
            for category in CATEGORIES
        ),
    )  # fmt: skip


def _row(metric: str, category: str, scores: list[dict[str, Scores]], seed: int) -> Row:
    row: Row = {"metric": metric, "category": category, "clips": len(scores)}
    values = {
        column: [v for of_shot in scores if isinstance(v := of_shot[column][metric], float)]
        for column in COLUMNS
    }
    row |= mean_cells(values[BOTH], seed, BOTH)
    row["scored"] = len(values[BOTH])
    for column in (POSITION, VISIBILITY):
        row[column] = float(np.mean(values[column])) if values[column] else None
    return row


def ceiling_finding(name: str, table: Table) -> Finding:
    """Whether the tracker is good enough for the headline metric.

    Args:
        name: Of the tracker.
        table: Of ``ceiling_table``.
    """
    found = {
        str(row["category"]): row[BOTH] for row in table.rows if row["metric"] == "motion_fidelity"
    }
    known = {key: float(value) for key, value in found.items() if value is not None}
    if len(known) < len(found):
        missing = ", ".join(key for key in found if key not in known)
        return Finding("fault", name, f"finds no tracks that could be scored at all in {missing}.")
    low = min(known, key=lambda key: known[key])
    severity: Severity = "good" if known[low] >= CEILING else "notice"
    return Finding(
        "fault" if known[low] < BROKEN else severity,
        name,
        "limits `motion_fidelity` between its tracks and the exact ones of the same clip to "
        f"{known[low]:.3f} in {low} (good from {CEILING}, no ruler below {BROKEN}).",
    )
