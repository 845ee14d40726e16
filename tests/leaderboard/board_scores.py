"""Scores that boards are made of, and what boards say of them."""

import numpy as np
from make_table import cases_of

CASES = cases_of("camera", "human", each=6)
HEADLINE = "motion_fidelity"


def noisy(level, *, spread=0.02, seed=0):
    """Scores around a level, the same for all metrics, prompts and seeds of a case."""
    values = level + spread * np.random.default_rng(seed).normal(size=100)
    return lambda metric, place, prompt, seed: values[place]


def instead(score, outcome, *, place, prompt=None):
    """``score``, but for one case (and prompt)."""

    def changed(metric, where, which, seed):
        hit = where == place and prompt in (None, which)
        return outcome if hit else score(metric, where, which, seed)

    return changed


def standing(board):
    return [(row.method, row.tier) for row in board.rows]


def row_of(board, method):
    return next(row for row in board.rows if row.method == method)
