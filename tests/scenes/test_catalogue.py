from dataclasses import replace

import numpy as np
import pytest

from motionbench.cases import CATEGORIES
from motionbench.errors import UnknownNameError, UsageError
from motionbench.scenes.captions import is_held_out, sample_appearance
from motionbench.scenes.catalogue import SCENES, SEEDS, build_scene, names, perturb
from motionbench.scenes.render import render
from motionbench.scenes.tracks import exact_tracks
from motionbench.trackers.base import grid_queries

EVAL = SEEDS["eval"].start


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_at_least_twelve_scenes_with_summaries(category):
    assert len(names(category)) >= 12
    assert all(SCENES[name].category == category for name in names(category))
    assert all(SCENES[name].summary.endswith(".") for name in names(category))


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_its_name_and_seed(name):
    assert build_scene(name, 3) == build_scene(name, 3)
    other = build_scene(name, 4)
    assert other.motion != build_scene(name, 3).motion
    assert other.seed != build_scene(name, 3).seed
    assert len(other.motion) == SCENES[name].movers
    assert len(other.appearance.items) == SCENES[name].count


@pytest.mark.parametrize("name", SCENES)
def test_the_split_is_kept(name):
    for offset in range(3):
        assert not is_held_out(build_scene(name, offset).appearance)
        assert is_held_out(build_scene(name, EVAL + offset, split="eval").appearance)


def test_the_same_motion_with_another_appearance():
    looks = sample_appearance("multi_object", np.random.default_rng(0), count=3)
    dressed, bare = (
        build_scene("multi_object/orbit_3", 5, appearance=looks),
        build_scene("multi_object/orbit_3", 5),
    )
    assert dressed == replace(bare, appearance=looks)


def test_seeds_of_the_two_sides_are_disjoint_and_enforced():
    assert SEEDS["train"].stop <= EVAL
    with pytest.raises(UsageError, match=r"seed 7 is not a seed of split 'eval'"):
        build_scene("camera/pan", 7, split="eval")
    with pytest.raises(UsageError, match=r"not a seed of split 'train'.*never share seeds"):
        build_scene("camera/pan", EVAL)
    with pytest.raises(UsageError, match=r"seed -1 is not a seed of split 'train'"):
        build_scene("camera/pan", -1)


def test_appearances_of_the_wrong_side_are_refused():
    rng = np.random.default_rng(0)
    held_out = sample_appearance("single_object", rng, "eval")
    trained = sample_appearance("single_object", rng, "train")
    with pytest.raises(
        UsageError, match="held out from training, which split='train' must not show"
    ):
        build_scene("single_object/line", 0, appearance=held_out)
    with pytest.raises(UsageError, match="not held out, which split='eval' must not show"):
        build_scene("single_object/line", EVAL, appearance=trained, split="eval")


def test_appearances_that_do_not_fit_are_refused():
    rng = np.random.default_rng(0)
    looks = sample_appearance("multi_object", rng, count=3)
    with pytest.raises(UsageError, match=r"has 2 objects, the appearance 3"):
        build_scene("multi_object/orbit_2", 0, appearance=looks)
    with pytest.raises(UsageError, match="not a consistent one of category 'camera'"):
        build_scene("camera/pan", 0, appearance=sample_appearance("human", rng))


def test_unknown_names_get_a_suggestion():
    with pytest.raises(
        UnknownNameError, match=r"Unknown scene 'camera/pam'. Did you mean 'camera/pan'"
    ):
        build_scene("camera/pam", 0)
    with pytest.raises(UnknownNameError, match="Unknown category 'cameras'"):
        names("cameras")


@pytest.mark.parametrize(
    "name", ["camera/zoom_in", "single_object/arc", "multi_object/gather", "human/kick"]
)
def test_perturbing_is_graded_from_the_same_motion_to_another(name):
    scene = build_scene(name, 11)
    size = {"frames": 9, "height": 64, "width": 64}
    queries = grid_queries(64, 64, 12)
    own = exact_tracks(scene, queries, **size, fps=8.0).tracks
    away = []
    for strength in (0.0, 0.25, 0.5, 1.0):
        other = perturb(scene, strength, np.random.default_rng(3))
        assert other.appearance == scene.appearance
        tracks = exact_tracks(other, queries, **size, fps=8.0).tracks
        away.append(float(np.abs(np.diff(tracks, axis=1) - np.diff(own, axis=1)).mean()))
    assert away[0] < 1e-5
    assert away == sorted(away)
    assert away[-1] > 0.1


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_can_be_perturbed_and_drawn(name):
    other = perturb(build_scene(name, 2), 0.7, np.random.default_rng(1))
    assert render(other, frames=2, height=16, width=24).shape == (2, 16, 24, 3)


def test_perturbing_beyond_one_is_refused():
    with pytest.raises(UsageError, match=r"strength=1.5 must be in \[0, 1\]"):
        perturb(build_scene("camera/pan", 0), 1.5, np.random.default_rng(0))
