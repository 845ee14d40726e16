import math
from dataclasses import replace

import numpy as np
import pytest

from motionbench.audit.truth import (
    true_direction,
    true_similarity,
    true_similarity_evenly,
    velocities,
)
from motionbench.scenes.camera import CameraMotion
from motionbench.scenes.captions import vary
from motionbench.scenes.catalogue import build_scene, perturb
from motionbench.scenes.motions import Mover
from motionbench.scenes.paths import Line
from motionbench.scenes.stage import Scene

ALL = (true_similarity, true_similarity_evenly, true_direction)


def single(start, end, **others) -> Scene:
    return replace(
        build_scene("single_object/line", 1), motion=(Mover(Line(start, end), **others),)
    )


def pair(*motion: Mover) -> Scene:
    """Two discs, the second one nearer."""
    scene = build_scene("multi_object/crossing_2", 1)
    discs = tuple(replace(item, shape="circle") for item in scene.appearance.items)
    return replace(scene, appearance=replace(scene.appearance, items=discs), motion=motion)


def disc(start, end, radius: float = 0.12) -> Mover:
    return Mover(Line(start, end), radius=radius)


def camera(**motion) -> Scene:
    return replace(build_scene("camera/pan", 1), motion=(CameraMotion(**motion),))


EAST = single((-0.2, 0.0), (0.2, 0.0))
RESTING = single((0.0, 0.0), (0.0, 0.0))


@pytest.mark.parametrize(
    "name", ["camera/truck", "single_object/spin", "multi_object/orbit_2", "human/run"]
)
def test_the_same_motion_is_alike_and_another_is_not(name):
    scene = build_scene(name, 3)
    other = perturb(scene, 1.0, np.random.default_rng(0))
    for compare in ALL:
        assert compare(scene, scene) == pytest.approx(1.0)
        assert -1 <= compare(scene, other) < 0.8


@pytest.mark.parametrize("compare", ALL)
def test_opposite_motion_rest_and_rest_of_both(compare):
    west = single((0.2, 0.0), (-0.2, 0.0))
    assert compare(EAST, west) == pytest.approx(-1.0)
    assert compare(EAST, RESTING) == 0.0
    assert compare(RESTING, EAST) == 0.0
    assert compare(RESTING, RESTING) == 1.0


@pytest.mark.parametrize("degrees", [30, 90, 135])
@pytest.mark.parametrize("compare", ALL)
def test_a_turned_motion_is_the_cosine(compare, degrees):
    angle = math.radians(degrees)
    end = 0.2 * math.cos(angle), 0.2 * math.sin(angle)
    turned = single((-end[0], -end[1]), end)
    assert compare(EAST, turned) == pytest.approx(math.cos(angle), abs=1e-4)
    panned = camera(pan=(0.4 * math.cos(angle), 0.4 * math.sin(angle)))
    assert compare(camera(pan=(0.4, 0.0)), panned) == pytest.approx(math.cos(angle), abs=1e-4)


@pytest.mark.parametrize("rate", [0.25, 0.8, 2.0])
def test_speed_counts_in_similarity_but_not_in_direction(rate):
    scaled = single((-0.2 * rate, 0.0), (0.2 * rate, 0.0))
    expected = 2 * rate / (1 + rate**2)
    assert true_similarity(EAST, scaled) == pytest.approx(expected, abs=1e-4)
    assert true_similarity_evenly(EAST, scaled) == pytest.approx(expected, abs=1e-4)
    assert true_direction(EAST, scaled) == pytest.approx(1.0, abs=1e-4)


def test_where_a_motion_happens_does_not_count():
    elsewhere = single((-0.1, 0.2), (0.3, 0.2))
    assert true_similarity(EAST, elsewhere) == pytest.approx(1.0)


def test_a_slow_object_counts_evenly_though_a_fast_one_drowns_it():
    fast = disc((-0.35, -0.2), (0.35, -0.2))
    slow, back = disc((-0.07, 0.25), (0.07, 0.25)), disc((0.07, 0.25), (-0.07, 0.25))
    scene, other = pair(fast, slow), pair(fast, back)
    # Five times the speed: twenty-five times the squares.
    assert true_similarity(scene, other) == pytest.approx(24 / 26, abs=0.03)
    assert true_similarity_evenly(scene, other) == pytest.approx(4 / 6, abs=0.06)


def test_size_weighs_by_area():
    large = disc((-0.1, -0.2), (0.1, -0.2), 0.2)
    small, back = disc((-0.1, 0.25), (0.1, 0.25), 0.1), disc((0.1, 0.25), (-0.1, 0.25), 0.1)
    alike = true_similarity(pair(large, small), pair(large, back))
    assert alike == pytest.approx((4 - 1) / (4 + 1), abs=0.06)


def test_what_is_out_of_the_picture_does_not_count():
    inside = disc((-0.2, 0.0), (0.2, 0.0))
    scene = pair(inside, disc((-0.2, 0.8), (0.2, 0.8)))
    outside = pair(inside, disc((0.2, 0.8), (-0.2, 0.8)))
    assert true_similarity(scene, outside) == 1.0
    # What comes in under one of the motions does count.
    entering = pair(inside, disc((0.2, 0.8), (-0.2, 0.3)))
    assert true_similarity(scene, entering) < 0.9


def test_a_covered_object_does_not_count():
    small, resting = disc((-0.02, 0.0), (0.02, 0.0), 0.05), disc((0.0, 0.0), (0.0, 0.0), 0.05)
    cover, aside = disc((0.0, 0.0), (0.0, 0.0), 0.3), disc((0.3, 0.3), (0.3, 0.3), 0.1)
    assert true_similarity(pair(small, cover), pair(resting, cover)) == 1.0
    assert true_similarity(pair(small, aside), pair(resting, aside)) == 0.0


def test_the_camera_of_a_filmed_scene_counts():
    filmed = replace(EAST, camera=CameraMotion(pan=(0.4, 0.0)))
    other = replace(EAST, camera=CameraMotion(pan=(-0.4, 0.0)))
    # An object that the first camera follows moves twice as far before the second.
    assert true_similarity(filmed, other) < -0.8
    assert true_similarity(filmed, EAST) == pytest.approx(0.0, abs=0.05)


def test_only_the_motion_of_the_other_counts():
    scene = build_scene("multi_object/chase_3", 2)
    other = perturb(scene, 0.5, np.random.default_rng(1))
    dressed = replace(other, appearance=vary(other.appearance, np.random.default_rng(2), "scene"))
    assert true_similarity(scene, dressed) == true_similarity(scene, other)


@pytest.mark.parametrize("compare", ALL)
def test_order_does_not_matter_on_one_stage(compare):
    scene = build_scene("human/kick", 2)
    other = perturb(scene, 0.5, np.random.default_rng(1))
    assert compare(scene, other) == pytest.approx(compare(other, scene))


def test_velocities_are_frame_units_per_step():
    v, w = velocities(EAST, RESTING)
    assert v.shape == w.shape
    assert v.shape[1:] == (32, 2)
    assert np.abs(v).max() == pytest.approx(0.4 / 32, rel=1e-3)
    assert (w == 0).all()
    assert (v[..., 1] == 0).all()


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("camera/pan", "single_object/line"),
        ("multi_object/orbit_2", "multi_object/orbit_3"),
        ("human/walk", "human/wave"),
    ],
)
def test_scenes_without_common_points_are_refused(one, two):
    with pytest.raises(ValueError, match=rf"'{one}' and '{two}' have no surface points in common"):
        true_similarity(build_scene(one, 1), build_scene(two, 1))
