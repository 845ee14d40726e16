import numpy as np
import pytest

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.dmt import motion_fidelity_dmt
from motionbench.metrics.functional.mtbench import (
    mtbench_cosine,
    mtbench_hybrid,
    mtbench_nearness,
)
from motionbench.metrics.functional.published import (
    motion_fidelity_ditflow,
    motion_fidelity_reversed,
)
from motionbench.metrics.functional.ropecraft import ropecraft_ftd
from motionbench.metrics.functional.trajectory_distance import trajectory_distance
from motionbench.metrics.functional.unit_steps import mean_best_cosine

SQUARE = {"height": 100, "width": 100}


def walk(*steps, start=(0, 0), count=1):
    """``count`` equal tracks along steps given as (dx, dy) pixels."""
    path = np.cumsum([start, *steps], axis=0).astype(np.float32)
    return np.repeat(path[None], count, axis=0)


def random_tracks(seed, count, frames):
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(size=(count, frames, 2)), axis=1).astype(np.float32)


RIGHT, DOWN, REST = (1, 0), (0, 1), (0, 0)


def test_ditflow_is_dmt_on_clips_of_one_length():
    reference, generated = random_tracks(0, 20, 16), random_tracks(1, 20, 16)
    expected = motion_fidelity_dmt(reference, generated)
    assert motion_fidelity_ditflow(reference, generated) == expected


def test_ditflow_compares_unlike_parts_of_clips_of_other_lengths():
    # The same motion, a turn half way, filmed at two rates. Of the longer only its first half is
    # looked at: in two of four steps a cosine of 1, in two of 0.
    slow = walk(*[RIGHT] * 4, *[DOWN] * 4, count=2)
    fast = walk(RIGHT, RIGHT, DOWN, DOWN, count=2)
    assert motion_fidelity_ditflow(slow, fast) == pytest.approx(0.5)
    assert motion_fidelity_ditflow(fast, slow) == pytest.approx(0.5)
    assert motion_fidelity_ditflow(fast, fast) == pytest.approx(1)


def test_ditflow_is_undefined_where_dmt_is():
    with pytest.raises(UnscorableError, match="2 generated and 1 reference tracks"):
        motion_fidelity_ditflow(walk(RIGHT), walk(RIGHT, DOWN, count=2))
    with pytest.raises(UnscorableError, match="single frame"):
        motion_fidelity_ditflow(walk(RIGHT), walk())


def test_reversed_sees_what_was_lost_not_what_was_added():
    right, both = walk(RIGHT, RIGHT), np.concatenate([walk(RIGHT, RIGHT), walk(DOWN, DOWN)])
    assert motion_fidelity_reversed(both, both) == pytest.approx(1)
    assert motion_fidelity_reversed(both, right) == pytest.approx(0.5)
    assert motion_fidelity_reversed(right, both) == pytest.approx(1)
    assert motion_fidelity_reversed(right, -right) == pytest.approx(-1)


def test_reversed_lets_pass_anything_where_the_reference_rests():
    reference = np.concatenate([walk(RIGHT, RIGHT), walk(REST, RIGHT)])
    assert motion_fidelity_reversed(reference, walk(RIGHT, RIGHT)) == pytest.approx(1)
    with pytest.raises(UnscorableError, match="point 0 of the generated clip does not move"):
        motion_fidelity_reversed(walk(RIGHT, RIGHT), walk(REST, RIGHT))
    with pytest.raises(UnscorableError, match="drops them all"):
        motion_fidelity_reversed(walk(REST, RIGHT), walk(RIGHT, RIGHT))
    with pytest.raises(UnscorableError, match="reference clip has tracks with positions that are"):
        motion_fidelity_reversed(walk(RIGHT) * np.float32(np.nan), walk(RIGHT))


def test_more_rows_than_a_block():
    rows, columns = random_tracks(0, 600, 4), random_tracks(1, 50, 4)
    rows, columns = (v / np.linalg.norm(v, axis=-1, keepdims=True) for v in (rows, columns))
    cosines = np.einsum("nkc,mkc->nmk", rows, columns).mean(axis=-1)
    assert mean_best_cosine(rows, columns) == pytest.approx(cosines.max(axis=1).mean(), abs=1e-6)


def test_mtbench_cosine_counts_the_start_as_a_step():
    right_of_corner, below_corner = walk(RIGHT, start=(20, 0)), walk(RIGHT, start=(0, 20))
    assert mtbench_cosine(right_of_corner, right_of_corner, **SQUARE) == pytest.approx(1)
    assert mtbench_cosine(right_of_corner, below_corner, **SQUARE) == pytest.approx(0.5)
    assert mtbench_cosine(right_of_corner, walk((-1, 0), start=(9, 0)), **SQUARE) == pytest.approx(
        0, abs=1e-6
    )


def test_mtbench_cosine_depends_on_the_shape_of_the_picture():
    across, aslant = walk(RIGHT, start=(8, 8)), walk((1, 1), start=(8, 8))
    assert mtbench_cosine(across, aslant, height=100, width=100) == pytest.approx(
        (1 + 0.5**0.5) / 2
    )
    # In shares of a picture twice as wide the step (1, 1) is (1, 2).
    assert mtbench_cosine(across, aslant, height=100, width=200) == pytest.approx(
        (1 + 0.2**0.5) / 2
    )


def test_mtbench_cosine_sees_one_direction_only():
    right, both = walk(RIGHT, start=(5, 5)), np.concatenate([walk(RIGHT, start=(5, 5))] * 2)
    both[1] = walk(DOWN, start=(5, 5))[0]
    assert mtbench_cosine(both, right, **SQUARE) == pytest.approx(1)
    assert mtbench_cosine(right, both, **SQUARE) == pytest.approx(0.75)


def test_mtbench_nearness_prefers_rest_to_a_copy_and_does_not_see_order():
    moving = walk((10, 0), (10, 0), start=(50, 50))
    resting = walk(REST, REST, start=(60, 50))
    # Means of the distances of {0, 1, 2} tenths from {0, 1, 2} and from {1}.
    assert mtbench_nearness(moving, moving, **SQUARE) == pytest.approx(1 / (1 + 0.8 / 9))
    assert mtbench_nearness(moving, resting, **SQUARE) == pytest.approx(1 / (1 + 0.2 / 3))
    assert mtbench_nearness(moving, moving[:, ::-1].copy(), **SQUARE) == pytest.approx(
        mtbench_nearness(moving, moving, **SQUARE)
    )
    assert mtbench_nearness(resting, resting, **SQUARE) == 1


def test_mtbench_hybrid_is_the_mean_of_both_parts():
    reference, generated = random_tracks(0, 20, 8) + 50, random_tracks(1, 20, 8) + 50
    chosen = np.array([3, 3, 19])
    cosine = mtbench_cosine(reference, generated, **SQUARE)
    near = mtbench_nearness(reference[[3, 19]], generated[[3, 3, 19]], **SQUARE)
    value = mtbench_hybrid(reference, generated, chosen, **SQUARE)
    assert value == pytest.approx((cosine + near) / 2)


def test_where_mtbench_crashes_or_gives_nan_it_is_unscorable():
    some = walk(RIGHT, RIGHT, start=(9, 9), count=3)
    for metric in (mtbench_cosine, mtbench_nearness):
        with pytest.raises(UnscorableError, match="0 generated and 3 reference tracks"):
            metric(some, some[:0], **SQUARE)
        with pytest.raises(UnscorableError, match="not finite"):
            metric(some, some * np.float32(np.nan), **SQUARE)
    with pytest.raises(UnscorableError, match="point 0 of the reference clip does not move"):
        mtbench_cosine(walk(REST, RIGHT, start=(9, 9)), some, **SQUARE)
    with pytest.raises(UnscorableError, match=r"point of the generated clip starts at \(0, 0\)"):
        mtbench_cosine(some, walk(RIGHT, RIGHT), **SQUARE)
    with pytest.raises(UnscorableError, match="by the numbers of generated ones"):
        mtbench_hybrid(some[:2], some, np.array([2]), **SQUARE)


def seen(*rows):
    return np.array(rows, dtype=bool)


def test_ropecraft_measures_shares_of_width_and_height():
    path = walk(RIGHT, RIGHT, RIGHT)
    everything = seen([1, 1, 1, 1])

    def apart(dx, dy):
        moved = path + np.float32([dx, dy])
        return ropecraft_ftd(path, moved, everything, everything, height=50, width=200)

    assert apart(0, 0) == 0
    assert apart(200, 0) == pytest.approx(1)
    assert apart(0, 50) == pytest.approx(1)


def test_ropecraft_is_ours_in_a_square_picture_where_all_is_seen():
    first, second = random_tracks(0, 9, 12), random_tracks(1, 9, 12)
    everything = np.ones((9, 12), dtype=bool)
    ours = trajectory_distance(
        first, second, everything, everything, diagonal=100 * 2**0.5, min_joint_visibility=0.0
    )
    theirs = ropecraft_ftd(first, second, everything, everything, **SQUARE)
    assert theirs == pytest.approx(ours * 2**0.5)


def test_ropecraft_puts_hidden_points_where_they_are_seen_nearest_to_the_point_before():
    # Point 1 is lost in the last frame, at (90, 0). Point 0 is then at (2, 8): nearest to where
    # point 1 was first, (0, 10), not where it was last, (20, 10).
    before, lost = walk(RIGHT, RIGHT, start=(0, 8)), walk((20, 0), (70, -10), start=(0, 10))
    reference = np.concatenate([before, lost, before])
    expected = reference.copy()
    expected[1, 2] = (0, 10)
    everything = np.ones((3, 3), dtype=bool)
    hidden = seen([1, 1, 1], [1, 1, 0], [1, 1, 1])
    assert ropecraft_ftd(reference, expected, hidden, everything, **SQUARE) == 0
    assert ropecraft_ftd(reference, expected, everything, everything, **SQUARE) > 0.4


def test_ropecraft_gives_a_point_never_seen_the_path_before_it():
    reference = np.concatenate([walk(RIGHT, RIGHT), walk(DOWN, DOWN), walk(RIGHT, RIGHT)])
    hidden = seen([1, 1, 1], [0, 0, 0], [1, 1, 1])
    expected = reference[[0, 0, 2]]
    everything = np.ones((3, 3), dtype=bool)
    assert ropecraft_ftd(reference, expected, hidden, everything, **SQUARE) == 0


def test_ropecraft_takes_the_number_of_a_frame_for_that_of_a_point():
    # In frame 0 all points from 1 on are hidden, so that point 0 is left out, of all points the one
    # that is always seen and the only one that is wrong.
    reference = np.concatenate([walk(RIGHT, RIGHT, start=(5 * k, 0)) for k in range(4)])
    generated = reference.copy()
    generated[0, :, 1] += 30
    hidden, everything = np.ones((4, 3), dtype=bool), np.ones((4, 3), dtype=bool)
    assert ropecraft_ftd(reference, generated, everything, everything, **SQUARE) == pytest.approx(
        (0.3**2 / 4) ** 0.5
    )
    hidden[1:, 0] = False
    kept = ropecraft_ftd(reference, generated, everything, hidden, **SQUARE)
    filled = generated.copy()
    # Their place in frame 1 is the visible one nearest to the point before.
    filled[1:, 0] = filled[1:, 1]
    expected = ropecraft_ftd(reference[1:], filled[1:], everything[1:], everything[1:], **SQUARE)
    assert kept == pytest.approx(expected)
    assert kept < 0.02


def test_where_ropecraft_crashes_it_is_unscorable():
    path, everything = walk(RIGHT, RIGHT), seen([1, 1, 1])
    both, gone = np.concatenate([path, path]), seen([0, 0, 1], [0, 0, 1])
    with pytest.raises(UnscorableError, match="leaves none of the 2 points"):
        ropecraft_ftd(both, both, gone, gone, **SQUARE)
    with pytest.raises(UnscorableError, match="not finite"):
        ropecraft_ftd(path, path * np.float32(np.nan), everything, everything, **SQUARE)
