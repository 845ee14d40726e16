"""Means with intervals as cells of a table."""

from collections.abc import Sequence

import numpy as np

from motionbench.audit.sections import Cell
from motionbench.leaderboard.bootstrap import bootstrap_mean

Row = dict[str, Cell]


def mean_cells(values: Sequence[float], seed: int, name: str = "mean") -> Row:
    """Mean and 95 % interval over independent values; None where there are none.

    Args:
        values: One for each scene or clip.
        seed: Of the bootstrap.
        name: Column of the mean; the interval's are ``low`` and ``high``, with the name before
            them unless it is ``mean``.
    """
    prefix = "" if name == "mean" else f"{name}_"
    if not values:
        return {name: None, f"{prefix}low": None, f"{prefix}high": None}
    found = bootstrap_mean(np.array(values, dtype=np.float64), seed=seed)
    return {name: found.mean, f"{prefix}low": found.low, f"{prefix}high": found.high}
