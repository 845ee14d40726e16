"""Which clips are measured again, and when two scores are the same."""

import numpy as np
import pytest

from motionbench.runner.references import Facts
from motionbench.store.records import Cut, Job, Score
from motionbench.submission.rescore import agrees, choose, shows_whole_motion


def test_a_sample_is_seeded():
    jobs = [Job(f"c{k}", "caption", 0) for k in range(50)]
    assert choose(jobs, 5, 3) == choose(jobs, 5, 3)
    assert choose(jobs, 5, 3) != choose(jobs, 5, 4)
    assert len(set(choose(jobs, 5, 3))) == 5
    assert choose(jobs, None, 0) == choose(jobs, 99, 0) == jobs


def test_tolerance_is_relative_beyond_one():
    assert agrees(Score("ok", 1000.0), Score("ok", 1001.0), 0.002)
    assert not agrees(Score("ok", 0.5), Score("ok", 0.503), 0.002)
    assert agrees(Score("unscorable", reason="a"), Score("unscorable", reason="b"), 0.002)
    assert not agrees(Score("failed", error="a"), Score("unscorable", reason="b"), 0.002)


REFERENCE = Facts("", 33, 256, 320)


@pytest.mark.parametrize(
    ("indices", "crop", "whole"),
    [
        (range(33), (0, 0, 256, 320), True),
        (np.round(np.linspace(0, 32, 17)).astype(int), (0, 32, 256, 256), True),
        (range(33), (0, 0, 256, 256), False),
        (range(17), (0, 0, 256, 320), False),
        (range(33), (96, 128, 64, 64), False),
        ([], (0, 0, 256, 320), False),
    ],
)
def test_which_parts_of_a_reference_may_be_seen(indices, crop, whole):
    cut = Cut(tuple(map(int, indices)), crop, (64, 64))
    assert shows_whole_motion(cut, REFERENCE) is whole
