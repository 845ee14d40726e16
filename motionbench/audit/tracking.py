"""Trackers against exact tracks: where a tracker can be trusted, and what its errors cost."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from motionbench.audit import tracking_tables as tables
from motionbench.audit.axes import base_scenes
from motionbench.audit.ceiling import BOTH, ceiling_finding, ceiling_table, ceilings
from motionbench.audit.compare import Scores
from motionbench.audit.lab import Lab, Shot
from motionbench.audit.means import Row
from motionbench.audit.points import Points, gather
from motionbench.audit.scale import Scale
from motionbench.audit.sections import Figure, Section, Table
from motionbench.audit.tracking_findings import (
    position_findings,
    visibility_findings,
    weak_cells,
)
from motionbench.cases import CATEGORIES

CLIPS_A_SCENE = 2
"""Clips of a category, in units of ``Scale.scenes``: trackers fail in more ways than six."""

ASPECTS = {
    "speed": ("By speed", "Mean true speed while visible, pixels a frame at 256 x 256."),
    "surface": ("By texture", "What the point lies on; backgrounds by their pattern."),
    "occlusion": (
        "By occlusion",
        "`hidden for a while`: visible before and after; `leaves the picture`, `covered at an "
        "end`: hidden at the beginning or the end of the clip only.",
    ),
    "size": (
        "By size of the object",
        "Half the shorter side of what the point lies on, pixels at 256 x 256.",
    ),
    "displacement": (
        "By displacement",
        "Largest true distance from where the point was given, pixels at 256 x 256.",
    ),
}
"""Title and note of the table of each aspect in ``tracking_tables.labels``."""


def run(lab: Lab, scale: Scale) -> Section:
    """Score the ruler's tracker against exact tracks.

    Args:
        lab: Holds the ruler, whose tracker follows the points as it does when clips are scored.
        scale: Sizes.
    """
    shots = [
        Shot(scene, scale.frames, scale.size, scale.size)
        for category in CATEGORIES
        for scene in base_scenes(category, CLIPS_A_SCENE * scale.scenes, scale.seed)
    ]
    found, exact = lab.tracks(shots, "trackers"), lab.exact(shots, "trackers")
    points = gather(shots, found, exact)
    aspects = tables.labels(points)
    category = tables.by_category(points, scale.seed)
    by_aspect = {
        aspect: tables.by_aspect(points, aspect, aspects[aspect], *words)
        for aspect, words in ASPECTS.items()
    }
    visibility = tables.visibility(points)
    worst = tables.worst_cells(points, aspects)
    scores = ceilings(lab.ruler, found, exact)
    ceiling = ceiling_table(shots, scores, scale.seed)
    name = lab.ruler.tracker.name
    findings = [
        *position_findings(name, category),
        *visibility_findings(name, visibility),
        ceiling_finding(name, ceiling),
        *weak_cells(name, worst),
    ]
    return Section(
        name="trackers",
        title="Trackers against exact tracks",
        text=(
            f"`{name}` follows points in {len(shots)} scenes of the evaluation split "
            f"({scale.frames} frames of {scale.size} x {scale.size}, {len(points)} points), as the "
            f"ruler does when it scores a clip: grid {lab.ruler.grid_size}, working size "
            f"{lab.ruler.working_size}. The true tracks start at the same places. Measures are "
            "those of TAP-Vid (Doersch et al., NeurIPS 2022): `delta_x_avg`, the share of truly "
            "visible positions found within 1, 2, 4, 8 and 16 pixels at 256 x 256, averaged, "
            "whether or not the tracker says that they are visible; `occlusion_accuracy`; "
            "`average_jaccard`. Tables by kind of point pool the points of all clips."
        ),
        tables=(
            category,
            worst,
            _worst_clips(shots, points, scores),
            *by_aspect.values(),
            tables.errors(points),
            tables.drift(points),
            visibility,
            ceiling,
        ),
        figures=(_figure(by_aspect["speed"]),),
        findings=tuple(
            sorted(findings, key=lambda f: ("fault", "notice", "good").index(f.severity))
        ),
    )


def _worst_clips(
    shots: Sequence[Shot], points: Points, scores: Sequence[dict[str, Scores]]
) -> Table:
    """The clips whose motion the ruler sees worst."""
    rows: list[tuple[float, Row]] = []
    for number, (shot, of_shot) in enumerate(zip(shots, scores, strict=True)):
        moving = points.where((points.clip == number) & (points.reach > tables.MOVES))
        found = tables.quality(moving)
        value = of_shot[BOTH]["motion_fidelity"]
        ceiling = value if isinstance(value, float) else None
        row: Row = {
            "scene": shot.scene.name,
            "moving_points": len(moving),
            "speed": float(np.mean(moving.speed)) if len(moving) else None,
            "moving_delta_x_avg": None if found is None else found.delta_x_avg,
            "motion_fidelity": ceiling,
        }
        rows.append((-np.inf if ceiling is None else ceiling, row))
    rows.sort(key=lambda of_clip: of_clip[0])
    return Table(
        "worst_clips",
        "Scenes that are seen worst",
        f"The {tables.WORST} clips with the lowest `motion_fidelity` between the tracks found and "
        "the exact ones; `speed`: mean of the points that move, pixels a frame at 256 x 256.",
        tuple(row for _, row in rows[: tables.WORST]),
    )


def _figure(table: Table) -> Figure:
    names = [str(row["speed"]) for row in table.rows]

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        for column, style in (
            ("delta_x_avg", "o-"),
            ("occlusion_accuracy", "s--"),
            ("average_jaccard", "^:"),
        ):
            values = [np.nan if row[column] is None else row[column] for row in table.rows]
            axes.plot(names, values, style, label=column)
        axes.set(xlabel="mean true speed (pixels a frame at 256 x 256)", ylim=(0, 1))
        axes.set_ylabel("share")
        axes.legend(frameon=False)

    return Figure("tracking_by_speed", "Measures of TAP-Vid by the point's true speed.", draw)
