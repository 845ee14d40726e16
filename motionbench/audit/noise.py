"""How much a score changes when nothing has changed, and so which differences mean anything."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from motionbench.audit.compare import Scores, compare
from motionbench.audit.floors import Scenes
from motionbench.audit.lab import Lab, Pair, Shot
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.sections import Cell, Finding, Table
from motionbench.audit.variants import CATALOGUE, VARIANTS
from motionbench.cases import Clip
from motionbench.scenes.captions import sample_appearance
from motionbench.scenes.catalogue import perturb
from motionbench.scenes.stage import Scene
from motionbench.tracks import TrackSet

STRENGTH = 0.5
"""Of the change of motion between reference and result: scores well between chance and a copy."""

SHIFTS = 3
"""Shifted versions of each result."""

SHIFT = 0.5
"""Pixels, along x and y, at most."""

SEEDS = 3
"""Other seeds of the metrics."""

Z = 1.96
"""Of a 95 % interval."""

CASES = 50
"""Of a suite, about."""

AGAIN, SEEDED, SHIFTED = "tracked again", "other seed", "shifted"


@dataclass(frozen=True)
class Shifted:
    """A treatment: the picture shifted by a part of a pixel, interpolated by cubics.

    Attributes:
        x: Pixels to the right.
        y: Pixels down.
    """

    x: float
    y: float

    def __call__(self, clip: Clip) -> Clip:
        """See ``lab.Treatment``."""
        height, width = clip.size
        move = np.array([[1, 0, self.x], [0, 1, self.y]])
        frames = [
            cv2.warpAffine(
                frame, move, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
            )
            for frame in clip.frames
        ]
        return replace(clip, frames=np.stack(frames))


def noise(
    lab: Lab, scenes: Scenes, *, frames: int, size: int, seed: int
) -> tuple[Table, list[Finding]]:
    """Score the same pairs again: tracked anew, with other seeds, and shifted by half a pixel.

    Args:
        lab: Holds the ruler.
        scenes: References.
        frames: Of a clip.
        size: Height and width of a clip, pixels.
        seed: Of everything drawn.
    """
    rng = np.random.default_rng(seed)
    metrics = [metric for metric in (*CATALOGUE, *VARIANTS) if not metric.needs_frames]
    pairs = [
        Pair(Shot(scene, frames, size, size), Shot(_result(scene, rng), frames, size, size))
        for some in scenes.values()
        for scene in some
    ]
    again = Lab(lab.ruler, workers=lab.workers, show_progress=lab.show_progress)
    one_each = pairs[:: len(pairs) // len(scenes)]
    versions: dict[str, list[list[Scores]]] = {
        AGAIN: [[_score(lab, pair, metrics), _score(again, pair, metrics)] for pair in one_each],
        SEEDED: [_with_seeds(lab, pair, metrics) for pair in pairs],
        SHIFTED: _with_shifts(lab, pairs, metrics, rng),
    }
    identical = all(
        _same(*(one.tracks([shot])[0] for one in (lab, again)))
        for pair in one_each
        for shot in (pair.reference, pair.generated)
    )
    table = _table(versions, metrics)
    return table, [_rerun_finding(lab.ruler.tracker.name, identical, 2 * len(one_each))]


def _result(scene: Scene, rng: np.random.Generator) -> Scene:
    """Another motion and another appearance."""
    told = sample_appearance(scene.category, rng, "eval", count=max(len(scene.appearance.items), 1))
    return replace(perturb(scene, STRENGTH, rng), appearance=told)


def _score(lab: Lab, pair: Pair, metrics: Sequence[AuditedMetric]) -> Scores:
    reference, generated = lab.tracks([pair.reference, pair.generated], "noise")
    return compare(reference, generated, metrics, lab.ruler)


def _with_seeds(lab: Lab, pair: Pair, metrics: Sequence[AuditedMetric]) -> list[Scores]:
    reference, generated = lab.tracks([pair.reference, pair.generated], "noise")
    first = lab.ruler.parameters.seed
    return [
        compare(
            reference,
            generated,
            metrics,
            replace(lab.ruler, parameters=replace(lab.ruler.parameters, seed=first + step)),
        )
        for step in range(SEEDS + 1)
    ]


def _with_shifts(
    lab: Lab, pairs: Sequence[Pair], metrics: Sequence[AuditedMetric], rng: np.random.Generator
) -> list[list[Scores]]:
    every = []
    for pair in pairs:
        shifts = rng.uniform(-SHIFT, SHIFT, (SHIFTS, 2)).tolist()
        moved = [replace(pair.generated, treatment=Shifted(x, y)) for x, y in shifts]
        every.append([pair, *(Pair(pair.reference, shot) for shot in moved)])
    lab.tracks([shot for some in every for p in some for shot in (p.reference, p.generated)])
    return [[_score(lab, pair, metrics) for pair in some] for some in every]


def _same(first: TrackSet, second: TrackSet) -> bool:
    return all(
        np.array_equal(getattr(first, name), getattr(second, name), equal_nan=name == "tracks")
        for name in ("tracks", "visibility", "queries")
    )


def _table(versions: Mapping[str, list[list[Scores]]], metrics: Sequence[AuditedMetric]) -> Table:
    rows: list[dict[str, Cell]] = []
    for metric in metrics:
        row: dict[str, Cell] = {"metric": metric.name}
        for what, every in versions.items():
            # Only pairs that are scored every time have a spread.
            values = [[of_pair[metric.name] for of_pair in some] for some in every]
            scored = np.array([s for s in values if all(isinstance(v, float) for v in s)])
            column = what.replace(" ", "_")
            spread = np.ptp(scored, axis=1).max() if scored.size else None
            row[f"{column}_largest"] = None if spread is None else float(spread)
            if what == SHIFTED:
                sd = math.sqrt(scored.var(axis=1, ddof=1).mean()) if scored.size else None
                row["sd"] = sd
                row["one_case"] = None if sd is None else Z * math.sqrt(2) * sd
                row["mean_of_50"] = None if sd is None else Z * math.sqrt(2 / CASES) * sd
                row["pairs"], row["scored"] = len(every), len(scored)
        rows.append(row)
    return Table(
        "noise",
        "How much scores change when nothing has changed",
        "Largest range of a pair's score when both clips are tracked a second time "
        f"(`tracked_again`), when the metrics' seed is another (`other_seed`), and when the result "
        f"is shifted by up to {SHIFT:g} pixels, {SHIFTS} times (`shifted`). `sd`: standard "
        "deviation of a pair's score under such shifts; `one_case`, `mean_of_50`: differences "
        f"between two results of one case, or between means over {CASES} cases, that are larger "
        "than such noise in 95 % of comparisons.",
        tuple(rows),
    )


def _rerun_finding(name: str, identical: bool, clips: int) -> Finding:
    if identical:
        return Finding("good", name, f"tracks {clips} clips a second time to the last bit alike.")
    return Finding(
        "fault", name, f"does not give the same tracks when {clips} clips are tracked again."
    )
