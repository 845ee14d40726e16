"""Clips of a bundle measured again, and held against the scores that were handed in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionbench.cases import Suite
from motionbench.errors import MotionBenchError
from motionbench.features import Features
from motionbench.ruler import Ruler
from motionbench.runner.measure import measure
from motionbench.runner.progress import progress
from motionbench.runner.references import Facts, References
from motionbench.runner.score import subject_of
from motionbench.store.records import Cut, GenerationRecord, Job, Score
from motionbench.submission.contents import Contents

TRIMMED = 64
"""Pixels that rounding to a method's size multiple may take from a side."""


@dataclass(frozen=True)
class Rescoring:
    """How clips are measured again.

    Attributes:
        suite: What was asked.
        ruler: What measures.
        sample: How many clips; None for all.
        seed: Of the choice; without a sample of no consequence.
        tolerance: Between the scores.
        cache_dir: Where tracks of clips are kept; None for nowhere.
    """

    suite: Suite
    ruler: Ruler
    sample: int | None
    seed: int
    tolerance: float
    cache_dir: Path | None


def choose(jobs: Sequence[Job], sample: int | None, seed: int) -> list[Job]:
    """A sample without repetition, or all, in their order."""
    if sample is None or sample >= len(jobs):
        return list(jobs)
    chosen = np.random.default_rng(seed).choice(len(jobs), size=sample, replace=False)
    return [jobs[k] for k in sorted(chosen.tolist())]


def rescore(
    contents: Contents,
    jobs: Sequence[Job],
    how: Rescoring,
    *,
    show_progress: bool | None = None,
) -> Iterator[str]:
    """What differs, one sentence for each clip.

    Args:
        contents: Of the bundle, its clips included.
        jobs: With a clip and scores.
        how: Suite, ruler, tolerance.
        show_progress: None for a bar where standard error is a terminal.
    """
    references = References.of_suite(Features(how.ruler, how.cache_dir), how.suite)
    for job in progress(jobs, total=len(jobs), what="verify", show=show_progress):
        found = _clip_problem(contents, job, references, how.tolerance)
        if found:
            yield f"{job.case} {job.prompt_id} {job.seed}: {found}"


def _clip_problem(contents: Contents, job: Job, references: References, tolerance: float) -> str:
    record, scored = contents.generations[job], contents.scores[job]
    assert record.stored is not None  # jobs have a clip
    facts = references.facts(job.case)
    if scored.reference_sha256 != facts.content_sha256:
        return "the scores are against another reference than the suite's."
    if record.conform is not None and not shows_whole_motion(record.conform, facts):
        return "the part of the reference that the record says was seen is not one that is cut."
    try:
        subject = subject_of(record, record.stored, contents.run)
        if not _is_described(record, subject.clip.frames.shape):
            return "the clip has not the frames and size that the record says."
        scores, _ = measure(subject, references)
    except MotionBenchError as error:
        return f"the clip cannot be measured: {error}"
    differing = [
        f"{name} was handed in as {_text(scored.scores[name])}, measured {_text(score)}"
        for name, score in scores.items()
        if not agrees(scored.scores[name], score, tolerance)
    ]
    return f"{'; '.join(differing)}." if differing else ""


def _is_described(record: GenerationRecord, shape: tuple[int, ...]) -> bool:
    stored = record.stored
    return stored is not None and shape[:3] == (stored.frames, stored.height, stored.width)


def agrees(given: Score, measured: Score, tolerance: float) -> bool:
    """Whether two scores are the same but for rounding.

    Example:
        >>> agrees(Score("ok", 0.5), Score("ok", 0.501), 0.002)
        True
        >>> agrees(Score("ok", 0.5), Score("unscorable", reason="no motion"), 0.002)
        False
    """
    if given.value is None or measured.value is None:
        return given.status == measured.status
    allowed = tolerance * max(1.0, abs(measured.value))
    return abs(given.value - measured.value) <= allowed


def shows_whole_motion(cut: Cut, reference: Facts) -> bool:
    """Whether a part of a reference is one that the harness cuts for some method.

    Frames go evenly from the first to the last, and the part is the largest of its shape, in the
    middle: another one would let a method choose what it is measured against.
    """
    indices = np.array(cut.frame_indices)
    even = np.round(np.linspace(0, reference.frames - 1, len(indices))).astype(int)
    top, left, height, width = cut.crop
    lost_rows, lost_columns = reference.height - height, reference.width - width
    centred = (top, left) == (lost_rows // 2, lost_columns // 2)
    largest = min(lost_rows, lost_columns) == 0 or max(lost_rows, lost_columns) < TRIMMED
    inside = min(lost_rows, lost_columns) >= 0 and min(height, width) > 0
    return len(indices) > 0 and bool((indices == even).all()) and centred and largest and inside


def _text(score: Score) -> str:
    return f"{score.value:.4f}" if score.value is not None else score.status
