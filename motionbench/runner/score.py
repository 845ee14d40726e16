"""Stage two: every stored clip of a run is measured, from its file alone, and recorded."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from motionbench.cases import Suite
from motionbench.errors import StoreError, VideoError
from motionbench.features import Features
from motionbench.files import write_json
from motionbench.metrics.catalog import METRICS
from motionbench.ruler import Ruler
from motionbench.runner.environment import environment
from motionbench.runner.measure import Subject, failed, measure
from motionbench.runner.progress import progress
from motionbench.runner.references import References
from motionbench.runner.stored import is_unchanged
from motionbench.store.info import RunInfo, SuiteSource, now
from motionbench.store.records import GenerationRecord, Score, ScoreRecord, Stored
from motionbench.store.run import Run
from motionbench.video import content_sha256, decode

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scoring:
    """How to score.

    Attributes:
        ruler: What measures.
        suite: Where the suite is now; None for where ``run.json`` says it was.
        cache_dir: Where tracks and embeddings are kept; None measures anew.
        again: Score also what has scores.
        command: The command line, for the record.
    """

    ruler: Ruler
    suite: SuiteSource | None = None
    cache_dir: Path | None = None
    again: bool = False
    command: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScoreSummary:
    """What became of the clips of a run.

    Attributes:
        run: The run folder.
        ruler: Name and fingerprint.
        scored: Clips measured now.
        kept: Clips whose scores were there already.
        failed: The records of all clips in which some metric failed.
    """

    run: Path
    ruler: str
    scored: int
    kept: int
    failed: tuple[ScoreRecord, ...]


def score_runs(
    paths: Sequence[Path], scoring: Scoring, *, show_progress: bool | None = None
) -> list[ScoreSummary]:
    """Measure every clip of some runs that has no scores yet, or was generated again since.

    A clip in which a metric failed is tried again; one that is unscorable is not. What a metric
    cannot be computed for becomes part of the record, and the loop goes on. Runs of one suite share
    its references, which are measured once.

    Args:
        paths: Run folders.
        scoring: How.
        show_progress: None for a bar where standard error is a terminal.

    Raises:
        StoreError: No run, or the suite is not the one that was run.
        ManifestError: The suite's manifest is wrong.
        RunLockedError: Another process is writing a run.
        DiskFullError: The disk is full.
    """
    features = Features(scoring.ruler, scoring.cache_dir)
    suites: dict[str, References] = {}
    summaries = []
    for path in paths:
        suite = _suite_of(Run(path).info(), scoring.suite, path)
        references = suites.setdefault(suite.sha256, References.of_suite(features, suite))
        summaries.append(_score_clips(Run(path), scoring, references, show_progress))
    return summaries


def score_run(path: Path, scoring: Scoring, *, show_progress: bool | None = None) -> ScoreSummary:
    """``score_runs`` of one run."""
    (summary,) = score_runs([path], scoring, show_progress=show_progress)
    return summary


def _score_clips(
    run: Run, scoring: Scoring, references: References, show_progress: bool | None
) -> ScoreSummary:
    """Measure the clips of one run."""
    ruler = scoring.ruler
    with run.writing():
        journal = run.scores(ruler.id)
        journal.repair()
        clips, known = _with_clip(run), run.read_scores(ruler.id)
        to_do = [
            clip for clip in clips if scoring.again or not _stands(clip, known.get(clip.job), run)
        ]
        surroundings = {"command": list(scoring.command), **environment()}
        write_json(run.ruler_file(ruler.id), {**ruler.identity(), "scored_on": surroundings})
        journal.path.touch()
        records = (
            _score_one(clip, clip.stored, run, references)
            for clip in to_do
            if clip.stored is not None
        )
        for record in progress(records, total=len(to_do), what="score", show=show_progress):
            journal.append(record.to_json())
        return _summary(run, ruler, clips, len(to_do))


def score_pair(
    reference: Path, generated: Path, *, prompt: str, scoring: Scoring
) -> dict[str, Score]:
    """All metrics of one finished clip against one reference; without a suite, no chance floor.

    Args:
        reference: A video file or a folder of frames.
        generated: Likewise.
        prompt: What the generated clip should show; empty if nobody said.
        scoring: How; ``suite`` and ``again`` have no meaning here.

    Raises:
        VideoError: The generated clip cannot be decoded.
    """
    features = Features(scoring.ruler, scoring.cache_dir)
    references = References(features, {"reference": partial(decode, reference)})
    references.facts("reference")
    clip = decode(generated)
    subject = Subject("reference", clip, content_sha256(clip.frames, clip.fps), prompt)
    return measure(subject, references)[0]


def _suite_of(info: RunInfo, source: SuiteSource | None, path: Path) -> Suite:
    """The suite that a run answers.

    Raises:
        StoreError: It is another one now.
    """
    source = source or info.suite_source
    suite = source.load()
    if suite.sha256 != info.settings.suite_sha256:
        raise StoreError(
            f"{path} answers suite {info.settings.suite} {info.settings.suite_version} "
            f"({info.settings.suite_sha256[:12]}), but {source.manifest} now is {suite.name} "
            f"{suite.version} ({suite.sha256[:12]}). Name the suite as it was, or generate again."
        )
    return suite


def _with_clip(run: Run) -> list[GenerationRecord]:
    """The jobs of the plan that have a clip, in the plan's order."""
    records = run.read_generations()
    planned = (records.get(planned.job) for planned in run.plan())
    return [record for record in planned if record is not None and record.stored is not None]


def _stands(record: GenerationRecord, scored: ScoreRecord | None, run: Run) -> bool:
    """Whether a clip's scores need not be taken (again)."""
    stored = record.stored
    if scored is None or stored is None or scored.content_sha256 != stored.content_sha256:
        return False
    return not _has_failed(scored) and is_unchanged(stored, run)


def _has_failed(record: ScoreRecord) -> bool:
    """Whether some metric broke."""
    return any(score.status == "failed" for score in record.scores.values())


def _score_one(
    record: GenerationRecord, stored: Stored, run: Run, references: References
) -> ScoreRecord:
    """Measure one clip; what goes wrong becomes its scores."""
    notes: dict[str, Any] = {}
    reference_sha256 = None
    try:
        subject = subject_of(record, stored, run)
        reference_sha256 = references.facts(record.case).content_sha256
        scores, notes = measure(subject, references)
        if subject.content_sha256 != stored.content_sha256:
            notes["decoded_sha256"] = subject.content_sha256
    except Exception as error:
        scores = dict.fromkeys(METRICS, failed(error, "clip"))
    return ScoreRecord(
        case=record.case,
        category=record.category,
        prompt_id=record.prompt_id,
        kind=record.kind,
        prompt=record.prompt,
        seed=record.seed,
        ruler=references.features.ruler.id,
        content_sha256=stored.content_sha256,
        reference_sha256=reference_sha256,
        scores=scores,
        notes=notes,
        finished=now(),
    )


def subject_of(record: GenerationRecord, stored: Stored, run: Run) -> Subject:
    """The clip as decoded from its file, and nothing from memory.

    Raises:
        VideoError: The file is not the one recorded, or cannot be decoded.
    """
    path = run.resolve(stored.video)
    if not path.exists():
        raise VideoError(f"{path}: the clip is gone. Generate it again, or put it back.")
    if not is_unchanged(stored, run):
        raise VideoError(
            f"{path}: the file is not the one that was recorded. Generate it again (or register "
            "the pairs again), so that scores belong to what was made."
        )
    clip = decode(path)
    # The same file may decode to other frames by another version of libav: noted, not refused.
    return Subject(
        reference=record.case,
        clip=clip,
        content_sha256=content_sha256(clip.frames, clip.fps),
        prompt=record.prompt,
        cut=record.conform,
        seconds_adapt=record.seconds_adapt,
        seconds_generate=record.seconds_generate,
        peak_memory_mib=record.peak_memory_mib,
    )


def _summary(
    run: Run, ruler: Ruler, clips: Sequence[GenerationRecord], scored: int
) -> ScoreSummary:
    """What the records say now about the clips of a run."""
    records = run.read_scores(ruler.id)
    broken = tuple(records[clip.job] for clip in clips if _has_failed(records[clip.job]))
    return ScoreSummary(run.path, ruler.id, scored, len(clips) - scored, broken)
