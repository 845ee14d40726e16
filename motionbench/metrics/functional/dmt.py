"""Motion fidelity as published, to reproduce published numbers; not for ranking.

Yatim et al., "Space-Time Diffusion Features for Zero-Shot Text-Driven Motion Transfer" (CVPR 2024):
``motion_fidelity_dmt`` computes what their released script computes, ``motion_fidelity_paper`` the
paper's equation 8, halved so that an exact copy scores 1. Both ignore visibility and speed, and
divide by zero where a point stands still; ``motion_fidelity`` does neither.
"""

import numpy as np
from jaxtyping import Float32

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.agreement import BLOCK_ROWS
from motionbench.metrics.functional.unit_steps import refuse_no_tracks, unit_steps


def motion_fidelity_dmt(
    reference: Float32[np.ndarray, "_n t 2"], generated: Float32[np.ndarray, "_m t 2"]
) -> float:
    """The released script's score, in [-2, 1]; an exact copy does not score 1.

    Of its behaviour these are kept: only the direction generated to reference; the identity matrix
    is subtracted from the similarities although rows and columns belong to different clips, so a
    track never matches the one that started at the same grid point; visibility is ignored.

    Args:
        reference: Tracks, pixels.
        generated: As many tracks over as many instants, in the same order of grid points.

    Raises:
        UnscorableError: The numbers of tracks differ, or a point stands exactly still in some step
            (the script then crashes or returns NaN).
    """
    if len(reference) != len(generated) or not len(reference):
        raise UnscorableError(
            f"{len(generated)} generated and {len(reference)} reference tracks: the published "
            "script needs equally many, at least one."
        )
    rows, columns = _directions(generated, "generated"), _directions(reference, "reference")
    best = []
    for start in range(0, len(rows), BLOCK_ROWS):
        similarity = _similarity(rows[start : start + BLOCK_ROWS], columns)
        block = np.arange(len(similarity))
        similarity[block, start + block] -= 1
        best.append(similarity.max(axis=1))
    return _mean(best)


def motion_fidelity_paper(
    reference: Float32[np.ndarray, "_n t 2"], generated: Float32[np.ndarray, "_m t 2"]
) -> float:
    """Equation 8 of the paper, halved: range [-1, 1], an exact copy scores 1.

    Args:
        reference: n tracks, pixels.
        generated: m tracks over as many instants.

    Raises:
        UnscorableError: A clip has no tracks, or a point stands exactly still in some step.
    """
    refuse_no_tracks(reference, generated)
    rows, columns = _directions(generated, "generated"), _directions(reference, "reference")
    best_of_rows, best_of_columns = [], np.full(len(columns), -np.inf, dtype=np.float32)
    for start in range(0, len(rows), BLOCK_ROWS):
        similarity = _similarity(rows[start : start + BLOCK_ROWS], columns)
        best_of_rows.append(similarity.max(axis=1))
        np.maximum(best_of_columns, similarity.max(axis=0), out=best_of_columns)
    both = (_mean(best_of_rows) + _mean([best_of_columns])) / 2
    return max(both, -1.0)


def _directions(tracks: np.ndarray, clip: str) -> np.ndarray:
    """Directions of a track's steps in one row, ``(n, 2 S)``."""
    return unit_steps(tracks, clip).reshape(len(tracks), -1)


def _similarity(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    steps = rows.shape[1] // 2
    similarity: np.ndarray = rows @ columns.T / np.float32(steps)
    return similarity


def _mean(best: list[np.ndarray]) -> float:
    return min(float(np.concatenate(best).mean(dtype=np.float64)), 1.0)
