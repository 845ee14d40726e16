"""Speed ratio: whether what moves in the result moves as fast as in the reference."""

import math

import numpy as np

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.displacements import Displacements


def speed_ratio(reference: Displacements, generated: Displacements, *, speed_floor: float) -> float:
    """Natural logarithm of the mean speed of what moves, generated over reference.

    A clip in which nothing is faster than the floor counts as moving at the floor, so a frozen
    result has a finite value (the most negative one the case allows) and two static clips agree.

    Args:
        reference: In the same pixel grid as ``generated``.
        generated: Over as many steps.
        speed_floor: Pixels a step, > 0.

    Returns:
        0 for equal speeds, log 2 = 0.69 for twice the speed, -0.69 for half.

    Raises:
        UnscorableError: A clip has no visible track.

    Example:
        >>> still = np.zeros((1, 2), dtype=np.float32)
        >>> seen, place = np.ones((1, 2), dtype=bool), still
        >>> slow, fast = (Displacements(still + v, still, seen, place) for v in (1, 2))
        >>> round(speed_ratio(slow, fast, speed_floor=0.3), 3)
        0.693
    """
    return math.log(
        _mean_speed(generated, speed_floor, "generated")
        / _mean_speed(reference, speed_floor, "reference")
    )


def _mean_speed(motion: Displacements, speed_floor: float, clip: str) -> float:
    if not motion.visible.any():
        raise UnscorableError(f"no track of the {clip} clip is ever visible.")
    speeds = motion.speeds
    moving = speeds[motion.visible & (speeds > speed_floor)]
    return float(moving.mean(dtype=np.float64)) if len(moving) else speed_floor
