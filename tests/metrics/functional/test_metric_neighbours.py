import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.metrics.functional import neighbours
from motionbench.metrics.functional.neighbours import near_blocks


@settings(deadline=None, max_examples=80)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 60),
    st.integers(1, 60),
    st.sampled_from([0.5, 7.0, 40.0, 500.0]),
    st.sampled_from([1, 5, 512]),
    st.sampled_from([1, 8, 64]),
)
def test_blocks_hold_every_near_pair_once(seed, n, m, radius, block_rows, tracks_a_cell):
    rng = np.random.default_rng(seed)
    first = rng.uniform(-30, 200, size=(n, 2)).astype(np.float32)
    second = rng.uniform(-90, 150, size=(m, 2)).astype(np.float32)
    second[: n // 2] = first[: n // 2][:m] + np.float32([radius, 0])  # just near enough
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "TRACKS_A_CELL", tracks_a_cell)
        near = near_blocks(first, second, radius, block_rows)
    assert sorted(near.first) == list(range(n))
    assert sorted(near.second) == list(range(m))
    held = np.zeros((n, m), dtype=int)
    for rows, runs in near.blocks:
        assert rows.stop - rows.start <= block_rows
        for columns in runs:
            held[np.ix_(near.first[rows], near.second[columns])] += 1
    assert held.max(initial=0) <= 1
    distance = np.linalg.norm(first[:, None] - second[None], axis=-1)
    assert held[distance <= radius].all()


def test_far_pairs_are_left_out():
    rng = np.random.default_rng(0)
    places = rng.uniform(0, 1000, size=(2000, 2)).astype(np.float32)
    blocks = near_blocks(places, places, 50.0, 512).blocks
    pairs = sum(
        (rows.stop - rows.start) * (run.stop - run.start) for rows, runs in blocks for run in runs
    )
    assert pairs < 0.2 * 2000**2


def test_without_a_radius_all_pairs_are_near_and_order_is_kept():
    places = np.zeros((5, 2), dtype=np.float32)
    near = near_blocks(places, places[:3], None, 2)
    assert near.first.tolist() == [0, 1, 2, 3, 4]
    assert [(rows.start, rows.stop) for rows, _ in near.blocks] == [(0, 2), (2, 4), (4, 5)]
    assert all(runs == [slice(0, 3)] for _, runs in near.blocks)
