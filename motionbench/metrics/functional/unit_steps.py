"""Directions of steps without regard to their length, as the published formulas compare them.

What is common to ``dmt``, ``published`` and ``mtbench``: visibility is ignored, and a step of
length zero has no direction.
"""

import numpy as np
from jaxtyping import Bool, Float32

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.agreement import BLOCK_ROWS


def refuse_no_tracks(reference: np.ndarray, generated: np.ndarray) -> None:
    """Both clips must have tracks.

    Args:
        reference: One row a track.
        generated: Likewise.

    Raises:
        UnscorableError: One of them has none.
    """
    if not len(reference) or not len(generated):
        raise UnscorableError(
            f"{len(generated)} generated and {len(reference)} reference tracks: both clips need "
            "at least one."
        )


def unit_steps(tracks: Float32[np.ndarray, "n t 2"], clip: str) -> Float32[np.ndarray, "n t-1 2"]:
    """Directions of all steps, as vectors of length 1.

    Args:
        tracks: Positions in any unit.
        clip: Which clip, for the message.

    Raises:
        UnscorableError: A point stands exactly still in some step, or a position is not finite.
    """
    still = np.argwhere(rests(tracks, clip))
    if len(still):
        track, step = still[0]
        raise UnscorableError(
            f"the published formula divides by zero: point {track} of the {clip} clip does not "
            f"move at all between instants {step} and {step + 1} ({len(still)} such steps)."
        )
    steps = np.diff(tracks, axis=1)
    units: np.ndarray = steps / np.linalg.norm(steps, axis=-1, keepdims=True)
    return units


def mean_best_cosine(
    rows: Float32[np.ndarray, "_n k 2"], columns: Float32[np.ndarray, "_m k 2"]
) -> float:
    """Mean over rows of the largest mean cosine over k vectors of length 1 with any column.

    Args:
        rows: Of one clip, at least one.
        columns: Of the other clip, at least one.
    """
    k = rows.shape[1]
    flat, others = rows.reshape(len(rows), -1), columns.reshape(len(columns), -1)
    best = [
        (flat[start : start + BLOCK_ROWS] @ others.T).max(axis=1) / np.float32(k)
        for start in range(0, len(flat), BLOCK_ROWS)
    ]
    # Rounding may carry the cosine of equal vectors past 1.
    return float(np.clip(np.concatenate(best).mean(dtype=np.float64), -1, 1))


def rests(tracks: Float32[np.ndarray, "n t 2"], clip: str) -> Bool[np.ndarray, "n t-1"]:
    """Steps of length zero.

    Args:
        tracks: Positions in any unit.
        clip: Which clip, for the message.

    Raises:
        UnscorableError: A position is not finite.
    """
    if not np.isfinite(tracks).all():
        raise UnscorableError(f"the {clip} clip has tracks with positions that are not finite.")
    lengths = np.linalg.norm(np.diff(tracks, axis=1), axis=-1)
    resting: np.ndarray = lengths == 0
    return resting
