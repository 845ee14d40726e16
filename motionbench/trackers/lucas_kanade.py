"""Pyramidal Lucas-Kanade by OpenCV: needs no weights, runs on a CPU, says when it lost a point."""

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from motionbench.arrays import Queries
from motionbench.cases import Clip
from motionbench.trackers import matching
from motionbench.trackers.base import Tracker, check_queries, grid_queries
from motionbench.trackers.matching import Picture, is_textured, match, prepare
from motionbench.tracks import TrackSet

MAX_RESIDUAL = 0.65
"""Mean difference of matched windows, in their own contrast: noise matches noise at 0.7 or more."""

ANCHOR_GRID = 12
"""Points a side that are matched between neighbouring frames to carry lost points along."""

NEAR, ALIKE = 16, 5
"""Of this many nearest anchors, those whose motion is most like a lost point's own carry it."""

SEED_INSTANTS = 8
"""The clip is searched for uncovered regions at this many instants after the first frame."""


class _Paths(NamedTuple):
    """Tracks in the making; positions and visible are filled in place.

    Attributes:
        queries: ``(N, 3)`` float32 (t, x, y).
        positions: ``(N, T, 2)`` float32.
        visible: ``(N, T)`` bool.
    """

    queries: np.ndarray
    positions: np.ndarray
    visible: np.ndarray


class _Anchors(NamedTuple):
    """Places of a frame ``(K, 2)`` and how far they move to the next one ``(K, 2)``."""

    places: np.ndarray
    motion: np.ndarray


class LucasKanade(Tracker):
    """Chains matches from frame to frame, from each query's frame forwards and backwards.

    A point is *visible* while it is matched credibly (``matching.match``). Once lost (hidden,
    blurred, out of the frame) it is invisible and its position is a guess: it is carried along with
    what is seen around it, and held where nothing is. In every frame it is then looked for at that
    place by how it looked in its query's frame; if found credibly, it is visible again. A point
    with nothing to match around it is visible in no frame.

    A track depends on the clip and on its own query alone, not on which other points are followed.
    """

    name = "lucas_kanade"

    def identity(self) -> dict[str, str | int | float | bool]:
        """See base class."""
        return {
            "name": self.name,
            "version": 2,
            "opencv": cv2.__version__,
            "window": matching.WINDOW,
            "coarse_window": matching.COARSE_WINDOW,
            "coarse_levels": matching.COARSE_LEVELS,
            "surround": matching.SURROUND,
            "floor": matching.FLOOR,
            "min_texture": matching.MIN_TEXTURE,
            "max_return_error": matching.MAX_RETURN_ERROR,
            "max_residual": MAX_RESIDUAL,
            "anchor_grid": ANCHOR_GRID,
            "near": NEAR,
            "alike": ALIKE,
            "seed_instants": SEED_INSTANTS,
        }

    def track(self, clip: Clip, queries: Queries) -> TrackSet:
        """See base class.

        Raises:
            UsageError: One frame, or a query that is no place of the clip.
        """
        check_queries(clip, queries)
        walk = _Walk(clip)
        paths = walk.start(queries)
        walk.sweep(paths, range(len(clip)))
        walk.sweep(paths, range(len(clip))[::-1])
        return _track_set(clip, paths)

    def track_grid(self, clip: Clip, grid_size: int) -> TrackSet:
        """Follow a grid laid on the first frame, then points in what later frames uncover.

        The first ``grid_size**2`` tracks are exactly ``track`` of the grid on the first frame. The
        others start at later frames, at the centres of grid cells that no visible track is near:
        each is a new point with its own query.
        """
        queries = grid_queries(*clip.size, grid_size)
        check_queries(clip, queries)
        walk = _Walk(clip)
        paths = walk.start(queries)
        for here, there in pairwise([0, *_seed_frames(len(clip))]):
            walk.sweep(paths, range(here, there + 1))
            cells = grid_queries(*clip.size, grid_size, there)
            seeds = walk.start(_uncovered(paths, cells, clip, grid_size))
            paths = _joined(paths, seeds, keep=seeds.visible[:, there])
        walk.sweep(paths, range(len(clip))[::-1])
        return _track_set(clip, paths)


class _Walk:
    """Carries points through the frames of one clip."""

    def __init__(self, clip: Clip) -> None:
        self._pictures = prepare(clip.frames)
        self._anchors = [_anchors(here, there) for here, there in pairwise(self._pictures)]

    def start(self, queries: Queries) -> _Paths:
        """Points that rest at their queries, visible in that frame alone, and there if textured."""
        frames = queries[:, 0].astype(int)
        visible = np.zeros((len(queries), len(self._pictures)), bool)
        for frame in np.unique(frames):
            here = np.flatnonzero(frames == frame)
            visible[here, frame] = is_textured(self._pictures[frame], queries[here, 1:])
        positions = np.repeat(queries[:, None, 1:], len(self._pictures), axis=1)
        return _Paths(queries, positions, visible)

    def sweep(self, paths: _Paths, frames: range) -> None:
        """Carry the points through ``frames`` in that order, each from its own query's frame on."""
        starts = paths.queries[:, 0].astype(int)
        for here, there in pairwise(frames):
            started = (starts - here) * frames.step <= 0
            seen = np.flatnonzero(started & paths.visible[:, here])
            self._find(paths, seen, here, there, paths.positions[seen, here])
            lost = np.flatnonzero(started & ~paths.visible[:, there])
            self._carry(paths, lost, here, there)
            # The query's window, not the last one: what hid the point had reached into that.
            known = lost[paths.visible[lost, starts[lost]]]
            for start in np.unique(starts[known]):
                again = known[starts[known] == start]
                guess = paths.positions[again, there]
                self._find(paths, again, int(start), there, guess)

    def _find(
        self,
        paths: _Paths,
        points: np.ndarray,
        here: int,
        there: int,
        guess: np.ndarray,
    ) -> None:
        """Look in frame ``there`` for points by how they looked ``here``."""
        places = paths.positions[points, here]
        moved, found = match(
            self._pictures[here], self._pictures[there], places, guess, MAX_RESIDUAL
        )
        paths.positions[points[found], there] = moved[found]
        paths.visible[points[found], there] = True

    def _carry(self, paths: _Paths, lost: np.ndarray, here: int, there: int) -> None:
        """Move points that are not seen along with those near them that move as they did.

        What hides a point is near it too, but moves in its own way.
        """
        around, motion = self._anchors[min(here, there)]
        if there < here:
            around, motion = around + motion, -motion
        places = paths.positions[lost, here]
        if len(around):
            near = _nearest(places[:, None] - around, NEAR)
            before = np.clip(2 * here - there, 0, len(self._pictures) - 1)
            habit = places - paths.positions[lost, before]
            alike = _nearest(habit[:, None] - motion[near], ALIKE)
            near = np.take_along_axis(near, alike, axis=1)
            places = places + np.median(motion[near], axis=1)
        paths.positions[lost, there] = places


def _nearest(differences: np.ndarray, count: int) -> np.ndarray:
    """Of ``(N, K, 2)`` differences, the indices of the shortest, ``(N, min(K, count))``."""
    distance = (differences**2).sum(axis=2)
    order: np.ndarray = np.argsort(distance, axis=1, kind="stable")[:, :count]
    return order


def _anchors(here: Picture, there: Picture) -> _Anchors:
    """Motion between neighbouring frames at the places of a grid where it is credible."""
    height, width = here.grey.shape
    places = grid_queries(height, width, ANCHOR_GRID)[:, 1:]
    places = places[is_textured(here, places)]
    moved, found = match(here, there, places, places, MAX_RESIDUAL)
    return _Anchors(places[found], (moved - places)[found])


def _seed_frames(frames: int) -> list[int]:
    """Instants after the first at which uncovered regions get new points, spread evenly."""
    instants = np.linspace(0, frames - 1, SEED_INSTANTS + 1).round().astype(int)
    return [int(instant) for instant in np.unique(instants) if instant > 0]


def _uncovered(paths: _Paths, cells: Queries, clip: Clip, grid_size: int) -> Queries:
    """The cells' centres that have no visible point within a cell's size."""
    frame = int(cells[0, 0])
    points = paths.positions[paths.visible[:, frame], frame]
    height, width = clip.size
    cell = np.array([width, height], dtype=np.float32) / grid_size
    distance = np.abs(cells[:, None, 1:] - points) / cell
    free: Queries = cells[~(distance.max(axis=2) <= 1).any(axis=1)]
    return free


def _joined(first: _Paths, second: _Paths, keep: np.ndarray) -> _Paths:
    """All of the first, then those of the second that are kept."""
    pairs = zip(first, second, strict=True)
    return _Paths(*(np.concatenate([old, new[keep]]) for old, new in pairs))


def _track_set(clip: Clip, paths: _Paths) -> TrackSet:
    height, width = clip.size
    duration = len(clip) / clip.fps
    return TrackSet(paths.positions, paths.visible, paths.queries, height, width, duration)
