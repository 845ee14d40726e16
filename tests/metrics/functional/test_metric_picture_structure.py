import cv2
import numpy as np
import pytest

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.picture_structure import structure_leakage


def pictures(count, *, seed=0):
    """Soft blotches of colour."""
    noise = np.random.default_rng(seed).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
    return np.stack([cv2.GaussianBlur(each, (0, 0), 1.0) for each in noise])


def test_a_copy_shares_everything_at_any_time():
    reference = pictures(4)
    assert structure_leakage(reference, reference) == pytest.approx(1, abs=1e-6)
    assert structure_leakage(reference, reference[[3, 3, 0]]) == pytest.approx(1, abs=1e-6)


def test_other_pictures_share_little():
    assert abs(structure_leakage(pictures(4), pictures(4, seed=1))) < 0.3


def test_colours_do_not_matter():
    reference = pictures(3)
    for recoloured in (
        reference[..., [1, 2, 0]],
        255 - reference,
        (reference // 2 + 60).astype(np.uint8),
    ):
        assert structure_leakage(reference, recoloured) > 0.98


def test_an_edge_counts_that_only_colour_shows():
    """Red beside a green of equal grey: no gradient of brightness."""
    clip = np.zeros((1, 16, 16, 3), np.uint8)
    clip[:, :, :8, 0], clip[:, :, 8:, 1] = 150, 150
    upright, level = clip, clip.transpose(0, 2, 1, 3)
    assert structure_leakage(upright, upright) == pytest.approx(1)
    assert structure_leakage(upright, level) < 0


def test_a_mirrored_picture_is_found():
    reference = pictures(2)
    assert structure_leakage(reference, reference[:, :, ::-1]) == pytest.approx(1, abs=1e-6)
    assert structure_leakage(reference, reference[:, ::-1]) < 0.3


def test_upright_edges_are_the_opposite_of_level_ones():
    stripes = np.zeros((1, 16, 16, 3), np.uint8)
    stripes[:, ::4] = stripes[:, 1::4] = 200
    assert structure_leakage(stripes, stripes.transpose(0, 2, 1, 3)) < -0.5


def test_half_a_copied_picture_shares_half_at_most():
    reference, half = pictures(3), pictures(3, seed=1)
    half[:, :16] = reference[:, :16]
    assert 0.4 < structure_leakage(reference, half) < 0.6


def test_frames_without_edges_are_left_out_and_a_clip_without_is_unscorable():
    reference = pictures(2)
    faded = reference.copy()
    faded[1] = 7
    assert structure_leakage(reference, faded) == pytest.approx(1, abs=1e-6)
    assert structure_leakage(faded, faded) == pytest.approx(1, abs=1e-6)
    blank = np.full_like(reference, 7)
    with pytest.raises(UnscorableError, match="generated clip shows a single colour"):
        structure_leakage(reference, blank)
    with pytest.raises(UnscorableError, match="reference clip shows a single colour"):
        structure_leakage(blank, reference)
