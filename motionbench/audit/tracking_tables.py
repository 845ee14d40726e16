"""Tables of how well points were followed: by what they are, and where it fails."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from motionbench.audit.means import Row, mean_cells
from motionbench.audit.points import BACKGROUND, Points
from motionbench.audit.sections import Table
from motionbench.cases import CATEGORIES
from motionbench.errors import UnscorableError
from motionbench.metrics.functional.tracking import SIDE, TrackingQuality, tracking_quality

LOST = 8.0
"""Pixels in a picture of 256 x 256 beyond which a point counts as lost."""

MOVES = 16.0
"""A point moves if it gets further from its start: beyond the widest threshold of TAP-Vid, so that
staying put does not pass for following."""

CELL_SHARE = 0.005
"""Share of all points that a cell needs to be named among the worst."""

WORST = 8
"""Cells named."""

BINS: dict[str, tuple[tuple[str, float], ...]] = {
    "speed": (
        ("rests", 0.05), ("up to 0.5", 0.5), ("0.5 to 2", 2.0), ("2 to 5", 5.0),
        ("5 to 10", 10.0), ("over 10", np.inf),
    ),
    "size": (
        ("up to 6", 6.0), ("6 to 12", 12.0), ("12 to 24", 24.0), ("24 to 48", 48.0),
        ("over 48", np.finfo(float).max), (BACKGROUND, np.inf),
    ),
    "displacement": (
        ("up to 4", 4.0), ("4 to 16", MOVES), ("16 to 64", 64.0), ("over 64", np.inf),
    ),
}  # fmt: skip
"""Names of bins and their upper ends, in pixels of a picture of 256 x 256."""

OCCLUSIONS = ("never hidden", "hidden for a while", "leaves the picture", "covered at an end")

DISTANCES = (0.125, 0.25, 0.5, 1.0)
"""Ends of the bins of time from the query's frame, shares of the clip."""


def quality(points: Points) -> TrackingQuality | None:
    """The measures of TAP-Vid over all points; None where none of them is ever seen."""
    try:
        return tracking_quality(
            points.true,
            points.seen,
            points.found,
            points.claimed,
            query_frames=points.start.astype(np.float32),
            height=int(SIDE),
            width=int(SIDE),
        )
    except UnscorableError:
        return None


def labels(points: Points) -> dict[str, np.ndarray]:
    """What each point is, by aspect: ``(N,)`` names."""
    values = {"speed": points.speed, "size": points.half_width, "displacement": points.reach}
    found = {aspect: _binned(value, BINS[aspect]) for aspect, value in values.items()}
    return {**found, "surface": points.surface, "occlusion": _occlusion(points)}


def order(aspect: str, names: Iterable[str]) -> list[str]:
    """The names of an aspect in the order of tables, as far as they occur."""
    known = [name for name, _ in BINS[aspect]] if aspect in BINS else sorted(set(names))
    known = list(OCCLUSIONS) if aspect == "occlusion" else known
    return [name for name in known if name in set(names)]


def by_aspect(points: Points, aspect: str, names: np.ndarray, title: str, note: str) -> Table:
    """One row for each kind of point."""
    rows = [
        {aspect: name, **_measures(points.where(names == name))} for name in order(aspect, names)
    ]
    return Table(aspect, title, note, tuple(rows))


def by_category(points: Points, seed: int) -> Table:
    """Means over clips, with intervals; the last row is over all clips."""
    rows: list[Row] = []
    for name in (*_present(points), "all"):
        chosen = points if name == "all" else points.where(points.category == name)
        clips = [chosen.where(chosen.clip == clip) for clip in np.unique(chosen.clip)]
        every = [q for q in map(quality, clips) if q is not None]
        moving = [q for q in (quality(c.where(c.reach > MOVES)) for c in clips) if q is not None]
        row: Row = {"category": name, "clips": len(clips), "points": len(chosen)}
        row |= mean_cells([q.delta_x_avg for q in every], seed, "delta_x_avg")
        row |= mean_cells([q.delta_x_avg for q in moving], seed, "moving_delta_x_avg")
        row["occlusion_accuracy"] = _mean([q.occlusion_accuracy for q in every])
        row["average_jaccard"] = _mean([q.average_jaccard for q in every])
        rows.append(row)
    return Table(
        "category",
        "Measures of TAP-Vid by category",
        "Means over clips, with 95 % intervals by bootstrap over clips. `moving_` looks only at "
        f"points that get more than {MOVES:g} pixels away from where they started, so that a "
        "tracker that leaves every point where it is does not score on still backgrounds.",
        tuple(rows),
    )


def errors(points: Points) -> Table:
    """How far off the positions are."""
    rows: list[Row] = []
    for name, chosen in _categories_and_all(points):
        seen = chosen.seen & chosen.scored
        rows.append(
            {
                "category": name,
                **_distribution("claimed", chosen.error[seen & chosen.claimed]),
                **_distribution("seen", chosen.error[seen]),
            }
        )
    return Table(
        "errors",
        "Distance from the true position",
        "Pixels in a picture of 256 x 256, over all frames in which a point is truly visible "
        "(`seen`), and over those of them in which the tracker says so too (`claimed`). `lost` is "
        f"the share that is more than {LOST:g} pixels off.",
        tuple(rows),
    )


def drift(points: Points) -> Table:
    """Errors by the time since the point was given."""
    away = np.abs(np.arange(points.true.shape[1]) - points.start[:, None])
    share = away / max(points.true.shape[1] - 1, 1)
    rows: list[Row] = []
    for low, high in zip((0.0, *DISTANCES), DISTANCES, strict=False):
        seen = points.seen & points.scored & (share > low) & (share <= high)
        rows.append(
            {
                "share_of_clip": f"{low:g} to {high:g}",
                "claimed_share": _share(points.claimed[seen]),
                **_distribution("claimed", points.error[seen & points.claimed]),
                **_distribution("seen", points.error[seen]),
            }
        )
    return Table(
        "drift",
        "Errors by time from the query",
        "As above, by the time between the frame a point was given in and the frame it is looked "
        "at, as a share of the clip. `claimed_share`: of the frames in which it is truly visible, "
        "those in which the tracker says so.",
        tuple(rows),
    )


def visibility(points: Points) -> Table:
    """Whether the tracker knows what is hidden."""
    rows: list[Row] = []
    for name, chosen in _categories_and_all(points):
        hidden, seen = ~chosen.seen & chosen.scored, chosen.seen & chosen.scored
        again = chosen.after_hiding
        rows.append(
            {
                "category": name,
                "hidden_share": _share(hidden[chosen.scored]),
                "false_visibility": _share(chosen.claimed[hidden]),
                "missed": _share(~chosen.claimed[seen]),
                "back_share": _share(again[seen]),
                "found_again": _share((chosen.claimed & (chosen.error < LOST))[again]),
            }
        )
    return Table(
        "visibility",
        "What the tracker says of hidden points",
        "Shares of frames. `hidden_share`: truly hidden; `false_visibility`: of these, said to be "
        "visible; `missed`: of the truly visible, said to be hidden; `back_share`: of the truly "
        "visible, those after the point was hidden; `found_again`: of these, said to be visible "
        f"and within {LOST:g} pixels.",
        tuple(rows),
    )


def worst_cells(points: Points, aspects: dict[str, np.ndarray]) -> Table:
    """The kinds of points that are followed worst, within each category."""
    rows: list[Row] = []
    least = max(CELL_SHARE * len(points), 1)
    for category in _present(points):
        for aspect, names in aspects.items():
            for name in order(aspect, names):
                chosen = points.where((points.category == category) & (names == name))
                row: Row = {"category": category, "aspect": aspect, "kind": name}
                row |= _measures(chosen)
                if len(chosen) >= least and row["delta_x_avg"] is not None:
                    rows.append(row)
    rows.sort(key=_delta)
    return Table(
        "worst",
        "Where it fails",
        f"The {WORST} cells of category and kind of point with the lowest `delta_x_avg`, among "
        f"those that hold at least {CELL_SHARE:.1%} of all points.",
        tuple(rows[:WORST]),
    )


def _delta(row: Row) -> float:
    value = row["delta_x_avg"]
    assert isinstance(value, float)
    return value


def _present(points: Points) -> list[str]:
    return [category for category in CATEGORIES if (points.category == category).any()]


def _categories_and_all(points: Points) -> list[tuple[str, Points]]:
    parts = [(name, points.where(points.category == name)) for name in _present(points)]
    return [*parts, ("all", points)]


def _measures(points: Points) -> Row:
    found = quality(points)
    return {
        "points": len(points),
        "clips": len(np.unique(points.clip)),
        "delta_x_avg": None if found is None else found.delta_x_avg,
        "occlusion_accuracy": None if found is None else found.occlusion_accuracy,
        "average_jaccard": None if found is None else found.average_jaccard,
    }


def _binned(values: np.ndarray, bins: Sequence[tuple[str, float]]) -> np.ndarray:
    names, ends = zip(*bins, strict=True)
    return np.array(names)[np.searchsorted(ends, values)]


def _occlusion(points: Points) -> np.ndarray:
    inside = ((points.true >= -0.5) & (points.true < SIDE - 0.5)).all(axis=-1)
    ever = np.maximum.accumulate(points.seen, axis=1)
    later = np.maximum.accumulate(points.seen[:, ::-1], axis=1)[:, ::-1]
    back = (~points.seen & ever & later).any(axis=1)
    covered = (~points.seen & inside).any(axis=1)
    never, while_, leaves, end = OCCLUSIONS
    rest = np.where(covered, end, leaves)
    return np.where(points.seen.all(axis=1), never, np.where(back, while_, rest))


def _distribution(prefix: str, values: np.ndarray) -> Row:
    return {
        f"{prefix}_median": _of(values, np.median),
        f"{prefix}_90": _of(values, lambda found: np.quantile(found, 0.9)),
        f"{prefix}_lost": _share(values > LOST),
    }


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _share(flags: np.ndarray) -> float | None:
    return _of(flags, np.mean)


def _of(values: np.ndarray, statistic: Callable[[np.ndarray], object]) -> float | None:
    return float(np.asarray(statistic(values))) if values.size else None
