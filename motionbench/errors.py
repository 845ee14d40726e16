"""Every error MotionBench raises on purpose, and the exit code each one gives the command line.

::

    MotionBenchError                    1   anything below, and nothing else
      UsageError                        2   an argument has a value that is not allowed
        UnknownNameError                2   no method / suite / metric / key of that name
      ManifestError                     3   a suite manifest or pairs file is wrong
      VideoError                        4   a clip cannot be read, written or compared
      MethodError                       5   a method failed or broke its contract
      WeightsError                      6   weights are missing, unreachable or not the pinned ones
      FootageError                      6   footage is missing, unreachable or not the pinned one
      StoreError                        7   a run folder cannot be read or written
        RunLockedError                  7   another process is writing this run
        DiskFullError                   7   the disk is full; what was complete is kept
      LeaderboardError                  8   rows that must not share a board, or nothing to show
      IncompleteError                   9   asked to fail when a case failed, and one did
      SubmissionError                  10   a bundle of results is refused, and why

      UnscorableError                   -   a metric is undefined for this case, and says why: it
                                            becomes a score's reason, never an exit code
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar


class MotionBenchError(Exception):
    """Base of all errors raised on purpose; the message is one paragraph that says what to do."""

    exit_code: ClassVar[int] = 1


class UsageError(MotionBenchError):
    """An argument has a value that is not allowed."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name is not among the known ones.

    Args:
        kind: What was looked up, as the user knows it ("method", "suite", "option of copy").
        name: The name that was asked for.
        known: All valid names; the nearest one is suggested.
        hint: The next step, one sentence (optional).
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], *, hint: str = "") -> None:
        self.kind, self.name, self.known = kind, name, sorted(known)
        super().__init__(" ".join(filter(None, [self._sentence(), hint])))

    def _sentence(self) -> str:
        near = get_close_matches(self.name, self.known, n=1)
        suggestion = f" Did you mean {near[0]!r}?" if near else ""
        valid = ", ".join(self.known) or "none"
        return f"Unknown {self.kind} {self.name!r}.{suggestion} Known: {valid}."


class ManifestError(MotionBenchError):
    """A suite manifest or pairs file is wrong; the message names file, entry, field and value."""

    exit_code = 3


class VideoError(MotionBenchError):
    """A clip cannot be decoded, encoded, conformed or compared."""

    exit_code = 4


class MethodError(MotionBenchError):
    """A method failed, or what it returned breaks the protocol."""

    exit_code = 5


class WeightsError(MotionBenchError):
    """Weights are missing, unreachable offline, or differ from the pinned ones."""

    exit_code = 6


class FootageError(MotionBenchError):
    """Footage is missing, cannot be downloaded, or differs from what a suite was written for."""

    exit_code = 6


class StoreError(MotionBenchError):
    """A run folder cannot be read or written."""

    exit_code = 7


class RunLockedError(StoreError):
    """Another process is writing this run."""


class DiskFullError(StoreError):
    """The disk is full; complete records are kept, and the same command continues."""


class LeaderboardError(MotionBenchError):
    """Rows that must not share a board, or nothing to show."""

    exit_code = 8


class IncompleteError(MotionBenchError):
    """``--fail-on-error`` was given and at least one case failed."""

    exit_code = 9


class SubmissionError(MotionBenchError):
    """A bundle of results is refused; the message lists every reason that was found."""

    exit_code = 10


class UnscorableError(MotionBenchError):
    """A metric is undefined for this case; the message is the reason that the record keeps."""
