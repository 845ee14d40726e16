import numpy as np
import pytest

from motionbench.cases import Clip
from motionbench.errors import UsageError
from motionbench.scenes.catalogue import build_scene
from motionbench.scenes.render import render
from motionbench.scenes.tracks import exact_tracks
from motionbench.trackers import grid_queries, load_tracker
from motionbench.trackers.exact import ExactTracker, RenderedScene

SETTINGS = {"frames": 5, "height": 48, "width": 64}


def rendered(name, seed=3):
    return RenderedScene(build_scene(name, seed), **SETTINGS, fps=8.0)


def clip_of(scene):
    return Clip(render(scene.scene, **SETTINGS), 8.0)


@pytest.fixture(scope="module")
def scenes():
    return [rendered("camera/pan"), rendered("human/walk")]


def test_each_clip_gets_the_tracks_of_its_own_scene(scenes):
    tracker = ExactTracker(scenes)
    queries = grid_queries(48, 64, 4, frame=2)
    for scene in scenes:
        expected = exact_tracks(scene.scene, queries, **SETTINGS, fps=8.0)
        found = tracker.track(clip_of(scene), queries)
        np.testing.assert_array_equal(found.tracks, expected.tracks)
        np.testing.assert_array_equal(found.visibility, expected.visibility)
        assert found.duration == 5 / 8


def test_any_other_clip_is_refused(scenes):
    clip = clip_of(scenes[0])
    changed = clip.frames.copy()
    changed[0, 0, 0, 0] ^= 1
    tracker = load_tracker("exact", scenes=scenes)
    with pytest.raises(UsageError, match="5 frames of 64x48 at 8 fps is none of the 2 scenes"):
        tracker.track_grid(Clip(changed, 8.0), 4)


def test_identity_depends_on_the_scenes_and_not_on_their_order(scenes):
    assert ExactTracker(scenes).identity() == ExactTracker(scenes[::-1]).identity()
    assert ExactTracker(scenes).identity() != ExactTracker(scenes[:1]).identity()
