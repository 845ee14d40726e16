"""A category for a clip, suggested from its tracks.

What tracks tell apart is a camera, one thing and several things. They do not say what a thing is:
a person and a bear are both one thing that moves in itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Final

from motionbench.cases import Category, Suite
from motionbench.errors import UnscorableError
from motionbench.features import Features
from motionbench.manifest import load_reference
from motionbench.runner.progress import progress
from motionbench.suites.groups import LARGE
from motionbench.suites.traits import MotionTraits, motion_traits
from motionbench.video import content_sha256

LEAST_CAMERA_SPEED: Final = 0.002
"""Diagonals a step; below this the camera rests."""

MOST_PARALLAX: Final = 0.4
"""Of the camera's speed: depth alone moves tracks against the camera's motion by up to this."""

MOST_BORDER: Final = 0.5
"""Where more of the border than this moves against the camera, it is depth and no object."""

LEAST_LASTING: Final = 0.5
"""Where fewer of the tracks last than this, the border shows blur and says nothing of depth."""

CHANGES: Final = (2 / 3, 1.0, 3 / 2)
"""A suggestion is sure if it stays the same when its limits are this much stricter and laxer."""


@dataclass(frozen=True)
class Suggestion:
    """What the tracks of a case suggest.

    Attributes:
        case: Its id.
        category: As the manifest says; None if it says nothing.
        suggested: The categories between which a person decides; empty if the tracks say nothing.
        sure: Whether the tracks say it clearly.
        traits: What the suggestion rests on; None likewise.
    """

    case: str
    category: Category | None
    suggested: tuple[Category, ...]
    sure: bool
    traits: MotionTraits | None


def suggest(
    suite: Suite, features: Features, *, show_progress: bool | None = None
) -> Iterator[Suggestion]:
    """Suggest a category for each case, in the suite's order.

    Args:
        suite: Its files are there.
        features: Measures the tracks.
        show_progress: None for a bar where standard error is a terminal.

    Raises:
        VideoError, ManifestError: A reference cannot be decoded or is not the suite's.
    """
    for case in progress(suite.cases, total=len(suite.cases), what="clips", show=show_progress):
        clip = load_reference(case)
        if len(clip) < 2:  # a picture does not move
            yield Suggestion(case.id, case.category, (), False, None)
            continue
        try:
            tracks = features.tracks(clip, content_sha256(clip.frames, clip.fps))
            traits = motion_traits(tracks, features.ruler.parameters)
        except UnscorableError:
            yield Suggestion(case.id, case.category, (), False, None)
        else:
            suggested = suggest_category(traits)
            yield Suggestion(case.id, case.category, suggested, is_sure(traits), traits)


def suggest_category(traits: MotionTraits) -> tuple[Category, ...]:
    """The categories that a clip's traits leave; none if nothing moves.

    Example:
        >>> suggest_category(MotionTraits(0.9, 0.02, 0.95, 0.003, 0.1, 0, (0.0, 0.0, 0.0)))
        ('camera',)
        >>> suggest_category(MotionTraits(0.9, 0.0, 0.9, 0.02, 0.0, 2, (0.9, 0.8, 0.0)))
        ('multi_object',)
    """
    return _categories(traits, median(traits.rivals), 1.0)


def is_sure(traits: MotionTraits) -> bool:
    """Whether the suggestion is far from any other.

    Example:
        >>> is_sure(MotionTraits(0.9, 0.0, 0.9, 0.02, 0.0, 2, (0.9, 0.8, 0.0)))  # reaches differ
        False
    """
    found = {_categories(traits, rival, change) for rival in traits.rivals for change in CHANGES}
    return len(found) == 1 and traits.lasting_share >= LEAST_LASTING


def _categories(traits: MotionTraits, rival: float, change: float) -> tuple[Category, ...]:
    """The suggestion if one rival counts, with all limits multiplied by ``change``."""
    moves = traits.camera_speed > LEAST_CAMERA_SPEED
    if not moves and traits.object_speed == 0:
        return ()
    slow = traits.object_speed < change * MOST_PARALLAX * traits.camera_speed
    deep = traits.border_share > change * MOST_BORDER and traits.lasting_share >= LEAST_LASTING
    if deep or (moves and slow):
        return ("camera",)
    return ("multi_object",) if rival >= change * LARGE else ("single_object", "human")
