"""Objects and persons filmed by a moving camera."""

from dataclasses import replace

import numpy as np
import pytest

from motionbench.errors import UsageError
from motionbench.scenes.camera import CameraMotion, view
from motionbench.scenes.catalogue import build_scene
from motionbench.scenes.render import render
from motionbench.scenes.stage import Scene, set_stage, times
from motionbench.scenes.tracks import exact_tracks
from motionbench.scenes.world import FAR, NEAR
from motionbench.trackers.base import grid_queries

SIDE = 65
NAMES = ["single_object/line", "multi_object/orbit_2", "human/wave"]


def filmed(name: str, **motion) -> Scene:
    return replace(build_scene(name, 2), camera=CameraMotion(**motion))


def maps(scene: Scene) -> np.ndarray:
    return set_stage(scene).maps(times(5))


@pytest.mark.parametrize("name", NAMES)
def test_a_camera_at_rest_changes_nothing(name):
    scene = build_scene(name, 2)
    np.testing.assert_array_equal(maps(filmed(name)), maps(scene))
    size = {"frames": 3, "height": 32, "width": 32}
    np.testing.assert_array_equal(render(filmed(name), **size), render(scene, **size))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "motion", [{"pan": (0.4, -0.2)}, {"truck": (0.4, -0.2)}, {"zoom": 0.5}, {"dolly": 0.5}]
)
def test_what_moves_is_near_and_the_background_far(name, motion):
    still, moved = maps(build_scene(name, 2)), maps(filmed(name, **motion))
    lens = view(CameraMotion(**motion).values(times(5)), np.array([NEAR, FAR]))
    for layer in range(still.shape[1]):
        plane = 1 if layer == still.shape[1] - 1 else 0
        turn, shift = lens[:, plane, :, :2], lens[:, plane, :, 2]
        np.testing.assert_allclose(moved[:, layer, :, :2], turn @ still[:, layer, :, :2], atol=2e-6)
        places = (turn @ still[:, layer, :, 2:])[..., 0] + shift
        np.testing.assert_allclose(moved[:, layer, :, 2], places, atol=2e-6)


@pytest.mark.parametrize(
    ("motion", "parallax"),
    [
        ({"pan": (0.3, 0.0)}, False),
        ({"zoom": 0.4}, False),
        ({"roll": 0.4}, False),
        ({"truck": (0.3, 0.0)}, True),
        ({"dolly": 0.5}, True),
    ],
)
def test_only_a_camera_that_goes_somewhere_gives_parallax(motion, parallax):
    # Where the middle of the object lies over the background, as both are seen at the end.
    scene = filmed("single_object/spin", **motion)
    seen, own = maps(scene), maps(replace(scene, camera=None))[:, 0, :, 2]
    under = (seen[:, 1, :, :2] @ own[..., None])[..., 0] + seen[:, 1, :, 2]
    apart = np.linalg.norm(seen[:, 0, :, 2] - under, axis=1).max()
    assert (apart > 0.005) == parallax


def test_exact_tracks_see_through_the_camera():
    scene = filmed("single_object/line", pan=(0.4, 0.2))
    queries = grid_queries(SIDE, SIDE, 10)
    found, still = (
        exact_tracks(one, queries, frames=5, height=SIDE, width=SIDE, fps=8.0)
        for one in (scene, replace(scene, camera=None))
    )
    slide = np.array([-0.4, -0.2]) * SIDE * np.linspace(0, 1, 5)[:, None]
    background = np.ptp(still.tracks, axis=1).max(axis=1) == 0
    steps = found.tracks - found.tracks[:, :1]
    same = np.abs(steps - slide).max(axis=(1, 2)) < 1e-3
    # The camera starts aside, so other surfaces lie under some of the queries.
    assert same[background].mean() > 0.7
    assert (~same).sum() > 3


def test_a_camera_scene_has_no_second_camera():
    scene = replace(build_scene("camera/pan", 2), camera=CameraMotion())
    with pytest.raises(UsageError, match="all but a camera scene may be filmed"):
        set_stage(scene)
