"""Textures fixed to surfaces: periodic tiles, and how a surface point finds its colour in one.

Every tile carries a pattern in two tones of one colour and blotches at several scales that do not
repeat within it, so that a point tracker finds corners everywhere and one period of the pattern
cannot be mistaken for the next.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float32
from numpy.typing import NDArray

from motionbench.scenes import draws

Rgb = tuple[float, float, float]

Texels = NDArray[np.float32]
"""One value per texel of a tile; a row or a column where it varies along one side only."""

Coordinate = Float32[np.ndarray, "_h _w"]
Tile = Float32[np.ndarray, "_r _r 3"]
"""Colours 0 to 255 of one period, ``r`` a power of two."""


@dataclass(frozen=True)
class Texture:
    """What a surface looks like.

    Attributes:
        pattern: Name in `PATTERNS`.
        dark: RGB of the pattern's darker tone, 0 to 255.
        light: RGB of the lighter tone.
        seed: Of the blotches.
        period: Length of one tile in the surface's local units.
        blotches: Contrast of the blotches, as a share of the colour.
    """

    pattern: str
    dark: Rgb
    light: Rgb
    seed: int
    period: float
    blotches: float = 0.16


def bake(texture: Texture, resolution: int) -> Tile:
    """Draw one period of a texture.

    Args:
        texture: What to draw.
        resolution: Texels along a side, a power of two.
    """
    ground = Ground(texture.seed, resolution)
    tone = PATTERNS[texture.pattern](ground)
    shade = (ground.blotches - np.float32(0.5)) * np.float32(2 * texture.blotches) + np.float32(1)
    dark, light = (np.array(rgb, dtype=np.float32) for rgb in (texture.dark, texture.light))
    colour = tone[..., None] * (light - dark) + dark
    return np.clip(colour * shade[..., None], np.float32(0), np.float32(255))


def shrink(tile: Tile) -> Tile:
    """The tile at half the resolution, each texel the mean of four."""
    pairs = tile[0::2] + tile[1::2]
    return np.asarray((pairs[:, 0::2] + pairs[:, 1::2]) * np.float32(0.25))


def sample(tile: Tile, u: Coordinate, v: Coordinate) -> Float32[np.ndarray, "_h _w 3"]:
    """Colours at places given in periods, interpolated between the four nearest texels."""
    size = len(tile)
    x, y = u * np.float32(size) - np.float32(0.5), v * np.float32(size) - np.float32(0.5)
    left, top = np.floor(x), np.floor(y)
    right_share, low_share = (x - left)[..., None], (y - top)[..., None]
    column, row = left.astype(np.int32), top.astype(np.int32)
    wrap = np.int32(size - 1)
    first, second = column & wrap, (column + 1) & wrap
    upper, lower = (row & wrap) * np.int32(size), ((row + 1) & wrap) * np.int32(size)
    texels = tile.reshape(-1, 3)
    above = texels.take(upper + first, axis=0)
    above += (texels.take(upper + second, axis=0) - above) * right_share
    below = texels.take(lower + first, axis=0)
    below += (texels.take(lower + second, axis=0) - below) * right_share
    below -= above
    below *= low_share
    above += below
    return np.asarray(above)


class Ground:
    """One tile: its coordinates and its noise, for patterns to draw on.

    Args:
        seed: Of all noise.
        resolution: Texels along a side.

    Attributes:
        u: Places of the texels' centres along x, in [0, 1), a row.
        v: The same along y, a column.
        resolution: Texels along a side.
    """

    def __init__(self, seed: int, resolution: int) -> None:
        self._seed, self.resolution = seed, resolution
        centres = np.arange(resolution, dtype=np.float32) + np.float32(0.5)
        self.u = (centres / np.float32(resolution))[None]
        self.v = self.u.T

    def smooth(self, cells: int) -> Texels:
        """Periodic random values in [0, 1] that change over ``1 / cells`` of the tile."""
        lattice = draws.stream(self._seed, cells).random((cells, cells)).astype(np.float32)
        along = self.u[0] * np.float32(cells)
        before = np.floor(along).astype(np.int32)
        share = along - before.astype(np.float32)
        share = share * share * (np.float32(3) - np.float32(2) * share)
        after = (before + 1) % cells
        columns = lattice[:, before] + (lattice[:, after] - lattice[:, before]) * share
        rows, next_rows = columns[before], columns[after]
        return np.asarray(rows + (next_rows - rows) * share[:, None])

    @cached_property
    def blotches(self) -> Texels:
        """Noise of three scales in [0, 1], with edges sharp enough to hold a tracker."""
        mixed = np.float32(0.35) * self.smooth(12) + np.float32(0.4) * self.smooth(26)
        mixed += np.float32(0.25) * self.smooth(52)
        sharp = (mixed - np.float32(0.5)) * np.float32(3.2) + np.float32(0.5)
        return np.asarray(np.clip(sharp, np.float32(0), np.float32(1)))

    def edge(self, distance: Texels, cells: int) -> Texels:
        """0 below an edge and 1 above it, with a ramp of one and a half texels between.

        Args:
            distance: From the edge, in cells.
            cells: Along a side of the tile.
        """
        ramp = np.float32(self.resolution / (1.5 * cells))
        risen = distance * ramp + np.float32(0.5)
        return np.asarray(np.clip(risen, np.float32(0), np.float32(1)))


# Patterns: tone from 0 (dark) to 1 (light). Numbers of cells are per tile.


def _fold(place: Texels, cells: int, shift: Texels | float = 0.0) -> Texels:
    """Distance from the middle of the cell: 0 in the middle, 0.5 at the border."""
    along = place * np.float32(cells) + np.float32(shift)
    return np.asarray(np.abs(along - np.floor(along) - np.float32(0.5)))


def _striped(ground: Ground) -> Texels:
    rows = ground.edge(_fold(ground.v, 14) - np.float32(0.25), 14)
    return np.repeat(rows, ground.resolution, axis=1)


def _checkered(ground: Ground) -> Texels:
    across = ground.edge(_fold(ground.u, 7) - np.float32(0.25), 7)
    down = ground.edge(_fold(ground.v, 7) - np.float32(0.25), 7)
    return across + down - np.float32(2) * across * down


def _dotted(ground: Ground) -> Texels:
    x, y = _fold(ground.u, 12), _fold(ground.v, 12)
    return ground.edge(np.float32(0.3) - np.sqrt(x * x + y * y), 12)


def _brick(ground: Ground) -> Texels:
    odd = np.floor(ground.v * np.float32(16)) % 2
    upright = _fold(ground.u, 8, odd * np.float32(0.5)) - np.float32(0.44)
    # Rows are half as long as bricks, so their cells count half.
    flat = (_fold(ground.v, 16) - np.float32(0.39)) * np.float32(0.5)
    return ground.edge(np.maximum(upright, flat), 8)


def _chevron(ground: Ground) -> Texels:
    band = _fold(ground.v, 12, _fold(ground.u, 10) * np.float32(1.5))
    return ground.edge(band - np.float32(0.25), 15)


def _diamond(ground: Ground) -> Texels:
    return ground.edge(np.float32(0.5) - _fold(ground.u, 12) - _fold(ground.v, 7), 14)


def _cloudy(ground: Ground) -> Texels:
    return ground.edge(ground.smooth(9) - np.float32(0.5), 18)


def _grid(ground: Ground) -> Texels:
    lines = np.maximum(_fold(ground.u, 12), _fold(ground.v, 12))
    return ground.edge(lines - np.float32(0.4), 12)


def _patched(ground: Ground) -> Texels:
    return ground.edge(ground.blotches - np.float32(0.55), 40)


def _plain(ground: Ground) -> Texels:
    return ground.blotches


PATTERNS: dict[str, Callable[[Ground], Texels]] = {
    "striped": _striped,
    "checkered": _checkered,
    "dotted": _dotted,
    "brick": _brick,
    "chevron": _chevron,
    "diamond": _diamond,
    "cloudy": _cloudy,
    "grid": _grid,
    "patched": _patched,
    "plain": _plain,
}
