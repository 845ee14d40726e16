import numpy as np

from motionbench.scenes import draws


def test_streams_are_the_same_on_every_platform():
    # Written down once; a change means that every suite's seeds show other scenes.
    rng = draws.stream(1, 2)
    assert [rng.random() for _ in range(2)] == [0.44841514333227195, 0.4308819875443376]


def test_streams_of_different_keys_differ():
    starts = {draws.stream(*key).random() for key in [(1,), (2,), (1, 2), (2, 1), (1, 0, 2)]}
    assert len(starts) == 5


def test_draws_stay_in_range_and_reach_everything():
    rng = draws.stream(3)
    assert all(-1 <= draws.uniform(rng, -1.0, 2.0) < 2 for _ in range(1000))
    assert {draws.pick(rng, "abc") for _ in range(100)} == set("abc")
    assert {draws.sign(rng) for _ in range(100)} == {-1, 1}
    assert all(0 <= draws.seed(rng) < 2**31 for _ in range(100))
    assert all(0 <= draws.angle(rng) < 2 * np.pi for _ in range(100))


def test_shuffling_permutes_without_touching_its_input():
    items = list(range(5))
    orders = {tuple(draws.shuffled(draws.stream(seed), items)) for seed in range(800)}
    assert items == list(range(5))
    assert all(sorted(order) == items for order in orders)
    assert len(orders) == 120
