from dataclasses import replace

import numpy as np
import pytest
from example_tracks import FLOOR, clips_at_same_instants, features, grid, motion, similarity
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.agreement import TIE, best_agreement, motion_features
from motionbench.metrics.functional.displacements import displacements
from motionbench.metrics.functional.motion_fidelity import (
    motion_fidelity,
    motion_fidelity_floor,
    motion_fidelity_floor_shuffled,
    motion_fidelity_normalised,
)

STILL, RIGHT, LEFT, DOWN = (0, 0), (2, 0), (-2, 0), (0, 2)


def fidelity(reference, generated, **options):
    return motion_fidelity(reference, generated, min_joint_visibility=0.5, **options)


def of_tracks(tracks, **options):
    motion = displacements(tracks, np.ones(tracks.shape[:2], dtype=bool))
    return motion_features(motion, FLOOR, **options)


def of_set(track_set):
    return motion_features(displacements(track_set.tracks, track_set.visibility), FLOOR)


@pytest.mark.parametrize(
    ("reference", "generated", "expected"),
    [
        (RIGHT, RIGHT, 1),
        (RIGHT, (4, 0), 0.8),  # twice or half the speed
        ((4, 0), RIGHT, 0.8),
        (RIGHT, LEFT, -1),
        (RIGHT, DOWN, 0),
        (RIGHT, (2**0.5, 2**0.5), 2**-0.5),
        (STILL, STILL, 1),
        (STILL, RIGHT, 0),
        ((0.2, 0), (-0.2, 0), 1),  # below the floor: tracker noise, not motion
        ((0.2, 0), RIGHT, 0),
    ],
)
def test_agreement_of_two_steady_tracks(reference, generated, expected):
    assert fidelity(features(reference), features(generated)).value == pytest.approx(expected)


@pytest.mark.parametrize(
    "opposite", [({"degrees": 3}, {"degrees": -3}), ({"zoom": 1.05}, {"zoom": 0.95})]
)
def test_a_roll_and_a_zoom_differ_from_their_opposites_by_place_alone(opposite):
    there, back = (of_tracks(similarity(places=grid(9), **motion)) for motion in opposite)
    assert fidelity(there, there, radius=10.0).value == pytest.approx(1)
    # Every point finds one that moves its way on the other side of the centre.
    plain = [of_tracks(similarity(places=grid(9), **m), by_speed=False) for m in opposite]
    assert fidelity(*plain, opposites=False).value > 0.9
    assert fidelity(there, back, radius=36.0).value < 0


def test_a_track_finds_its_opposite_and_not_the_background_beside_it():
    reference, generated = features(RIGHT, STILL), features(LEFT, STILL)
    whole = 2**2 + FLOOR**2
    assert fidelity(reference, generated).value == pytest.approx((FLOOR**2 - 2**2) / whole)
    assert fidelity(reference, generated, opposites=False).value == pytest.approx(FLOOR**2 / whole)


def test_a_partner_as_like_as_another_is_unlike_is_taken():
    apart = features(RIGHT, LEFT)
    assert fidelity(apart, apart).value == pytest.approx(1)


def test_unrelated_motion_agrees_by_nothing_on_average():
    rng = np.random.default_rng(0)
    clips = [features(*rng.normal(scale=3, size=(4, 2))) for _ in range(200)]
    values = [fidelity(a, b).value for a, b in zip(clips[::2], clips[1::2], strict=True)]
    plain = [
        fidelity(a, b, opposites=False).value for a, b in zip(clips[::2], clips[1::2], strict=True)
    ]
    assert abs(np.mean(values)) < np.mean(plain) / 2
    assert np.mean(plain) > 0.3


def test_a_background_at_rest_does_not_drown_an_object():
    still = [STILL] * 95
    reference, frozen = features(*[RIGHT] * 5, *still), features(*[STILL] * 5, *still)
    moved = 5 * 2**2 / (5 * 2**2 + 95 * FLOOR**2)
    assert fidelity(reference, frozen).recall == pytest.approx(1 - moved)
    alike = features(*[RIGHT] * 5, *still, by_speed=False), features(*[STILL] * 5, by_speed=False)
    assert fidelity(*alike).recall == pytest.approx(0.95)


def test_candidates_lie_within_the_radius():
    here = motion(RIGHT)
    there = replace(here, places=here.places + np.array([[3, 4]], dtype=np.float32))
    pair = motion_features(here, FLOOR), motion_features(there, FLOOR)
    assert fidelity(*pair, radius=5.0).value == pytest.approx(1)
    with pytest.raises(UnscorableError, match="near it in the other clip"):
        fidelity(*pair, radius=4.9)


def test_steps_count_once_or_by_their_speed():
    path = np.zeros((1, 5, 2), dtype=np.float32)
    path[0, :, 0] = [0, 4, 8, 12, 10]  # right, right, right, half as fast to the left
    alike = (
        of_tracks(clip, by_speed=False)
        for clip in (
            path,
            similarity(shift=RIGHT, frames=5, places=np.zeros((1, 2), dtype=np.float32)),
        )
    )
    assert fidelity(*alike).value == pytest.approx((3 - 1) / 4)
    weighed = fidelity(of_tracks(path), features(RIGHT)).value
    assert weighed == pytest.approx(2 * (3 * 4 - 2) * 2 / (3 * 16 + 4 + 4 * 4))


def test_trembling_weighs_little_beside_motion():
    path = np.zeros((1, 9, 2), dtype=np.float32)
    path[0, :, 0] = [0, 8, 16, 24, 32, 32.4, 32, 32.4, 32]  # a move, then noise above the floor
    steady = path.copy()
    steady[0, 5:, 0] = 32
    assert fidelity(of_tracks(path), of_tracks(steady)).value > 0.99
    alike = (of_tracks(clip, by_speed=False) for clip in (path, steady))
    assert fidelity(*alike).value == pytest.approx(0.5)


def test_a_speed_floor_of_zero_is_refused():
    with pytest.raises(ValueError, match=r"speed floor is 0\.0: it must be above 0"):
        motion_features(motion(RIGHT), 0.0)


def test_precision_asks_whether_motion_is_right_and_recall_whether_it_is_all_there():
    two_ways, one_way = features(RIGHT, DOWN), features(RIGHT)
    lost = fidelity(reference=two_ways, generated=one_way)
    assert (lost.precision, lost.recall) == pytest.approx((1, 0.5))
    invented = fidelity(reference=one_way, generated=two_ways)
    assert (invented.precision, invented.recall) == pytest.approx((0.5, 1))


def test_the_clip_that_moves_more_counts_more():
    still, moving = features(STILL, STILL), features(RIGHT, STILL)
    at_rest = fidelity(reference=moving, generated=still)
    assert at_rest.precision == pytest.approx(1)
    assert at_rest.recall == pytest.approx(FLOOR**2 / (2**2 + FLOOR**2))
    assert at_rest.value == pytest.approx(3 * FLOOR**2 / (2**2 + 3 * FLOOR**2))
    agitated = fidelity(reference=still, generated=moving)
    assert agitated.value == pytest.approx(at_rest.value)


def test_only_jointly_visible_steps_count():
    half = [[True, True, True, False, False]]
    path = np.zeros((1, 5, 2), dtype=np.float32)
    path[0, :, 0] = [0, 2, 4, 2, 0]  # right while visible, left afterwards
    reference = motion_features(displacements(path, np.array(half)), FLOOR)
    assert fidelity(reference, features(RIGHT)).value == pytest.approx(1)


@pytest.mark.parametrize(("share", "scorable"), [(0.5, True), (0.51, False)])
def test_too_little_joint_visibility_makes_no_candidate(share, scorable):
    half = features(RIGHT, visibility=[[True, True, True, False, False]])
    best = best_agreement(half, features(RIGHT), min_joint_visibility=share)
    assert np.isfinite(best.first).all() == np.isfinite(best.second).all() == scorable


def test_never_visible_together_is_unscorable_and_says_so():
    early = features(RIGHT, visibility=[[True, True, False, False, False]])
    late = features(RIGHT, visibility=[[False, False, False, True, True]])
    with pytest.raises(UnscorableError, match="none of the 1 tracks of the generated clip is vis"):
        motion_fidelity(early, late, min_joint_visibility=0.0)


def test_no_tracks_is_unscorable():
    nothing = motion_features(
        displacements(np.zeros((0, 5, 2), dtype=np.float32), np.ones((0, 5), dtype=bool)), FLOOR
    )
    with pytest.raises(
        UnscorableError, match="no usable tracks: the reference clip has 0 and the generated clip 1"
    ):
        fidelity(nothing, features(RIGHT))


def test_weights_choose_what_the_means_are_over():
    reference, generated = features(RIGHT, STILL), features(RIGHT)
    moved = 2**2 / (2**2 + FLOOR**2)  # by themselves tracks weigh by motion, rest by the floor
    assert fidelity(reference, generated).recall == pytest.approx(moved)
    weights = np.array([1, (2 / FLOOR) ** 2], dtype=np.float32)
    weighted = fidelity(reference, generated, reference_weights=weights)
    assert weighted.recall == pytest.approx(1 / 2)
    assert weighted.precision == pytest.approx(1)
    with pytest.raises(UnscorableError, match="of the reference clip"):
        fidelity(reference, generated, reference_weights=np.zeros(2, dtype=np.float32))


def test_different_numbers_of_steps_are_refused():
    with pytest.raises(ValueError, match="4 and 6 steps: resample"):
        fidelity(features(RIGHT), features(RIGHT, frames=7))


def step_vector(clip, track, step, by_speed):
    """Of one track in one step, in float64."""
    move = np.array([clip.dx[track, step], clip.dy[track, step]], dtype=float)
    speed = np.linalg.norm(move)
    if speed <= FLOOR:
        return np.array([0, 0, FLOOR if by_speed else 1])
    return np.array([*(move if by_speed else move / speed), 0])


def loop(reference, generated, needed, radius, by_speed):
    """The definition, pair by pair and step by step, in float64."""
    table = np.full((len(reference.visible), len(generated.visible)), -np.inf)
    for i, j in np.ndindex(*table.shape):
        joint = np.flatnonzero(reference.visible[i] & generated.visible[j])
        apart = np.linalg.norm(reference.places[i] - generated.places[j])
        if not len(joint) or len(joint) < needed or (radius is not None and apart > radius):
            continue
        u = np.concatenate([step_vector(reference, i, k, by_speed) for k in joint])
        v = np.concatenate([step_vector(generated, j, k, by_speed) for k in joint])
        table[i, j] = 2 * (u @ v) / (u @ u + v @ v)
    return table


def farther(table, axis, opposites):
    """The end of each row or column that lies farther from 0, the upper one at a tie."""
    high = table.max(axis=axis)
    low = np.where(np.isfinite(table), table, np.inf).min(axis=axis)
    return np.where(opposites & (-low > high + TIE) & np.isfinite(low), low, high)


@settings(deadline=None, max_examples=60)
@given(
    clips_at_same_instants(2, max_tracks=9),
    st.sampled_from([0.0, 0.3, 0.5, 1.0]),
    st.sampled_from([None, 10.1, 50.1]),
    st.booleans(),
    st.booleans(),
)
def test_equals_the_definition_and_no_block_size_changes_it(
    pair, share, radius, by_speed, opposites
):
    first, second = (displacements(clip.tracks, clip.visibility) for clip in pair)
    table = loop(first, second, share * first.visible.shape[1], radius, by_speed)
    for block_rows in (1, 3, 512):
        best = best_agreement(
            motion_features(first, FLOOR, by_speed=by_speed),
            motion_features(second, FLOOR, by_speed=by_speed),
            min_joint_visibility=share,
            radius=radius,
            opposites=opposites,
            block_rows=block_rows,
        )
        for found, axis in ((best.first, 1), (best.second, 0)):
            expected = farther(table, axis, opposites)
            np.testing.assert_allclose(found, expected, atol=1e-5)


def test_floor_is_the_mean_over_the_others_that_can_be_compared():
    hidden = features(RIGHT, visibility=np.zeros((1, 5), dtype=bool))
    others = [features(RIGHT), features(DOWN), hidden]
    assert motion_fidelity_floor(
        features(RIGHT), others, min_joint_visibility=0.5
    ) == pytest.approx(0.5)


@pytest.mark.parametrize("others", [0, 2])
def test_floor_without_a_comparable_other_is_unscorable(others):
    hidden = features(RIGHT, visibility=np.zeros((1, 5), dtype=bool))
    with pytest.raises(UnscorableError, match=f"no other reference .*: {others} given"):
        motion_fidelity_floor(features(RIGHT), [hidden] * others, min_joint_visibility=0.5)


def test_shuffled_floor_is_one_for_steady_motion_and_low_where_time_matters():
    def floor(reference, seed=0):
        return motion_fidelity_floor_shuffled(
            reference, min_joint_visibility=0.5, shuffles=5, rng=np.random.default_rng(seed)
        )

    angles = np.arange(24) * 2 * np.pi / 24
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)[None].astype(np.float32) * 40
    assert floor(features(RIGHT, STILL)) == pytest.approx(1)
    assert abs(floor(of_tracks(circle))) < 0.4
    assert floor(of_tracks(circle)) == floor(of_tracks(circle)) != floor(of_tracks(circle), seed=1)


def test_normalised_puts_chance_at_zero_and_a_copy_at_one():
    assert motion_fidelity_normalised(0.4, 0.4, max_floor=0.95) == 0
    assert motion_fidelity_normalised(1.0, 0.4, max_floor=0.95) == 1
    assert motion_fidelity_normalised(0.1, 0.4, max_floor=0.95) == pytest.approx(-0.5)
    with pytest.raises(UnscorableError, match=r"chance floor is 0\.970, above 0\.95"):
        motion_fidelity_normalised(1.0, 0.97, max_floor=0.95)


def test_many_tracks_need_no_table_of_pairs_by_steps():
    import tracemalloc

    rng = np.random.default_rng(0)
    clips = [motion(*rng.normal(scale=3, size=(800, 2)), frames=40) for _ in range(2)]
    reference, generated = (motion_features(clip, FLOOR) for clip in clips)
    tracemalloc.start()
    fidelity(reference, generated, block_rows=64)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 800 * 800 * 39 * 4 / 10
