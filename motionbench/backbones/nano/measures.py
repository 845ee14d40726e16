"""What is measured of a backbone on held-out scenes, with the embedded ruler."""

import math
import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from motionbench.arrays import Frames
from motionbench.backbones.nano.data import WATCHED, draw_scene
from motionbench.backbones.wan import Backbone
from motionbench.cases import Category, Clip
from motionbench.embedders.nano.data import texts_of
from motionbench.features import Features
from motionbench.metrics.alignment import align, align_unrelated
from motionbench.metrics.catalog import Unscorable, score
from motionbench.metrics.measurements import Measurements
from motionbench.ruler import Ruler
from motionbench.scenes import draws
from motionbench.scenes.captions import caption
from motionbench.scenes.render import render
from motionbench.scenes.stage import Scene
from motionbench.scenes.tracks import exact_tracks
from motionbench.trackers import grid_queries
from motionbench.tracks import TrackSet
from motionbench.video import content_sha256

FLOOR_CLIPS = 4
"""Unrelated clips of the same category that stand for chance."""


class Seen:
    """A clip as a ruler sees it, each part measured when it is first asked for."""

    def __init__(self, clip: Clip, ruler: Ruler) -> None:
        self.clip = clip
        self._features = Features(ruler, None)
        self._sha256 = content_sha256(clip.frames, clip.fps)

    @cached_property
    def tracks(self) -> TrackSet:
        """Found by the ruler's tracker."""
        return self._features.tracks(self.clip, self._sha256)

    @cached_property
    def embeddings(self) -> np.ndarray:
        """Of its frames, ``(K, D)``."""
        return self._features.frame_embeddings(self.clip, self._sha256)

    def ranks_first(self, texts: list[str]) -> bool:
        """Whether it fits the first text better than all others."""
        cosines = self.embeddings @ self._features.text_embeddings(texts).embeddings.T
        mean = cosines.mean(axis=0)
        return bool((mean[0] > mean[1:]).all())

    @property
    def consistency(self) -> float:
        """Mean cosine of adjacent frames."""
        return _value("temporal_consistency", Measurements(generated_frames=self.embeddings))


@dataclass(frozen=True)
class Trial:
    """A held-out scene and what was sampled from its caption.

    Attributes:
        category: Of the scene.
        texts: The caption, then others that differ from it in one attribute.
        real: The scene rendered.
        sampled: Samples of the caption, a seed each.
        seconds: What sampling and decoding one of them took.
    """

    category: Category
    texts: list[str]
    real: Seen
    sampled: list[Seen]
    seconds: float


def held_out_scene(number: int) -> Scene:
    """A scene that neither training nor its log has shown; categories take turns."""
    return draw_scene(WATCHED + number, "eval")


def render_for(backbone: Backbone, scene: Scene) -> Clip:
    """A scene at the backbone's own length, size and rate."""
    told = backbone.geometry.defaults
    frames = render(scene, frames=told.frames, height=told.height, width=told.width)
    return Clip(frames, told.fps)


def make_trial(backbone: Backbone, ruler: Ruler, number: int, *, seeds: int) -> Trial:
    """Sample from the caption of a held-out scene.

    Args:
        backbone: What samples.
        ruler: What measures.
        number: Of the scene.
        seeds: Samples, with different noise; never the noise of another scene.
    """
    scene = held_out_scene(number)
    texts = [
        caption(text)
        for text in texts_of(scene.appearance, draws.stream(number, 3), "eval", with_swaps=False)
    ]
    began = time.perf_counter()
    clips = [
        backbone.decode(backbone.sample(texts[0], seed=number + 1_000_000 * seed))
        for seed in range(seeds)
    ]
    seconds = (time.perf_counter() - began) / seeds
    fps = backbone.geometry.defaults.fps
    sampled = [Seen(Clip(frames, fps), ruler) for frames in clips]
    real = Seen(render_for(backbone, scene), ruler)
    return Trial(scene.category, texts, real, sampled, seconds)


def psnr(first: Frames, second: Frames) -> float:
    """Peak signal-to-noise ratio of two clips of one shape, dB."""
    error = np.square(first.astype(np.float64) - second).mean()
    return float(10 * math.log10(255**2 / error)) if error else math.inf


def fidelity_to_scene(scene: Scene, seen: Seen, ruler: Ruler) -> float:
    """Motion fidelity of a clip against the exact tracks of the scene it should show."""
    clip, last = seen.clip, len(seen.clip) - 1
    height, width = clip.size
    queries = np.concatenate(
        [grid_queries(height, width, ruler.grid_size, frame=frame) for frame in (0, last)]
    )
    exact = exact_tracks(scene, queries, frames=len(clip), height=height, width=width, fps=clip.fps)
    return _compare("motion_fidelity", exact, seen.tracks, (), ruler)


def speed_ratio(first: Seen, second: Seen, ruler: Ruler) -> float:
    """Logarithm of the second clip's mean speed over the first's."""
    return _compare("speed_ratio", first.tracks, second.tracks, (), ruler)


def normalised_fidelity(first: Seen, second: Seen, others: list[Seen], ruler: Ruler) -> float:
    """Motion fidelity of two clips, 0 for what unrelated ones reach and 1 for a copy."""
    unrelated = tuple(other.tracks for other in others)
    return _compare("motion_fidelity_normalised", first.tracks, second.tracks, unrelated, ruler)


def _compare(
    metric: str, first: TrackSet, second: TrackSet, others: tuple[TrackSet, ...], ruler: Ruler
) -> float:
    reference, generated = align(first, second, frames=ruler.max_frames)
    measurements = Measurements(
        reference_tracks=reference,
        generated_tracks=generated,
        other_tracks=tuple(align_unrelated(reference, other) for other in others),
        parameters=ruler.parameters,
    )
    return _value(metric, measurements)


def _value(metric: str, measurements: Measurements) -> float:
    """The metric, NaN where it is undefined."""
    found = score(metric, measurements)
    return math.nan if isinstance(found, Unscorable) else found
