"""What chance scores: unrelated clips with real motion, and random directions beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from motionbench.audit.compare import Scores, compare
from motionbench.audit.lab import Lab, Shot
from motionbench.audit.means import Row, mean_cells
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.sections import Figure, Finding, Table
from motionbench.audit.treatments import Noisy
from motionbench.audit.variants import CATALOGUE, VARIANTS
from motionbench.cases import CATEGORIES, Category
from motionbench.ruler import Ruler
from motionbench.scenes.stage import Scene
from motionbench.trackers.base import grid_queries
from motionbench.tracks import TrackSet

LENGTHS = (16, 24, 32, 49, 81)
"""Compared instants: what methods generate and scripts look at."""

GRIDS = (10, 20, 30)
"""Points a side."""

SAME, OTHER, RANDOM = "same category", "other category", "random directions"

STEP = 2.0
"""Pixels a step of a random walk: above any speed floor. Directions alone matter."""

LENGTH_BAR = 0.1
"""How far chance may move between lengths before their numbers mean different things."""

WALKS = 2
"""Pairs of random walks."""

GRAIN = Noisy(2.0)
"""Of the clips that chance is measured on. A drawn background stands exactly still, and published
formulas divide by zero; filmed ones never do."""

Scenes = Mapping[Category, Sequence[Scene]]


def fidelities() -> tuple[AuditedMetric, ...]:
    """The kinds of motion fidelity, ours and published: higher is more alike, 1 for a copy."""
    kinds = [metric for metric in CATALOGUE if metric.name.startswith("motion_fidelity")]
    return (*kinds, *(metric for metric in VARIANTS if metric.direction == "higher"))


def by_frames(lab: Lab, scenes: Scenes, *, size: int, seed: int) -> Table:
    """Floors by the number of compared instants.

    Args:
        lab: Holds the ruler.
        scenes: Equally many of each category, at least two.
        size: Height and width of the clips, pixels.
        seed: Of the intervals and the random walks.
    """
    rows: list[Row] = []
    shots = {
        category: [Shot(scene, max(LENGTHS), size, size, treatment=GRAIN) for scene in some]
        for category, some in scenes.items()
    }
    tracks = _tracks(lab, shots)
    for frames in LENGTHS:
        ruler = replace(lab.ruler, max_frames=frames)
        rows += _rows({"frames": frames}, tracks, ruler, size, seed)
    return Table(
        "floor_by_frames",
        "Chance by the number of compared frames",
        f"Mean score of unrelated clips, with 95 % intervals over references. Clips of "
        f"{max(LENGTHS)} frames with grain of {GRAIN.spread:g} grey levels, all metrics made to "
        f"look at so many instants of them, grid {lab.ruler.grid_size}. `{RANDOM}`: as many tracks "
        "that turn at random in every step. `scored`: of so many pairs.",
        tuple(rows),
    )


def by_grid(lab: Lab, scenes: Scenes, *, frames: int, size: int, seed: int) -> Table:
    """Floors by the number of points.

    Args:
        lab: Holds the ruler.
        scenes: Equally many of each category, at least two.
        frames: Of a clip.
        size: Height and width of the clips, pixels.
        seed: Of the intervals and the random walks.
    """
    rows: list[Row] = []
    shots = {
        category: [Shot(scene, frames, size, size, treatment=GRAIN) for scene in some]
        for category, some in scenes.items()
    }
    for grid in GRIDS:
        ruler = replace(lab.ruler, grid_size=grid)
        tracks = _tracks(lab if grid == lab.ruler.grid_size else lab.beside(ruler), shots)
        rows += _rows({"grid": grid}, tracks, ruler, size, seed)
    return Table(
        "floor_by_grid",
        "Chance by grid size",
        f"As above, by points a side of the grid, clips of {frames} frames, compared at "
        f"{lab.ruler.max_frames} instants.",
        tuple(rows),
    )


def length_findings(table: Table) -> list[Finding]:
    """Whether numbers of clips of different lengths can be compared.

    Args:
        table: Of ``by_frames``.
    """
    findings = []
    for name in dict.fromkeys(str(row["metric"]) for row in table.rows):
        spans = []
        for chance in (SAME, OTHER):
            rows = [r for r in table.rows if (r["metric"], r["chance"]) == (name, chance)]
            known = {r["frames"]: float(r["mean"]) for r in rows if r["mean"] is not None}
            if known:
                low, high = (pick(known, key=lambda frames: known[frames]) for pick in (min, max))
                spans.append((known[high] - known[low], chance, known, low, high))
        if not spans:
            findings.append(Finding("notice", name, "cannot score any of the unrelated clips."))
            continue
        span, chance, known, low, high = max(spans, key=lambda found: found[0])
        text = (
            f"scores unrelated clips ({chance}) {known[high]:.3f} at {high} compared frames and "
            f"{known[low]:.3f} at {low}: chance moves by {span:.3f} (bar {LENGTH_BAR})."
        )
        findings.append(Finding("good" if span <= LENGTH_BAR else "notice", name, text))
    return findings


def random_walks(grid: int, frames: int, size: int, rng: np.random.Generator) -> TrackSet:
    """Tracks from a grid that step in random directions, all steps of the same length.

    Args:
        grid: Points a side.
        frames: At least two.
        size: Height and width, pixels.
        rng: Of the directions.
    """
    queries = grid_queries(size, size, grid)
    angle = rng.uniform(0, 2 * np.pi, (len(queries), frames - 1))
    steps = STEP * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    walked = np.concatenate([np.zeros((len(queries), 1, 2)), np.cumsum(steps, axis=1)], axis=1)
    return TrackSet(
        tracks=(queries[:, None, 1:] + walked).astype(np.float32),
        visibility=np.ones((len(queries), frames), dtype=bool),
        queries=queries,
        height=size,
        width=size,
        duration=1.0,
    )


def figure(table: Table) -> Figure:
    """Floors against the number of frames, a panel for each kind of chance.

    Args:
        table: Of ``by_frames``.
    """

    def draw(canvas: Any) -> None:
        panels = canvas.subplots(1, 2, sharey=True)
        names = list(dict.fromkeys(str(row["metric"]) for row in table.rows))
        for panel, chance in zip(panels, (OTHER, RANDOM), strict=True):
            for number, name in enumerate(names):
                rows = [r for r in table.rows if (r["metric"], r["chance"]) == (name, chance)]
                values = [np.nan if row["mean"] is None else row["mean"] for row in rows]
                style = "osv^Dx+*P"[number % 9] + ("-", "--", ":")[number % 3]
                panel.plot([row["frames"] for row in rows], values, style, label=name)
            panel.set(xlabel=f"compared frames ({chance})")
        panels[0].set_ylabel("mean score of unrelated clips")
        lines, labels = panels[0].get_legend_handles_labels()
        canvas.legend(lines, labels, loc="outside right center", frameon=False, fontsize="small")

    return Figure(
        "floor_by_frames",
        f"What unrelated clips score, by the number of compared frames: real motion ({OTHER}) and "
        f"{RANDOM}.",
        draw,
        width=10.0,
    )


def _tracks(lab: Lab, shots: Mapping[Category, list[Shot]]) -> dict[Category, list[TrackSet]]:
    lab.tracks([shot for some in shots.values() for shot in some], "chance")
    return {category: lab.tracks(some, "chance") for category, some in shots.items()}


def _rows(
    setting: Row,
    tracks: Mapping[Category, list[TrackSet]],
    ruler: Ruler,
    size: int,
    seed: int,
) -> list[Row]:
    """One row for each metric and kind of chance."""
    metrics = fidelities()
    # One list of scores for each reference, so that an interval counts references, not pairs.
    scores: dict[str, list[list[Scores]]] = {SAME: [], OTHER: [], RANDOM: []}
    for category, some in tracks.items():
        for index, reference in enumerate(some):
            near = [other for other in some if other is not reference]
            far = tracks[_another(category, index)][index]
            for chance, others in ((SAME, near), (OTHER, [far])):
                scores[chance].append([compare(reference, o, metrics, ruler) for o in others])
    rng = np.random.default_rng(seed)
    for _ in range(WALKS):
        pair = [random_walks(ruler.grid_size, ruler.max_frames, size, rng) for _ in range(2)]
        scores[RANDOM].append([compare(pair[0], pair[1], metrics, ruler)])
    return [
        {"metric": metric.name, **setting, "chance": chance, **_summary(metric.name, found, seed)}
        for metric in metrics
        for chance, found in scores.items()
    ]


def _another(category: Category, index: int) -> Category:
    """Each of the other categories in turn."""
    others = [other for other in CATEGORIES if other != category]
    return others[index % len(others)]


def _summary(name: str, scores: list[list[Scores]], seed: int) -> Row:
    """Mean over references of the means over their pairs."""
    every = [[v for of_pair in some if isinstance(v := of_pair[name], float)] for some in scores]
    means = [float(np.mean(values)) for values in every if values]
    return {
        **mean_cells(means, seed),
        "pairs": sum(map(len, scores)),
        "scored": sum(map(len, every)),
    }
