"""Where a method runs. Here: in one process of its own on this machine."""

import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from motionbench import errors
from motionbench.errors import DiskFullError, MethodError, MotionBenchError
from motionbench.runner import worker
from motionbench.runner.tasks import MethodDescription, MethodReference, Task, failure
from motionbench.store.records import GenerationRecord

_GONE = (EOFError, ConnectionError)
"""What talking to a process that has died raises."""


class LocalExecutor:
    """Runs tasks one after another in one worker process.

    The worker loads the method once. If it dies, the job at hand becomes a failure record and a
    fresh worker goes on with the next.

    Args:
        method: The method; the worker loads it.
    """

    def __init__(self, method: MethodReference) -> None:
        self._method = method
        self._folder = tempfile.TemporaryDirectory(prefix="motionbench-")
        self._crash_file = Path(self._folder.name) / "stack.txt"
        self._worker: _Worker | None = None

    def describe(self) -> MethodDescription:
        """See ``Executor``: starts the worker.

        Raises:
            MotionBenchError: The method cannot be loaded; the worker's own error.
        """
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=worker.main,
            args=(theirs, self._method, self._crash_file),
            name="motionbench-method",
        )
        process.start()
        theirs.close()
        self._worker = _Worker(process, ours)
        try:
            message = self._worker.receive()
        except _GONE:
            error, stack = self._bury()
            raise MethodError(
                f"{error} while {self._method.reference!r} was loaded. {stack or ''}".rstrip()
            ) from None
        if message.kind == "refused":
            name, text = message.content
            kind: type[MotionBenchError] = getattr(errors, name)
            raise kind(text)
        description: MethodDescription = message.content
        return description

    def run(self, tasks: Sequence[Task]) -> Iterator[GenerationRecord]:
        """See ``Executor``."""
        for task in tasks:
            left = task.prompts
            while left:
                if self._worker is None:
                    self.describe()
                for record in self._attempt(replace(task, prompts=left)):
                    yield record
                    left = tuple(prompt for prompt in left if prompt.id != record.prompt_id)

    def close(self) -> None:
        """See ``Executor``."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None
        self._folder.cleanup()

    def _attempt(self, task: Task) -> Iterator[GenerationRecord]:
        """Send one task and yield what comes back, until it is done or the worker has died."""
        at_hand = task.prompts
        try:
            for message in self._messages(task):
                if message.kind == "disk_full":
                    raise DiskFullError(
                        f"The disk is full: {message.content} Every complete record is kept. Free "
                        "some space, then repeat the same command; it continues where it stopped."
                    )
                if message.kind == "generating":
                    at_hand = tuple(p for p in task.prompts if p.id == message.content)
                else:
                    at_hand = ()
                    yield message.content
        except _GONE:
            error, stack = self._bury()
            for prompt in at_hand:
                yield failure(task, prompt, f"{error}.", stack)

    def _messages(self, task: Task) -> Iterator[worker.Message]:
        """What the worker says about a task before it is done."""
        assert self._worker is not None
        self._worker.send(task)
        while (message := self._worker.receive()).kind != "done":
            yield message

    def _bury(self) -> tuple[str, str | None]:
        """How the worker ended, and where its interpreter was; forgets it."""
        assert self._worker is not None
        code = self._worker.exit_code()
        self._worker = None
        stack = self._crash_file.read_text() if self._crash_file.exists() else ""
        # The next worker may die before it opens the file anew.
        self._crash_file.unlink(missing_ok=True)
        return _epitaph(code), stack or None


@dataclass
class _Worker:
    """A worker process and the pipe to it.

    Attributes:
        process: The process.
        pipe: Tasks go in, messages come out.
        busy: Whether it was given something that it has not finished.
    """

    process: BaseProcess
    pipe: Connection
    busy: bool = True

    def send(self, task: Task) -> None:
        """Give it work."""
        self.busy = True
        self.pipe.send(task)

    def receive(self) -> worker.Message:
        """Wait for what it has to say."""
        message: worker.Message = self.pipe.recv()
        self.busy = message.kind not in ("ready", "refused", "done")
        return message

    def exit_code(self) -> int:
        """How it ended after it hung up; negative for a signal."""
        self._end_now()
        return self.process.exitcode or 0

    def end(self) -> None:
        """End it, with time to end the programs that it runs."""
        if self.busy and self.process.pid is not None:
            os.kill(self.process.pid, signal.SIGINT)
        else:
            self.pipe.close()
        self._end_now()

    def _end_now(self) -> None:
        """Wait a little for the end, then make it."""
        self.process.join(worker.SECONDS_TO_END)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.pipe.close()


def _epitaph(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"The method's process ended with exit code {code}"
    names = {known.value: known.name for known in signal.Signals}
    why = " (often: out of memory)" if -code == signal.SIGKILL else ""
    return f"The method's process ended with signal {names.get(-code, -code)}{why}"
