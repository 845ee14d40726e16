"""Clips and tracks beside the pages: small copies that every browser plays, points to draw."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionbench.cases import Clip
from motionbench.errors import MotionBenchError
from motionbench.features import Features, spread_evenly
from motionbench.files import disk_full_cause, write_bytes
from motionbench.runner.stored import is_unchanged
from motionbench.store.records import Stored
from motionbench.store.run import Run
from motionbench.tracks import TrackSet
from motionbench.video import content_sha256, decode, encode_preview

log = logging.getLogger(__name__)

VERSION = 1
"""Raised when the same clip would get another copy or other points; part of the file names."""

DRAWN = 90
"""Tracks drawn over a clip, at most."""

SCALE = 10_000
"""Coordinates are whole numbers: shares of the picture's width and height times this."""

_KEY_DIGITS = 20


@dataclass(frozen=True)
class Medium:
    """A clip as pages link it.

    Attributes:
        video: Name of its file under ``media``; empty where there is none.
        tracks: Name of its points under ``tracks``; empty where there are none.
        problem: Why there is no video.
    """

    video: str = ""
    tracks: str = ""
    problem: str = ""


class Media:
    """Writes copies of clips, each once, whatever page shows them; what is there is kept.

    Args:
        folder: Of the site.
        features: Follows points; None for a site without tracks.
    """

    def __init__(self, folder: Path, features: Features | None) -> None:
        self._folder, self._features = folder, features
        self._known: dict[str, Medium] = {}

    def of_stored(self, stored: Stored, run: Run) -> Medium:
        """The clip of a record, if its file is the one that was recorded.

        A record comes from others and may name any file: one whose bytes it does not know is not
        published.
        """
        if not is_unchanged(stored, run):
            return Medium(problem="the clip's file is not here, or not the one that was recorded")
        return self._medium(stored.file_sha256, lambda: decode(run.resolve(stored.video)))

    def of_clip(self, load: Callable[[], Clip], digest: str | None) -> Medium:
        """A reference.

        Args:
            load: Gives the clip.
            digest: Hash of its content, where it is known without loading.
        """
        return self._medium(digest, load)

    def _medium(self, digest: str | None, load: Callable[[], Clip]) -> Medium:
        """A clip under a hash that was checked; under that of its content where none is given."""
        if digest in self._known:
            return self._known[digest]
        if digest is not None and self._is_complete(digest):
            self._known[digest] = self._named(digest)
            return self._known[digest]
        try:
            clip = load()
            content = content_sha256(clip.frames, clip.fps)
            self._write(clip, content, digest or content)
        except MotionBenchError as error:
            if disk_full_cause(error) is not None:
                raise
            log.warning("no copy for the site: %s", error)
            return Medium(problem="the clip cannot be decoded")
        return self._named(digest or content)

    def _write(self, clip: Clip, content: str, digest: str) -> None:
        if not self._video(digest).exists():
            encode_preview(clip, self._video(digest))
        if self._features is not None and len(clip) > 1 and not self._tracks(digest).exists():
            tracks = self._features.tracks(clip, content)
            # A script, since pages opened from a disk may not read files.
            text = f"MotionBench.receive({json.dumps(self._key(digest))}, {points_json(tracks)});\n"
            write_bytes(self._tracks(digest), text.encode())

    def _is_complete(self, digest: str) -> bool:
        tracked = self._features is None or self._tracks(digest).exists()
        return tracked and self._video(digest).exists()

    def _named(self, digest: str) -> Medium:
        key = self._key(digest)
        return Medium(f"{key}.mp4", key if self._tracks(digest).exists() else "")

    def _key(self, digest: str) -> str:
        return f"{digest[:_KEY_DIGITS]}-{VERSION}"

    def _video(self, digest: str) -> Path:
        return self._folder / "media" / f"{self._key(digest)}.mp4"

    def _tracks(self, digest: str) -> Path:
        return self._folder / "tracks" / f"{self._key(digest)}.js"


def points_json(tracks: TrackSet) -> str:
    """Points of a clip as JSON: for each track, ``x, y`` by frame, or null where it is hidden."""
    chosen = spread_evenly(len(tracks), DRAWN) if len(tracks) else np.empty(0, dtype=int)
    size = np.array([tracks.width, tracks.height], dtype=np.float32)
    places = (tracks.tracks[chosen] + np.float32(0.5)) / size
    seen = tracks.visibility[chosen] & np.isfinite(places).all(axis=2)
    whole = np.round(np.where(seen[..., None], places, 0) * SCALE).astype(int)
    points = [
        [place if visible else None for place, visible in zip(path, shown, strict=True)]
        for path, shown in zip(whole.tolist(), seen.tolist(), strict=True)
    ]
    return json.dumps({"scale": SCALE, "points": points}, separators=(",", ":"))
