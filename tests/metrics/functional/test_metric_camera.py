import numpy as np
import pytest
from example_tracks import HEIGHT, WIDTH, grid, similarity
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.metrics.functional.camera import camera_motion, without_camera
from motionbench.metrics.functional.displacements import displacements


def estimate(tracks, visibility=None, seed=0):
    visibility = np.ones(tracks.shape[:2], dtype=bool) if visibility is None else visibility
    return camera_motion(tracks, visibility, height=HEIGHT, width=WIDTH, tolerance=0.7, seed=seed)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.95, 1.05), st.floats(-4, 4), st.tuples(st.floats(-6, 6), st.floats(-6, 6)))
def test_finds_an_exact_similarity(zoom, degrees, shift):
    camera = estimate(similarity(zoom, degrees, shift))
    expected = zoom * np.exp(1j * np.radians(degrees)) - 1
    np.testing.assert_allclose(camera.linear, expected, atol=1e-4)
    np.testing.assert_allclose(camera.shift, shift[0] + 1j * shift[1], atol=1e-3)
    assert camera.known.all()


@pytest.mark.parametrize("seed", range(3))
def test_objects_and_noise_do_not_move_the_camera(seed):
    rng = np.random.default_rng(seed)
    tracks = similarity(1.01, 1, (2, -1), places=grid(10))
    objects = np.arange(100) % 5 < 2
    tracks[objects] = similarity(shift=(-6, 3), places=grid(10)[objects])
    tracks += rng.normal(scale=0.1, size=tracks.shape).astype(np.float32)
    camera = estimate(tracks)
    assert camera.zoom == pytest.approx(6 * np.log(1.01), abs=0.01)
    assert camera.roll == pytest.approx(-6, abs=0.3)
    assert camera.pan == pytest.approx(-6 * 2 / WIDTH, abs=0.005)
    assert camera.tilt == pytest.approx(6 * -1 / HEIGHT, abs=0.005)
    left = without_camera(displacements(tracks, np.ones((100, 7), dtype=bool)), tracks, camera)
    assert left.speeds[~objects].mean() < 0.3
    assert left.speeds[objects].mean() > 4


def test_signs_are_those_of_a_film_crew():
    assert estimate(similarity(shift=(-3, 0))).pan > 0  # content moves left: pan right
    assert estimate(similarity(shift=(0, 3))).tilt > 0  # content moves down: tilt up
    assert estimate(similarity(zoom=1.03)).zoom > 0  # content grows: zoom in
    assert estimate(similarity(degrees=2)).roll < 0  # content turns clockwise (y points down)


def test_a_still_clip_has_a_still_camera():
    camera = estimate(similarity())
    assert not camera.linear.any()
    assert not camera.shift.any()


def test_steps_with_too_few_tracks_are_unknown_and_hidden_in_what_is_left():
    tracks = similarity(shift=(2, 0))
    visibility = np.ones(tracks.shape[:2], dtype=bool)
    visibility[2:, 4:] = False
    tracks[2:, 4:] = np.nan
    camera = estimate(tracks, visibility)
    assert camera.known.tolist() == [True, True, True, False, False, False]
    assert not camera.shift[3:].any()
    left = without_camera(displacements(tracks, visibility), tracks, camera)
    assert not left.visible[:, 3:].any()
    np.testing.assert_allclose(left.speeds, 0, atol=1e-4)


def test_points_in_one_place_give_a_shift():
    tracks = similarity(shift=(2, 0), places=np.repeat(grid()[:1], 5, axis=0))
    camera = estimate(tracks)
    np.testing.assert_allclose(camera.shift, 2, atol=1e-4)
    assert not camera.linear.any()


def test_same_seed_and_any_order_give_the_same_camera():
    rng = np.random.default_rng(0)
    tracks = similarity(1.02, 1, (2, -1)) + rng.normal(size=(25, 7, 2)).astype(np.float32)
    first, again, shuffled = estimate(tracks), estimate(tracks), estimate(rng.permutation(tracks))
    assert (first.linear == again.linear).all()
    np.testing.assert_allclose(shuffled.shift, first.shift, atol=1e-4)
