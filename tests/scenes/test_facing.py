"""A person who turns about the vertical."""

from dataclasses import replace

import numpy as np
import pytest

from motionbench.errors import UsageError
from motionbench.scenes.catalogue import build_scene
from motionbench.scenes.stage import Scene, set_stage, times


def facing(share: float, name: str = "human/kick") -> Scene:
    scene = build_scene(name, 2)
    return replace(scene, motion=(replace(scene.motion[0], facing=share, start=0.0),))


def maps(scene: Scene) -> np.ndarray:
    return set_stage(scene).maps(times(9))[:, :-1]


@pytest.mark.parametrize("share", [0.25, 0.7, -0.5, -1.0])
def test_places_scale_along_x_alone(share):
    ahead, turned = maps(facing(1.0))[..., 2], maps(facing(share))[..., 2]
    np.testing.assert_allclose(turned, ahead * [share, 1.0], atol=2e-6)


@pytest.mark.parametrize("share", [0.25, 0.7, -0.5, -1.0])
def test_bones_get_shorter_but_not_thinner(share):
    ahead, turned = maps(facing(1.0)), maps(facing(share))
    along, across = turned[..., 0], turned[..., 1]
    np.testing.assert_allclose(along, ahead[..., 0] * [share, 1.0], atol=2e-6)
    height = facing(share).motion[0].height
    np.testing.assert_allclose(np.linalg.norm(across, axis=-1), height, atol=2e-6)
    np.testing.assert_allclose((along * across).sum(axis=-1), 0.0, atol=2e-6)


def test_facing_the_other_way_is_the_mirror_image():
    right, left = maps(facing(1.0)), maps(facing(-1.0))
    np.testing.assert_allclose(left[..., 0, :], -right[..., 0, :], atol=2e-6)
    np.testing.assert_allclose(left[..., 1, :], right[..., 1, :], atol=2e-6)


@pytest.mark.parametrize("share", [0.0, 0.05, -0.05, 1.2])
def test_a_person_who_faces_the_viewer_cannot_be_drawn(share):
    with pytest.raises(UsageError, match=rf"facing={share} must be in \[0.1, 1\]"):
        set_stage(facing(share))
