"""Results whose score is known beforehand: a copy, a still picture, another clip, another order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from motionbench.audit.compare import Scores, compare
from motionbench.audit.floors import Scenes, fidelities
from motionbench.audit.lab import Lab, Shot
from motionbench.audit.means import Row, mean_cells
from motionbench.audit.metrics import AuditedMetric, from_catalog
from motionbench.audit.sections import Finding, Table
from motionbench.audit.variants import CATALOGUE, VARIANTS
from motionbench.cases import CATEGORIES, Category, Clip
from motionbench.metrics.catalog import Unscorable
from motionbench.ruler import OTHER_REFERENCES
from motionbench.tracks import TrackSet

COPY, STILL, NEAR, FAR, SHUFFLED = (
    "copy", "still", "other in category", "other category", "steps shuffled",
)  # fmt: skip
CONTROLS = (COPY, STILL, NEAR, FAR, SHUFFLED)

COPY_BAR = 0.97
"""What a copy scores at least, in every category."""

CHANCE_BAR = 0.5
"""What unrelated clips and still pictures score at most on average, in every category."""

NORMALISED_BAR = 0.1
"""How far from 0 unrelated clips may score on average once chance is taken off."""

HEADLINE, NORMALISED = "motion_fidelity", "motion_fidelity_normalised"

ScoresOf = Mapping[tuple[str, Category], Sequence[Scores]]
"""Of every scene, by control and category."""


@dataclass(frozen=True)
class Frozen:
    """A treatment: the first frame for as long as the clip lasts."""

    def __call__(self, clip: Clip) -> Clip:
        """See ``lab.Treatment``."""
        return replace(clip, frames=np.repeat(clip.frames[:1], len(clip), axis=0))


def shuffled_steps(track_set: TrackSet, rng: np.random.Generator) -> TrackSet:
    """The same steps in another order, the same for all tracks.

    A point is visible where both ends of the step before it were; the first instant is visible if
    it was.

    Args:
        track_set: T >= 2 frames.
        rng: Draws the order.
    """
    order = rng.permutation(track_set.frames - 1)
    tracks, seen = track_set.tracks, track_set.visibility
    steps = np.diff(tracks, axis=1)[:, order]
    walked = np.concatenate([tracks[:, :1], steps], axis=1).cumsum(axis=1, dtype=np.float32)
    both = (seen[:, 1:] & seen[:, :-1])[:, order]
    return replace(track_set, tracks=walked, visibility=np.concatenate([seen[:, :1], both], axis=1))


def controls(
    lab: Lab, scenes: Scenes, *, frames: int, size: int, seed: int
) -> tuple[tuple[Table, ...], list[Finding]]:
    """Score all controls by all metrics of motion.

    Args:
        lab: Holds the ruler.
        scenes: Equally many of each category, at least two.
        frames: Of a clip.
        size: Height and width of a clip, pixels.
        seed: Of intervals and orders.
    """
    metrics = (
        *(metric for metric in (*CATALOGUE, *VARIANTS) if not metric.needs_frames),
        from_catalog(NORMALISED, frozenset()),
    )
    shots = {c: [Shot(scene, frames, size, size) for scene in some] for c, some in scenes.items()}
    scores = _scores(lab, shots, metrics, seed)
    tables = _headline_table(scores, seed), _metrics_table(scores, metrics)
    return tables, [
        *(_copy_finding(metric.name, scores) for metric in fidelities()),
        _chance_finding(scores),
        _normalised_finding(scores),
    ]


def _scores(
    lab: Lab,
    shots: Mapping[Category, Sequence[Shot]],
    metrics: Sequence[AuditedMetric],
    seed: int,
) -> ScoresOf:
    every = [shot for some in shots.values() for shot in some]
    lab.tracks([*every, *(replace(shot, treatment=Frozen()) for shot in every)], "controls")
    rng = np.random.default_rng(seed)
    scores: dict[tuple[str, Category], list[Scores]] = {}
    for category, some in shots.items():
        beside = CATEGORIES[(CATEGORIES.index(category) + 1) % len(CATEGORIES)]
        for index, shot in enumerate(some):
            near, far = some[(index + 1) % len(some)], shots[beside][index]
            still = replace(shot, treatment=Frozen())
            reference, *others = lab.tracks([shot, *_others(every, {shot, near, far}, rng)])
            results = [reference, *lab.tracks([still, near, far]), shuffled_steps(reference, rng)]
            for control, result in zip(CONTROLS, results, strict=True):
                of_pair = compare(reference, result, metrics, lab.ruler, others=others)
                scores.setdefault((control, category), []).append(of_pair)
    return scores


def _others(shots: Sequence[Shot], used: set[Shot], rng: np.random.Generator) -> list[Shot]:
    """As many other references as a run takes to measure chance on, none of them scored itself."""
    free = [shot for shot in shots if shot not in used]
    return [free[index] for index in rng.permutation(len(free))[:OTHER_REFERENCES]]


def _values(scores: ScoresOf, metric: str, control: str, category: Category) -> list[float]:
    every = (of_pair[metric] for of_pair in scores[control, category])
    return [value for value in every if isinstance(value, float)]


def _headline_table(scores: ScoresOf, seed: int) -> Table:
    rows: list[Row] = []
    for name in (HEADLINE, NORMALISED):
        for control in CONTROLS:
            for category in CATEGORIES:
                values = _values(scores, name, control, category)
                row: Row = {"metric": name, "control": control, "category": category}
                row |= mean_cells(values, seed)
                row |= {"clips": len(scores[control, category]), "scored": len(values)}
                rows.append(row)
    return Table(
        "controls",
        "Control rows",
        f"`{COPY}`: the very clip. `{STILL}`: its first frame, frozen. `{NEAR}`, `{FAR}`: the "
        f"reference of another case. `{SHUFFLED}`: its own tracks with their steps in another "
        f"order. `{NORMALISED}` takes off what {OTHER_REFERENCES} further references score. Means "
        "over scenes with 95 % intervals.",
        tuple(rows),
    )


def _metrics_table(scores: ScoresOf, metrics: Sequence[AuditedMetric]) -> Table:
    rows: list[Row] = []
    for metric in metrics:
        for control in CONTROLS:
            found = {c: _values(scores, metric.name, control, c) for c in CATEGORIES}
            rows.append(
                {
                    "metric": metric.name,
                    "control": control,
                    **{
                        c: float(np.mean(values)) if values else None for c, values in found.items()
                    },
                    "clips": sum(len(scores[control, c]) for c in CATEGORIES),
                    "scored": sum(map(len, found.values())),
                }
            )
    return Table(
        "controls_by_metric",
        "Control rows by every metric",
        "Means over the clips that could be scored; `scored`: of so many clips in all.",
        tuple(rows),
    )


def _copy_finding(metric: str, scores: ScoresOf) -> Finding:
    """Whether a copy gets the highest score, everywhere."""
    for category in CATEGORIES:
        every = [of_pair[metric] for of_pair in scores[COPY, category]]
        unscored = [value for value in every if isinstance(value, Unscorable)]
        if unscored:
            text = (
                f"cannot score {len(unscored)} of {len(every)} exact copies in {category}: "
                f"{unscored[0].reason}"
            )
            return Finding("fault", metric, text)
    means = {c: float(np.mean(_values(scores, metric, COPY, c))) for c in CATEGORIES}
    low = min(CATEGORIES, key=lambda category: means[category])
    text = f"scores an exact copy {means[low]:.3f} in {low}, its lowest (bar {COPY_BAR})."
    return Finding("good" if means[low] >= COPY_BAR else "fault", metric, text)


def _chance_finding(scores: ScoresOf) -> Finding:
    """What the headline gives to results without the reference's motion."""
    means = {
        (control, category): float(np.mean(values))
        for control in (STILL, NEAR, FAR)
        for category in CATEGORIES
        if (values := _values(scores, HEADLINE, control, category))
    }
    if not means:
        return Finding("fault", HEADLINE, "cannot score any still or unrelated clip.")
    control, category = max(means, key=lambda key: means[key])
    highest = means[control, category]
    text = (
        f"scores unrelated clips and still pictures {float(np.mean(list(means.values()))):.3f} on "
        f"average, at most {highest:.3f} ({control}, {category}; bar {CHANCE_BAR})."
    )
    return Finding("good" if highest <= CHANCE_BAR else "notice", HEADLINE, text)


def _normalised_finding(scores: ScoresOf) -> Finding:
    """Whether unrelated clips score 0 once chance is taken off."""
    means = [
        float(np.mean(values))
        for control in (NEAR, FAR)
        for category in CATEGORIES
        if (values := _values(scores, NORMALISED, control, category))
    ]
    if not means:
        return Finding("fault", NORMALISED, "cannot score any unrelated clip.")
    mean = float(np.mean(means))
    text = (
        f"scores unrelated clips {mean:+.3f} on average (0 is chance; bar {NORMALISED_BAR}), "
        f"{min(means):+.3f} to {max(means):+.3f} by category."
    )
    return Finding("good" if abs(mean) <= NORMALISED_BAR else "notice", NORMALISED, text)
