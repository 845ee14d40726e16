"""Published variants against what the released scripts give on the same tracks.

The recorded values were given by the scripts' own functions, at the commits named below, on the
tracks made here from the same seeds (NumPy's ``default_rng``, PyTorch on a CPU): what surrounds
them, the tracker and the reading of files, was replaced by these tracks. No line of theirs is here.
Tolerance: the scripts compute in float32 and sum in another order, and means over up to 60 tracks
keep six digits.
"""

import numpy as np
import pytest

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.mtbench import (
    mtbench_cosine,
    mtbench_hybrid,
    mtbench_nearness,
)
from motionbench.metrics.functional.published import (
    motion_fidelity_ditflow,
    motion_fidelity_reversed,
)
from motionbench.metrics.functional.ropecraft import ropecraft_ftd

TOLERANCE = 2e-6
PICTURE = {"height": 192, "width": 320}


def tracks(seed, count, frames):
    rng = np.random.default_rng(seed)
    start = rng.uniform(20, 236, size=(count, 1, 2))
    steps = rng.normal(size=(count, frames - 1, 2)) * 4
    return np.cumsum(np.concatenate([start, steps], axis=1), axis=1).astype(np.float32)


def seen(seed, count, frames, hidden_share):
    return np.random.default_rng(seed).random((count, frames)) >= hidden_share


def resting(moving, points):
    changed = moving.copy()
    changed[points, 3] = changed[points, 2]
    return changed


# ditflow/ditflow at 4db379b, eval/motion_fidelity_score.py: similarity matrix and score, of tracks
# cut as its main part cuts them.
@pytest.mark.parametrize(
    ("seed", "count", "frames", "generated_frames", "recorded"),
    [
        (0, 30, 16, 16, 0.38295096158981323),
        (1, 30, 24, 16, 0.3584538698196411),
        (2, 30, 16, 24, 0.3589053153991699),
        (3, 7, 2, 49, 0.8831344842910767),
    ],
)
def test_ditflow(seed, count, frames, generated_frames, recorded):
    reference, generated = tracks(seed, count, frames), tracks(seed + 100, count, generated_frames)
    assert motion_fidelity_ditflow(reference, generated) == pytest.approx(recorded, abs=TOLERANCE)


# GSGD-MotionTransfer/GSGD at 791fb11, evaluate_output.py: compute_similarity of its MotionFidelity.
@pytest.mark.parametrize(
    ("seed", "count", "generated_count", "frames", "recorded"),
    [
        (0, 30, 30, 16, 0.3934459090232849),
        (1, 30, 12, 24, 0.264424204826355),
        (2, 5, 40, 49, 0.22206684947013855),
    ],
)
def test_reversed(seed, count, generated_count, frames, recorded):
    reference, generated = tracks(seed, count, frames), tracks(seed + 100, generated_count, frames)
    assert motion_fidelity_reversed(reference, generated) == pytest.approx(recorded, abs=TOLERANCE)


def test_reversed_at_rest_and_without_tracks():
    reference, generated = tracks(3, 20, 16), tracks(103, 20, 16)
    # Its compute_similarity again: three reference tracks with a NaN row each are left out.
    assert motion_fidelity_reversed(resting(reference, [1, 4, 7]), generated) == pytest.approx(
        0.34096941351890564, abs=TOLERANCE
    )
    # It gave 0.0.
    assert motion_fidelity_reversed(reference[:0], generated) == 0
    # It gave NaN.
    with pytest.raises(UnscorableError, match="point 1 of the generated clip does not move at all"):
        motion_fidelity_reversed(reference, resting(generated, [1]))
    with pytest.raises(UnscorableError, match="each of the 5 points of the reference stands still"):
        motion_fidelity_reversed(resting(reference[:5], range(5)), generated)


# Shi-qingyu/DeT at 2a2f4dd, evaluation.py: its two similarity functions on tracks divided by width
# and height, joined as its motion_fidelity joins them, with the drawn numbers given here.
@pytest.mark.parametrize(
    ("seed", "count", "frames", "cosine", "nearness", "hybrid"),
    [
        (0, 30, 16, 0.42371028661727905, 0.9091316407240346, 0.6664209636706568),
        (1, 60, 24, 0.37108179926872253, 0.9097800116546892, 0.6404309054617059),
        (2, 12, 49, 0.20056669414043427, 0.8463250180846842, 0.5234458561125592),
    ],
)
def test_mtbench(seed, count, frames, cosine, nearness, hybrid):
    reference, generated = tracks(seed, count, frames), tracks(seed + 100, count, frames)
    chosen = np.random.default_rng(seed).integers(count, size=50)
    assert mtbench_cosine(reference, generated, **PICTURE) == pytest.approx(cosine, abs=TOLERANCE)
    assert mtbench_nearness(reference[chosen], generated[chosen], **PICTURE) == pytest.approx(
        nearness, abs=TOLERANCE
    )
    assert mtbench_hybrid(reference, generated, chosen, **PICTURE) == pytest.approx(
        hybrid, abs=TOLERANCE
    )


# YigitEkin/RoPECraft at da5788b, ftd.py: compute_ftd with frechetdist 0.6 and a tracker that hands
# out these tracks, in a picture of 320 x 192. In the last two some points are never visible, and in
# the last its mistaken list leaves out points 0, 19.
@pytest.mark.parametrize(
    ("seed", "count", "frames", "hidden_share", "recorded"),
    [
        (0, 30, 16, 0.0, 0.545850336060869),
        (1, 30, 16, 0.2, 0.5277872450652485),
        (2, 12, 24, 0.5, 0.5874812807943618),
        (3, 40, 9, 0.8, 0.5328309130286691),
        (4, 20, 24, 0.9, 0.5396344004575823),
    ],
)
def test_ropecraft(seed, count, frames, hidden_share, recorded):
    value = ropecraft_ftd(
        tracks(seed, count, frames),
        tracks(seed + 100, count, frames),
        seen(seed + 200, count, frames, hidden_share),
        seen(seed + 300, count, frames, hidden_share),
        **PICTURE,
    )
    assert value == pytest.approx(recorded, abs=TOLERANCE)
