import math
from dataclasses import replace

import numpy as np

from motionbench.scenes.motions import Blend, Mover
from motionbench.scenes.paths import Line, Still, Timing

TIME = np.linspace(0.0, 1.0, 11)


def test_a_mover_gives_place_angle_and_log_radius():
    mover = Mover(
        Line((-0.3, 0.0), (0.3, 0.0)), radius=0.2, growth=math.log(2), angle=0.1, turns=0.5
    )
    first, last = mover.values(TIME)[[0, -1]]
    np.testing.assert_allclose(first, [-0.3, 0.0, 0.1, math.log(0.2)])
    np.testing.assert_allclose(last, [0.3, 0.0, 0.1 + math.pi, math.log(0.4)])


def test_a_pulse_returns():
    values = Mover(Still(), radius=0.2, pulse=0.3, pulses=2.0).values(np.array([0.0, 0.125, 0.5]))
    np.testing.assert_allclose(np.exp(values[:, 3]), [0.2, 0.2 * math.exp(0.3), 0.2])


def test_one_aspect_can_be_changed_alone():
    mover = Mover(Line((-0.3, 0.0), (0.3, 0.0)), turns=0.5)
    faster = replace(mover, timing=Timing(moving=0.5))
    np.testing.assert_allclose(faster.values(TIME / 2), mover.values(TIME))


def test_a_blend_goes_from_one_motion_to_the_other():
    first, second = Mover(Line((-0.3, 0.0), (0.3, 0.0))), Mover(Still((0.1, 0.2)), radius=0.3)
    ends = [Blend(first, second, share).values(TIME) for share in (0.0, 0.5, 1.0)]
    np.testing.assert_array_equal(ends[0], first.values(TIME))
    np.testing.assert_array_equal(ends[2], second.values(TIME))
    np.testing.assert_allclose(ends[1], (ends[0] + ends[2]) / 2)
