"""``motion_fidelity/dmt`` against the arithmetic of the released script.

Source: diffusion-motion-transfer/diffusion-motion-transfer at ab55bcd, motion_fidelity_score.py
(no licence file at that commit; nothing is copied, the two functions below say in our own words
what its similarity and its score are). Tolerance: both sides compute in float32 and differ in the
order of a sum of at most 160 products, so 1e-5 is ten times what rounding explains.
"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.agreement import motion_features
from motionbench.metrics.functional.displacements import displacements
from motionbench.metrics.functional.dmt import motion_fidelity_dmt, motion_fidelity_paper
from motionbench.metrics.functional.motion_fidelity import motion_fidelity

TOLERANCE = 1e-5


def table(generated, reference):
    """Mean over steps of the cosine of displacements, (generated, reference)."""
    steps = [torch.from_numpy(clip).diff(dim=1) for clip in (generated, reference)]
    first, second = (step / step.norm(dim=-1, keepdim=True) for step in steps)
    return (first[:, None] * second[None]).sum(dim=-1).mean(dim=-1)


def released_script(generated, reference):
    similarity = table(generated, reference)
    return (similarity - torch.eye(len(generated))).amax(dim=1).mean().item()


def equation_8(generated, reference):
    similarity = table(generated, reference)
    return (similarity.amax(dim=1).mean() + similarity.amax(dim=0).mean()).item()


def random_tracks(seed, count, frames):
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(size=(count, frames, 2)), axis=1).astype(np.float32)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**31), st.integers(1, 30), st.integers(2, 81))
def test_dmt_equals_the_released_script(seed, count, frames):
    reference, generated = (
        random_tracks(seed, count, frames),
        random_tracks(seed + 1, count, frames),
    )
    assert motion_fidelity_dmt(reference, generated) == pytest.approx(
        released_script(generated, reference), abs=TOLERANCE
    )


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**31), st.integers(1, 30), st.integers(1, 30), st.integers(2, 81))
def test_paper_is_half_of_equation_8(seed, n, m, frames):
    reference, generated = random_tracks(seed, n, frames), random_tracks(seed + 1, m, frames)
    assert motion_fidelity_paper(reference, generated) == pytest.approx(
        equation_8(generated, reference) / 2, abs=TOLERANCE
    )


def test_more_tracks_than_a_block():
    reference, generated = random_tracks(0, 1100, 9), random_tracks(1, 1100, 9)
    assert motion_fidelity_dmt(reference, generated) == pytest.approx(
        released_script(generated, reference), abs=TOLERANCE
    )
    assert motion_fidelity_paper(reference, generated) == pytest.approx(
        equation_8(generated, reference) / 2, abs=TOLERANCE
    )


def test_its_defects_are_kept():
    rng = np.random.default_rng(0)
    distinct = random_tracks(0, 50, 24)
    # An exact copy does not score 1: each track is barred from matching itself.
    assert 0.3 < motion_fidelity_dmt(distinct, distinct) < 0.6
    # One direction only: motion that got lost costs nothing.
    right, down = np.zeros((2, 4, 9, 2), dtype=np.float32)
    right[..., 0] = down[..., 1] = np.arange(9)
    both = np.concatenate([right, down])
    lost = np.concatenate([right, right])
    assert motion_fidelity_dmt(both, lost) == pytest.approx(1)
    assert motion_fidelity_paper(both, lost) == pytest.approx(0.75)
    # The order of tracks matters.
    shuffled = distinct[rng.permutation(50)]
    assert motion_fidelity_dmt(distinct, shuffled) > motion_fidelity_dmt(distinct, distinct) + 0.2


def test_where_the_script_gives_nan_or_crashes_the_score_is_unscorable():
    moving = random_tracks(0, 3, 6)
    paused = moving.copy()
    paused[1, 3] = paused[1, 2]
    assert np.isnan(released_script(paused, moving))
    for metric in (motion_fidelity_dmt, motion_fidelity_paper):
        with pytest.raises(UnscorableError, match="point 1 of the generated clip does not move at"):
            metric(moving, paused)
        with pytest.raises(UnscorableError, match=r"instants 2 and 3 \(1 such steps\)"):
            metric(paused, moving)
        with pytest.raises(UnscorableError, match="reference clip has tracks with positions that"):
            metric(moving * np.float32(np.nan), moving)
        with pytest.raises(UnscorableError, match="3 generated and 0 reference tracks"):
            metric(moving[:0], moving)
    with pytest.raises(UnscorableError, match="2 generated and 3 reference tracks"):
        motion_fidelity_dmt(moving, moving[:2])


def test_anywhere_equals_the_paper_where_everything_moves_and_is_seen():
    reference, generated = random_tracks(0, 40, 24), random_tracks(1, 30, 24)
    features = [
        motion_features(
            displacements(clip, np.ones(clip.shape[:2], dtype=bool)), 1e-6, by_speed=False
        )
        for clip in (reference, generated)
    ]
    ours = motion_fidelity(*features, min_joint_visibility=0.5, opposites=False)
    paper = motion_fidelity_paper(reference, generated)
    assert (ours.precision + ours.recall) / 2 == pytest.approx(paper, abs=TOLERANCE)
