"""Scenes to pixels.

Every layer is drawn straight from its geometry at the size asked for: edges are smoothed
analytically (a pixel's share of coverage from the signed distance of its centre) and textures are
baked at about the resolution of the picture, so 48 x 48 and 256 x 256 look alike.

Bytes are the same on every machine. Suites carry a hash of the frames, so this is relied on, and it
rests on three things: maps are rounded to a coarse grid before use (``stage``); from there on only
additions, products, quotients, comparisons, rounding and square roots are computed, one NumPy call
each, which IEEE 754 defines to the last bit (no BLAS, no OpenCV, whose fixed-point and vector paths
differ between versions and processors, no sums whose order could change); and random numbers are
raw output of PCG64 (``draws``).
"""

import math

import numpy as np
from jaxtyping import Float32, Float64, Int64

from motionbench.arrays import Frames
from motionbench.errors import UsageError
from motionbench.scenes.layers import Layer, Maps
from motionbench.scenes.stage import Scene, Stage, set_stage, times
from motionbench.scenes.textures import Texture, Tile, bake, sample, shrink

Canvas = Float32[np.ndarray, "_h _w 3"]

_SHARPNESS = 1.3
"""Texels per pixel, at least, where a texture appears largest."""

_FINEST, _COARSEST = 2048, 16
"""Texels along a side of a tile, at most and at least."""


def render(scene: Scene, *, frames: int, height: int, width: int) -> Frames:
    """Draw a scene.

    The shorter side of the picture spans one frame unit; a wider or taller picture shows more of
    the scene.

    Args:
        scene: What to draw.
        frames: Number of frames, spread evenly over the clip; at least 1.
        height: Pixels, at least 8.
        width: Pixels, at least 8.

    Returns:
        ``(frames, height, width, 3)`` uint8 RGB.

    Raises:
        UsageError: Too few frames or pixels.
    """
    return paint(set_stage(scene), frames=frames, height=height, width=width)


def paint(stage: Stage, *, frames: int, height: int, width: int) -> Frames:
    """Draw what stands on a stage; otherwise as ``render``."""
    check_size(frames, height, width)
    painter = _Painter(stage, stage.maps(times(frames)), height, width)
    return np.stack([painter.draw(frame) for frame in range(frames)])


def check_size(frames: int, height: int, width: int) -> None:
    """Raise `UsageError` unless a clip of this size can be drawn."""
    if frames < 1 or min(height, width) < 8:
        raise UsageError(
            f"cannot draw {frames} frames of {height} x {width} pixels: "
            "at least 1 frame and 8 x 8 pixels are needed."
        )


def pixel_maps(maps: Maps, height: int, width: int) -> Maps:
    """The maps to pixels (centres at whole numbers) instead of frame units."""
    scaled = maps * float(min(height, width))
    scaled[..., 2] += [(width - 1) / 2, (height - 1) / 2]
    return np.asarray(scaled)


def invert(maps: Maps) -> Maps:
    """The maps from the picture back to each layer's plane."""
    (a, b, x), (c, d, y) = np.moveaxis(maps, (-2, -1), (0, 1))
    area = a * d - b * c
    a, b, c, d = d / area, -b / area, -c / area, a / area
    back = np.array([[a, b, -(a * x + b * y)], [c, d, -(c * x + d * y)]])
    return np.moveaxis(back, (0, 1), (-2, -1))


def extent(layer: Layer, pixels: Float64[np.ndarray, "t 2 3"]) -> Float64[np.ndarray, "2 t 2"]:
    """The least and the greatest (x, y) that the layer reaches in each frame, in pixels."""
    left, top, right, bottom = layer.shape.box
    x = np.array([left, right, left, right])[:, None]
    y = np.array([top, top, bottom, bottom])[:, None]
    columns = pixels[:, None]  # (T, 1, 2, 3)
    corners = columns[..., 0] * x + columns[..., 1] * y + columns[..., 2]  # (T, 4, 2)
    return np.stack([corners.min(axis=1), corners.max(axis=1)])


class _Painter:
    """Draws the frames of one clip.

    Args:
        stage: What to draw.
        maps: The stage's, for all frames.
        height: Pixels.
        width: Pixels.
    """

    def __init__(self, stage: Stage, maps: Maps, height: int, width: int) -> None:
        self._stage, self._shape = stage, (height, width)
        pixels = pixel_maps(maps, height, width)
        self._backs = invert(pixels)
        a, b, c, d = (pixels[..., i, j] for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)))
        self._scales = np.sqrt(np.abs(a * d - b * c))  # (T, L) pixels per unit of the layer
        self._windows = [
            _window(layer, pixels[:, number], height, width)
            for number, layer in enumerate(stage.layers)
        ]
        self._tiles = self._bake()
        self._backdrop: tuple[bytes, Canvas] | None = None

    def draw(self, frame: int) -> np.ndarray:
        """One picture, ``(height, width, 3)`` uint8."""
        canvas = self._draw_backdrop(frame).copy()
        for number in range(len(self._stage.layers)):
            left, top, right, bottom = self._windows[number][frame].tolist()
            if right > left and bottom > top:
                self._draw_layer(canvas[top:bottom, left:right], frame, number, left, top)
        return (canvas + np.float32(0.5)).astype(np.uint8)

    def _bake(self) -> dict[Texture, list[Tile]]:
        """Each texture in view, for the largest scale it appears at."""
        scales = {self._stage.backdrop: float(self._scales[:, -1].max())}
        for number, layer in enumerate(self._stage.layers):
            left, top, right, bottom = self._windows[number].T
            seen = (right > left) & (bottom > top)
            if seen.any():
                scale = float(self._scales[seen, number].max())
                scales[layer.texture] = max(scales.get(layer.texture, 0.0), scale)
        return {texture: [bake(texture, _texels(texture, scales[texture]))] for texture in scales}

    def _draw_backdrop(self, frame: int) -> Canvas:
        """The background; kept for as long as it does not move."""
        key = self._backs[frame, -1].tobytes()
        if self._backdrop is None or self._backdrop[0] != key:
            x, y = self._plane(frame, -1, 0, 0, *self._shape)
            self._backdrop = key, self._colour(self._stage.backdrop, frame, -1, x, y)
        return self._backdrop[1]

    def _draw_layer(self, window: Canvas, frame: int, number: int, left: int, top: int) -> None:
        layer, scale = self._stage.layers[number], np.float32(self._scales[frame, number])
        x, y = self._plane(frame, number, left, top, *window.shape[:2])
        # Signed distance in pixels; coverage falls off over one pixel around the edge.
        distance = layer.shape.distance(x, y) * scale
        cover = np.clip(np.float32(0.5) - distance, np.float32(0), np.float32(1))
        colour = self._colour(layer.texture, frame, number, x, y)
        if layer.rim:
            rim = distance + (np.float32(layer.rim) * scale + np.float32(0.5))
            edge = np.clip(rim, np.float32(0), np.float32(1)) * np.float32(layer.shade - 1)
            colour += colour * edge[..., None]
        window += (colour - window) * cover[..., None]

    def _plane(
        self, frame: int, number: int, left: int, top: int, height: int, width: int
    ) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
        """Coordinates in the layer's plane of a window of pixels."""
        columns, rows = np.arange(left, left + width), np.arange(top, top + height)[:, None]
        (a, b, x), (c, d, y) = self._backs[frame, number]
        across = (a * columns + x).astype(np.float32), (c * columns + y).astype(np.float32)
        down = (b * rows).astype(np.float32), (d * rows).astype(np.float32)
        return across[0] + down[0], across[1] + down[1]

    def _colour(
        self, texture: Texture, frame: int, number: int, x: np.ndarray, y: np.ndarray
    ) -> Canvas:
        """The texture at places of the layer's plane, from a tile of about the right resolution."""
        levels, period = self._tiles[texture], texture.period
        texels = len(levels[0]) / (float(self._scales[frame, number]) * period)  # per pixel
        level = max(math.frexp(texels)[1] - 1, 0)
        while len(levels) <= level and len(levels[-1]) > _COARSEST:
            levels.append(shrink(levels[-1]))
        share = np.float32(1 / period)
        return sample(levels[min(level, len(levels) - 1)], x * share, y * share)


def _texels(texture: Texture, scale: float) -> int:
    """Resolution of a texture's finest tile for the largest scale it appears at."""
    # The power of two above: frexp, unlike a logarithm, falls on the same side everywhere.
    wanted = math.frexp(_SHARPNESS * scale * texture.period)[1]
    return min(max(1 << max(wanted, 0), _COARSEST), _FINEST)


def _window(
    layer: Layer, pixels: Float64[np.ndarray, "t 2 3"], height: int, width: int
) -> Int64[np.ndarray, "t 4"]:
    """Windows of whole pixels that contain the layer: left, top, right, bottom."""
    low, high = extent(layer, pixels)
    ends = np.concatenate([np.floor(low) - 1, np.ceil(high) + 2], axis=1)
    return np.asarray(np.clip(ends, 0, [width, height, width, height]).astype(np.int64))
