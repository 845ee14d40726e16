import math

import numpy as np
import pytest

from motionbench.scenes import paths

TIME = np.linspace(0.0, 1.0, 101)

CURVES = [
    paths.Still((0.1, -0.2)),
    paths.Line((-0.3, 0.1), (0.3, -0.2)),
    paths.Parabola((-0.3, 0.2), (0.3, 0.1), 0.4),
    paths.Ellipse((0.0, 0.1), (0.3, 0.2), 0.5, 1.25),
    paths.FigureEight((0.0, 0.0), (0.3, 0.2), 0.3, -1.0),
    paths.Spiral((0.0, 0.0), (0.05, 0.3), 1.0, 1.5),
    paths.Pendulum((0.0, -0.4), 0.5, 0.6, 1.5, 0.2),
    paths.Zigzag((-0.3, -0.3), (0.3, 0.3), 0.2, 5),
    paths.Bounce((-0.3, -0.3), 0.6, 0.6, 3, 0.6),
    paths.Polyline(((-0.3, 0.0), (0.1, 0.1), (0.0, 0.3)), (0.0, 0.4, 1.0)),
    paths.Wander(((0.0, 0.0), (0.2, 0.1), (-0.2, 0.3))),
]


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: type(curve).__name__)
def test_every_path_is_continuous(curve):
    fine = curve.at(np.linspace(0.0, 1.0, 4001))
    steps = np.linalg.norm(np.diff(fine, axis=0), axis=1)
    assert np.isfinite(fine).all()
    # No jump: no path is longer than 4 frame units, so no step of 4000 is longer than this.
    assert steps.max() < 0.01


def test_a_line_is_even():
    places = paths.Line((-0.3, 0.1), (0.3, -0.2)).at(TIME)
    np.testing.assert_allclose(np.diff(places, axis=0), np.tile([0.006, -0.003], (100, 1)))


def test_timing_accelerates_and_stops():
    timing = paths.Timing(power=2.0, moving=0.5)
    np.testing.assert_allclose(
        timing.share(np.array([0.0, 0.25, 0.5, 0.75, 1.0])), [0, 0.25, 1, 1, 1]
    )


def test_timing_may_cover_a_part_of_the_path():
    timing = paths.Timing(begin=0.4, moving=4.0)
    np.testing.assert_allclose(timing.share(np.array([0.0, 1.0])), [0.4, 0.65])


def test_a_circle_keeps_its_distance_and_goes_clockwise_on_the_screen():
    circle = paths.Ellipse((0.1, -0.1), (0.3, 0.3), 0.0, 0.25)
    places = circle.at(TIME) - [0.1, -0.1]
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), 0.3)
    np.testing.assert_allclose(places[-1], [0.0, 0.3], atol=1e-12)


def test_a_thrown_stone_has_constant_acceleration():
    places = paths.Parabola((-0.3, 0.2), (0.3, 0.2), 0.4).at(TIME)
    np.testing.assert_allclose(np.diff(places[:, 1], 2), 8 * 0.4 / 100**2)
    assert places[:, 1].min() == pytest.approx(0.2 - 0.4)


def test_a_bounce_obeys_gravity_and_loses_height():
    bounce = paths.Bounce((0.0, -0.3), 0.0, 0.6, 3, 0.5)
    time = np.linspace(0.0, 1.0, 2001)
    height = 0.3 - bounce.at(time)[:, 1]
    assert height[0] == pytest.approx(0.6)
    assert height[-1] == pytest.approx(0.0, abs=1e-9)
    assert height.min() >= -1e-9
    peaks = [height[k] for k in range(1, 2000) if height[k - 1] < height[k] >= height[k + 1]]
    np.testing.assert_allclose(peaks, [0.3, 0.15], rtol=1e-3)
    # In flight the acceleration is the same everywhere.
    falls = np.diff(height, 2)
    assert np.median(falls) < 0
    assert (np.abs(falls - np.median(falls)) < 1e-9).mean() > 0.98


def test_a_pendulum_keeps_its_string():
    places = paths.Pendulum((0.0, -0.4), 0.5, 0.6, 1.5, 0.0).at(TIME) - [0.0, -0.4]
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), 0.5)
    assert places[0, 0] == pytest.approx(0.5 * math.sin(0.6))


def test_a_zigzag_reaches_both_sides_at_its_corners():
    places = paths.Zigzag((-0.4, 0.0), (0.4, 0.0), 0.2, 4).at(np.array([0.0, 0.25, 0.75, 1.0]))
    np.testing.assert_allclose(places[:, 1], [0.0, 0.0, 0.0, 0.0], atol=1e-12)
    corners = paths.Zigzag((-0.4, 0.0), (0.4, 0.0), 0.2, 4).at(np.array([0.125, 0.375, 0.625]))
    np.testing.assert_allclose(np.abs(corners[:, 1]), 0.2)
    assert corners[0, 1] == -corners[1, 1] == corners[2, 1]


def test_curves_through_places_pass_them():
    places = ((0.0, 0.0), (0.2, 0.1), (-0.2, 0.3))
    np.testing.assert_allclose(
        paths.Wander(places).at(np.array([0.0, 0.5, 1.0])), places, atol=1e-12
    )
    shares = (0.0, 0.3, 1.0)
    np.testing.assert_allclose(paths.Polyline(places, shares).at(np.array(shares)), places)


def test_a_spiral_grows_evenly():
    places = paths.Spiral((0.0, 0.0), (0.05, 0.3), 1.0, 1.5).at(TIME)
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), 0.05 + 0.25 * TIME)
