"""Doubles of whole backends, small clips, and an executor without a process."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from motionbench.cases import Clip
from motionbench.embedders.base import Embedder, TextEmbeddings
from motionbench.methods.registry import load_method
from motionbench.runner import worker
from motionbench.runner.tasks import MethodDescription, MethodReference, Task
from motionbench.store.records import GenerationRecord
from motionbench.trackers.base import Tracker
from motionbench.tracks import TrackSet

METHODS = Path(__file__).with_name("sample_methods.py")


def moving_square(
    *, frames: int = 8, size: tuple[int, int] = (32, 48), step: tuple[int, int] = (2, 1)
) -> Clip:
    """A bright square on a textured ground, ``step`` pixels (x, y) a frame."""
    height, width = size
    ground = np.add.outer(np.arange(height), np.arange(width)) * 5 % 90
    pictures = np.repeat(ground[None, ..., None], frames, 0).repeat(3, -1).astype(np.uint8)
    for index, picture in enumerate(pictures):
        x, y = 8 + step[0] * index, 6 + step[1] * index
        picture[y : y + 10, x : x + 10] = (250, 180, 140)
    return Clip(pictures, 8.0)


class CentroidTracker(Tracker):
    """Every point moves as the brightest region does."""

    name = "centroid"

    def identity(self):
        return {"name": self.name, "version": 1, "numpy": np.__version__}

    def track(self, clip, queries):
        bright = clip.frames.mean(axis=-1) > 150
        ys, xs = np.mgrid[: clip.size[0], : clip.size[1]]
        total = np.maximum(bright.sum(axis=(1, 2)), 1)
        path = np.stack([(bright * axis).sum(axis=(1, 2)) / total for axis in (xs, ys)], axis=-1)
        tracks = (queries[:, None, 1:] + path - path[0]).astype(np.float32)
        return TrackSet(
            tracks,
            np.ones(tracks.shape[:2], bool),
            queries,
            *clip.size,
            duration=len(clip) / clip.fps,
        )


class ColourEmbedder(Embedder):
    """Frames by mean colour, texts by hash."""

    name = "colour"

    def identity(self):
        return {"name": self.name, "version": 1, "open_clip": "0"}

    def embed_frames(self, frames):
        return _unit(frames.mean(axis=(1, 2)) + 1)

    def embed_texts(self, texts: Sequence[str]) -> TextEmbeddings:
        seeds = [int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) for text in texts]
        rows = [np.random.default_rng(seed).normal(size=3) for seed in seeds]
        return TextEmbeddings(_unit(np.stack(rows)), np.array([len(text) > 99 for text in texts]))


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


class Here:
    """An executor that needs no process of its own."""

    def __init__(self, method: MethodReference) -> None:
        self._reference = method.reference
        self._method = load_method(method.reference, options=method.options, device=method.device)
        self.closed = False

    def describe(self) -> MethodDescription:
        return worker.describe(self._method, self._reference)

    def run(self, tasks: Sequence[Task]) -> Iterator[GenerationRecord]:
        for task in tasks:
            for message in worker.attempt(self._method, task):
                if message.kind == "record":
                    yield message.content

    def close(self) -> None:
        self.closed = True
