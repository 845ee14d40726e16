"""What the lines of a run's journals hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal, NamedTuple, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from motionbench.cases import Category, PromptKind
from motionbench.errors import StoreError
from motionbench.store.journal import Journal

T = TypeVar("T")


class Job(NamedTuple):
    """The key of one generation: what a method makes one clip for."""

    case: str
    prompt_id: str
    seed: int


@dataclass(frozen=True)
class PlannedJob:
    """One job as the plan keeps it, with what a table needs to know when nothing was made."""

    case: str
    category: Category | None
    prompt_id: str
    kind: PromptKind
    seed: int

    @property
    def job(self) -> Job:
        """Its key."""
        return Job(self.case, self.prompt_id, self.seed)


@dataclass(frozen=True)
class Plan:
    """Every job ever planned, in the order they were asked for."""

    jobs: list[PlannedJob]


@dataclass(frozen=True)
class Cut:
    """Which part of its reference a method saw.

    Attributes:
        frame_indices: Frames of the reference, in order.
        crop: (top, left, height, width) in the reference's pixels.
        size: (height, width) after resizing.
    """

    frame_indices: tuple[int, ...]
    crop: tuple[int, int, int, int]
    size: tuple[int, int]


@dataclass(frozen=True)
class Stored:
    """A clip on disk, described by what decoding it gives.

    Attributes:
        video: Path of the file, relative to the run folder where possible.
        content_sha256: Hash of the decoded frames and rate.
        file_sha256: Hash of the file's bytes.
        frames: Number of frames.
        height: Pixels.
        width: Pixels.
        fps: Frames per second.
    """

    video: str
    content_sha256: str
    file_sha256: str
    frames: int
    height: int
    width: int
    fps: float


@dataclass(frozen=True)
class GenerationRecord:
    """One attempt at one job.

    Attributes:
        case: Id of the case.
        category: Its category; None if nobody said.
        prompt_id: Id of the prompt within the case.
        kind: What the prompt changes.
        prompt: Its text; empty where a pairs file gave none.
        seed: The seed.
        status: Whether there is a clip.
        finished: When, UTC, ISO 8601.
        stored: The clip; None when failed.
        conform: What the method saw of the reference; None for clips that were made elsewhere.
        seconds_adapt: Wall time of ``adapt``, shared by the prompts of one case and seed; None
            where it went on from what an earlier attempt had left.
        seconds_generate: Wall time of ``generate``.
        peak_rss_mib: Most memory the method's process held during both.
        peak_cuda_mib: Most CUDA memory allocated during both, all devices together; None without.
        error: One line; None when ok.
        traceback: Of the error, if the method's code raised it.
    """

    case: str
    category: Category | None
    prompt_id: str
    kind: PromptKind
    prompt: str
    seed: int
    status: Literal["ok", "failed"]
    finished: str
    stored: Stored | None = None
    conform: Cut | None = None
    seconds_adapt: float | None = None
    seconds_generate: float | None = None
    peak_rss_mib: float | None = None
    peak_cuda_mib: float | None = None
    error: str | None = None
    traceback: str | None = None

    @property
    def job(self) -> Job:
        """What was attempted."""
        return Job(self.case, self.prompt_id, self.seed)

    @property
    def peak_memory_mib(self) -> float | None:
        """What the metric ``peak_memory`` takes: the GPU's where one was used; None if unknown."""
        return self.peak_rss_mib if self.peak_cuda_mib is None else self.peak_cuda_mib

    def to_json(self) -> dict[str, Any]:
        """The journal's line: the stored clip's fields stand beside the others."""
        line = asdict(self)
        stored = line.pop("stored")
        return {**line, **(stored or {"video": None})}

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> "GenerationRecord":
        """Read a line back.

        Raises:
            ValidationError: A field is missing or of a wrong type (pydantic's).
        """
        stored = None if line.get("video") is None else line
        return validate(cls, {**line, "stored": stored})


@dataclass(frozen=True)
class Score:
    """One metric of one clip: a value, or why there is none."""

    status: Literal["ok", "unscorable", "failed"]
    value: float | None = None
    reason: str | None = None
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Only the fields that its status has."""
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class ScoreRecord:
    """All metrics of one stored clip, by one ruler.

    Attributes:
        case: Id of the case.
        category: Its category; None if nobody said.
        prompt_id: Id of the prompt within the case.
        kind: What the prompt changes.
        prompt: Its text.
        seed: The seed.
        ruler: The ruler's name and fingerprint.
        content_sha256: Of the generated clip's decoded frames, as measured.
        reference_sha256: Of the reference's decoded frames, whole; None if it could not be read.
        scores: By metric name.
        notes: Facts about the measurement: tracks, instants compared, sizes.
        finished: When, UTC, ISO 8601.
    """

    case: str
    category: Category | None
    prompt_id: str
    kind: PromptKind
    prompt: str
    seed: int
    ruler: str
    content_sha256: str
    reference_sha256: str | None
    scores: dict[str, Score]
    notes: dict[str, Any]
    finished: str

    @property
    def job(self) -> Job:
        """What was scored."""
        return Job(self.case, self.prompt_id, self.seed)

    def to_json(self) -> dict[str, Any]:
        """The journal's line."""
        scores = {name: score.to_json() for name, score in self.scores.items()}
        return {**asdict(self), "scores": scores}

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> "ScoreRecord":
        """Read a line back.

        Raises:
            ValidationError: A field is missing or of a wrong type (pydantic's).
        """
        return validate(cls, dict(line))


Record = TypeVar("Record", GenerationRecord, ScoreRecord)


def latest(journal: Journal, kind: type[Record]) -> dict[Job, Record]:
    """The last record of each job.

    Raises:
        StoreError: A line is not such a record; the message names file, line and fields.
    """
    records = {}
    for number, line in enumerate(journal.read(), start=1):
        try:
            record = kind.from_json(line)
        except ValidationError as error:
            raise StoreError(
                f"{journal.path}, line {number}: {problems(error)}. "
                "Remove the line; what it recorded is done again."
            ) from error
        records[record.job] = record
    return records


def problems(error: ValidationError) -> str:
    """All fields that are wrong, on one line."""
    return "; ".join(f"{_field(item['loc'])}: {item['msg']}" for item in error.errors())


def validate(kind: type[T], value: Any) -> T:
    """``value`` as ``kind`` (a dataclass of this package).

    Raises:
        ValidationError: It does not fit (pydantic's).
    """
    return cast("T", _validator(cast("Any", kind))(value))


def _field(location: Iterable[int | str]) -> str:
    """Where in a record: ``scores.speed_ratio.status``."""
    return ".".join(str(part) for part in location)


@cache
def _validator(kind: Any) -> Callable[[Any], Any]:
    """Pydantic's validator of a type; building it is the slow part."""
    return TypeAdapter(kind).validate_python
