"""Run a program of another environment, with a time limit for it and all its children (POSIX)."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from motionbench.errors import MethodError

GRACE_SECONDS = 5.0
"""How long a program that is asked to end may clean up before it is killed."""

TAIL_LINES = 15
"""How many last lines of standard error a message quotes."""


def run_program(
    argv: Sequence[str],
    *,
    name: str,
    working_directory: Path,
    environment: Mapping[str, str],
    timeout_seconds: float,
    log_dir: Path,
) -> None:
    """Run a program to its end; its output is kept in ``log_dir`` (stdout.log, stderr.log).

    Args:
        argv: Program and arguments; no shell is involved.
        name: What messages call it.
        working_directory: Must exist.
        environment: Added to this process's own.
        timeout_seconds: Then the whole process group is ended.
        log_dir: Must exist.

    Raises:
        MethodError: It cannot be started, runs out of time, or ends with another code than 0.
    """
    stderr_path = log_dir / "stderr.log"
    with (log_dir / "stdout.log").open("wb") as stdout, stderr_path.open("wb") as stderr:
        try:
            process = subprocess.Popen(
                list(argv),
                cwd=working_directory,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise MethodError(
                f"{name} cannot be started: {argv[0]!r} in {working_directory}: {error}."
            ) from error
        try:
            code = process.wait(timeout_seconds)
        except subprocess.TimeoutExpired as error:
            end_group(process)
            raise MethodError(
                f"{name} was ended with all its children after timeout_seconds = "
                f"{timeout_seconds:g}. {_tail(stderr_path)}"
            ) from error
        except BaseException:
            # Ctrl-C must not leave a program in its own session running.
            end_group(process)
            raise
    if code != 0:
        raise MethodError(f"{name} {_ending(code)}. {_tail(stderr_path)}")


def end_group(process: "subprocess.Popen[Any]") -> None:
    """End a process that leads its own group, and everything in the group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
    # Children may have ignored the request, or outlived their parent.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _ending(code: int) -> str:
    """How a program ended, in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was killed by signal {-code} ({signal.strsignal(-code)})"


def _tail(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    if not lines:
        return f"It wrote nothing to standard error ({path})."
    return f"Last lines of its standard error ({path}):\n" + "\n".join(lines[-TAIL_LINES:])
