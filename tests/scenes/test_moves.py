"""Motions of objects: each does what its name says, whatever the seed."""

import itertools

import numpy as np
import pytest

from motionbench.scenes.catalogue import SCENES, build_scene, names

TIME = np.linspace(0.0, 1.0, 65)
SEEDS = range(5)


def values(name: str, seed: int) -> np.ndarray:
    """(movers, T, 4): x, y, angle, log radius."""
    return np.array([motion.values(TIME) for motion in build_scene(name, seed).motion])


def travelled(places: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(places, axis=0), axis=1).sum())


@pytest.mark.parametrize("name", [*names("single_object"), *names("multi_object")])
@pytest.mark.parametrize("seed", SEEDS)
def test_motion_is_large_enough_to_see(name, seed):
    moved = [
        travelled(track[:, :2])
        + 0.2 * np.ptp(np.unwrap(track[:, 2])) * np.exp(track[0, 3]) / 0.15
        + 2 * np.ptp(np.exp(track[:, 3]))
        for track in values(name, seed)
    ]
    assert max(moved) > 0.2


@pytest.mark.parametrize("name", [*names("single_object"), *names("multi_object")])
@pytest.mark.parametrize("seed", SEEDS)
def test_objects_stay_in_or_near_the_picture(name, seed):
    tracks = values(name, seed)
    inside = (np.abs(tracks[..., :2]) < 0.5).all(axis=-1)
    assert inside.mean() > 0.85
    assert np.abs(tracks[..., :2]).max() < 0.75


@pytest.mark.parametrize("seed", SEEDS)
def test_single_moves(seed):
    line = values("single_object/line", seed)[0]
    steps = np.diff(line[:, :2], axis=0)
    np.testing.assert_allclose(steps, np.tile(steps[0], (64, 1)), atol=1e-12)
    spin = values("single_object/spin", seed)[0]
    assert travelled(spin[:, :2]) == 0
    assert np.ptp(spin[:, 2]) > 3
    assert (np.diff(values("single_object/grow", seed)[0, :, 3]) > 0).all()
    assert (np.diff(values("single_object/shrink", seed)[0, :, 3]) < 0).all()
    roll = values("single_object/roll", seed)[0]
    # Without slipping, the way is the angle times the radius.
    np.testing.assert_allclose(np.diff(roll[:, 0]), np.diff(roll[:, 2]) * np.exp(roll[0, 3]))
    stop = np.linalg.norm(
        np.diff(values("single_object/accelerate_stop", seed)[0, :, :2], axis=0), axis=1
    )
    assert stop[-10:].max() == 0
    assert stop[30] > 2 * stop[5]


@pytest.mark.parametrize("seed", SEEDS)
def test_loops_return(seed):
    loop = values("single_object/loop", seed)[0, :, :2]
    turned = np.unwrap(np.arctan2(loop[:, 1], loop[:, 0]))
    assert abs(turned[-1] - turned[0]) >= 2 * np.pi * 0.95


def least_gap(first: np.ndarray, second: np.ndarray) -> float:
    """Least distance of two movers' centres, in sums of their radii."""
    away = np.linalg.norm(first[:, :2] - second[:, :2], axis=1)
    return float((away / (np.exp(first[:, 3]) + np.exp(second[:, 3]))).min())


@pytest.mark.parametrize("seed", SEEDS)
def test_crossing_objects_hide_each_other(seed):
    for name in ("multi_object/crossing_2", "multi_object/crossing_3"):
        tracks = values(name, seed)
        assert all(least_gap(*pair) < 0.3 for pair in itertools.combinations(tracks, 2))


@pytest.mark.parametrize("seed", SEEDS)
def test_colliding_objects_meet_and_part(seed):
    first, second = values("multi_object/collide_2", seed)
    away = np.linalg.norm(first[:, :2] - second[:, :2], axis=1)
    assert 0.6 < least_gap(first, second) < 1.3
    assert 10 < away.argmin() < 54
    assert away[0] > 2 * away.min() < away[-1] * 1.6


@pytest.mark.parametrize("seed", SEEDS)
def test_orbiting_objects_keep_opposite_places(seed):
    first, second = values("multi_object/orbit_2", seed)
    np.testing.assert_allclose(first[:, :2], -second[:, :2], atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_chaser_passes_where_the_chased_was(seed):
    for name in ("multi_object/chase_2", "multi_object/chase_3", "multi_object/pursuit"):
        tracks = values(name, seed)
        for leader, chaser in itertools.pairwise(tracks):
            # Rows are the chaser's times; below the diagonal are the leader's earlier ones.
            gaps = np.linalg.norm(chaser[:, None, :2] - leader[None, :, :2], axis=-1)
            assert gaps[np.tril_indices(65, -1)].min() < 0.02


@pytest.mark.parametrize("seed", SEEDS)
def test_scattering_is_gathering_backwards(seed):
    for name, order in (("multi_object/scatter", 1), ("multi_object/gather", -1)):
        tracks = values(name, seed)[..., :2]
        spread = np.linalg.norm(tracks, axis=-1).mean(axis=0)
        assert (order * np.diff(spread) > 0).all()


def test_every_listed_motion_exists():
    listed = {
        "camera": "pan tilt truck zoom_in zoom_out roll orbit handheld zoom_roll pan_zoom",
        "single_object": "line arc loop bounce zigzag spin grow shrink accelerate_stop",
        "multi_object": "crossing_2 chase_2 orbit_2 collide_2 wander_5",
        "human": "walk run jump wave squat kick dance cartwheel",
    }
    for category, moves in listed.items():
        assert {f"{category}/{move}" for move in moves.split()} <= set(names(category))
    counts = {spec.count for spec in SCENES.values() if spec.category == "multi_object"}
    assert counts == {2, 3, 4, 5}
