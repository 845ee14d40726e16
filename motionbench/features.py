"""Tracks and embeddings of clips, measured by a ruler and kept on disk.

A clip is known by the hash of its content, a backend by its identity, so nothing is measured twice
and nothing stale is ever found.
"""

import hashlib
import io
import json
import logging
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from motionbench.arrays import Embeddings, Frames
from motionbench.cases import Clip
from motionbench.conform import resize, to_working_size
from motionbench.embedders.base import TextEmbeddings
from motionbench.files import write_bytes
from motionbench.ruler import Ruler
from motionbench.tracks import TrackSet, rescale

log = logging.getLogger(__name__)

THUMBNAIL = 32
"""Pixels a side of the pictures whose edges are compared: fine enough to tell pictures apart, so
coarse that codecs, resizing and steps between frames change little."""

Arrays = dict[str, np.ndarray]


def default_cache_dir() -> Path:
    """``$MOTIONBENCH_CACHE``, or ``~/.cache/motionbench``."""
    chosen = os.environ.get("MOTIONBENCH_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "motionbench"


class Features:
    """What a ruler sees in clips and texts.

    Args:
        ruler: Measures.
        cache_dir: Where results are kept; None measures anew each time.
    """

    def __init__(self, ruler: Ruler, cache_dir: Path | None) -> None:
        self.ruler = ruler
        self._cache_dir = cache_dir
        self._texts: dict[str, Arrays] = {}

    def tracks(self, clip: Clip, content_sha256: str) -> TrackSet:
        """Tracks of a clip, followed at the ruler's working size, in the clip's own pixels.

        Args:
            clip: T >= 2 frames.
            content_sha256: Hash of the clip's content.
        """
        ruler = self.ruler

        def measure() -> Arrays:
            seen = to_working_size(clip, ruler.working_size)
            found = rescale(ruler.tracker.track_grid(seen, ruler.grid_size), *clip.size)
            return {
                "tracks": found.tracks,
                "visibility": found.visibility,
                "queries": found.queries,
            }

        key = {
            "clip": content_sha256,
            "tracker": ruler.tracker.identity(),
            "grid_size": ruler.grid_size,
            "working_size": ruler.working_size,
        }
        arrays = self._cached("tracks", key, measure)
        height, width = clip.size
        return TrackSet(**arrays, height=height, width=width, duration=len(clip) / clip.fps)

    def frame_embeddings(self, clip: Clip, content_sha256: str) -> Embeddings:
        """Embeddings of at most ``max_frames`` frames, spread evenly from the first to the last.

        Returns:
            ``(K, D)`` float32, unit rows, in the order of the frames.
        """
        ruler = self.ruler

        def measure() -> Arrays:
            chosen = spread_evenly(len(clip), ruler.max_frames)
            return {"embeddings": ruler.embedder.embed_frames(clip.frames[chosen])}

        key = {
            "clip": content_sha256,
            "embedder": ruler.embedder.identity(),
            "max_frames": ruler.max_frames,
        }
        return self._cached("frames", key, measure)["embeddings"]

    def thumbnails(self, clip: Clip, content_sha256: str) -> Frames:
        """The frames that ``frame_embeddings`` looks at, reduced by area to small squares.

        Returns:
            ``(K, THUMBNAIL, THUMBNAIL, 3)`` uint8, in the order of the frames.
        """
        most = self.ruler.max_frames

        def measure() -> Arrays:
            chosen = spread_evenly(len(clip), most)
            return {"thumbnails": resize(clip.frames[chosen], (THUMBNAIL, THUMBNAIL))}

        key = {"clip": content_sha256, "size": THUMBNAIL, "max_frames": most}
        return self._cached("thumbnails", key, measure)["thumbnails"]

    def text_embeddings(self, texts: Sequence[str]) -> TextEmbeddings:
        """Embeddings of K >= 1 texts, in their order."""
        known = {text: self._text(text) for text in dict.fromkeys(texts)}
        missing = [text for text, arrays in known.items() if arrays is None]
        if missing:
            found = self.ruler.embedder.embed_texts(missing)
            for text, row, truncated in zip(missing, *found, strict=True):
                measured: Arrays = {"embedding": row, "truncated": np.asarray(truncated)}
                known[text] = self._texts[text] = measured
                self._keep("texts", self._text_key(text), measured)
        rows = [arrays for text in texts if (arrays := known[text]) is not None]
        return TextEmbeddings(
            np.stack([row["embedding"] for row in rows]),
            np.array([bool(row["truncated"]) for row in rows]),
        )

    def _text(self, text: str) -> Arrays | None:
        """A text's embedding, if it was measured before."""
        if text not in self._texts:
            arrays = self._find("texts", self._text_key(text))
            if arrays is None:
                return None
            self._texts[text] = arrays
        return self._texts[text]

    def _text_key(self, text: str) -> dict[str, Any]:
        """What a text's embedding depends on."""
        return {"text": text, "embedder": self.ruler.embedder.identity()}

    def _cached(self, kind: str, key: Mapping[str, Any], measure: Callable[[], Arrays]) -> Arrays:
        """What was measured under this key before, or is now."""
        arrays = self._find(kind, key)
        if arrays is None:
            arrays = measure()
            self._keep(kind, key, arrays)
        return arrays

    def _find(self, kind: str, key: Mapping[str, Any]) -> Arrays | None:
        """What is kept under a key; None if nothing usable is."""
        return None if self._cache_dir is None else _read(self._path(self._cache_dir, kind, key))

    def _keep(self, kind: str, key: Mapping[str, Any], arrays: Arrays) -> None:
        """Keep arrays under a key."""
        if self._cache_dir is not None:
            _write(self._path(self._cache_dir, kind, key), arrays)

    @staticmethod
    def _path(folder: Path, kind: str, key: Mapping[str, Any]) -> Path:
        """Where arrays of a key are kept."""
        digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
        return folder / "features" / kind / digest[:2] / f"{digest}.npz"


def spread_evenly(frames: int, most: int) -> np.ndarray:
    """Indices of at most ``most`` of ``frames`` frames, first and last among them.

    Example:
        >>> spread_evenly(9, 3).tolist()
        [0, 4, 8]
    """
    return np.linspace(0, frames - 1, min(frames, most)).round().astype(int)


def _read(path: Path) -> Arrays | None:
    """The arrays of a file; None if it is not there, or damaged and so to be made again."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        log.warning("%s is damaged (%s): measured again", path, error)
        return None


def _write(path: Path, arrays: Arrays) -> None:
    """Keep arrays on disk, whole or not at all.

    Raises:
        DiskFullError: The disk is full.
    """
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    write_bytes(path, buffer.getvalue())
