"""Bring the tracks of clips to the same instants and the same pixel grid before they are compared.

Time is compared as a share of the clip: the first instant is the first frame, the last the last,
whatever the frame rates. Space is compared in the reference's pixels.
"""

import math

from motionbench.errors import UnscorableError
from motionbench.tracks import TrackSet, move_centre, resample_time, rescale

ASPECT_TOLERANCE = 0.05
"""Largest relative difference of the aspect ratios that is taken for rounding to a method's sizes.

Size multiples of 8 to 32 pixels and encoders that want even sizes change the ratio by up to 3 %;
stretching by 5 % turns a direction by at most 1.4 degrees, a cosine of 0.9997."""


def align(
    reference: TrackSet, generated: TrackSet, *, frames: int | None
) -> tuple[TrackSet, TrackSet]:
    """Both clips at the same instants, both in the reference's pixel grid.

    The shorter clip sets the number of instants, so that no motion is made up.

    Args:
        reference: Tracks of the reference, of the cut that the method was given.
        generated: Tracks of the result.
        frames: Most instants, >= 2; None for no limit.

    Returns:
        (reference, generated).

    Raises:
        UnscorableError: A clip has a single frame, or the aspect ratios differ by more than
            ``ASPECT_TOLERANCE``.
    """
    _check_frames(reference, "reference")
    _check_frames(generated, "generated")
    _check_aspect(reference, generated)
    instants = min(reference.frames, generated.frames)
    if frames is not None:
        instants = min(instants, frames)
    return (
        resample_time(reference, instants),
        rescale(resample_time(generated, instants), reference.height, reference.width),
    )


def align_unrelated(reference: TrackSet, other: TrackSet) -> TrackSet:
    """An unrelated clip made comparable with an aligned reference, for the chance floor.

    Its shape need not fit: it is scaled alike in x and y until the diagonals are equal, and laid on
    the reference centre on centre, so that directions are kept, and speeds and places are on the
    same scale.

    Args:
        reference: Already aligned; its number of instants is used.
        other: Of any length >= 2 and any size.

    Raises:
        UnscorableError: The other clip has a single frame.
    """
    _check_frames(other, "unrelated")
    scale = math.hypot(reference.height, reference.width) / math.hypot(other.height, other.width)
    scaled = rescale(
        resample_time(other, reference.frames),
        round(other.height * scale),
        round(other.width * scale),
    )
    return move_centre(scaled, reference.height, reference.width)


def _check_frames(track_set: TrackSet, clip: str) -> None:
    if track_set.frames < 2:
        raise UnscorableError(f"the {clip} clip has a single frame: there is no motion to compare.")


def _check_aspect(reference: TrackSet, generated: TrackSet) -> None:
    ratio = reference.width * generated.height / (reference.height * generated.width)
    if max(ratio, 1 / ratio) > 1 + ASPECT_TOLERANCE:
        raise UnscorableError(
            f"the generated clip is {generated.width}x{generated.height} and the reference "
            f"{reference.width}x{reference.height} (width x height): their aspect ratios differ by "
            f"{max(ratio, 1 / ratio) - 1:.0%}, more than {ASPECT_TOLERANCE:.0%}. Crop the "
            "reference as the method did."
        )
