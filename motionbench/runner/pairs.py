"""Videos made elsewhere, listed in a file, as runs like any other: one per method."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from motionbench.cases import Suite
from motionbench.errors import MotionBenchError, StoreError
from motionbench.files import disk_full_cause
from motionbench.manifest import load_suite, write_suite
from motionbench.methods.base import MethodCard
from motionbench.pairs import Pair, read_pairs
from motionbench.runner.environment import environment
from motionbench.runner.progress import progress
from motionbench.runner.stored import finished_video, is_unchanged, relative
from motionbench.runner.tasks import Task, failure
from motionbench.store.info import RunInfo, RunSettings, SuiteSource, slug
from motionbench.store.records import GenerationRecord, Job, PlannedJob
from motionbench.store.run import Run

SUITE_FILE = "suite.yaml"


def register_pairs(
    path: Path, out: Path, *, command: Sequence[str] = (), show_progress: bool | None = None
) -> list[Path]:
    """Make a run of each method that a pairs file names, its videos where they are.

    The references become a suite, ``out/suite.yaml``, so that other methods (controls above all)
    can be run on them and stand on the same board. Repeating the command registers what is new or
    was changed. A video that cannot be decoded becomes a failure record.

    Args:
        path: CSV or JSON Lines (``motionbench.pairs``).
        out: Folder of run folders.
        command: The command line, for the record.
        show_progress: None for a bar where standard error is a terminal.

    Returns:
        The run folders, in the order in which the methods first appear.

    Raises:
        ManifestError: The pairs file is wrong.
        StoreError: ``out`` holds another suite.
        RunLockedError: Another process is writing one of the runs.
        DiskFullError: The disk is full.
    """
    suite, pairs = read_pairs(path)
    manifest = (out / SUITE_FILE).resolve()
    _write_suite_once(suite, manifest, path)
    surroundings = environment()
    methods: dict[str, list[Pair]] = {}
    for pair in pairs:
        methods.setdefault(pair.method, []).append(pair)
    folders = []
    bar = progress(methods.items(), total=len(methods), what="register", show=show_progress)
    for method, own in bar:
        fresh = _describe_run(method, suite, path, SuiteSource(str(manifest)))
        run = Run((out / fresh.settings.folder_name()).resolve())
        with run.writing():
            info = run.open(fresh)
            seeds = {pair.seed for pair in own}
            run.write_info(info.with_session(command, seeds, surroundings))
            tasks = _tasks(suite, own, run)
            run.add_to_plan(_planned(task) for task, _ in tasks)
            for record in _new_records(tasks, run):
                run.generations.append(record.to_json())
        folders.append(run.path)
    return folders


def _write_suite_once(suite: Suite, manifest: Path, pairs: Path) -> None:
    """Write the references' suite, unless it is there; another one is refused."""
    if not manifest.exists():
        manifest.parent.mkdir(parents=True, exist_ok=True)
        write_suite(suite, manifest)
    elif load_suite(str(manifest)).sha256 != suite.sha256:
        raise StoreError(
            f"{manifest} was written for other references or prompts than {pairs} lists now. "
            "Choose another --out, or remove that folder."
        )


def _describe_run(method: str, suite: Suite, pairs: Path, source: SuiteSource) -> RunInfo:
    """The run of one method."""
    card = MethodCard(
        name=slug(method),
        version="unknown",
        summary="Videos made elsewhere.",
        licence="unknown",
    )
    settings = RunSettings(
        method=method,
        version=card.version,
        options={},
        suite=suite.name,
        suite_version=suite.version,
        suite_sha256=suite.sha256,
    )
    return RunInfo.start(
        settings,
        card=asdict(card),
        reference=str(pairs.resolve()),
        device="",
        suite_source=source,
    )


def _tasks(suite: Suite, pairs: Sequence[Pair], run: Run) -> list[tuple[Task, Path]]:
    """Each pair as a task of one prompt, with its video."""
    cases = {case.id: case for case in suite.cases}
    tasks = []
    for pair in pairs:
        case = cases[pair.case_id]
        prompts = tuple(prompt for prompt in case.prompts if prompt.id == pair.prompt_id)
        tasks.append((Task(case, pair.seed, prompts, run.path, lossless=False), pair.video))
    return tasks


def _planned(task: Task) -> PlannedJob:
    """A task of one prompt as the plan keeps it."""
    (prompt,) = task.prompts
    return PlannedJob(task.case.id, task.case.category, prompt.id, prompt.kind, task.seed)


def _new_records(tasks: Sequence[tuple[Task, Path]], run: Run) -> Iterator[GenerationRecord]:
    """Records of the videos that have none that stands."""
    known = run.read_generations()
    for task, video in tasks:
        (prompt,) = task.prompts
        record = known.get(Job(task.case.id, prompt.id, task.seed))
        if not _stands(record, video, run):
            yield _register(task, video)


def _stands(record: GenerationRecord | None, video: Path, run: Run) -> bool:
    """Whether a record is of this video as it is now."""
    if record is None or record.stored is None:
        return False
    same_place = record.stored.video == relative(video, run.path)
    return same_place and is_unchanged(record.stored, run)


def _register(task: Task, video: Path) -> GenerationRecord:
    """The record of one video."""
    (prompt,) = task.prompts
    try:
        return finished_video(task, prompt, video)
    except MotionBenchError as error:
        if disk_full_cause(error) is not None:
            raise
        return failure(task, prompt, str(error))
