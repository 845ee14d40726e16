"""What an unpacked bundle says, read with suspicion."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from motionbench.errors import MotionBenchError, SubmissionError
from motionbench.files import read_json
from motionbench.store.info import RunInfo
from motionbench.store.records import (
    GenerationRecord,
    Job,
    PlannedJob,
    ScoreRecord,
    problems,
    validate,
)
from motionbench.store.run import Run
from motionbench.submission.bundle import FORMAT, MANIFEST, Manifest
from motionbench.video import file_sha256


@dataclass(frozen=True)
class Contents:
    """A bundle as its records tell it.

    Attributes:
        run: The unpacked folder: a run folder.
        manifest: What ``bundle.json`` says.
        info: What ``run.json`` says.
        plan: Jobs.
        generations: Last record of each job.
        scores: Last record of each job.
        ruler: What the file beside the scores says measured.
    """

    run: Run
    manifest: Manifest
    info: RunInfo
    plan: list[PlannedJob]
    generations: Mapping[Job, GenerationRecord]
    scores: Mapping[Job, ScoreRecord]
    ruler: Any


def read_contents(folder: Path, members: list[str]) -> Contents:
    """Read all records of an unpacked bundle.

    Raises:
        SubmissionError: Files are missing, too many, not those of the manifest, or not records.
    """
    if MANIFEST not in members:
        raise SubmissionError(f"The bundle has no {MANIFEST}. Make it with `motionbench submit`.")
    try:
        manifest = validate(Manifest, read_json(folder / MANIFEST))
        _refuse_other_files(folder, members, manifest)
        run = Run(folder)
        ruler_file = run.ruler_file(manifest.ruler)
        return Contents(
            run=run,
            manifest=manifest,
            info=run.info(),
            plan=run.plan(),
            generations=run.read_generations(),
            scores=run.read_scores(manifest.ruler),
            ruler=read_json(ruler_file),
        )
    except ValidationError as error:
        raise SubmissionError(f"{MANIFEST}: {problems(error)}.") from error
    except RecursionError as error:
        raise SubmissionError("A file of the bundle is nested too deeply to be read.") from error
    except MotionBenchError as error:
        raise SubmissionError(str(error).replace(f"{folder}/", "")) from error


def _refuse_other_files(folder: Path, members: list[str], manifest: Manifest) -> None:
    """The archive must hold what its manifest lists, byte for byte.

    Raises:
        SubmissionError: It does not.
    """
    if manifest.format != FORMAT:
        raise SubmissionError(
            f"The bundle has format {manifest.format}; this version reads {FORMAT}."
        )
    found = list(_file_problems(folder, members, manifest))
    if found:
        raise SubmissionError(" ".join(found))


def _file_problems(folder: Path, members: list[str], manifest: Manifest) -> Iterator[str]:
    held, listed = set(members) - {MANIFEST}, set(manifest.files)
    for name in sorted(listed - held):
        yield f"{name!r} is listed and not there."
    for name in sorted(held - listed):
        yield f"{name!r} is there and not listed."
    for name in sorted(held & listed):
        if file_sha256(folder / name) != manifest.files[name].sha256:
            yield f"{name!r} is not the file that was listed: its hash differs."
