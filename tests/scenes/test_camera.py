import numpy as np
import pytest

from motionbench.scenes.camera import CameraMotion, Shake, view
from motionbench.scenes.paths import Timing

TIME = np.linspace(0.0, 1.0, 9)
NEARNESS = np.array([1.0, 0.7, 0.4])
POINTS = np.array([[0.0, 0.0], [0.3, 0.1], [-0.2, 0.4]])


def seen(motion: CameraMotion) -> np.ndarray:
    """Places of `POINTS` on each layer: (T, layers, points, 2)."""
    maps = view(motion.values(TIME), NEARNESS)
    x, y = POINTS.T[..., None]
    return maps[:, :, None, :, 0] * x + maps[:, :, None, :, 1] * y + maps[:, :, None, :, 2]


def test_a_pan_slides_everything_by_the_same_vector():
    places = seen(CameraMotion(pan=(0.6, -0.2)))
    slide = places - places[0]
    np.testing.assert_allclose(slide[-1], np.broadcast_to([-0.6, 0.2], slide[-1].shape), atol=1e-12)
    np.testing.assert_allclose(slide, np.broadcast_to(slide[:, :1, :1], slide.shape), atol=1e-12)


def test_a_truck_slides_layers_by_their_nearness():
    places = seen(CameraMotion(truck=(0.8, 0.0)))
    slide = (places[-1] - places[0])[..., 0]
    np.testing.assert_allclose(slide, -0.8 * np.tile(NEARNESS[:, None], (1, 3)))


def test_a_zoom_moves_points_along_lines_through_the_centre():
    places = seen(CameraMotion(zoom=0.7))
    np.testing.assert_allclose(places[-1], places[0] * np.exp(0.7), atol=1e-12)
    np.testing.assert_allclose(places[:, :, 0], 0.0, atol=1e-12)


def test_a_roll_turns_the_picture_against_the_camera():
    places = seen(CameraMotion(roll=0.8))
    lengths = np.linalg.norm(places, axis=-1)
    np.testing.assert_allclose(lengths, np.broadcast_to(lengths[:1], lengths.shape))
    turned = np.arctan2(places[-1, 0, 1, 1], places[-1, 0, 1, 0])
    before = np.arctan2(places[0, 0, 1, 1], places[0, 0, 1, 0])
    # y points down, so angles grow clockwise: a clockwise camera turns its picture back.
    assert turned - before == pytest.approx(-0.8)


def test_a_dolly_enlarges_near_layers_more():
    places = seen(CameraMotion(dolly=0.5))
    growth = places[-1, :, 1, 0] / places[0, :, 1, 0]
    np.testing.assert_allclose(growth, (1 + 0.25 * NEARNESS) / (1 - 0.25 * NEARNESS))
    assert (np.diff(growth) < 0).all()


def test_moves_are_centred_and_follow_their_timing():
    motion = CameraMotion(pan=(0.6, 0.0), timing=Timing(power=2.0))
    np.testing.assert_allclose(motion.values(TIME)[:, 0], 0.6 * (TIME**2 - 0.5))


def test_a_shake_comes_on_top():
    shake = Shake(0.1, 0.05, (1.0, 3.0), ((0.1, 0.2, 0.3), (1.0, 2.0, 3.0)))
    calm, shaken = CameraMotion(pan=(0.5, 0.0)), CameraMotion(pan=(0.5, 0.0), shake=shake)
    np.testing.assert_allclose(shaken.values(TIME) - calm.values(TIME), shake.values(TIME))
    assert np.abs(shake.values(TIME)[:, :2]).max() <= 0.1
    assert np.ptp(shake.values(TIME)[:, 0]) > 0.02
