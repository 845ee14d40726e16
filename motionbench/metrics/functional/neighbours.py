"""Which tracks of two clips can be near each other: blocks of a matrix, without trying all pairs.

Tracks are put in order of the square cell they lie in, row of cells by row of cells. Cells are no
smaller than the radius, so all that is near the tracks of a cell lies in the three by three cells
around it: three runs of consecutive tracks, which matrix products take without copying.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32

TRACKS_A_CELL = 32
"""Tracks a cell should hold on average: with fewer, looping over cells costs more than it saves."""


class NearBlocks(NamedTuple):
    """Blocks that hold every pair of near tracks, and some that are not near.

    Attributes:
        first: ``(n,)``, the order in which the first clip's tracks form the rows.
        second: ``(m,)``, the order in which the second clip's tracks form the columns.
        blocks: (rows, runs of columns) of each cell; blocks do not overlap.
    """

    first: np.ndarray
    second: np.ndarray
    blocks: list[tuple[slice, list[slice]]]


def near_blocks(
    first: Float32[np.ndarray, "n 2"],
    second: Float32[np.ndarray, "m 2"],
    radius: float | None,
    block_rows: int,
) -> NearBlocks:
    """Blocks of the ``(n, m)`` matrix that hold all pairs no further apart than ``radius``.

    Args:
        first: Places of the first clip's tracks, (x, y) in pixels.
        second: Of the second clip's.
        radius: Pixels, > 0; None: all pairs are near.
        block_rows: Most rows of a block.

    Example:
        >>> far_apart = np.array([[0, 0], [900, 0]], dtype=np.float32)
        >>> near_blocks(far_apart, far_apart, 10.0, 100).blocks
        [(slice(0, 1, None), [slice(0, 1, None)]), (slice(1, 2, None), [slice(1, 2, None)])]
    """
    if radius is None:
        rows = _split(0, len(first), block_rows)
        everything = slice(0, len(second))
        blocks = [(block, [everything]) for block in rows]
        return NearBlocks(np.arange(len(first)), np.arange(len(second)), blocks)
    origin = np.minimum(first.min(axis=0), second.min(axis=0))
    extent = np.maximum(first.max(axis=0), second.max(axis=0)) - origin
    crowded = np.sqrt(extent.prod() * TRACKS_A_CELL / max(len(first), len(second)))
    # A little more than the radius: rounding must not put a near pair two cells apart.
    side = max(1.001 * radius, float(crowded))
    across = int(extent[0] // side) + 3  # an empty cell at both ends: no run wraps to the next row
    cells = [_cells(places - origin, side, across) for places in (first, second)]
    orders = [np.argsort(cell, kind="stable") for cell in cells]
    sorted_cells = [cell[order] for cell, order in zip(cells, orders, strict=True)]
    blocks = list(_blocks(sorted_cells[0], sorted_cells[1], across, block_rows))
    return NearBlocks(orders[0], orders[1], blocks)


def _cells(places: np.ndarray, side: float, across: int) -> np.ndarray:
    """Number of the cell each track lies in."""
    column, row = np.floor(places / side).astype(np.int64).T
    return np.asarray(row * across + column + 1)


def _blocks(
    first: np.ndarray, second: np.ndarray, across: int, block_rows: int
) -> Iterator[tuple[slice, list[slice]]]:
    cells, starts = np.unique(first, return_index=True)
    stops = np.append(starts[1:], len(first))
    around = cells[:, None] + [-across, 0, across]
    left = np.searchsorted(second, around - 1, side="left").tolist()
    right = np.searchsorted(second, around + 1, side="right").tolist()
    for start, stop, lows, highs in zip(starts.tolist(), stops.tolist(), left, right, strict=True):
        runs = [slice(low, high) for low, high in zip(lows, highs, strict=True) if low < high]
        for rows in _split(start, stop, block_rows):
            yield rows, runs


def _split(start: int, stop: int, size: int) -> list[slice]:
    return [slice(low, min(low + size, stop)) for low in range(start, stop, size)]
