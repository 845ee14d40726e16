"""Watch what a method does besides returning a clip: files, global random state, memory."""

import gc
import os
import pickle
import random
import resource
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np


@contextmanager
def contained(folder: Path) -> Iterator[Path]:
    """Inside, relative paths lead to an empty folder, and temporary files into another.

    Args:
        folder: Where ``cwd`` and ``tmp`` are made.

    Yields:
        The empty current folder: whatever is found in it afterwards was written there.
    """
    current, temporary = folder / "cwd", folder / "tmp"
    current.mkdir()
    temporary.mkdir()
    before = Path.cwd(), os.environ.get("TMPDIR"), tempfile.tempdir
    os.chdir(current)
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
    try:
        yield current
    finally:
        os.chdir(before[0])
        tempfile.tempdir = before[2]
        if before[1] is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before[1]


class WriteWatch:
    """Notes the files that Python code opens for writing, creates or renames outside some folders.

    It listens to the interpreter's audit events, so what C libraries and other programs write stays
    unseen. Compiled bytecode and devices do not count.
    """

    def __init__(self) -> None:
        """Not listening yet."""
        self.written: set[Path] = set()
        self._allowed: tuple[Path, ...] | None = None
        self._installed = False

    @contextmanager
    def outside(self, *allowed: Path) -> Iterator[None]:
        """Forget what was noted, and listen while inside."""
        if not self._installed:
            sys.addaudithook(self)
            self._installed = True
        self.written = set()
        self._allowed = tuple(path.resolve() for path in allowed)
        try:
            yield
        finally:
            self._allowed = None

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take in one audit event."""
        allowed = self._allowed
        target = _written_path(event, arguments) if allowed is not None else None
        if allowed is None or target is None:
            return
        path = Path(target).resolve()
        ignored = (
            path.suffix == ".pyc" or path.name == "__pycache__" or Path("/dev") in path.parents
        )
        if not ignored and not any(path.is_relative_to(folder) for folder in allowed):
            self.written.add(path)


WRITES = WriteWatch()
"""One for the process: an audit hook cannot be taken back, only told to stop listening."""


def random_states() -> dict[str, bytes]:
    """The state of every global random generator there is by now, by the name users know."""
    states = {
        "random": pickle.dumps(random.getstate()),
        "numpy.random": pickle.dumps(np.random.get_state()),  # noqa: NPY002 - it is what we watch
    }
    torch = sys.modules.get("torch")
    if torch is not None:
        states["torch"] = torch.get_rng_state().numpy().tobytes()
        if torch.cuda.is_initialized():
            states["torch.cuda"] = b"".join(
                state.numpy().tobytes() for state in torch.cuda.get_rng_state_all()
            )
    return states


def memory_in_use() -> dict[str, int]:
    """Bytes in use now, garbage collected first, by kind.

    ``process`` is everything; ``python`` what Python and NumPy allocated (while ``tracemalloc`` is
    on); ``gpu`` what torch holds there (once it is used). Where the system has no ``/proc``
    (macOS), ``process`` is the peak so far: it shows growth just as well, as long as nothing bigger
    came before.
    """
    gc.collect()
    used = {"process": _process_bytes(), "python": tracemalloc.get_traced_memory()[0], "gpu": 0}
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        used["gpu"] = torch.cuda.memory_allocated()
    return used


def _process_bytes() -> int:
    statistics = Path("/proc/self/statm")
    if statistics.exists():
        return int(statistics.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _written_path(event: str, arguments: tuple[Any, ...]) -> str | None:
    """The path that an audit event writes to, or None if it writes nothing."""
    if event == "open":
        path, mode, flags = arguments
        writes = set("wxa+") & set(mode) if isinstance(mode, str) else flags & _WRITE_FLAGS
    else:
        path = arguments[_PATH_ARGUMENT[event]] if event in _PATH_ARGUMENT else None
        writes = True
    # A number is a file that is open already.
    if not writes or path is None or isinstance(path, int):
        return None
    return os.fsdecode(path)


_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT

_PATH_ARGUMENT = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1, "os.truncate": 0}
