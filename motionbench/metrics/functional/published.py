"""Motion fidelity as scripts of other groups compute it; to be audited, not for ranking.

All take the best mean cosine of displacements of each track of one clip with any track of the
other (Yatim et al., CVPR 2024, eq. 8; ``dmt``), and differ in the direction and in what they do
where that is undefined. Each function is written from what a script does, its defects kept and
named:

- ``motion_fidelity_ditflow``: ditflow/ditflow at 4db379b, ``eval/motion_fidelity_score.py``; each
  generated track finds its best reference track.
- ``motion_fidelity_reversed``: GSGD-MotionTransfer/GSGD at 791fb11, ``evaluate_output.py``; each
  reference track finds its best generated track.

MinghanLi/FiVE-Bench at 737b30e (``evaluation/metrics_calculator.py``) computes what DiTFlow does
where the reference is the longer clip, and fails where it is the shorter.
"""

import numpy as np
from jaxtyping import Float32

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.dmt import motion_fidelity_dmt
from motionbench.metrics.functional.unit_steps import mean_best_cosine, rests, unit_steps


def motion_fidelity_ditflow(
    reference: Float32[np.ndarray, "_n _t 2"], generated: Float32[np.ndarray, "_m _u 2"]
) -> float:
    """DiTFlow's script (Pondaven et al., CVPR 2025): ``motion_fidelity_dmt`` of the first frames.

    The score of the original script, except that the longer clip is cut to the frames of the
    shorter, whatever their rates: of two clips of the same motion that differ in length only,
    unlike parts are compared. No mask is used; tracks start on a grid of 55 x 55 on the first
    frame. Where both clips have equally many frames it is ``motion_fidelity_dmt``.

    Args:
        reference: Tracks, pixels.
        generated: As many tracks in the same order of grid points, over any number of frames.

    Returns:
        In [-2, 1]; an exact copy does not score 1.

    Raises:
        UnscorableError: A clip has a single frame, or as ``motion_fidelity_dmt`` (the script then
            crashes or prints NaN).
    """
    frames = min(reference.shape[1], generated.shape[1])
    if frames < 2:
        raise UnscorableError("a clip has a single frame: the published script prints NaN.")
    return motion_fidelity_dmt(reference[:, :frames], generated[:, :frames])


def motion_fidelity_reversed(
    reference: Float32[np.ndarray, "_n t 2"], generated: Float32[np.ndarray, "_m t 2"]
) -> float:
    """The other direction, as GSGD's script computes it: is the reference's motion there?

    No identity matrix is subtracted, so that an exact copy scores 1. Of its behaviour these are
    kept: motion that was added costs nothing; a reference track that rests in some step is dropped
    without a word (its row is NaN), so that a result may do anything there; a clip without tracks
    scores 0; visibility is ignored. Not kept: clips are cut to 14 frames, shorter ones filled up
    with their last frame, upon which the score is NaN; tracks are those of a mask.

    Args:
        reference: n tracks, pixels.
        generated: m tracks over as many instants.

    Returns:
        In [-1, 1].

    Raises:
        UnscorableError: A generated point stands exactly still in some step, or every reference
            point does (the script then gives NaN).
    """
    if not len(reference) or not len(generated):
        return 0.0
    columns = unit_steps(generated, "generated")
    moving = ~rests(reference, "reference").any(axis=1)
    if not moving.any():
        raise UnscorableError(
            f"each of the {len(reference)} points of the reference stands still in some step: the "
            "published script drops them all and gives NaN."
        )
    return mean_best_cosine(unit_steps(reference[moving], "reference"), columns)
