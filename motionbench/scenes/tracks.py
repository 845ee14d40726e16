"""Exact tracks: the surface point seen at a pixel, followed through the clip."""

import numpy as np
from jaxtyping import Bool, Float64, Int

from motionbench.arrays import Queries
from motionbench.errors import UsageError
from motionbench.scenes.layers import Layer, Maps
from motionbench.scenes.render import check_size, extent, invert, pixel_maps
from motionbench.scenes.stage import Scene, set_stage, times
from motionbench.tracks import TrackSet


def exact_tracks(
    scene: Scene, queries: Queries, *, frames: int, height: int, width: int, fps: float
) -> TrackSet:
    """Follow surface points of a scene.

    A query takes the point of the nearest layer that covers its pixel position (the background if
    none does). The point then moves with that layer. It is visible where it lies inside the picture
    (within the outer edges of the outermost pixels) and no nearer layer covers it.

    Args:
        scene: Rendered with the same frames, height and width.
        queries: ``(N, 3)`` float32 (t, x, y); t a whole frame index in [0, frames), x and y in
            pixels, inside the picture.
        frames: Number of frames.
        height: Pixels.
        width: Pixels.
        fps: Frames per second; only for the duration.

    Raises:
        UsageError: A query outside the clip, or a size that cannot be drawn.
    """
    check_size(frames, height, width)
    _check_queries(queries, frames, height, width)
    stage = set_stage(scene)
    maps = pixel_maps(stage.maps(times(frames)), height, width)
    backs = invert(maps)
    start, places = queries[:, 0].astype(np.int64), queries[:, 1:].astype(np.float64)

    owner = _nearest(stage.layers, maps, backs, start, places)
    local = _apply(backs[start, owner], places)
    tracks = _apply(np.moveaxis(maps[:, owner], 0, 1), local[:, None])  # (N, T, 2)
    limits = np.array([width, height]) - 0.5
    visible = ((tracks >= -0.5) & (tracks < limits)).all(axis=-1)
    visible &= ~_hidden(stage.layers, maps, backs, owner, tracks)
    # The queried pixel shows the point by definition, whatever rounding says at its very edge.
    visible[np.arange(len(queries)), start] = True
    return TrackSet(
        tracks=tracks.astype(np.float32),
        visibility=visible,
        queries=queries,
        height=height,
        width=width,
        duration=frames / fps,
    )


def _check_queries(queries: Queries, frames: int, height: int, width: int) -> None:
    t, x, y = queries.T
    inside = (t == np.floor(t)) & (t >= 0) & (t < frames)
    inside &= (x >= -0.5) & (x < width - 0.5) & (y >= -0.5) & (y < height - 0.5)
    if not inside.all():
        wrong = queries[~inside][0].tolist()
        raise UsageError(
            f"exact_tracks: query (t, x, y) = {wrong} lies outside the clip: t must be a whole "
            f"number in [0, {frames}), x in [-0.5, {width - 0.5}), y in [-0.5, {height - 0.5})."
        )


def _apply(maps: Float64[np.ndarray, "*n 2 3"], places: Float64[np.ndarray, "*m 2"]) -> np.ndarray:
    x, y = places[..., :1], places[..., 1:]
    return np.asarray(maps[..., 0] * x + maps[..., 1] * y + maps[..., 2])


def _nearest(
    layers: tuple[Layer, ...],
    maps: Maps,
    backs: Maps,
    start: Int[np.ndarray, " n"],
    places: Float64[np.ndarray, "n 2"],
) -> Int[np.ndarray, " n"]:
    """The nearest layer that covers each place in its frame; -1, the backdrop, if none does."""
    owner = np.full(len(places), -1)
    for number, layer in enumerate(layers):
        low, high = extent(layer, maps[:, number])[:, start]
        close = np.flatnonzero(((places >= low) & (places <= high)).all(axis=-1))
        x, y = _apply(backs[start[close], number], places[close]).T
        owner[close[layer.shape.distance(x, y) <= 0]] = number
    return owner


def _hidden(
    layers: tuple[Layer, ...],
    maps: Maps,
    backs: Maps,
    owner: Int[np.ndarray, " n"],
    tracks: Float64[np.ndarray, "n t 2"],
) -> Bool[np.ndarray, "n t"]:
    """Where a layer nearer than its own covers each point."""
    hidden = np.zeros(tracks.shape[:2], dtype=bool)
    for number, layer in enumerate(layers):
        low, high = extent(layer, maps[:, number])
        close = ((tracks >= low) & (tracks <= high)).all(axis=-1)
        close &= (owner < number)[:, None] & ~hidden
        point, frame = np.nonzero(close)
        x, y = _apply(backs[frame, number], tracks[point, frame]).T
        covered = layer.shape.distance(x, y) <= 0
        hidden[point[covered], frame[covered]] = True
    return hidden
