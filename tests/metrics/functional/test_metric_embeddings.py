import numpy as np
import pytest

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.embeddings import (
    appearance_leakage,
    temporal_consistency,
    text_alignment,
    text_rank,
)

X, Y, DIAGONAL = np.float32([1, 0]), np.float32([0, 1]), np.float32([0.6, 0.8])


def test_text_alignment_is_the_mean_cosine():
    assert text_alignment(np.stack([X, Y, DIAGONAL]), X) == pytest.approx((1 + 0 + 0.6) / 3)
    assert text_alignment(np.stack([X]), -X) == -1


def test_text_rank_wants_the_prompt_first_and_a_tie_is_no_success():
    frames = np.stack([X, DIAGONAL])  # mean cosine 0.8 with X, 0.4 with Y
    assert text_rank(frames, X, np.stack([Y, -X])) == 1
    assert text_rank(frames, Y, np.stack([X])) == 0
    assert text_rank(frames, X, np.stack([Y, X])) == 0
    with pytest.raises(UnscorableError, match="no other prompt"):
        text_rank(frames, X, np.zeros((0, 2), np.float32))


def test_temporal_consistency_compares_neighbours():
    assert temporal_consistency(np.stack([X, X, X])) == 1
    assert temporal_consistency(np.stack([X, Y, Y])) == pytest.approx(0.5)
    with pytest.raises(UnscorableError, match="single frame"):
        temporal_consistency(np.stack([X]))


def test_leakage_finds_a_copied_frame_at_any_time():
    reference = np.stack([X, Y])
    assert appearance_leakage(reference, np.stack([Y, Y, X])) == 1
    assert appearance_leakage(reference, np.stack([DIAGONAL])) == pytest.approx(0.8)
    assert appearance_leakage(np.stack([X]), reference) == pytest.approx(0.5)


def test_rounding_never_leaves_the_range():
    longer = np.float32([[1.0000001, 0]])
    assert text_alignment(longer, longer[0]) == 1
    assert appearance_leakage(longer, longer) == 1
