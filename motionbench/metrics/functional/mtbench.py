"""MTBench's motion fidelity as its released script computes it; to be audited, not for ranking.

Shi et al., "Decouple and Track: Benchmarking and Improving Video Diffusion Transformers for Motion
Transfer" (ICCV 2025); Shi-qingyu/DeT at 2a2f4dd, ``evaluation.py``. The paper's metric is a hybrid
of a local part (cosines of velocities) and a global one (Frechet distance); the script adds the
global part only if asked to by ``--add_frechet_score`` and else prints the local part alone as
"Motion Fidelity". Defects kept in both:

- Positions are divided by the width and by the height, so that a direction depends on the shape of
  the picture.
- Each generated track takes the best reference track anywhere; motion that got lost costs nothing.
- Visibility is ignored.
"""

import numpy as np
from jaxtyping import Float32, Int

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.unit_steps import (
    mean_best_cosine,
    refuse_no_tracks,
    unit_steps,
)

SAMPLE = 50
"""Tracks of each clip that the script's global part is computed on."""


def mtbench_cosine(
    reference: Float32[np.ndarray, "_n t 2"],
    generated: Float32[np.ndarray, "_m t 2"],
    *,
    height: int,
    width: int,
) -> float:
    """The local part: mean over generated tracks of the best mean cosine with a reference track.

    The vectors compared are not the velocities alone: the first one is the position of the track's
    start as seen from the top left corner of the picture, with the weight of one step.

    Args:
        reference: n tracks, pixels.
        generated: m tracks over as many instants, same pixel grid.
        height: Of the picture, pixels.
        width: Of the picture, pixels.

    Returns:
        In [-1, 1]; an exact copy scores 1.

    Raises:
        UnscorableError: A clip has no tracks, or a point stands exactly still in some step or
            starts at (0, 0) (the script then crashes or gives NaN).
    """
    refuse_no_tracks(reference, generated)
    return mean_best_cosine(
        _start_and_steps(_shares(generated, height, width), "generated"),
        _start_and_steps(_shares(reference, height, width), "reference"),
    )


def mtbench_nearness(
    reference: Float32[np.ndarray, "n t 2"],
    generated: Float32[np.ndarray, "m t 2"],
    *,
    height: int,
    width: int,
) -> float:
    """The global part: mean over generated tracks of the largest ``1 / (1 + d)``.

    ``d`` is taken to each reference track. What the script calls the Frechet distance of two tracks
    is the mean of the distances of all positions of one from all positions of the other. It does
    not look at their order, so that motion played backwards is the same motion; and it is not 0 for
    two equal tracks: a point that rests in the middle of a path is nearer to that path than a point
    that moves along it.

    Args:
        reference: n tracks, pixels.
        generated: m tracks over as many instants, same pixel grid.
        height: Of the picture, pixels.
        width: Of the picture, pixels.

    Returns:
        In (0, 1]; an exact copy scores 1 only if nothing moves.

    Raises:
        UnscorableError: A clip has no tracks, or a position is not finite.
    """
    refuse_no_tracks(reference, generated)
    others = _shares(reference, height, width)
    best = []
    for track in _shares(generated, height, width):
        apart = np.linalg.norm(track[None, :, None] - others[:, None], axis=-1)
        best.append(1 / (1 + apart.mean(axis=(1, 2), dtype=np.float64).min()))
    nearness = float(np.mean(best))
    if not np.isfinite(nearness):
        raise UnscorableError("a clip has tracks with positions that are not finite.")
    return nearness


def mtbench_hybrid(
    reference: Float32[np.ndarray, "_n t 2"],
    generated: Float32[np.ndarray, "_m t 2"],
    chosen: Int[np.ndarray, " _k"],
    *,
    height: int,
    width: int,
) -> float:
    """Half the local part on all tracks, half the global part on some.

    The script draws ``SAMPLE`` numbers of generated tracks, with replacement and without a seed, so
    that its score differs from run to run, and takes the reference tracks of the same numbers; that
    fails if the reference has fewer tracks.

    Args:
        reference: n tracks, pixels.
        generated: m tracks over as many instants, same pixel grid, same order of grid points.
        chosen: What was drawn, each in [0, m).
        height: Of the picture, pixels.
        width: Of the picture, pixels.

    Returns:
        In [-0.5, 1].

    Raises:
        UnscorableError: As ``mtbench_cosine``, or a number that was drawn is beyond the reference's
            tracks.
    """
    refuse_no_tracks(reference, generated)
    if chosen.max() >= len(reference):
        raise UnscorableError(
            f"{len(generated)} generated and {len(reference)} reference tracks: the published "
            "script takes reference tracks by the numbers of generated ones and crashes."
        )
    local = mtbench_cosine(reference, generated, height=height, width=width)
    near = mtbench_nearness(reference[chosen], generated[chosen], height=height, width=width)
    return (local + near) / 2


def _start_and_steps(positions: np.ndarray, clip: str) -> np.ndarray:
    """``(n, t, 2)`` vectors of length 1: towards the start, then along each step."""
    steps = unit_steps(positions, clip)
    starts = positions[:, :1]
    lengths = np.linalg.norm(starts, axis=-1, keepdims=True)
    if not lengths.all():
        raise UnscorableError(
            f"the published formula divides by zero: a point of the {clip} clip starts at (0, 0)."
        )
    vectors: np.ndarray = np.concatenate([starts / lengths, steps], axis=1)
    return vectors


def _shares(tracks: np.ndarray, height: int, width: int) -> np.ndarray:
    shares: np.ndarray = tracks / np.array([width, height], dtype=np.float32)
    return shares
