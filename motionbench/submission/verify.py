"""Verify a bundle from beginning to end."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from motionbench.errors import SubmissionError
from motionbench.submission.archive import unpack
from motionbench.submission.checks import check_completeness, check_identity, check_records
from motionbench.submission.contents import read_contents
from motionbench.submission.rescore import Rescoring, choose, rescore

_REASONS = 20
"""Reasons that a refusal lists before it only counts them."""


@dataclass(frozen=True)
class Verdict:
    """An accepted bundle.

    Attributes:
        run: Name of the run.
        method: Display name.
        suite: Name and version.
        ruler: Name and fingerprint.
        jobs: Results.
        failed: Results whose generation failed.
        rescored: Clips that were measured again; 0 for a bundle of hashes.
        tolerance: Within which their scores agree.
    """

    run: str
    method: str
    suite: str
    ruler: str
    jobs: int
    failed: int
    rescored: int
    tolerance: float


def verify_bundle(
    path: Path,
    how: Rescoring,
    *,
    control: bool = False,
    hashes: bool = False,
    show_progress: bool | None = None,
) -> Verdict:
    """Check format, completeness, hashes and ruler, then measure clips again.

    What is cheap is checked first; clips of a bundle that is refused already are not measured.

    Args:
        path: The archive.
        how: Suite, ruler, which clips, within which tolerance.
        control: Accept a control.
        hashes: Accept a bundle without clips, whose scores are then believed.
        show_progress: None for a bar where standard error is a terminal.

    Raises:
        SubmissionError: It is refused; the message lists the reasons.
    """
    with tempfile.TemporaryDirectory(prefix="motionbench-verify-") as name:
        folder = Path(name)
        contents = read_contents(folder, unpack(path, folder))
        reasons = [
            *check_identity(contents, how.suite, how.ruler, control=control),
            *check_completeness(contents, how.suite),
            *check_records(contents),
        ]
        included = contents.manifest.videos == "included"
        if not included and not hashes:
            reasons.append(
                "The bundle holds hashes instead of clips: its scores cannot be measured again. "
                "Submit it without --hashes-only."
            )
        _refuse(path, reasons)
        scorable = [job for job, record in contents.generations.items() if record.stored]
        jobs = choose(scorable, how.sample, how.seed) if included else []
        _refuse(path, list(rescore(contents, jobs, how, show_progress=show_progress)))
        return Verdict(
            run=contents.manifest.run,
            method=contents.info.settings.method,
            suite=contents.manifest.suite,
            ruler=contents.manifest.ruler,
            jobs=len(contents.generations),
            failed=len(contents.generations) - len(scorable),
            rescored=len(jobs),
            tolerance=how.tolerance,
        )


def _refuse(path: Path, reasons: list[str]) -> None:
    """Raise if there is any reason."""
    if reasons:
        more = len(reasons) - _REASONS
        listed = [*reasons[:_REASONS], *([f"And {more} more."] if more > 0 else [])]
        raise SubmissionError("\n  ".join([f"{path} is refused:", *listed]))
