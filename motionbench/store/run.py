"""A run folder: where its files are, who may write them, and what they say.

::

    <method>--<suite>--<settings hash>/
      run.json            settings, method card, seeds, sessions, environments
      plan.json           every job ever planned: the denominator of coverage
      generations.jsonl   one line an attempt, written last
      videos/<case>/<prompt>-<seed>.mp4
      scores/<ruler>.jsonl and .json (what the ruler is)
      work/<case>-<seed>/ the method's own files
"""

import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from motionbench.errors import RunLockedError, StoreError
from motionbench.files import read_json, write_json
from motionbench.store.info import RunInfo, now
from motionbench.store.journal import Journal
from motionbench.store.records import (
    GenerationRecord,
    Job,
    Plan,
    PlannedJob,
    ScoreRecord,
    latest,
    problems,
    validate,
)

RUN_FILE = "run.json"


class Run:
    """One run folder.

    Args:
        path: The folder; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.generations = Journal(path / "generations.jsonl")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the run's lock, so that no other process writes to it.

        Raises:
            RunLockedError: Another process holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock, holder = self.path / ".lock", self.path / ".lock-holder.json"
        try:
            acquired = FileLock(lock, blocking=False).acquire()
        except Timeout:
            raise RunLockedError(
                f"Another process{_describe(holder)} is writing {self.path}. Wait until it is "
                f"done, or end it, then repeat the command. The lock is {lock}."
            ) from None
        with acquired:
            host = socket.gethostname()
            write_json(holder, {"pid": os.getpid(), "host": host, "since": now()})
            try:
                yield
            finally:
                holder.unlink(missing_ok=True)

    def open(self, fresh: RunInfo) -> RunInfo:
        """What ``run.json`` says if it is there, else ``fresh``; repairs the journals.

        Raises:
            StoreError: The folder holds a run of other settings, or files that cannot be read.
        """
        self.generations.repair()
        if not (self.path / RUN_FILE).exists():
            return fresh
        info = self.info()
        if info.settings.digest() == fresh.settings.digest():
            return info
        differing = _differences(asdict(info.settings), asdict(fresh.settings))
        raise StoreError(
            f"{self.path} holds a run of other settings: {'; '.join(differing)}. "
            "Choose another output folder."
        )

    def info(self) -> RunInfo:
        """What ``run.json`` says.

        Raises:
            StoreError: It is missing, or not such a file.
        """
        try:
            return validate(RunInfo, read_json(self.path / RUN_FILE))
        except ValidationError as error:
            raise StoreError(f"{self.path / RUN_FILE}: {problems(error)}.") from error

    def write_info(self, info: RunInfo) -> None:
        """Replace ``run.json``."""
        write_json(self.path / RUN_FILE, asdict(info))

    def plan(self) -> list[PlannedJob]:
        """Every job ever planned, in the order they were asked for.

        Raises:
            StoreError: ``plan.json`` is missing or broken.
        """
        path = self.path / "plan.json"
        try:
            return validate(Plan, read_json(path)).jobs
        except ValidationError as error:
            raise StoreError(f"{path}: {problems(error)}.") from error

    def add_to_plan(self, jobs: Iterable[PlannedJob]) -> None:
        """Make the plan the union of itself and ``jobs``."""
        known = self.plan() if (self.path / "plan.json").exists() else []
        union = {planned.job: planned for planned in [*known, *jobs]}
        if len(union) > len(known):
            write_json(self.path / "plan.json", asdict(Plan(list(union.values()))))

    def read_generations(self) -> dict[Job, GenerationRecord]:
        """The last record of each job.

        Raises:
            StoreError: A line cannot be read.
        """
        return latest(self.generations, GenerationRecord)

    def rulers(self) -> tuple[str, ...]:
        """The rulers (name and fingerprint) that measured this run."""
        return tuple(sorted(path.stem for path in (self.path / "scores").glob("*.jsonl")))

    def scores(self, ruler: str) -> Journal:
        """The journal of one ruler's scores."""
        return Journal(self.path / "scores" / f"{ruler}.jsonl")

    def ruler_file(self, ruler: str) -> Path:
        """Where it is written down what a ruler is."""
        return self.path / "scores" / f"{ruler}.json"

    def read_scores(self, ruler: str) -> dict[Job, ScoreRecord]:
        """The last record of each job.

        Raises:
            StoreError: A line cannot be read.
        """
        return latest(self.scores(ruler), ScoreRecord)

    def video(self, job: Job, suffix: str) -> Path:
        """Where a job's clip is stored."""
        return self.path / "videos" / job.case / f"{job.prompt_id}-{job.seed}{suffix}"

    def work_dir(self, case: str, seed: int) -> Path:
        """Where a method may write while it adapts to a case."""
        return self.path / "work" / f"{case}-{seed}"

    def resolve(self, video: str) -> Path:
        """The path that a record's ``video`` means."""
        return self.path / video


def is_ruler(name: str, wanted: str) -> bool:
    """Whether a ruler is the one asked for, by name or by name and fingerprint.

    Example:
        >>> is_ruler("embedded-0123456789ab", "embedded")
        True

    Args:
        name: Name and fingerprint.
        wanted: As a person says it.
    """
    return wanted in (name, name.rpartition("-")[0])


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Sentences on what differs between two nested mappings."""
    found = []
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            found += _differences(before, after, f"{prefix}{key}.")
        elif before != after:
            found.append(f"{prefix}{key} was {before!r}, now {after!r}")
    return found


def _describe(holder: Path) -> str:
    """Who holds a lock, as far as is known."""
    try:
        who = read_json(holder)
        return f" (pid {who['pid']} on {who['host']}, since {who['since']})"
    except (StoreError, KeyError, TypeError):
        return ""  # it was just taken or given back
