"""The references of a suite as a ruler sees them, each measured once, when it is first needed."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from motionbench.arrays import Embeddings, Frames
from motionbench.cases import Clip, Suite
from motionbench.conform import apply_crop
from motionbench.errors import UnscorableError
from motionbench.features import Features
from motionbench.manifest import load_reference
from motionbench.ruler import OTHER_PROMPTS, OTHER_REFERENCES
from motionbench.store.records import Cut
from motionbench.tracks import TrackSet
from motionbench.video import content_sha256


class Facts(NamedTuple):
    """What is remembered of a whole reference.

    Attributes:
        content_sha256: Of its decoded frames and rate.
        frames: How many.
        height: Pixels.
        width: Pixels.
    """

    content_sha256: str
    frames: int
    height: int
    width: int


class References:
    """References by name.

    Args:
        features: Measures them.
        loaders: How to load each reference.
        prompts: All texts that the suite asks for.
    """

    def __init__(
        self,
        features: Features,
        loaders: Mapping[str, Callable[[], Clip]],
        prompts: Iterable[str] = (),
    ) -> None:
        self.features = features
        self._loaders = loaders
        self._prompts = tuple(dict.fromkeys(text for text in prompts if text))
        self._at_hand: tuple[str, Clip] | None = None
        self._facts: dict[str, Facts] = {}
        self._tracks: dict[tuple[str, Cut | None], TrackSet] = {}
        self._frames: dict[tuple[str, Cut | None], Embeddings] = {}
        self._thumbnails: dict[tuple[str, Cut | None], Frames] = {}

    @classmethod
    def of_suite(cls, features: Features, suite: Suite) -> "References":
        """The references of all cases, whichever of them are being scored."""
        loaders = {case.id: (lambda case=case: load_reference(case)) for case in suite.cases}
        prompts = [prompt.text for case in suite.cases for prompt in case.prompts]
        return cls(features, loaders, prompts)

    def facts(self, name: str) -> Facts:
        """What is remembered of a reference.

        Raises:
            ManifestError: It is not what the suite says.
            VideoError: It cannot be decoded.
        """
        if name not in self._facts:
            clip = self._clip(name)
            digest = content_sha256(clip.frames, clip.fps)
            self._facts[name] = Facts(digest, len(clip), *clip.size)
        return self._facts[name]

    def tracks(self, name: str, cut: Cut | None = None) -> TrackSet:
        """Tracks of a reference, or of the part of it that a method saw, in that part's pixels.

        Raises:
            ManifestError, VideoError: As for ``facts``.
            UnscorableError: It has a single frame.
        """
        if (name, cut) not in self._tracks:
            clip = self._seen(name, cut)
            if len(clip) < 2:
                raise UnscorableError("the reference has a single frame: there is no motion.")
            digest = content_sha256(clip.frames, clip.fps)
            self._tracks[name, cut] = self.features.tracks(clip, digest)
        return self._tracks[name, cut]

    def frames(self, name: str, cut: Cut | None = None) -> Embeddings:
        """Frame embeddings of a reference, or of the part of it that a method saw.

        Raises:
            ManifestError, VideoError: As for ``facts``.
        """
        if (name, cut) not in self._frames:
            clip = self._seen(name, cut)
            digest = content_sha256(clip.frames, clip.fps)
            self._frames[name, cut] = self.features.frame_embeddings(clip, digest)
        return self._frames[name, cut]

    def thumbnails(self, name: str, cut: Cut | None = None) -> Frames:
        """Small pictures of a reference, or of the part of it that a method saw.

        Raises:
            ManifestError, VideoError: As for ``facts``.
        """
        if (name, cut) not in self._thumbnails:
            clip = self._seen(name, cut)
            digest = content_sha256(clip.frames, clip.fps)
            self._thumbnails[name, cut] = self.features.thumbnails(clip, digest)
        return self._thumbnails[name, cut]

    def others(self, name: str) -> dict[str, TrackSet]:
        """Tracks of what stands for chance: references that move, none shown twice, nor this one.

        The order depends on the two names alone, so the choice does not change with what else is
        being scored.

        Raises:
            ManifestError, VideoError: As for ``facts``.
        """
        seen = {self.facts(name).content_sha256}
        chosen: dict[str, TrackSet] = {}
        for other in sorted(self._loaders, key=lambda other: _rank(name, other)):
            facts = self.facts(other)
            if facts.frames >= 2 and facts.content_sha256 not in seen:
                seen.add(facts.content_sha256)
                chosen[other] = self.tracks(other)
            if len(chosen) == OTHER_REFERENCES:
                break
        return chosen

    def other_prompts(self, prompt: str) -> tuple[str, ...]:
        """Texts that the suite asks for elsewhere, none of them equal to ``prompt``."""
        others = (text for text in self._prompts if text != prompt)
        return tuple(sorted(others, key=lambda text: _rank(prompt, text))[:OTHER_PROMPTS])

    def _seen(self, name: str, cut: Cut | None) -> Clip:
        """The frames and the part of the picture that a method saw, at the reference's own size."""
        clip = self._clip(name)
        if cut is None:
            return clip
        first, last = min(cut.frame_indices), max(cut.frame_indices)
        return apply_crop(replace(clip, frames=clip.frames[first : last + 1]), cut.crop)

    def _clip(self, name: str) -> Clip:
        """The reference itself; only the last one asked for stays in memory."""
        if self._at_hand is None or self._at_hand[0] != name:
            self._at_hand = name, self._loaders[name]()
        return self._at_hand[1]


def _rank(name: str, other: str) -> str:
    """A fixed shuffle of the others, its own for each name."""
    return hashlib.sha256(f"{name}\n{other}".encode()).hexdigest()
