import math

import numpy as np
import pytest
from example_tracks import FLOOR, motion

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.speed import speed_ratio


def ratio(reference, generated):
    return speed_ratio(reference, generated, speed_floor=FLOOR)


@pytest.mark.parametrize("factor", [0.5, 1, 3])
def test_log_of_the_factor(factor):
    assert ratio(motion((2, 0)), motion((0, 2 * factor))) == pytest.approx(math.log(factor))


def test_only_what_moves_counts_so_a_still_background_dilutes_nothing():
    small = motion((2, 0), *[(0, 0.1)] * 50)
    assert ratio(motion((2, 0)), small) == 0


def test_frozen_result_is_at_the_floor_and_two_static_clips_agree():
    frozen = motion((0, 0))
    assert ratio(motion((3, 0)), frozen) == pytest.approx(math.log(FLOOR / 3))
    assert ratio(frozen, motion((3, 0))) == pytest.approx(math.log(3 / FLOOR))
    assert ratio(frozen, frozen) == 0


@pytest.mark.parametrize("clip", ["reference", "generated"])
def test_nothing_visible_is_unscorable(clip):
    clips = {"reference": motion((1, 0)), "generated": motion((1, 0))}
    clips[clip] = motion((1, 0), visibility=np.zeros((1, 5), dtype=bool))
    with pytest.raises(UnscorableError, match=f"no track of the {clip} clip is ever visible"):
        ratio(**clips)
