"""What might as well have been otherwise: files, frame rates, the ruler's own numbers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

from motionbench.audit.lab import Pair, Shot, Treatment
from motionbench.audit.treatments import Encoded, ReadByOpenCV, Resized, Stored, Thinned
from motionbench.errors import WeightsError
from motionbench.metrics.catalog import MetricParameters
from motionbench.ruler import Ruler
from motionbench.trackers import Tracker, load_tracker

STORED = "as a run does"
"""Level of files at the store's own quality."""

OF_RESULT = "file of the result"

RATE = "frame rate of the result"

EXACT = "exact"
"""Level of the tracker that is none: true tracks."""

CRFS = (10, 18, 23, 28, 35)

NEAR_CRFS = (10, 18, 23)
"""Up to x264's own default, at which most scripts write their results."""

RATES = (2 / 3, 2.0)

SIZES = (0.5, 0.75, 1.5)

ALL_MOVES = 1e-5
"""As a speed floor, which cannot be 0: below what any tracker resolves, so that nothing rests."""

ANYWHERE = 2.0
"""As a match radius: farther than any two places in a picture."""

NUMBERS: Mapping[str, tuple[int | float, ...]] = MappingProxyType(
    {
        "grid_size": (10, 14, 20, 28, 40),
        "working_size": (256, 320, 448),
        "max_frames": (8, 12, 16, 24, 33),
        "speed_floor": (ALL_MOVES, 0.0004, 0.0008, 0.0016, 0.0032),
        "min_joint_visibility": (0.0, 0.1, 0.2, 0.4, 0.6),
        "match_radius": (0.04, 0.06, 0.08, 0.12, 0.2, ANYWHERE),
    }
)
"""Values of the ruler's numbers, rising, by field of ``Ruler`` or ``MetricParameters``."""

_OF_METRICS = frozenset(field.name for field in fields(MetricParameters))

Film = Callable[[Pair], Pair]
"""How the clips of a pair are made otherwise."""


@dataclass(frozen=True, eq=False)
class Setting:
    """One thing that is not as usual.

    Attributes:
        factor: Which thing.
        level: How it is instead.
        near: It might as well have been so: the order of results should survive it.
        film: How the clips are made otherwise.
        ruler: What measures, where it is not the audited one.
        exact: Measured from true tracks.
        against: (factor, level) that it is held against; None: all as usual.
    """

    factor: str
    level: str
    near: bool
    film: Film = lambda pair: pair
    ruler: Ruler | None = None
    exact: bool = False
    against: tuple[str, str] | None = None


def all_settings(ruler: Ruler) -> list[Setting]:
    """Everything that is tried on a ruler, factor by factor."""
    numbers = [setting for name in NUMBERS for setting in _numbers(ruler, name)]
    return [*_files(), *_films(), *_trackers(ruler), *numbers]


def _files() -> Iterator[Setting]:
    for level, near, treatment in _qualities():
        yield Setting(OF_RESULT, level, near, _of_result(treatment))
    for level, near, treatment in _qualities():
        if level in (STORED, "crf 23", "crf 35"):
            yield Setting("files of both", level, near, _of_both(treatment))
    yield Setting(
        "decoder", "OpenCV", True, _of_result(ReadByOpenCV()), against=(OF_RESULT, STORED)
    )


def _qualities() -> Iterator[tuple[str, bool, Treatment]]:
    yield "FFV1", True, Encoded(None)
    yield STORED, True, Stored()
    for crf in CRFS:
        yield f"crf {crf}", crf in NEAR_CRFS, Encoded(crf)


def _films() -> Iterator[Setting]:
    yield Setting(RATE, "x0.5", False, _of_result(Thinned(2)))
    for rate in RATES:
        yield Setting(RATE, f"x{rate:.2g}", True, _at(rate))
    for size in SIZES:
        film = _of_result(Resized(size))
        yield Setting("size of the result", f"x{size:g}", size != min(SIZES), film)


def _trackers(ruler: Ruler) -> Iterator[Setting]:
    yield Setting("tracker", EXACT, False, exact=True)
    other = other_tracker(ruler.tracker.name)
    if other is not None:
        yield Setting("tracker", other.name, False, ruler=replace(ruler, tracker=other))


def other_tracker(own: str) -> Tracker | None:
    """Another tracker that can be had at once.

    Args:
        own: Name of the ruler's tracker.

    Returns:
        Lucas-Kanade, unless that is the ruler's own; else CoTracker3 where its weights and a GPU
        are (a processor takes half a minute for each clip), or None.
    """
    if own != "lucas_kanade":
        return load_tracker("lucas_kanade")
    import torch

    if not torch.cuda.is_available():
        return None
    try:
        return load_tracker("cotracker3", device="cuda", offline=True)
    except WeightsError:
        return None


def _numbers(ruler: Ruler, name: str) -> Iterator[Setting]:
    own = own_number(ruler, name)
    known = sorted({*NUMBERS[name], own})
    place = known.index(own)
    for index, value in enumerate(known):
        if index != place:
            level = "anywhere" if name == "match_radius" and value == ANYWHERE else f"{value:g}"
            near = abs(index - place) == 1
            yield Setting(name, level, near, ruler=_with_number(ruler, name, value))


def own_number(ruler: Ruler, name: str) -> int | float:
    """The ruler's own value of one of ``NUMBERS``."""
    value: int | float = getattr(ruler.parameters if name in _OF_METRICS else ruler, name)
    return value


def _with_number(ruler: Ruler, name: str, value: int | float) -> Ruler:
    changes: dict[str, Any] = {name: value}
    if name in _OF_METRICS:
        return replace(ruler, parameters=replace(ruler.parameters, **changes))
    return replace(ruler, **changes)


def _of_result(treatment: Treatment) -> Film:
    return lambda pair: replace(pair, generated=replace(pair.generated, treatment=treatment))


def _of_both(treatment: Treatment) -> Film:
    return lambda pair: Pair(
        replace(pair.reference, treatment=treatment), replace(pair.generated, treatment=treatment)
    )


def _at(rate: float) -> Film:
    """The result filmed with more or fewer frames in the same time."""

    def film(pair: Pair) -> Pair:
        shot: Shot = pair.generated
        steps = max(1, round(rate * (shot.frames - 1)))
        fps = shot.fps * steps / (shot.frames - 1)
        return replace(pair, generated=replace(shot, frames=steps + 1, fps=fps))

    return film
