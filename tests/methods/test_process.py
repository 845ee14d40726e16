"""Programs of another environment: time limit, exit codes, children."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from motionbench.errors import MethodError
from motionbench.methods import process
from motionbench.methods.process import run_program


def run(code: str, log_dir: Path, *, timeout_seconds: float = 30.0, **environment: str) -> None:
    run_program(
        [sys.executable, "-I", "-S", "-c", code],
        name="The tool",
        working_directory=log_dir,
        environment=environment,
        timeout_seconds=timeout_seconds,
        log_dir=log_dir,
    )


def gone(pid: int) -> bool:
    """Whether a process no longer runs; one that nobody has waited for yet counts as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


def wait_until_gone(pid: int) -> bool:
    """The kernel delivers a kill when it gets to it."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if gone(pid):
            return True
    return False


def test_output_is_kept_and_the_environment_is_added(tmp_path: Path) -> None:
    run(
        "import os, sys; print(os.getcwd(), os.environ['A'], 'PATH' in os.environ);"
        "print('careful', file=sys.stderr)",
        tmp_path,
        A="b c",
    )
    assert (tmp_path / "stdout.log").read_text() == f"{tmp_path} b c True\n"
    assert (tmp_path / "stderr.log").read_text() == "careful\n"


def test_nothing_can_be_typed_in(tmp_path: Path) -> None:
    run("import sys; print(repr(sys.stdin.read()))", tmp_path)
    assert (tmp_path / "stdout.log").read_text() == "''\n"


def test_an_exit_code_comes_with_the_last_lines_of_stderr(tmp_path: Path) -> None:
    code = "import sys\nfor i in range(40): print(f'line {i}', file=sys.stderr)\nsys.exit(3)"
    with pytest.raises(MethodError) as caught:
        run(code, tmp_path)
    message = str(caught.value)
    assert "The tool ended with exit code 3" in message
    assert message.endswith("line 38\nline 39")
    assert "line 24\n" not in message
    assert str(tmp_path / "stderr.log") in message


def test_a_silent_failure_is_said_to_be_silent(tmp_path: Path) -> None:
    with pytest.raises(MethodError, match=r"exit code 1.*wrote nothing to standard error"):
        run("raise SystemExit(1)", tmp_path)


def test_a_crash_names_the_signal(tmp_path: Path) -> None:
    with pytest.raises(MethodError, match=r"killed by signal 6 \(Aborted\)"):
        run("import os; os.abort()", tmp_path)


def test_stderr_that_is_no_text_is_shown_all_the_same(tmp_path: Path) -> None:
    with pytest.raises(MethodError, match="bad \ufffd byte"):
        run("import os; os.write(2, b'bad \\xff byte'); raise SystemExit(1)", tmp_path)


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        MethodError, match=r"cannot be started: 'no-such-program' in .*No such file"
    ):
        run_program(
            ["no-such-program"],
            name="The tool",
            working_directory=tmp_path,
            environment={},
            timeout_seconds=5.0,
            log_dir=tmp_path,
        )


def test_out_of_time_is_reported_and_the_program_ended(tmp_path: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(MethodError, match=r"ended with all its children.*timeout_seconds = 0\.3"):
        run("import time; time.sleep(60)", tmp_path, timeout_seconds=0.3)
    assert time.monotonic() - begin < 30


def start(code: str) -> tuple["subprocess.Popen[str]", list[int]]:
    """Start a program that leads its own group; it prints process ids once it is ready."""
    program = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert program.stdout is not None
    with program.stdout as stdout:
        return program, [int(pid) for pid in stdout.readline().split()]


def test_children_that_ignore_the_request_to_end_are_killed() -> None:
    # As a data loader in a deadlock would.
    program, pids = start(
        "import os, signal, time\n"
        "ready, tell = os.pipe()\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    os.write(tell, b'x')\n"
        "else:\n"
        "    os.read(ready, 1)\n"
        "    print(pid, os.getpid(), flush=True)\n"
        "time.sleep(60)\n"
    )
    process.end_group(program)
    assert len(pids) == 2
    assert all(wait_until_gone(pid) for pid in pids)


def test_a_program_that_ignores_the_request_to_end_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.1)
    program, pids = start(
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(os.getpid(), flush=True)\n"
        "time.sleep(60)\n"
    )
    process.end_group(program)
    assert program.returncode == -signal.SIGKILL
    assert wait_until_gone(*pids)


def test_a_program_that_has_ended_already_is_no_trouble() -> None:
    program, _ = start("print()")
    program.wait()
    process.end_group(program)


def test_an_interrupt_ends_the_program_too(tmp_path: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(
                "import os, signal, time\n"
                "print(os.getpid(), flush=True)\n"
                "os.kill(os.getppid(), signal.SIGALRM)\n"
                "time.sleep(60)\n",
                tmp_path,
            )
    finally:
        signal.signal(signal.SIGALRM, before)
    assert wait_until_gone(int((tmp_path / "stdout.log").read_text()))
