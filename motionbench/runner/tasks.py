"""What passes between the driver and whoever runs the method: plain data only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from motionbench.cases import Case, Prompt
from motionbench.store.info import now
from motionbench.store.records import GenerationRecord


@dataclass(frozen=True)
class MethodReference:
    """How to load a method, in any process.

    Attributes:
        reference: A name, ``module:Class``, file, recipe or folder.
        options: Its options as given.
        device: A torch device name.
    """

    reference: str
    options: dict[str, Any] = field(default_factory=dict)
    device: str = "cpu"


@dataclass(frozen=True)
class MethodDescription:
    """What a loaded method says of itself.

    Attributes:
        card: Its card, as a dictionary.
        options: All of its options, resolved.
        identity: Hashes of what else decides its clips.
        seeds: The seeds to run when nobody asks for others.
    """

    card: dict[str, Any]
    options: dict[str, Any]
    identity: dict[str, Any]
    seeds: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Task:
    """One case and seed: the reference is adapted to once, then each prompt is generated.

    Attributes:
        case: The case.
        seed: The seed of everything.
        prompts: What to generate, at least one.
        run: The run folder, absolute; records name their videos relative to it.
        lossless: How clips are stored.
    """

    case: Case
    seed: int
    prompts: tuple[Prompt, ...]
    run: Path
    lossless: bool


@runtime_checkable
class Executor(Protocol):
    """Runs tasks somewhere and yields a record for each job, as it is done.

    Records are the driver's to write: an executor writes videos only.
    """

    def describe(self) -> MethodDescription:
        """Load the method.

        Raises:
            MotionBenchError: It cannot be loaded.
        """

    def run(self, tasks: Sequence[Task]) -> Iterator[GenerationRecord]:
        """Do the tasks; a job that fails gives a record that says so.

        Raises:
            DiskFullError: A clip does not fit on the disk.
        """

    def close(self) -> None:
        """End everything that was started, at once."""


def record_of(task: Task, prompt: Prompt, **outcome: Any) -> GenerationRecord:
    """The record of one job, with the case's and the prompt's fields filled in."""
    return GenerationRecord(
        case=task.case.id,
        category=task.case.category,
        prompt_id=prompt.id,
        kind=prompt.kind,
        prompt=prompt.text,
        seed=task.seed,
        finished=now(),
        **outcome,
    )


def failure(
    task: Task, prompt: Prompt, error: str, traceback: str | None = None
) -> GenerationRecord:
    """The record of a job that failed."""
    return record_of(task, prompt, status="failed", error=error, traceback=traceback)
