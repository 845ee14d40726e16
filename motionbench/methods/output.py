"""Is what a method returned a clip that can be stored and compared?"""

import math

import numpy as np

from motionbench.cases import Clip
from motionbench.errors import MethodError

ASPECT_TOLERANCE = 0.05
"""Largest relative difference of aspect ratios. It leaves room for sides rounded to a multiple of
16 (off by at most 8 pixels) in clips of 160 pixels and more; a squeezed clip is beyond it."""


def check_output(clip: object, *, reference: Clip | None) -> Clip:
    """Refuse anything but at least two uint8 RGB frames of the reference's aspect ratio.

    Args:
        clip: What ``generate`` returned.
        reference: The conformed reference, or None if its shape does not matter.

    Returns:
        The same clip.

    Raises:
        MethodError: Names what is wrong, what was got and what is expected.
    """
    if not isinstance(clip, Clip):
        raise MethodError(
            f"generate returned a {type(clip).__name__}, not a motionbench.cases.Clip."
        )
    _check_frames(clip.frames)
    fps = clip.fps
    if not isinstance(fps, int | float | np.number) or not math.isfinite(fps) or fps <= 0:
        raise MethodError(
            f"generate returned a clip with fps = {fps!r}; it must be positive and finite."
        )
    if reference is not None:
        _check_aspect(clip.size, reference.size)
    return clip


def _check_frames(frames: object) -> None:
    if not isinstance(frames, np.ndarray):
        raise MethodError(
            f"generate returned frames of type {type(frames).__name__}; expected a numpy array, "
            f"uint8 (T, H, W, 3)."
        )
    got = f"{frames.dtype} {frames.shape}"
    if np.issubdtype(frames.dtype, np.floating) and not np.isfinite(frames).all():
        bad = int(np.size(frames) - np.count_nonzero(np.isfinite(frames)))
        raise MethodError(
            f"generate returned NaN or infinite pixels ({bad} of {frames.size} values, {got}): the "
            f"computation diverged. Expected uint8 (T, H, W, 3), 0 to 255."
        )
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[-1] != 3:
        raise MethodError(
            f"generate returned frames {got}; expected uint8 (T, H, W, 3), RGB, 0 to 255."
        )
    if 0 in frames.shape or len(frames) < 2:
        raise MethodError(
            f"generate returned frames {got}; motion needs 2 frames or more, none of them empty."
        )


def _check_aspect(size: tuple[int, int], reference_size: tuple[int, int]) -> None:
    (height, width), (reference_height, reference_width) = size, reference_size
    ratio = (width * reference_height) / (height * reference_width)
    if max(ratio, 1 / ratio) > 1 + ASPECT_TOLERANCE:
        raise MethodError(
            f"generate returned a clip of {height}x{width} (height x width) for a reference of "
            f"{reference_height}x{reference_width}: the aspect ratios {width / height:.3f} and "
            f"{reference_width / reference_height:.3f} differ by more than {ASPECT_TOLERANCE:.0%}. "
            f"Keep the reference's aspect, or declare the size in video_spec so that the reference "
            f"is cut to it."
        )
