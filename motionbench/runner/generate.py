"""Stage one: a method makes a clip for every job of a plan, and each is stored and recorded."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from motionbench.cases import Suite
from motionbench.runner.environment import environment
from motionbench.runner.executors import LocalExecutor
from motionbench.runner.plan import Selection, plan_jobs
from motionbench.runner.progress import progress
from motionbench.runner.stored import is_unchanged
from motionbench.runner.tasks import Executor, MethodDescription, MethodReference, Task
from motionbench.store.info import RunInfo, RunSettings, SuiteSource
from motionbench.store.records import GenerationRecord, Job, PlannedJob
from motionbench.store.run import Run
from motionbench.video import encoder_identity

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """What to generate.

    Attributes:
        method: How to load the method, with options and device.
        suite: A built-in suite's name or a manifest's path, and where its files are.
        selection: Which part of the suite.
        seeds: None for the method's own: 0, or those of a folder of finished videos.
        lossless: Store clips without any loss.
        retry_failed: Try jobs again that failed before.
        command: The command line, for the record.
    """

    method: MethodReference
    suite: SuiteSource
    selection: Selection = field(default_factory=Selection)
    seeds: tuple[int, ...] | None = None
    lossless: bool = False
    retry_failed: bool = False
    command: tuple[str, ...] = ()


@dataclass(frozen=True)
class GenerateSummary:
    """What became of a request.

    Attributes:
        run: The run folder.
        planned: Jobs asked for.
        made: Jobs done now, well or not.
        failed: The records of all jobs asked for that have failed, now or before.
    """

    run: Path
    planned: int
    made: int
    failed: tuple[GenerationRecord, ...]


def generate(
    request: Request,
    out: Path,
    *,
    executor: Executor | None = None,
    show_progress: bool | None = None,
) -> GenerateSummary:
    """Make what is not there yet, into ``out/<method>--<suite>--<settings hash>``.

    The same request continues where an earlier one stopped: jobs whose clip is on disk as recorded
    are left alone, and so are failed ones unless ``retry_failed``. Interrupting loses nothing.

    Args:
        request: What to generate.
        out: Folder of run folders.
        executor: Where the method runs; None for a process on this machine.
        show_progress: None for a bar where standard error is a terminal.

    Raises:
        UsageError: An unknown method, option, suite, category, case or prompt.
        ManifestError: The suite's manifest is wrong.
        MethodError: The method cannot be loaded.
        RunLockedError: Another process is writing the run.
        DiskFullError: The disk is full.
        StoreError: The run folder cannot be used.
    """
    suite = request.suite.load()
    # Wrong arguments are found before a model is loaded.
    plan_jobs(suite, request.selection, request.seeds or (0,))
    with closing(executor or LocalExecutor(request.method)) as runner:
        method = runner.describe()
        jobs = plan_jobs(suite, request.selection, request.seeds or method.seeds)
        fresh = _describe_run(request, suite, method)
        run = Run((out / fresh.settings.folder_name()).resolve())
        with run.writing():
            info = run.open(fresh)
            seeds = {planned.seed for planned in jobs}
            run.write_info(info.with_session(request.command, seeds, _surroundings(request)))
            run.add_to_plan(jobs)
            tasks = _tasks(suite, run, _to_do(run, jobs, request), request.lossless)
            made = _record_all(run, runner, tasks, show_progress)
            return _summary(run, jobs, made)


def _describe_run(request: Request, suite: Suite, method: MethodDescription) -> RunInfo:
    """The run that a request belongs to."""
    settings = RunSettings(
        method=method.card["name"],
        version=method.card["version"],
        options=method.options,
        suite=suite.name,
        suite_version=suite.version,
        suite_sha256=suite.sha256,
        lossless=request.lossless,
        identity=method.identity,
    )
    return RunInfo.start(
        settings,
        card=method.card,
        reference=request.method.reference,
        device=request.method.device,
        suite_source=request.suite,
    )


def _surroundings(request: Request) -> dict[str, Any]:
    """The machine, and how clips are encoded on it."""
    return {**environment(), "encoder": encoder_identity(request.lossless)}


def _to_do(run: Run, jobs: Sequence[PlannedJob], request: Request) -> list[Job]:
    """Jobs without a record that stands."""
    records = run.read_generations()
    return [
        planned.job
        for planned in jobs
        if not _stands(records.get(planned.job), run, request.retry_failed)
    ]


def _stands(record: GenerationRecord | None, run: Run, retry_failed: bool) -> bool:
    """Whether a job needs no (new) attempt."""
    if record is None:
        return False
    if record.stored is None:
        return not retry_failed
    if is_unchanged(record.stored, run):
        return True
    log.warning("%s is gone or was changed since it was recorded: made again", record.stored.video)
    return False


def _tasks(suite: Suite, run: Run, jobs: Sequence[Job], lossless: bool) -> list[Task]:
    """Jobs gathered by case and seed, in the order of the jobs."""
    cases = {case.id: case for case in suite.cases}
    groups: dict[tuple[str, int], list[str]] = {}
    for job in jobs:
        groups.setdefault((job.case, job.seed), []).append(job.prompt_id)
    return [
        Task(
            case=cases[case],
            seed=seed,
            prompts=tuple(prompt for prompt in cases[case].prompts if prompt.id in prompt_ids),
            run=run.path,
            lossless=lossless,
        )
        for (case, seed), prompt_ids in groups.items()
    ]


def _record_all(
    run: Run, runner: Executor, tasks: Sequence[Task], show_progress: bool | None
) -> int:
    """Do the tasks and append a record as each job is done; how many."""
    total = sum(len(task.prompts) for task in tasks)
    records: Iterator[GenerationRecord] = runner.run(tasks)
    for record in progress(records, total=total, what="generate", show=show_progress):
        run.generations.append(record.to_json())
        if record.error is not None:
            log.warning("%s/%s-%d failed: %s", *record.job, record.error)
    return total


def _summary(run: Run, jobs: Sequence[PlannedJob], made: int) -> GenerateSummary:
    """What the records say now about the jobs asked for."""
    records = run.read_generations()
    asked = [records[planned.job] for planned in jobs]
    failed = tuple(record for record in asked if record.status == "failed")
    return GenerateSummary(run.path, len(jobs), made, failed)
