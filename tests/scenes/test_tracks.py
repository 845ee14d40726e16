from dataclasses import replace

import numpy as np
import pytest

from motionbench.errors import UsageError
from motionbench.scenes.camera import CameraMotion
from motionbench.scenes.catalogue import build_scene
from motionbench.scenes.motions import Mover
from motionbench.scenes.paths import Line, Still
from motionbench.scenes.stage import Scene, set_stage
from motionbench.scenes.tracks import Surfaces, exact_tracks
from motionbench.trackers.base import grid_queries
from motionbench.tracks import TrackSet, rescale

SIDE = 65
"""Odd, so that the middle of the picture is a pixel's centre."""


def follow(scene: Scene, queries=None, *, frames: int = 9, side: int = SIDE) -> TrackSet:
    if queries is None:
        queries = grid_queries(side, side, 12)
    queries = np.array(queries, dtype=np.float32)
    return exact_tracks(scene, queries, frames=frames, height=side, width=side, fps=16.0)


def camera(motion: CameraMotion) -> Scene:
    return replace(build_scene("camera/pan", 1), motion=(motion,))


def single(motion: Mover) -> Scene:
    return replace(build_scene("single_object/line", 1), motion=(motion,))


def steps(found: TrackSet) -> np.ndarray:
    return found.tracks - found.tracks[:, :1]


# ---- closed forms


def test_tracks_start_at_their_queries():
    scene = build_scene("camera/orbit", 0)
    queries = [[4, 10.25, 20.5], [0, 3.0, 60.0], [8, 64.0, 0.0]]
    found = follow(scene, queries)
    for row, (t, x, y) in zip(found.tracks, queries, strict=True):
        np.testing.assert_allclose(row[int(t)], [x, y], atol=1e-4)
    assert found.duration == pytest.approx(9 / 16)
    assert (found.height, found.width) == (SIDE, SIDE)


def test_a_pan_moves_every_point_by_the_same_vector():
    found = follow(camera(CameraMotion(pan=(0.4, -0.2))))
    expected = np.linspace(0, 1, 9)[:, None] * [-0.4 * SIDE, 0.2 * SIDE]
    np.testing.assert_allclose(steps(found), np.tile(expected, (144, 1, 1)), atol=1e-3)


def test_a_zoom_scales_about_the_centre():
    found = follow(camera(CameraMotion(zoom=0.6)))
    centred = found.tracks - (SIDE - 1) / 2
    growth = np.exp(0.6 * np.linspace(0, 1, 9))[:, None]
    np.testing.assert_allclose(centred, centred[:, :1] * growth, atol=1e-3)


def test_a_roll_keeps_the_distance_from_the_centre():
    found = follow(camera(CameraMotion(roll=0.7)))
    lengths = np.linalg.norm(found.tracks - (SIDE - 1) / 2, axis=-1)
    np.testing.assert_allclose(lengths, lengths[:, :1].repeat(9, 1), atol=1e-3)
    assert np.abs(steps(found)).max() > 10


def test_a_truck_moves_near_layers_farther():
    found = follow(camera(CameraMotion(truck=(0.5, 0.0))))
    slides = np.unique(np.round(-steps(found)[:, -1, 0] / SIDE, 3))
    np.testing.assert_allclose(slides, [0.5 * 0.4, 0.5 * 0.7, 0.5 * 1.0], atol=1e-3)


def test_points_on_a_spinning_object_keep_their_distance_from_each_other():
    found = follow(single(Mover(Line((-0.1, 0.0), (0.1, 0.1)), radius=0.3, turns=0.8)))
    moved = np.abs(steps(found)).max(axis=(1, 2)) > 1
    assert moved.sum() > 10
    spinning = found.tracks[moved]
    apart = np.linalg.norm(spinning[:, None] - spinning[None], axis=-1)
    np.testing.assert_allclose(apart, apart[..., :1].repeat(9, -1), atol=1e-3)
    # The others lie on the background and stay.
    assert np.abs(steps(found)[~moved]).max() == 0


def test_tracks_scale_with_the_picture():
    scene = build_scene("human/dance", 3)
    large = follow(scene, side=192)
    queries = rescale(large, 96, 96).queries
    small = follow(scene, queries, side=96)
    # Queries within rounding of an edge may fall on its other side.
    same = np.abs(rescale(small, 192, 192).tracks - large.tracks).max(axis=(1, 2)) < 1e-2
    assert same.mean() > 0.97
    assert (small.visibility == large.visibility)[same].mean() > 0.99


def test_more_frames_pass_the_same_places():
    scene = build_scene("multi_object/wander_3", 3)
    few, many = follow(scene, frames=5), follow(scene, frames=9)
    np.testing.assert_allclose(many.tracks[:, ::2], few.tracks, atol=1e-4)


# ---- visibility


def test_a_point_is_hidden_while_a_nearer_object_covers_it():
    # The second object, nearer, passes over the first, which stands in the middle.
    scene = replace(
        build_scene("multi_object/crossing_2", 0),
        motion=(
            Mover(Still((0.0, 0.0)), radius=0.1),
            Mover(Line((-0.4, 0.0), (0.4, 0.0)), radius=0.2),
        ),
    )
    looks = replace(
        scene.appearance,
        items=tuple(
            replace(item, shape=shape)
            for item, shape in zip(scene.appearance.items, ("circle", "square"), strict=True)
        ),
    )
    scene = replace(scene, appearance=looks)
    found = follow(scene, [[0, 32.0, 32.0], [0, 32.0, 2.0]], frames=9)
    still, background = found.visibility
    np.testing.assert_array_equal(still, [True, True, True, False, False, False, True, True, True])
    assert background.all()
    assert (steps(found) == 0).all()


def test_a_point_behind_is_found_again_when_queried_in_another_frame():
    scene = replace(
        build_scene("multi_object/crossing_2", 0),
        motion=(Mover(Still(), radius=0.1), Mover(Line((0.0, 0.0), (0.6, 0.0)), radius=0.2)),
    )
    hidden_first, seen_last = follow(scene, [[0, 32.0, 32.0], [8, 32.0, 32.0]]).tracks
    # The first frame shows the nearer, moving object there, the last one what it leaves behind.
    assert np.ptp(hidden_first[:, 0]) > 30
    assert np.ptp(seen_last) == pytest.approx(0, abs=1e-4)


def test_a_point_is_invisible_while_outside_the_picture():
    found = follow(camera(CameraMotion(pan=(0.8, 0.0))))
    inside = (found.tracks >= -0.5) & (found.tracks < SIDE - 0.5)
    assert not found.visibility[~inside.all(axis=-1)].any()
    assert not found.visibility[:, -1].all()
    # A pan changes no overlap, so nothing else hides points.
    np.testing.assert_array_equal(found.visibility, inside.all(axis=-1))


@pytest.mark.parametrize(
    "name", ["camera/truck", "single_object/zigzag", "multi_object/wander_5", "human/run"]
)
def test_visible_is_what_a_query_at_the_same_place_finds(name):
    # Independent of the visibility code: the place where a visible point should be is queried
    # again, and must lead to the same track; where it is hidden, to another one.
    scene = build_scene(name, 8)
    found = follow(scene, frames=5, side=96)
    for frame in (2, 4):
        places = found.tracks[:, frame]
        inside = ((places >= 0) & (places < 95)).all(axis=1)
        queries = np.column_stack([np.full(inside.sum(), frame), places[inside]])
        again = follow(scene, queries, frames=5, side=96)
        same = np.abs(again.tracks - found.tracks[inside]).max(axis=(1, 2)) < 0.05
        visible = found.visibility[inside, frame]
        assert same[visible].mean() > 0.99
        # A hidden point's place shows another surface; in the same motion by chance only.
        if (~visible).sum() > 5:
            assert same[~visible].mean() < 0.5


@pytest.mark.parametrize(
    "query", [[0.5, 3, 3], [-1, 3, 3], [9, 3, 3], [0, -0.6, 3], [0, 3, 64.5], [0, np.nan, 3]]
)
def test_queries_outside_the_clip_are_refused(query):
    with pytest.raises(UsageError, match=r"query \(t, x, y\) = \[.*\] lies outside the clip"):
        follow(build_scene("camera/pan", 0), [query])


def test_no_queries_give_no_tracks():
    found = follow(build_scene("camera/pan", 0), np.zeros((0, 3)))
    assert found.tracks.shape == (0, 9, 2)


# ---- the same points under another motion


def test_points_found_on_one_stage_are_followed_on_another():
    east = single(Mover(Line((-0.2, 0.0), (0.2, 0.0)), radius=0.3))
    south = single(Mover(Line((0.0, -0.2), (0.0, 0.2)), radius=0.15, angle=0.5))
    queries = grid_queries(SIDE, SIDE, 12)
    one, two = (
        Surfaces(set_stage(scene), frames=9, height=SIDE, width=SIDE) for scene in (east, south)
    )
    points = one.find(queries)
    np.testing.assert_allclose(one.trace(points)[:, 0], queries[:, 1:], atol=1e-4)
    elsewhere, on_it = two.trace(points), points.owner == 0
    assert 0 < on_it.sum() < len(queries)
    assert (elsewhere[~on_it] == elsewhere[~on_it, :1]).all()
    # Half the size: half as far from the middle, which moves as the second motion says.
    middle = (SIDE - 1) / 2 + SIDE * np.linspace([0.0, -0.2], [0.0, 0.2], 9)
    apart = np.linalg.norm(elsewhere[on_it] - middle, axis=-1)
    before = np.linalg.norm(
        queries[on_it, 1:] - [(SIDE - 1) / 2 - 0.2 * SIDE, middle[4, 1]], axis=1
    )
    np.testing.assert_allclose(apart, np.repeat(before[:, None] / 2, 9, axis=1), atol=1e-2)
    tracks, seen = two.follow(points)
    np.testing.assert_array_equal(tracks, elsewhere)
    # The object covers part of the background that the other motion left bare.
    assert not seen[~on_it].all()
    assert seen[on_it].all()
