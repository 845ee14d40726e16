"""From one stored clip to its scores: where metrics and backends meet."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from motionbench.cases import Clip
from motionbench.errors import MotionBenchError, UnscorableError
from motionbench.files import disk_full_cause
from motionbench.metrics.alignment import align, align_unrelated
from motionbench.metrics.catalog import (
    METRICS,
    Measurements,
    MetricSpec,
    Need,
    Unscorable,
    score,
)
from motionbench.runner.references import References
from motionbench.store.records import Cut, Score
from motionbench.tracks import TrackSet

log = logging.getLogger(__name__)

Fields = dict[str, Any]
"""Some of the fields of ``Measurements``."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A clip to score.

    Attributes:
        reference: Name of its reference.
        clip: As decoded from the stored file.
        content_sha256: Its hash.
        prompt: What it should show; empty if nobody said.
        cut: The part of the reference that the method saw; None for all of it.
        seconds_adapt: What making it cost; None where unknown.
        seconds_generate: Likewise.
        peak_memory_mib: Likewise.
    """

    reference: str
    clip: Clip
    content_sha256: str
    prompt: str = ""
    cut: Cut | None = None
    seconds_adapt: float | None = None
    seconds_generate: float | None = None
    peak_memory_mib: float | None = None


def measure(subject: Subject, references: References) -> tuple[dict[str, Score], dict[str, Any]]:
    """All metrics of one clip, and facts about how they were measured.

    What cannot be measured takes only the metrics with it that need it.

    Raises:
        DiskFullError: The cache does not fit on the disk.
    """
    bench = _Bench(subject, references)
    fields: Fields = {"parameters": references.features.ruler.parameters}
    lacking: dict[Need, Score] = {}
    for need, take in bench.needs.items():
        taken = _attempt(take, what=need)
        if isinstance(taken, Score):
            lacking[need] = taken
        else:
            fields |= taken
    measurements = Measurements(**fields)
    scores = {
        name: _lacking(spec, lacking) or _score(name, measurements)
        for name, spec in METRICS.items()
    }
    return scores, bench.notes


class _Bench:
    """Takes the measurements of one subject.

    Attributes:
        notes: Facts about what was measured so far.
    """

    def __init__(self, subject: Subject, references: References) -> None:
        self._subject, self._references = subject, references
        self._features = references.features
        self.notes: dict[str, Any] = {"generated_shape": [len(subject.clip), *subject.clip.size]}

    @property
    def needs(self) -> dict[Need, Callable[[], Fields]]:
        """How to take each of what the metrics need; what is of one clip stands together."""
        return {
            "tracks": self._tracks,
            "reference_frames": self._reference_frames,
            "thumbnails": self._thumbnails,
            "others": self._others,
            "frames": self._frames,
            "prompt": self._prompt,
            "other_prompts": self._other_prompts,
            "cost": self._cost,
        }

    @cached_property
    def _aligned(self) -> tuple[TrackSet, TrackSet]:
        """Tracks of both clips, at the same instants and in the same pixels."""
        subject = self._subject
        if len(subject.clip) < 2:
            raise UnscorableError("the clip has a single frame: there is no motion to compare.")
        return align(
            self._references.tracks(subject.reference, subject.cut),
            self._features.tracks(subject.clip, subject.content_sha256),
            frames=self._features.ruler.max_frames,
        )

    def _tracks(self) -> Fields:
        reference, generated = self._aligned
        self.notes["reference_shape"] = list(self._references.facts(self._subject.reference)[1:])
        self.notes["instants"] = reference.frames
        self.notes["tracks"] = {"reference": len(reference), "generated": len(generated)}
        return {"reference_tracks": reference, "generated_tracks": generated}

    def _others(self) -> Fields:
        reference, _ = self._aligned
        others = self._references.others(self._subject.reference)
        self.notes["others"] = list(others)
        tracks = (align_unrelated(reference, other) for other in others.values())
        return {"other_tracks": tuple(tracks)}

    def _frames(self) -> Fields:
        subject = self._subject
        frames = self._features.frame_embeddings(subject.clip, subject.content_sha256)
        return {"generated_frames": frames}

    def _reference_frames(self) -> Fields:
        subject = self._subject
        return {"reference_frames": self._references.frames(subject.reference, subject.cut)}

    def _thumbnails(self) -> Fields:
        subject = self._subject
        return {
            "reference_thumbnails": self._references.thumbnails(subject.reference, subject.cut),
            "generated_thumbnails": self._features.thumbnails(subject.clip, subject.content_sha256),
        }

    def _prompt(self) -> Fields:
        prompt = self._subject.prompt
        if not prompt:
            raise UnscorableError("no prompt is given.")
        embeddings, truncated = self._features.text_embeddings([prompt])
        self.notes["prompt_truncated"] = bool(truncated[0])
        return {"prompt": embeddings[0], "prompt_truncated": bool(truncated[0])}

    def _other_prompts(self) -> Fields:
        others = self._references.other_prompts(self._subject.prompt)
        self.notes["other_prompts"] = len(others)
        if not others:
            raise UnscorableError("the suite has no other prompt.")
        return {"other_prompts": self._features.text_embeddings(others).embeddings}

    def _cost(self) -> Fields:
        subject = self._subject
        return {
            "seconds_adapt": subject.seconds_adapt,
            "seconds_generate": subject.seconds_generate,
            "peak_memory_mib": subject.peak_memory_mib,
        }


def _attempt(take: Callable[[], Fields], *, what: str) -> Fields | Score:
    """What was measured, or why it could not be."""
    try:
        return take()
    except UnscorableError as error:
        return Score("unscorable", reason=str(error))
    except Exception as error:
        return failed(error, what)


def _lacking(spec: MetricSpec, lacking: Mapping[Need, Score]) -> Score | None:
    """Why a metric lacks something that it needs; None if it has all."""
    reasons = (lacking[need] for need in sorted(spec.needs) if need in lacking)
    return next(reasons, None)


def _score(name: str, measurements: Measurements) -> Score:
    """One metric."""
    try:
        value = score(name, measurements)
    except Exception as error:
        return failed(error, name)
    if isinstance(value, Unscorable):
        return Score("unscorable", reason=value.reason)
    return Score("ok", value=float(value))


def failed(error: Exception, what: str) -> Score:
    """The score of what broke; a full disk breaks everything, so it is raised again."""
    if disk_full_cause(error) is not None:
        raise error
    if isinstance(error, MotionBenchError):
        return Score("failed", error=str(error))
    log.warning("%s failed", what, exc_info=error)
    return Score("failed", error=f"{type(error).__name__}: {error}")
