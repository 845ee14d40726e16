"""A category for a clip, suggested from its tracks.

What tracks tell apart is a camera, one thing and several things. They do not say what a thing is:
a person and a bear are both one thing that moves in itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from motionbench.cases import Category, Suite
from motionbench.errors import UnscorableError
from motionbench.features import Features
from motionbench.manifest import load_reference
from motionbench.runner.progress import progress
from motionbench.suites.traits import MotionTraits, motion_traits
from motionbench.video import content_sha256

LEAST_CAMERA_SPEED: Final = 0.002
"""Diagonals a step; below this the camera rests."""

MOST_PARALLAX: Final = 0.4
"""Of the camera's speed: depth alone moves tracks against the camera's motion by up to this."""

MOST_BORDER: Final = 0.6
"""Where more of the border than this moves against the camera, it is depth and no object."""


@dataclass(frozen=True)
class Suggestion:
    """What the tracks of a case suggest.

    Attributes:
        case: Its id.
        category: As the manifest says; None if it says nothing.
        suggested: The categories between which a person decides; empty if the tracks say nothing.
        traits: What the suggestion rests on; None likewise.
    """

    case: str
    category: Category | None
    suggested: tuple[Category, ...]
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
            yield Suggestion(case.id, case.category, (), None)
            continue
        try:
            tracks = features.tracks(clip, content_sha256(clip.frames, clip.fps))
            traits = motion_traits(tracks, features.ruler.parameters)
        except UnscorableError:
            yield Suggestion(case.id, case.category, (), None)
        else:
            yield Suggestion(case.id, case.category, suggest_category(traits), traits)


def suggest_category(traits: MotionTraits) -> tuple[Category, ...]:
    """The categories that a clip's traits leave; none if nothing moves.

    Example:
        >>> suggest_category(MotionTraits(0.02, 0.95, 0.003, 0.1, 0))
        ('camera',)
        >>> suggest_category(MotionTraits(0.0, 0.9, 0.02, 0.0, 2))
        ('multi_object',)
    """
    if traits.camera_speed <= LEAST_CAMERA_SPEED and traits.object_speed == 0:
        return ()
    if traits.camera_speed > LEAST_CAMERA_SPEED and (
        traits.object_speed < MOST_PARALLAX * traits.camera_speed
        or traits.border_share > MOST_BORDER
    ):
        return ("camera",)
    return ("multi_object",) if traits.groups > 1 else ("single_object", "human")
