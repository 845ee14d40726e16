import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist, directed_hausdorff

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.trajectory_distance import (
    discrete_frechet,
    match_queries,
    trajectory_distance,
)


def recursion(first, second):
    """Eiter & Mannila's recursion, word for word, for one pair of paths."""
    distance = cdist(first, second)

    def couple(i, j):
        if i == j == 0:
            return distance[0, 0]
        ways = [couple(*way) for way in ((i - 1, j), (i, j - 1), (i - 1, j - 1)) if min(way) >= 0]
        return max(min(ways), distance[i, j])

    return couple(len(first) - 1, len(second) - 1)


positions = st.integers(1, 4).flatmap(
    lambda n: st.tuples(
        *(
            hnp.arrays(np.float32, (n, length, 2), elements=st.integers(-9, 9).map(float))
            for length in (4, 5)
        )
    )
)


@settings(deadline=None, max_examples=50)
@given(positions)
def test_frechet_equals_the_recursion_and_bounds_the_hausdorff_distance(paths):
    first, second = paths
    distances = discrete_frechet(first, second)
    expected = [recursion(a, b) for a, b in zip(first, second, strict=True)]
    np.testing.assert_allclose(distances, expected, rtol=1e-6)
    np.testing.assert_allclose(distances, discrete_frechet(second, first), rtol=1e-6)
    hausdorff = [directed_hausdorff(a, b)[0] for a, b in zip(first, second, strict=True)]
    assert (distances >= np.float32(hausdorff) - 1e-5).all()


def line(*x):
    return np.stack([np.float32(x), np.zeros(len(x), np.float32)], axis=-1)[None]


SEEN = np.ones((1, 4), dtype=bool)


def distance(first, second, first_seen=SEEN, second_seen=SEEN):
    return trajectory_distance(
        first, second, first_seen, second_seen, diagonal=10.0, min_joint_visibility=0.5
    )


def test_place_and_amplitude_count():
    path = line(0, 1, 2, 3)
    assert distance(path, path) == 0
    assert distance(path, path + np.float32([3, 4])) == pytest.approx(0.5)
    assert distance(path, line(0, 2, 4, 6)) == pytest.approx(0.3)
    assert distance(path, line(3, 2, 1, 0)) == pytest.approx(0.3)


def test_root_mean_square_over_points():
    path, seen = np.repeat(line(0, 1, 2, 3), 2, axis=0), np.ones((2, 4), dtype=bool)
    moved = path.copy()
    moved[1, :, 1] = 10
    assert trajectory_distance(
        path, moved, seen, seen, diagonal=10.0, min_joint_visibility=0.5
    ) == pytest.approx(0.5**0.5)


def test_hidden_positions_are_left_out_even_at_the_ends():
    path = line(0, 1, 2, 3)
    wild = line(500, 1, np.nan, 3)
    hidden = np.array([[False, True, False, True]])
    kept = recursion(path[0], path[0, [1, 3]])
    assert distance(path, wild, second_seen=hidden) == pytest.approx(kept / 10)


def test_points_visible_too_briefly_do_not_count():
    path, seen = np.repeat(line(0, 1, 2, 3), 2, axis=0), np.ones((2, 4), dtype=bool)
    far, brief = path.copy(), seen.copy()
    far[1] += 100
    brief[1, 1:] = False
    options = {"diagonal": 10.0, "min_joint_visibility": 0.5}
    assert trajectory_distance(path, far, seen, brief, **options) == 0
    with pytest.raises(UnscorableError, match="none of the 1 points is visible long enough"):
        trajectory_distance(path[1:], far[1:], seen[1:], brief[1:], **options)


def test_queries_are_matched_by_place_and_time():
    reference = np.float32([[0, 1, 1], [0, 5, 1], [0, 1, 5]])
    assert match_queries(reference, reference[[2, 0, 1]] + 0.01, 0.1).tolist() == [1, 2, 0]


@pytest.mark.parametrize(
    "generated",
    [
        np.float32([[0, 1, 1], [0, 5, 2]]),  # another place
        np.float32([[0, 1, 1], [3, 5, 1]]),  # another time
        np.float32([[0, 1, 1]]),  # fewer
        np.float32([[0, 1, 1], [0, 1, 1]]),  # twice the same
        np.zeros((0, 3), np.float32),
    ],
)
def test_other_layouts_are_unscorable(generated):
    with pytest.raises(UnscorableError, match="do not start at the same places"):
        match_queries(np.float32([[0, 1, 1], [0, 5, 1]]), generated, 0.1)
