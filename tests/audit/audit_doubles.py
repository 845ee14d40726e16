"""Rulers whose tracker is known to be good, or broken in one way."""

from dataclasses import replace

import numpy as np

from motionbench.embedders.base import Embedder
from motionbench.ruler import Ruler
from motionbench.trackers.base import Tracker
from motionbench.trackers.exact import ExactTracker, RenderedScene


class NoEmbedder(Embedder):
    """For what looks at tracks alone."""

    name = "none"

    def identity(self):
        return {"name": self.name}

    def embed_frames(self, frames):
        raise AssertionError("no embeddings are needed")

    def embed_texts(self, texts):
        raise AssertionError("no embeddings are needed")


class Damaged(Tracker):
    """A tracker whose tracks are changed."""

    def __init__(self, tracker, damage):
        self._tracker, self._damage = tracker, damage
        self.name = damage.__name__

    def identity(self):
        return {"name": self.name}

    def track(self, clip, queries):
        return self._damage(self._tracker.track(clip, queries))


def knowing(scenes, scale):
    """The exact tracker of scenes at a scale."""
    return ExactTracker(
        [RenderedScene(scene, scale.frames, scale.size, scale.size, 16.0) for scene in scenes]
    )


def ruler(tracker, scale):
    """A ruler that sees clips at their own size, so that exact tracks are known."""
    return Ruler("test", tracker, NoEmbedder(), grid_size=8, working_size=scale.size)


def stays_put(found):
    return replace(
        found,
        tracks=np.repeat(found.queries[:, None, 1:], found.frames, axis=1),
        visibility=np.ones_like(found.visibility),
    )


def jitters(found):
    noise = np.random.default_rng(0).normal(0, 10, found.tracks.shape)
    return replace(found, tracks=found.tracks + noise.astype(np.float32))


def mixes_up(found):
    order = np.random.default_rng(0).permutation(len(found))
    return replace(found, tracks=found.tracks[order])


def says_visible(found):
    return replace(found, visibility=np.ones_like(found.visibility))


def gives_up(found):
    seen = np.zeros_like(found.visibility)
    seen[np.arange(len(found)), found.queries[:, 0].astype(int)] = True
    return replace(found, visibility=seen)
