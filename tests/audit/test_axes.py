import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from motionbench.audit.axes import AXES, base_scenes, filmed_scenes
from motionbench.audit.truth import true_similarity
from motionbench.cases import CATEGORIES
from motionbench.errors import UsageError
from motionbench.scenes import draws
from motionbench.scenes.camera import CameraMotion
from motionbench.scenes.captions import is_held_out
from motionbench.scenes.catalogue import SEEDS, build_scene
from motionbench.scenes.figure import COLUMNS, Performance
from motionbench.scenes.motions import Mover
from motionbench.scenes.paths import Ellipse, Line
from motionbench.scenes.stage import Scene, set_stage, times
from motionbench.scenes.tracks import exact_tracks
from motionbench.trackers.base import grid_queries

TIME = np.linspace(0.0, 1.0, 33)
DOSES = (0.25, 0.5, 0.75, 1.0)
EVAL = SEEDS["eval"].start
CASES = [(name, category) for name, axis in AXES.items() for category in axis.categories]
FILMED = filmed_scenes(9, 0)


def scenes(name: str, category: str, count: int = 2) -> list[Scene]:
    """The first scenes of a category that the axis applies to."""
    axis = AXES[name]
    pool = FILMED if axis.filmed else base_scenes(category, 15, 0)
    fitting = (scene for scene in pool if scene.category == category and axis.applies(scene))
    return list(itertools.islice(fitting, count))


def change(name: str, scene: Scene, dose: float, seed: int = 0) -> Scene:
    return AXES[name].change(scene, dose, draws.stream(seed, 1))


def tracks(scene: Scene) -> np.ndarray:
    size = {"frames": 5, "height": 64, "width": 64}
    return exact_tracks(scene, grid_queries(64, 64, 8), **size, fps=8.0).tracks


def maps(scene: Scene) -> np.ndarray:
    """(T, layers, 2, 3), the backdrop last."""
    return set_stage(scene).maps(times(9))


def moved(scene: Scene, other: Scene) -> np.ndarray:
    """Numbers of the layers that the two scenes place differently."""
    return np.flatnonzero(np.abs(maps(scene) - maps(other)).max(axis=(0, 2, 3)) > 1e-5)


def single(motion: Mover) -> Scene:
    return replace(build_scene("single_object/line", EVAL, split="eval"), motion=(motion,))


def camera(motion: CameraMotion) -> Scene:
    return replace(build_scene("camera/pan", EVAL, split="eval"), motion=(motion,))


def places(scene: Scene, mover: int = 0) -> np.ndarray:
    return scene.motion[mover].values(TIME)


# ---- all axes


@pytest.mark.parametrize(("name", "category"), CASES)
def test_dose_zero_changes_nothing_and_a_small_dose_little(name, category):
    for scene in scenes(name, category, 1):
        before = tracks(scene)
        np.testing.assert_array_equal(tracks(change(name, scene, 0.0)), before)
        assert np.abs(tracks(change(name, scene, 1e-4)) - before).max() < 0.05


@pytest.mark.parametrize(("name", "category"), CASES)
def test_only_the_motion_is_changed_and_the_change_can_be_repeated(name, category):
    for scene in scenes(name, category, 1):
        changed = change(name, scene, 0.7)
        assert replace(changed, motion=scene.motion, camera=scene.camera) == scene
        assert len(changed.motion) == len(scene.motion)
        assert changed != scene
        assert change(name, scene, 0.7) == changed
        assert hash(changed) == hash(change(name, scene, 0.7))


@pytest.mark.parametrize(("name", "category"), [case for case in CASES if case[0] != "place"])
def test_true_similarity_falls_with_the_dose(name, category):
    found = scenes(name, category)
    assert found
    alike = [
        [true_similarity(scene, change(name, scene, dose)) for dose in (0.3, 0.6, 1.0)]
        for scene in found
    ]
    medians = np.median(alike, axis=0)
    assert (np.diff([1.0, *medians]) < 0.03).all()
    assert medians[-1] < 0.95


@pytest.mark.parametrize("category", AXES["place"].categories)
def test_the_same_motion_elsewhere_is_the_same_motion(category):
    for scene in scenes("place", category):
        shifted = change("place", scene, 1.0)
        assert true_similarity(scene, shifted) == pytest.approx(1.0, abs=1e-6)
        shift = maps(shifted)[:, 0, :, 2] - maps(scene)[:, 0, :, 2]
        assert np.linalg.norm(shift, axis=1) == pytest.approx(0.2, abs=1e-5)


@pytest.mark.parametrize("name", AXES)
def test_axes_say_what_they_need(name):
    axis = AXES[name]
    assert axis.name == name
    assert axis.summary.endswith(".")
    assert "dose" in axis.summary
    refused = CATEGORIES if axis.filmed else set(CATEGORIES) - set(axis.categories)
    for category in refused:
        assert not axis.applies(base_scenes(category, 1, 0)[0])
    assert [axis.applies(scene) for scene in FILMED[:3]] == [axis.filmed] * 3


def test_what_does_not_apply_is_refused():
    zoom = camera(CameraMotion(zoom=0.5))
    assert not AXES["direction"].applies(zoom)
    assert not AXES["mirrored"].applies(zoom)
    with pytest.raises(UsageError, match=r"'direction' does not apply to scene 'camera/pan'"):
        change("direction", zoom, 0.5)
    with pytest.raises(UsageError, match=r"dose=1.5 must be in \[0, 1\]"):
        change("speed", zoom, 1.5)
    upright = single(Mover(Line((0.0, -0.3), (0.0, 0.3))))
    assert not AXES["mirrored"].applies(upright)
    assert AXES["direction"].applies(upright)
    spin = build_scene("single_object/spin", EVAL, split="eval")
    assert not AXES["path"].applies(spin)
    assert AXES["mirrored"].applies(spin)


# ---- each does what it says


def test_a_direction_turns_about_the_middle_of_the_path():
    scene = single(Mover(Line((-0.2, 0.1), (0.2, 0.1)), turns=0.3))
    turned = places(change("direction", scene, 0.5))
    np.testing.assert_allclose(turned[[0, -1], :2], [[0.0, -0.1], [0.0, 0.3]], atol=1e-12)
    np.testing.assert_array_equal(turned[:, 2:], places(scene)[:, 2:])
    back = places(change("direction", scene, 1.0))
    np.testing.assert_allclose(back[:, :2], places(scene)[::-1, :2], atol=1e-12)


def test_the_direction_of_a_camera_is_that_of_pan_and_truck():
    scene = camera(CameraMotion(pan=(0.4, 0.0), truck=(0.0, 0.2), zoom=0.3))
    turned = places(change("direction", scene, 0.5)) - places(scene)
    np.testing.assert_allclose(turned[-1, :4], [-0.2, 0.2, -0.1, -0.1], atol=1e-12)
    assert (turned[:, 4:] == 0).all()


def test_speed_and_amplitude_go_down_to_a_quarter_about_the_middle():
    scene = single(Mover(Ellipse((0.1, 0.0), (0.2, 0.1), 0.0, 1.0)))
    slow = change("speed", scene, 1.0).motion[0].values(np.array([0.1, 0.5]))
    expected = scene.motion[0].values(np.array([0.4, 0.5]))
    np.testing.assert_allclose(slow, expected)
    small = places(change("amplitude", scene, 1.0))[:, :2] - [0.1, 0.0]
    np.testing.assert_allclose(small, 0.25 * (places(scene)[:, :2] - [0.1, 0.0]), atol=1e-12)


def test_timing_keeps_the_ends_and_the_middle_of_the_path():
    scene = single(Mover(Line((-0.3, 0.0), (0.3, 0.0))))
    eased = places(change("timing", scene, 1.0))
    np.testing.assert_allclose(eased[::16], places(scene)[::16], atol=1e-12)
    speeds = np.diff(eased[:, 0]) * 32 / 0.6
    assert speeds.min() < 0.02
    assert speeds.max() == pytest.approx(2.0, abs=0.02)


def test_static_stands_still_for_the_dose():
    scene = build_scene("single_object/loop", EVAL, split="eval")
    stopped = places(change("static", scene, 0.25))
    np.testing.assert_array_equal(stopped[:25], places(scene)[:25])
    assert (stopped[24:] == stopped[24]).all()


def test_reversed_ends_as_the_motion_backwards():
    scene = build_scene("human/kick", EVAL, split="eval")
    backwards = places(change("reversed", scene, 1.0))
    np.testing.assert_allclose(backwards, places(scene)[::-1], atol=1e-12)


def test_another_path_has_the_same_middle_and_reach():
    scene = build_scene("single_object/zigzag", EVAL, split="eval")
    old, new = places(scene), places(change("path", scene, 1.0))
    assert not np.allclose(old, new, atol=0.02)
    for measure in (np.max, np.min):
        assert np.abs(measure(new[:, :2], axis=0)).max() < 0.5
    box = [np.ptp(values[:, :2], axis=0) for values in (old, new)]
    assert math.hypot(*box[0]) == pytest.approx(math.hypot(*box[1]), rel=0.02)
    np.testing.assert_array_equal(old[:, 2:], new[:, 2:])


def test_another_action_leaves_the_person_where_and_how_tall_it_was():
    for scene in scenes("path", "human"):
        person, other = scene.motion[0], change("path", scene, 1.0).motion[0]
        assert isinstance(other, Performance)
        assert replace(other, action=person.action, start=person.start) == person
        assert np.abs(person.values(TIME) - other.values(TIME)).max() > 0.2


def test_one_object_leaves_the_others():
    for scene in scenes("one_object", "multi_object"):
        assert len(moved(scene, change("one_object", scene, 1.0))) == 1


@pytest.mark.parametrize("scene", FILMED[:3], ids=lambda scene: scene.category)
def test_camera_and_object_are_changed_without_each_other(scene):
    changed = change("camera", scene, 1.0)
    assert changed.motion == scene.motion
    np.testing.assert_allclose(changed.camera.values(TIME)[-1], scene.camera.values(TIME)[0])
    changed = change("object", scene, 1.0)
    assert changed.camera == scene.camera
    backdrop = maps(scene).shape[1] - 1
    assert backdrop not in moved(scene, changed)
    assert backdrop in moved(scene, change("camera", scene, 1.0))
    resting = maps(replace(change("object", scene, 0.5), camera=None))
    assert np.abs(resting - resting[0]).max() < 1e-5


def test_a_limb_moves_without_the_rest_of_the_body():
    found = set()
    for scene in scenes("limb", "human", 4):
        for seed in range(4):
            # An arm has a hand and two bones, a leg three bones.
            layers = moved(scene, change("limb", scene, 1.0, seed))
            assert len(layers) == 3
            found.add(tuple(layers))
    assert len(found) > 3


def test_an_object_in_the_mirror():
    scene = single(Mover(Line((-0.3, -0.2), (0.3, 0.2)), turns=0.25))
    mirrored = places(change("mirrored", scene, 1.0))
    np.testing.assert_allclose(mirrored[:, 0], -places(scene)[:, 0], atol=1e-12)
    np.testing.assert_allclose(mirrored[:, 2], places(scene)[::-1, 2], atol=1e-12)
    np.testing.assert_array_equal(mirrored[:, [1, 3]], places(scene)[:, [1, 3]])


@pytest.mark.parametrize("name", ["human/walk", "human/cartwheel"])
def test_a_person_in_the_mirror(name):
    # The outline of all layers, left and right exchanged, goes through the same places.
    scene = build_scene(name, EVAL, split="eval")
    before, after = maps(scene)[..., 2], maps(change("mirrored", scene, 1.0))[..., 2]
    person = before[:, :-1, 0]
    about = 0.5 * (person.min() + person.max() + after[:, :-1, 0].min() + after[:, :-1, 0].max())
    mirrored = after[:, :-1] * [-1, 1] + [about, 0]
    for frame in range(9):
        apart = np.linalg.norm(mirrored[frame, :, None] - before[frame, None, :-1], axis=-1)
        assert apart.min(axis=1).max() < 0.05


def test_a_mirrored_person_keeps_height_above_ground():
    scene = build_scene("human/jump", EVAL, split="eval")
    for dose in DOSES:
        person = change("mirrored", scene, dose).motion[0]
        lift = person.values(TIME)[:, COLUMNS["lift"]]
        np.testing.assert_array_equal(lift, places(scene)[:, COLUMNS["lift"]])
        assert person.ground == scene.motion[0].ground


# ---- scenes to start from


@pytest.mark.parametrize("category", CATEGORIES)
def test_base_scenes_are_of_the_evaluation_side_and_of_many_kinds(category):
    found = base_scenes(category, 20, 3)
    assert len(found) == 20
    assert len({scene.name for scene in found[:12]}) == 12
    assert len({scene.seed for scene in found}) == 20
    assert all(scene.category == category and is_held_out(scene.appearance) for scene in found)
    assert base_scenes(category, 15, 3) == found[:15]
    assert base_scenes(category, 20, 4) != found


def test_filmed_scenes_move_inside_and_out():
    assert [scene.category for scene in FILMED[:3]] == ["single_object", "multi_object", "human"]
    assert filmed_scenes(4, 0) == FILMED[:4]
    assert len({scene.camera for scene in FILMED}) == 9
    for scene in FILMED:
        still = replace(scene, camera=None)
        assert np.abs(maps(still) - maps(still)[0]).max() > 0.02
        backdrop = maps(scene)[:, -1]
        assert np.abs(backdrop - backdrop[0]).max() > 0.02
