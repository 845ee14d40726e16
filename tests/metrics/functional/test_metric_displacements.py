import numpy as np
import pytest

from motionbench.metrics.functional.displacements import displacements


def test_hidden_steps_are_zero_whatever_stands_there():
    tracks = np.array([[[0, 0], [np.nan, np.inf], [5, 5], [8, 9]]], dtype=np.float32)
    motion = displacements(tracks, np.array([[True, False, True, True]]))
    assert motion.visible.tolist() == [[False, False, True]]
    assert motion.dx.tolist() == [[0, 0, 3]]
    assert motion.dy.tolist() == [[0, 0, 4]]
    assert motion.speeds.tolist() == [[0, 0, 5]]


def test_visible_position_that_is_not_finite_is_refused():
    tracks = np.array([[[0, 0], [np.nan, 0]]], dtype=np.float32)
    with pytest.raises(ValueError, match="a visible position that is not finite"):
        displacements(tracks, np.ones((1, 2), dtype=bool))


def test_one_instant_is_refused():
    with pytest.raises(ValueError, match=r"shape \(4, 1, 2\) hold no motion"):
        displacements(np.zeros((4, 1, 2), dtype=np.float32), np.ones((4, 1), dtype=bool))
