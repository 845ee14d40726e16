"""The process that a method lives in: whatever it does there, the records survive."""

import contextlib
import faulthandler
import os
import signal
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any, NamedTuple

from motionbench import errors
from motionbench.cases import Clip, Prompt
from motionbench.conform import Conformed, conform
from motionbench.errors import MotionBenchError, UnknownNameError
from motionbench.files import disk_full_cause
from motionbench.manifest import load_reference
from motionbench.methods.base import Adapted, Method
from motionbench.methods.options import resolved_options
from motionbench.methods.output import check_output
from motionbench.methods.precomputed import Precomputed
from motionbench.methods.registry import load_method
from motionbench.runner.meter import Cost, Meter
from motionbench.runner.stored import describe_video, finished_video
from motionbench.runner.tasks import (
    MethodDescription,
    MethodReference,
    Task,
    failure,
    record_of,
)
from motionbench.store.records import Cut, GenerationRecord, Job
from motionbench.store.run import Run
from motionbench.video import encode, file_sha256, suffix

SECONDS_TO_END = 5.0
"""How long an interrupted worker may take to clean up before it is killed."""


class Message(NamedTuple):
    """What a worker tells its driver.

    Attributes:
        kind: ``ready`` (a MethodDescription), ``refused`` (name of an error class, text),
            ``generating`` (prompt id), ``record`` (a GenerationRecord),
            ``disk_full`` (text) or ``done``.
        content: See ``kind``.
    """

    kind: str
    content: Any = None


def main(driver: connection.Connection, reference: MethodReference, crash_file: Path) -> None:
    """Load a method, then do tasks until the driver hangs up.

    Args:
        driver: Two-way pipe of tasks and messages.
        reference: The method.
        crash_file: Where the interpreter writes its stack if the process is killed by a fault.
    """
    # Methods print; the driver's standard output belongs to its results.
    os.dup2(2, 1)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with crash_file.open("w") as stack:
        faulthandler.enable(stack)
        try:
            _serve(driver, reference)
        except (EOFError, ConnectionError, KeyboardInterrupt):
            # The driver hung up. A second Ctrl-C must not disturb the end.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        finally:
            faulthandler.disable()


def _serve(driver: connection.Connection, reference: MethodReference) -> None:
    """The worker's life."""
    try:
        method = load_method(
            reference.reference, options=reference.options, device=reference.device
        )
        description = describe(method, reference.reference)
    except MotionBenchError as error:
        driver.send(Message("refused", (_public_class(error), str(error))))
        return
    driver.send(Message("ready", description))
    while True:
        for message in attempt(method, driver.recv()):
            driver.send(message)
        driver.send(Message("done"))


def describe(method: Method | Precomputed, reference: str) -> MethodDescription:
    """What a loaded method says of itself."""
    file, _, _ = reference.rpartition(":")
    # A file under work changes more often than the version in it.
    source = {"file_sha256": file_sha256(Path(file))} if file.endswith(".py") else {}
    return MethodDescription(
        card=asdict(method.card),
        options=resolved_options(method.config),
        identity={**source, **method.identity()},
        seeds=method.seeds if isinstance(method, Precomputed) else (0,),
    )


def attempt(method: Method | Precomputed, task: Task) -> Iterator[Message]:
    """Do one task; errors become records."""
    return _find(method, task) if isinstance(method, Precomputed) else _make(method, task)


def _find(source: Precomputed, task: Task) -> Iterator[Message]:
    """Describe the finished clip of each prompt."""
    for prompt in task.prompts:
        yield Message("generating", prompt.id)
        yield _find_one(source, task, prompt)


def _find_one(source: Precomputed, task: Task, prompt: Prompt) -> Message:
    """Describe the finished clip of one prompt."""
    try:
        path = source.video_for(task.case.id, prompt, task.seed)
        return Message("record", finished_video(task, prompt, path))
    except Exception as error:
        return _failed(task, prompt, error)


class _Ready(NamedTuple):
    """A method that has adapted to a reference; ``resumed`` if an earlier attempt had begun to."""

    conformed: Conformed
    adapted: Adapted
    cost: Cost
    work_dir: Path
    resumed: bool


def _make(method: Method, task: Task) -> Iterator[Message]:
    """Adapt once and generate each prompt."""
    try:
        ready = _adapt(method, task)
    except Exception as error:
        for prompt in task.prompts:
            yield _failed(task, prompt, error)
        return
    for prompt in task.prompts:
        yield Message("generating", prompt.id)
        yield _generate(method, task, prompt, ready)
    with contextlib.suppress(OSError):
        ready.work_dir.rmdir()  # only if nothing was written there


def _adapt(method: Method, task: Task) -> _Ready:
    """Let the method see the reference."""
    conformed = conform(load_reference(task.case), method.video_spec)
    work_dir = Run(task.run).work_dir(task.case.id, task.seed)
    work_dir.mkdir(parents=True, exist_ok=True)
    resumed = any(work_dir.iterdir())
    with Meter() as meter:
        adapted = method.adapt(conformed.clip, task.case.caption, seed=task.seed, work_dir=work_dir)
    return _Ready(conformed, adapted, meter.cost, work_dir, resumed)


def _generate(method: Method, task: Task, prompt: Prompt, ready: _Ready) -> Message:
    """Make and store one clip."""
    try:
        with Meter() as meter:
            made = method.generate(ready.adapted, prompt.text, seed=task.seed)
        clip = check_output(made, reference=ready.conformed.clip)
        return Message("record", _store(clip, task, prompt, ready, meter.cost))
    except Exception as error:
        return _failed(task, prompt, error)


def _store(clip: Clip, task: Task, prompt: Prompt, ready: _Ready, cost: Cost) -> GenerationRecord:
    """Write a clip and describe what was written."""
    run = Run(task.run)
    path = run.video(Job(task.case.id, prompt.id, task.seed), suffix(task.lossless))
    path.parent.mkdir(parents=True, exist_ok=True)
    encode(clip, path, lossless=task.lossless)
    conformed = ready.conformed
    return record_of(
        task,
        prompt,
        status="ok",
        stored=describe_video(path, run),
        conform=Cut(tuple(conformed.frame_indices), conformed.crop, conformed.size),
        # What an earlier attempt had done is not in this one's time.
        seconds_adapt=None if ready.resumed else ready.cost.seconds,
        seconds_generate=cost.seconds,
        peak_rss_mib=max(ready.cost.peak_rss_mib, cost.peak_rss_mib),
        peak_cuda_mib=_most(ready.cost.peak_cuda_mib, cost.peak_cuda_mib),
    )


def _failed(task: Task, prompt: Prompt, error: Exception) -> Message:
    """An error as a message: a full disk ends the run, anything else is this job's alone."""
    full = disk_full_cause(error)
    if full is not None:
        return Message("disk_full", f"{full}.")
    text = str(error) if isinstance(error, MotionBenchError) else f"{type(error).__name__}: {error}"
    stack = "".join(traceback.format_exception(error))
    return Message("record", failure(task, prompt, text, stack))


def _public_class(error: MotionBenchError) -> str:
    """The nearest class of the public tree that is made from a message alone."""
    return next(
        kind.__name__
        for kind in type(error).__mro__
        if kind.__module__ == errors.__name__ and kind is not UnknownNameError
    )


def _most(first: float | None, second: float | None) -> float | None:
    """The larger of two marks, of which either may not exist."""
    known = [mark for mark in (first, second) if mark is not None]
    return max(known, default=None)


def _end_with_parent() -> None:
    """End this process when the driver is gone, so that no orphan keeps a GPU or writes videos."""
    parent = parent_process()
    if parent is None:
        return
    connection.wait([parent.sentinel])
    # As if by Ctrl-C: programs that the method runs are ended with it.
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(SECONDS_TO_END)
    os._exit(1)
