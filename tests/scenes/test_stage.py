from dataclasses import dataclass, replace

import numpy as np
import pytest

from motionbench.scenes.catalogue import SCENES, build_scene
from motionbench.scenes.figure import Performance
from motionbench.scenes.motions import Motion
from motionbench.scenes.render import render
from motionbench.scenes.stage import GRAIN, Scene, set_stage, times


@dataclass(frozen=True)
class Nudged:
    """A motion whose values are off by a share, as another machine's sine might be."""

    motion: Motion
    share: float

    def values(self, time):
        return self.motion.values(time) * (1 + self.share)


def nudged(scene: Scene, share: float) -> Scene:
    def nudge(motion: Motion) -> Motion:
        if isinstance(motion, Performance):
            return replace(motion, action=Nudged(motion.action, share))
        return Nudged(motion, share)

    return replace(scene, motion=tuple(nudge(motion) for motion in scene.motion))


@pytest.mark.parametrize("name", SCENES)
def test_last_bits_of_a_motion_do_not_change_a_byte(name):
    scene = build_scene(name, 1)
    size = {"frames": 2, "height": 32, "width": 32}
    frames = render(scene, **size)
    assert frames.tobytes() == render(nudged(scene, 1e-15), **size).tobytes()
    assert frames.tobytes() != render(nudged(scene, 1e-2), **size).tobytes()


@pytest.mark.parametrize("name", SCENES)
def test_maps_lie_on_the_grid_one_per_layer_and_backdrop(name):
    stage = set_stage(build_scene(name, 1))
    maps = stage.maps(times(3))
    assert maps.shape == (3, len(stage.layers) + 1, 2, 3)
    np.testing.assert_array_equal(maps * GRAIN, np.floor(maps * GRAIN))


@pytest.mark.parametrize("category", ["single_object", "multi_object", "human"])
def test_only_camera_scenes_move_the_backdrop(category):
    for name, spec in SCENES.items():
        maps = set_stage(build_scene(name, 1)).maps(times(3))
        still = (maps[:, -1] == np.eye(2, 3)).all()
        assert still == (spec.category != "camera")


def test_times_span_the_clip():
    np.testing.assert_allclose(times(5), [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_array_equal(times(1), [0])
