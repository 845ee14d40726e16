"""Exact tracks: the surface point seen at a pixel, followed through the clip."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float64, Int

from motionbench.arrays import Queries
from motionbench.errors import UsageError
from motionbench.scenes.layers import Layer
from motionbench.scenes.render import check_size, extent, invert, pixel_maps
from motionbench.scenes.stage import Scene, Stage, set_stage, times
from motionbench.tracks import TrackSet


class Points(NamedTuple):
    """Points on surfaces; they mean the same in all stages with the same layers.

    Attributes:
        owner: ``(N,)`` number of the layer that each lies on; -1 for the backdrop.
        places: ``(N, 2)`` x and y in the layer's own plane.
    """

    owner: Int[np.ndarray, " n"]
    places: Float64[np.ndarray, "n 2"]


class Surfaces:
    """What a stage shows in the frames of one clip.

    Args:
        stage: What is seen.
        frames: Number of frames.
        height: Pixels.
        width: Pixels.

    Raises:
        UsageError: A size that cannot be drawn.
    """

    def __init__(self, stage: Stage, *, frames: int, height: int, width: int) -> None:
        check_size(frames, height, width)
        self._layers, self._size = stage.layers, (frames, height, width)
        self._maps = pixel_maps(stage.maps(times(frames)), height, width)
        self._backs = invert(self._maps)
        self._reach = [
            extent(layer, self._maps[:, number]) for number, layer in enumerate(stage.layers)
        ]
        # Most layers of a camera's world are never in the picture.
        limits = np.array([width, height])
        self._near = [
            number
            for number, (low, high) in enumerate(self._reach)
            if ((high >= -0.5) & (low < limits - 0.5)).all(axis=1).any()
        ]

    def find(self, queries: Queries) -> Points:
        """The points that queries show: on the nearest layer that covers the place, or behind all.

        Args:
            queries: As for ``exact_tracks``.

        Raises:
            UsageError: A query outside the clip.
        """
        _check_queries(queries, *self._size)
        start, seen_at = queries[:, 0].astype(np.int64), queries[:, 1:].astype(np.float64)
        owner = np.full(len(queries), -1)
        for number in self._near:
            low, high = self._reach[number][:, start]
            close = np.flatnonzero(((seen_at >= low) & (seen_at <= high)).all(axis=-1))
            owner[close[self._covers(number, start[close], seen_at[close])]] = number
        return Points(owner, _apply(self._backs[start, owner], seen_at))

    def follow(
        self, points: Points
    ) -> tuple[Float64[np.ndarray, "n t 2"], Bool[np.ndarray, "n t"]]:
        """Where points are in each frame, in pixels, and whether they are seen there.

        A point is seen where it lies inside the picture (within the outer edges of the outermost
        pixels) and no nearer layer covers it.
        """
        tracks = self.trace(points)
        _, height, width = self._size
        x, y = (np.ascontiguousarray(tracks[..., axis]) for axis in range(2))
        seen = (x >= -0.5) & (x < width - 0.5) & (y >= -0.5) & (y < height - 0.5)
        for number in self._near:
            (left, top), (right, bottom) = np.swapaxes(self._reach[number], 1, 2)
            close = seen & (points.owner < number)[:, None]
            close &= (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
            point, frame = np.nonzero(close)
            covered = self._covers(number, frame, tracks[point, frame])
            seen[point[covered], frame[covered]] = False
        return tracks, seen

    def trace(self, points: Points) -> Float64[np.ndarray, "n t 2"]:
        """Where points are in each frame, in pixels."""
        maps = np.moveaxis(self._maps[:, points.owner], 0, 1)  # (N, T, 2, 3)
        return _apply(maps, points.places[:, None])

    def _covers(
        self, number: int, frame: Int[np.ndarray, " m"], at: Float64[np.ndarray, "m 2"]
    ) -> Bool[np.ndarray, " m"]:
        """Whether the layer lies over each of the places, each in its frame."""
        layer: Layer = self._layers[number]
        x, y = _apply(self._backs[frame, number], at).T
        return np.asarray(layer.shape.distance(x, y) <= 0)


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
    surfaces = Surfaces(set_stage(scene), frames=frames, height=height, width=width)
    tracks, visible = surfaces.follow(surfaces.find(queries))
    # The queried pixel shows the point by definition, whatever rounding says at its very edge.
    visible[np.arange(len(queries)), queries[:, 0].astype(np.int64)] = True
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
