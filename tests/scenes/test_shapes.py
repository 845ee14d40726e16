import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.scenes.shapes import SHAPES, Cap, Capsule, Circle, Shape

ALL: dict[str, Shape] = {
    **SHAPES,
    "disc": Circle(0.3),
    "capsule": Capsule(0.9, 0.3, 0.2),
    "cap": Cap(0.7, 1.2, 0.5),
}
AXIS = np.linspace(-1.6, 1.6, 321)
X, Y = np.meshgrid(AXIS, AXIS)


@pytest.mark.parametrize("name", ALL)
def test_the_box_contains_the_outline(name):
    inside = ALL[name].distance(X, Y) <= 0
    left, top, right, bottom = ALL[name].box
    assert inside.any()
    assert X[inside].min() >= left
    assert X[inside].max() <= right
    assert Y[inside].min() >= top
    assert Y[inside].max() <= bottom


@pytest.mark.parametrize("name", ALL)
def test_the_slope_is_one_at_the_edge(name):
    # Edges are smoothed over one pixel of this distance: a wrong slope would blur or step them.
    distance = ALL[name].distance(X, Y)
    slope = np.hypot(*np.gradient(distance, AXIS[1] - AXIS[0]))
    edge = np.abs(distance) < 0.02
    assert np.median(slope[edge]) == pytest.approx(1.0, abs=0.05)


@settings(deadline=None)
@given(st.sampled_from(sorted(ALL)), st.tuples(*[st.floats(-2, 2)] * 4))
def test_distance_never_grows_faster_than_the_way(name, ends):
    x, y = np.array(ends[:2]), np.array(ends[2:])
    near, far = ALL[name].distance(x, y)
    # 1.15: the flanks of a tapered capsule are not quite at right angles to its axis.
    assert abs(near - far) <= 1.15 * np.hypot(x[0] - x[1], y[0] - y[1]) + 1e-9


@pytest.mark.parametrize("name", SHAPES)
def test_named_shapes_fill_about_the_unit_disc(name):
    inside = SHAPES[name].distance(X, Y) <= 0
    area = inside.mean() * 3.2**2
    assert 0.9 < area < 3.2
    assert 0.9 < np.hypot(X[inside], Y[inside]).max() < 1.3


def test_named_shapes_are_unlike():
    masks = {name: shape.distance(X, Y) <= 0 for name, shape in SHAPES.items()}
    for first, mask in masks.items():
        for second, other in masks.items():
            overlap = (mask & other).sum() / (mask | other).sum()
            assert first == second or overlap < 0.87, (first, second)


def test_hollow_shapes_are_hollow():
    zero = np.zeros(1)
    assert SHAPES["ring"].distance(zero, zero) > 0
    assert SHAPES["crescent"].distance(zero + 0.5, zero) > 0
    assert SHAPES["crescent"].distance(zero - 0.6, zero) < 0


def test_the_heart_stands_on_its_tip_and_the_star_points_up():
    zero = np.zeros(1)
    assert (
        SHAPES["heart"].distance(zero, zero + 0.85)
        < 0
        < SHAPES["heart"].distance(zero, zero - 0.85)
    )
    assert SHAPES["star"].distance(zero, zero - 1.0) < 0 < SHAPES["star"].distance(zero, zero + 1.0)
