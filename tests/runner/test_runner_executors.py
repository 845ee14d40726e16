"""A method's process may end in any way; the run goes on."""

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from runner_doubles import METHODS, moving_square

from motionbench.cases import Case, FileSource, Prompt
from motionbench.errors import DiskFullError, MethodError, UnknownNameError, UsageError
from motionbench.runner.executors import LocalExecutor
from motionbench.runner.tasks import MethodReference, Task, record_of
from motionbench.runner.worker import Message
from motionbench.video import encode


@pytest.fixture
def make_task(tmp_path: Path):
    path = tmp_path / "reference.mkv"
    encode(moving_square(), path, lossless=True)

    def make(*prompts: str, caption: str = "a square") -> Task:
        asked = tuple(Prompt(f"p{index}", "free", text) for index, text in enumerate(prompts))
        return Task(
            Case("one", "camera", caption, asked, FileSource(path)), 0, asked, tmp_path, False
        )

    return make


def run(method: str, *tasks: Task) -> list[tuple[str, str, str | None]]:
    executor = LocalExecutor(MethodReference(f"{METHODS}:{method}"))
    with contextlib.closing(executor):
        return [(r.prompt_id, r.status, r.error) for r in executor.run(tasks)]


def test_a_process_that_ends_costs_the_prompt_at_hand(make_task):
    found = run("Faulty", make_task("a dog", "exit", "a cat", "quit"), make_task("fault", "a cow"))
    assert found == [
        ("p0", "ok", None),
        ("p1", "failed", "The method's process ended with exit code 3."),
        ("p2", "ok", None),
        ("p3", "failed", "The method's process ended with exit code 1."),
        ("p0", "failed", "The method's process ended with signal SIGABRT."),
        ("p1", "ok", None),
    ]


def test_a_process_that_ends_while_adapting_costs_all_prompts(make_task):
    found = run("FaultyAdapt", make_task("a", "b", caption="exit"), make_task("c"))
    assert found == [
        ("p0", "failed", "The method's process ended with exit code 3."),
        ("p1", "failed", "The method's process ended with exit code 3."),
        ("p0", "ok", None),
    ]


class Scripted:
    """A worker that says what it is told to, then is gone."""

    def __init__(self, *messages: Message) -> None:
        self.messages = list(messages)

    def send(self, task: Task) -> None:
        self.task = task

    def receive(self) -> Message:
        if not self.messages:
            raise EOFError
        return self.messages.pop(0)

    def exit_code(self) -> int:
        return 5

    def end(self) -> None:
        """Nothing runs."""


def test_a_process_that_ends_between_two_prompts_costs_none(make_task, monkeypatch):
    task = make_task("a", "b")
    first, second = (record_of(task, prompt, status="ok") for prompt in task.prompts)
    workers = [
        Scripted(Message("generating", "p0"), Message("record", first)),
        Scripted(Message("generating", "p1"), Message("record", second), Message("done")),
    ]
    scripted = list(workers)
    executor = LocalExecutor(MethodReference("unused"))
    monkeypatch.setattr(executor, "describe", lambda: setattr(executor, "_worker", scripted.pop(0)))
    with contextlib.closing(executor):
        assert list(executor.run([task])) == [first, second]
    assert [worker.task.prompts for worker in workers] == [task.prompts, task.prompts[1:]]


def test_a_crash_leaves_the_stack(make_task):
    executor = LocalExecutor(MethodReference(f"{METHODS}:Faulty"))
    with contextlib.closing(executor):
        (record,) = executor.run([make_task("fault")])
    assert "Fatal Python error: Aborted" in (record.traceback or "")
    assert "sample_methods.py" in (record.traceback or "")


def test_a_full_disk_ends_the_run(make_task):
    with pytest.raises(DiskFullError, match=r"disk is full: .*No space left.*repeat the same"):
        run("Faulty", make_task("a dog", "full"))


def test_methods_that_cannot_be_loaded_are_refused_with_their_own_error():
    def describe(reference: str, **options: str) -> None:
        executor = LocalExecutor(MethodReference(reference, options))
        with contextlib.closing(executor):
            executor.describe()

    with pytest.raises(UsageError, match="Unknown method 'plian'") as caught:
        describe("plian")
    assert not isinstance(caught.value, UnknownNameError), "its list of names stays in the worker"
    with pytest.raises(UsageError, match="Did you mean 'brightness'"):
        describe(f"{METHODS}:Plain", brightnes="3")
    with pytest.raises(MethodError, match=r"exit code 4 while '.*Unloadable' was loaded"):
        describe(f"{METHODS}:Unloadable")


DRIVER = """
import contextlib, signal, sys
from pathlib import Path
from motionbench.cases import Case, FileSource, Prompt
from motionbench.runner.executors import LocalExecutor
from motionbench.runner.tasks import MethodReference, Task, record_of
from motionbench.runner.worker import Message

if __name__ == "__main__":
    # A suite started in the background inherits that interrupts are ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    methods, reference, run, prompt = sys.argv[1:]
    prompts = (Prompt("p0", "free", "a dog"), Prompt("p1", "free", prompt))
    case = Case("one", "camera", "a square", prompts, FileSource(Path(reference)))
    executor = LocalExecutor(MethodReference(methods))
    with contextlib.closing(executor):
        for record in executor.run([Task(case, 0, prompts, Path(run), False)]):
            print(record.status, flush=True)
"""


def drive(method: str, prompt: str, tmp_path: Path) -> subprocess.Popen:
    script = tmp_path / "driver.py"
    script.write_text(DRIVER)
    reference = tmp_path / "reference.mkv"
    encode(moving_square(), reference, lossless=True)
    arguments = [f"{METHODS}:{method}", str(reference), str(tmp_path / "run"), prompt]
    return subprocess.Popen(
        [sys.executable, str(script), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_its_driver(tmp_path, how):
    with drive("Faulty", "hang", tmp_path) as driver:
        assert driver.stdout.readline() == "ok\n"
        driver.send_signal(how)
        # The worker holds the same pipe: this returns when both are gone.
        driver.communicate(timeout=20)
    assert driver.returncode != 0


def test_what_a_method_prints_stays_off_standard_output(tmp_path):
    with drive("Talkative", "a cat", tmp_path) as driver:
        out, err = driver.communicate()
    assert out == "ok\nok\n"
    assert "printed by a method" in err
    assert "written by a method" in err
