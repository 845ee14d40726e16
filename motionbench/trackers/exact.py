"""Tracks that are known, because the clip was drawn from a scene."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from motionbench.arrays import Queries
from motionbench.cases import Clip
from motionbench.errors import UsageError
from motionbench.scenes.render import render
from motionbench.scenes.stage import Scene
from motionbench.scenes.tracks import exact_tracks
from motionbench.trackers.base import Tracker, check_queries
from motionbench.tracks import TrackSet
from motionbench.video import content_sha256


@dataclass(frozen=True)
class RenderedScene:
    """A scene and the settings it is rendered with.

    Attributes:
        scene: What is drawn.
        frames: Number of frames.
        height: Pixels.
        width: Pixels.
        fps: Frames per second.
    """

    scene: Scene
    frames: int
    height: int
    width: int
    fps: float


class ExactTracker(Tracker):
    """Knows the clips rendered from the scenes it was given, and no others.

    A clip is recognised by the hash of its frames, so it must come straight from the renderer: one
    that went through a lossy file is another clip.
    """

    name = "exact"

    def __init__(self, scenes: Sequence[RenderedScene]) -> None:
        """Render each scene once, to know its clip again.

        Args:
            scenes: With the settings of the clips that will be asked about.
        """
        self._known = {_digest(rendered): rendered for rendered in scenes}

    def identity(self) -> dict[str, str | int | float | bool]:
        """See base class."""
        scenes = hashlib.sha256("".join(sorted(self._known)).encode()).hexdigest()
        return {"name": self.name, "version": 1, "scenes_sha256": scenes}

    def track(self, clip: Clip, queries: Queries) -> TrackSet:
        """See base class.

        Raises:
            UsageError: The clip was not rendered from any of the scenes, it has one frame, or a
                query is outside of it.
        """
        check_queries(clip, queries)
        found = self._known.get(content_sha256(clip.frames, clip.fps))
        if found is None:
            height, width = clip.size
            raise UsageError(
                f"The clip of {len(clip)} frames of {width}x{height} at {clip.fps:g} fps is none "
                f"of the {len(self._known)} scenes that this tracker was given. Exact tracks exist "
                "for clips straight from the renderer; use lucas_kanade or cotracker3 for others."
            )
        return exact_tracks(
            found.scene,
            queries,
            frames=found.frames,
            height=found.height,
            width=found.width,
            fps=found.fps,
        )


def _digest(rendered: RenderedScene) -> str:
    """Content hash of the clip that a scene gives."""
    frames = render(
        rendered.scene, frames=rendered.frames, height=rendered.height, width=rendered.width
    )
    return content_sha256(frames, rendered.fps)
