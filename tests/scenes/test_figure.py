import math

import numpy as np
import pytest

from motionbench.scenes.catalogue import SCENES, build_scene, names
from motionbench.scenes.figure import BONES, COLUMNS, JOINTS, SOLE, assemble, pose

TIME = np.linspace(0.0, 1.0, 33)
HUMAN = names("human")


def bodies(name: str, seed: int = 1):
    performance = build_scene(name, seed).motion[0]
    values = performance.values(TIME)
    return values, pose(values, performance.view)


def joint(body, name: str) -> np.ndarray:
    """Where a bone ends, (T, 2)."""
    return body.ends[:, JOINTS.index(name)]


def root(body, name: str) -> np.ndarray:
    return body.roots[:, JOINTS.index(name)]


def test_the_figure_has_at_least_twelve_joints():
    assert len(JOINTS) >= 12
    assert len(set(JOINTS)) == len(JOINTS)


@pytest.mark.parametrize("name", HUMAN)
def test_bones_keep_their_lengths_and_hang_together(name):
    _, body = bodies(name)
    lengths = np.linalg.norm(body.ends - body.roots, axis=-1)
    np.testing.assert_allclose(lengths, np.tile([bone.length for bone in BONES], (33, 1)))
    for number, bone in enumerate(BONES):
        if bone.parent:
            parent = JOINTS.index(bone.parent)
            gap = np.linalg.norm(body.roots[:, number] - body.ends[:, parent], axis=-1)
            np.testing.assert_allclose(gap, gap[0], atol=1e-12)
            assert gap[0] <= abs(bone.aside) + 1e-12


@pytest.mark.parametrize("name", HUMAN)
def test_the_lowest_joint_touches_the_ground_unless_lifted(name):
    values, body = bodies(name)
    lowest = np.maximum(body.roots[..., 1].max(axis=1), body.ends[..., 1].max(axis=1))
    np.testing.assert_allclose(-lowest, SOLE + values[:, COLUMNS["lift"]])


@pytest.mark.parametrize("view", ["side", "front"])
def test_at_rest_the_body_stands_upright(view):
    body = pose(assemble(np.zeros(1)), view)
    head, pelvis = joint(body, "head")[0], root(body, "spine")[0]
    ankle, hand = joint(body, "near_shin")[0], joint(body, "near_forearm")[0]
    assert head[1] < pelvis[1] < ankle[1] < 0
    assert head[0] == pytest.approx(pelvis[0])
    assert hand[1] == pytest.approx(pelvis[1], abs=0.05)
    assert -head[1] == pytest.approx(0.9, abs=0.1)


def test_angles_swing_forward_and_knees_bend_back():
    body = pose(assemble(np.zeros(1), near_thigh=math.pi / 2, near_shin=-math.pi / 2), "side")
    hip, knee, ankle = root(body, "near_thigh"), joint(body, "near_thigh"), joint(body, "near_shin")
    np.testing.assert_allclose(knee - hip, [[0.23, 0.0]], atol=1e-12)
    np.testing.assert_allclose(ankle - knee, [[0.0, 0.22]], atol=1e-12)


def test_turning_the_body_keeps_its_shape():
    upright = pose(assemble(np.zeros(1), far_arm=1.0), "front")
    turned = pose(assemble(np.zeros(1), far_arm=1.0, turn=math.pi), "front")
    relative = upright.ends - root(upright, "spine")[:, None]
    np.testing.assert_allclose(
        turned.ends[:, : JOINTS.index("near_foot")] - root(turned, "spine")[:, None],
        -relative[:, : JOINTS.index("near_foot")],
        atol=1e-12,
    )


# ---- every action does what its name says


def test_walking_advances_with_the_legs_in_turn():
    values, body = bodies("human/walk")
    assert values[-1, COLUMNS["travel"]] > 0.5
    feet = joint(body, "near_shin")[:, 0] - joint(body, "far_shin")[:, 0]
    assert feet.max() > 0.15
    assert feet.min() < -0.15
    assert (values[:, COLUMNS["lift"]] == 0).all()


def test_running_leaves_the_ground_and_is_faster():
    values, _ = bodies("human/run")
    assert values[:, COLUMNS["lift"]].max() > 0.04
    assert values[-1, COLUMNS["travel"]] > bodies("human/walk")[0][-1, COLUMNS["travel"]]


def test_marching_lifts_the_knees_without_advancing():
    values, body = bodies("human/march")
    assert np.ptp(values[:, COLUMNS["travel"]]) == 0
    knee, hip = joint(body, "near_thigh")[:, 1], root(body, "near_thigh")[:, 1]
    assert (knee - hip).min() < 0.12


def test_a_jump_crouches_flies_and_lands():
    values, body = bodies("human/jump")
    lift = values[:, COLUMNS["lift"]]
    assert lift[[0, -1]].max() == 0
    assert lift.max() > 0.25
    pelvis = root(body, "spine")[:, 1]
    assert pelvis[: lift.argmax()].max() > pelvis[0] + 0.05


def test_jumping_jacks_spread_arms_and_legs_together():
    _, body = bodies("human/jumping_jack")
    hands = joint(body, "far_forearm")[:, 0] - joint(body, "near_forearm")[:, 0]
    feet = joint(body, "far_shin")[:, 0] - joint(body, "near_shin")[:, 0]
    head, hand = joint(body, "head")[:, 1], joint(body, "near_forearm")[:, 1]
    assert np.ptp(feet) > 0.2
    assert np.ptp(hands) > 0.2
    assert (hand < head).any()
    assert (hand > head).any()


def test_waving_moves_the_raised_hand_only():
    _, body = bodies("human/wave")
    shoulder, hand = root(body, "far_arm"), joint(body, "far_forearm")
    assert (hand[:, 1] < shoulder[:, 1]).all()
    assert np.ptp(hand[:, 0]) > 0.1
    assert np.ptp(joint(body, "near_shin"), axis=0).max() < 0.05
    assert np.ptp(joint(bodies("human/wave_both")[1], "near_forearm")[:, 0]) > 0.1


@pytest.mark.parametrize("name", ["human/squat", "human/squat_front"])
def test_squats_lower_the_pelvis_over_standing_feet(name):
    _, body = bodies(name)
    assert np.ptp(root(body, "spine")[:, 1]) > 0.12
    foot = np.ptp(joint(body, "near_shin"), axis=0)
    assert foot[0] < 0.01
    assert foot[1] < 0.06  # Heels may rise.


def test_a_kick_raises_one_foot_high():
    _, body = bodies("human/kick")
    height = -joint(body, "near_shin")[:, 1]
    assert height.max() > 0.35
    assert -joint(body, "far_shin")[:, 1].min() < 0.15


def test_dancing_sways_the_upper_body_both_ways():
    _, body = bodies("human/dance")
    sway = joint(body, "head")[:, 0] - joint(body, "near_shin")[:, 0]
    assert np.ptp(sway) > 0.15
    assert np.ptp(joint(body, "far_forearm"), axis=0).max() > 0.2


def test_a_cartwheel_passes_over_the_hands():
    values, body = bodies("human/cartwheel")
    below = joint(body, "head")[:, 1] > root(body, "spine")[:, 1]
    assert below.any()
    assert not below[0]
    assert values[-1, COLUMNS["travel"]] > 0.5
    upside_down = np.flatnonzero(below)[below.sum() // 2]
    hands = joint(body, "near_forearm")[upside_down, 1], joint(body, "far_forearm")[upside_down, 1]
    assert max(hands) > joint(body, "near_shin")[upside_down, 1] + 0.3


def test_a_bow_brings_the_head_down_and_back():
    _, body = bodies("human/bow")
    head = joint(body, "head")
    assert np.ptp(head[:, 1]) > 0.15
    assert np.ptp(head[:, 0]) > 0.2


def test_the_required_actions_exist_in_both_views():
    found = {name.removeprefix("human/") for name in HUMAN}
    assert {"walk", "run", "jump", "wave", "squat", "kick", "dance", "cartwheel"} <= found
    views = {SCENES[name].draw(np.random.default_rng(0), 1)[0].view for name in HUMAN}
    assert views == {"side", "front"}
