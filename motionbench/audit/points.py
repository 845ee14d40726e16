"""Every point that was followed, where it was found, where it truly was, and what it lies on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float32, Int64

from motionbench.audit.lab import Shot
from motionbench.metrics.functional.tracking import SIDE
from motionbench.scenes.render import pixel_maps
from motionbench.scenes.stage import set_stage, times
from motionbench.scenes.tracks import Surfaces
from motionbench.tracks import TrackSet, rescale

BACKGROUND = "background"


@dataclass(frozen=True, eq=False)
class Points:
    """N points over T frames; lengths are pixels of a picture of 256 x 256.

    Attributes:
        true: ``(N, T, 2)`` true positions.
        seen: ``(N, T)`` truly visible.
        found: ``(N, T, 2)`` positions by the tracker.
        claimed: ``(N, T)`` visible, as the tracker says.
        start: ``(N,)`` frame of the query.
        clip: ``(N,)`` number of the clip.
        category: ``(N,)`` of the clip.
        surface: ``(N,)`` what the point lies on.
        half_width: ``(N,)`` half the shorter side of what it lies on, in the query's frame;
            infinite on the background.
    """

    true: Float32[np.ndarray, "n t 2"]
    seen: Bool[np.ndarray, "n t"]
    found: Float32[np.ndarray, "n t 2"]
    claimed: Bool[np.ndarray, "n t"]
    start: Int64[np.ndarray, " n"]
    clip: Int64[np.ndarray, " n"]
    category: np.ndarray
    surface: np.ndarray
    half_width: np.ndarray

    def __len__(self) -> int:
        """Number of points."""
        return len(self.true)

    def where(self, chosen: np.ndarray) -> "Points":
        """The points that ``chosen`` (bool ``(N,)``) holds."""
        return Points(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    @cached_property
    def scored(self) -> np.ndarray:
        """``(N, T)`` bool: all frames but the query's, where the position is given."""
        return np.asarray(np.arange(self.true.shape[1]) != self.start[:, None])

    @cached_property
    def error(self) -> np.ndarray:
        """``(N, T)`` distance of the found from the true position."""
        return np.asarray(np.linalg.norm(self.found - self.true, axis=-1))

    @cached_property
    def speed(self) -> np.ndarray:
        """``(N,)`` mean true speed while seen, pixels a frame; 0 where never seen twice running."""
        steps = np.linalg.norm(np.diff(self.true, axis=1), axis=-1)
        seen = self.seen[:, 1:] & self.seen[:, :-1]
        return np.asarray((steps * seen).sum(axis=1) / np.maximum(seen.sum(axis=1), 1))

    @cached_property
    def reach(self) -> np.ndarray:
        """``(N,)`` largest true distance from the query's place while seen."""
        origin = self.true[np.arange(len(self)), self.start]
        away = np.linalg.norm(self.true - origin[:, None], axis=-1)
        return np.asarray((away * self.seen).max(axis=1))

    @cached_property
    def after_hiding(self) -> np.ndarray:
        """``(N, T)`` bool: seen, and hidden at some time between the query's frame and this."""
        hidden = np.cumsum(~self.seen, axis=1)
        between = hidden != hidden[np.arange(len(self)), self.start][:, None]
        return np.asarray(self.seen & between)


def gather(shots: Sequence[Shot], found: Sequence[TrackSet], exact: Sequence[TrackSet]) -> Points:
    """The points of all shots.

    Args:
        shots: Of equally many frames.
        found: By the tracker, one set a shot.
        exact: Of the same queries.
    """
    parts = [
        _points(number, *of_shot)
        for number, of_shot in enumerate(zip(shots, found, exact, strict=True))
    ]
    return Points(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Points)
        }
    )


def _points(number: int, shot: Shot, found: TrackSet, exact: TrackSet) -> Points:
    surface, half_width = _surfaces(shot, exact)
    side = int(SIDE)
    seen_by_tracker, truth = rescale(found, side, side), rescale(exact, side, side)
    return Points(
        true=truth.tracks,
        seen=truth.visibility,
        found=seen_by_tracker.tracks,
        claimed=seen_by_tracker.visibility,
        start=truth.queries[:, 0].astype(np.int64),
        clip=np.full(len(truth), number),
        category=np.full(len(truth), shot.scene.category),
        surface=surface,
        half_width=half_width,
    )


def _surfaces(shot: Shot, exact: TrackSet) -> tuple[np.ndarray, np.ndarray]:
    """What each query lies on, and half its width."""
    stage = set_stage(shot.scene)
    maps = pixel_maps(stage.maps(times(shot.frames)), shot.height, shot.width)
    frame = exact.queries[:, 0].astype(int)
    surfaces = Surfaces(stage, frames=shot.frames, height=shot.height, width=shot.width)
    owner = surfaces.find(exact.queries).owner
    shown = [f"{stage.backdrop.pattern} {BACKGROUND}"]
    half = [math.inf]
    for layer in stage.layers:
        left, top, right, bottom = layer.shape.box
        half.append(min(right - left, bottom - top) / 2)
        skin = layer.texture.pattern == "plain"
        worn = "skin" if skin else "clothes"
        shown.append(worn if shot.scene.category == "human" else "object")
    (a, b), (c, d) = np.moveaxis(maps[frame, owner, :, :2], (-2, -1), (0, 1))
    scale = np.sqrt(np.abs(a * d - b * c)) * SIDE / min(shot.height, shot.width)
    return np.array(shown)[owner + 1], np.array(half)[owner + 1] * scale
