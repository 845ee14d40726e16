"""A table of numbers between -1 and 1 as a picture, the numbers written in."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64


def heat_map(
    plot: Any,
    values: Float64[np.ndarray, "r c"],
    rows: Sequence[str],
    columns: Sequence[str],
    bold: Bool[np.ndarray, "r c"] | None = None,
) -> None:
    """Draw a cell for each value, from purple (1) over white (0) to orange (-1).

    Args:
        plot: Matplotlib axes.
        values: In [-1, 1]; NaN for a cell without value.
        rows: Labels.
        columns: Labels.
        bold: Which numbers are set bold; None for none.
    """
    plot.imshow(values, cmap="PuOr", vmin=-1, vmax=1, aspect="auto")
    plot.set_xticks(range(len(columns)), columns, rotation=40, ha="right")
    plot.set_yticks(range(len(rows)), rows)
    for row, column in np.ndindex(*values.shape):
        value = values[row, column]
        plot.text(
            column,
            row,
            "-" if np.isnan(value) else f"{value:.2f}",
            ha="center",
            va="center",
            fontsize=7,
            fontweight="bold" if bold is not None and bold[row, column] else "normal",
            color="white" if abs(value) > 0.7 else "black",
        )
