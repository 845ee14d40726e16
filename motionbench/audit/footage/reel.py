"""Clips in files, and what a ruler measures on them; each file once."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from motionbench.arrays import Embeddings, Queries
from motionbench.cases import Clip
from motionbench.conform import to_working_size
from motionbench.features import Features
from motionbench.metrics.functional.camera import CameraMotion
from motionbench.metrics.measurements import Measurements
from motionbench.ruler import Ruler
from motionbench.runner.progress import progress
from motionbench.tracks import TrackSet, resample_time, rescale
from motionbench.video import content_sha256, decode


class Reel:
    """Measures clips in files.

    Args:
        features: Of the ruler that is audited.
    """

    def __init__(self, features: Features) -> None:
        self._features = features
        self._tracks: dict[Path, TrackSet] = {}
        self._embeddings: dict[Path, Embeddings] = {}

    @property
    def ruler(self) -> Ruler:
        """What is audited."""
        return self._features.ruler

    def measure(self, paths: Iterable[Path], *, embed: bool = False, what: str = "track") -> None:
        """Track clips, and embed their frames, before they are asked for; shows a bar.

        Raises:
            VideoError: A clip does not decode.
        """
        wanted = list(dict.fromkeys(paths))
        missing = [
            path
            for path in wanted
            if path not in self._tracks or (embed and path not in self._embeddings)
        ]
        for path in progress(missing, total=len(missing), what=what):
            clip = decode(path)
            digest = content_sha256(clip.frames, clip.fps)
            self._tracks[path] = self._features.tracks(clip, digest)
            if embed:
                self._embeddings[path] = self._features.frame_embeddings(clip, digest)

    def track(self, clip: Clip, queries: Queries) -> TrackSet:
        """Follow points of a clip as the ruler does: at its working size.

        Args:
            clip: T >= 2 frames.
            queries: ``(N, 3)`` (t, x, y), in pixels of the clip.

        Returns:
            In pixels of the clip.
        """
        height, width = clip.size
        seen = to_working_size(clip, self.ruler.working_size)
        scale = np.array([seen.size[1] / width, seen.size[0] / height], dtype=np.float32)
        scaled = queries.copy()
        scaled[:, 1:] = (queries[:, 1:] + np.float32(0.5)) * scale - np.float32(0.5)
        return rescale(self.ruler.tracker.track(seen, scaled), height, width)

    def tracks(self, path: Path) -> TrackSet:
        """Tracks of a clip, in its own pixels."""
        self.measure([path])
        return self._tracks[path]

    def embeddings(self, path: Path) -> Embeddings | None:
        """Embeddings of a clip's frames, if they were asked for."""
        return self._embeddings.get(path)

    def seen(self, path: Path) -> TrackSet:
        """Tracks of a clip at the instants at which metrics compare clips."""
        tracks = self.tracks(path)
        return resample_time(tracks, min(tracks.frames, self.ruler.max_frames))

    def camera(self, path: Path) -> CameraMotion:
        """The camera part of a clip, as metrics see it."""
        return Measurements(
            reference_tracks=self.seen(path), parameters=self.ruler.parameters
        ).reference_camera
