"""What a piece of work cost: wall time and memory."""

import contextlib
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MIB = 2**20

_RESET_HIGH_WATER = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Cost:
    """What a block cost.

    Attributes:
        seconds: Wall time.
        peak_rss_mib: Most memory that this process, or a program that it ran and waited for, held.
            Where the high-water mark cannot be reset (it can on Linux, unless a container forbids
            it), and for programs that were run, it covers the process's whole life: an upper bound.
        peak_cuda_mib: Most CUDA memory allocated by torch, all devices together; None if CUDA was
            not used.
    """

    seconds: float
    peak_rss_mib: float
    peak_cuda_mib: float | None


class Meter:
    """Context manager; ``cost`` is there once the block has ended without an error."""

    cost: Cost

    def __enter__(self) -> "Meter":
        """Set all marks back."""
        _reset_high_water()
        cuda = _cuda()
        if cuda is not None:
            for device in range(cuda.device_count()):
                cuda.reset_peak_memory_stats(device)
        self._children_seconds = _children_seconds()
        self._start = time.perf_counter()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Read all marks."""
        if kind is not None:
            return
        cuda = _cuda()
        peak_cuda = None if cuda is None else _cuda_peak(cuda)
        seconds = time.perf_counter() - self._start
        ran_programs = _children_seconds() > self._children_seconds
        self.cost = Cost(seconds, _peak_rss(ran_programs), peak_cuda)


def _cuda() -> Any:
    """``torch.cuda`` if the code under the meter has loaded torch and uses CUDA, else None."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_initialized() else None


def _cuda_peak(cuda: Any) -> float:
    """MiB over all devices, after all queued work has ended."""
    peak = 0.0
    for device in range(cuda.device_count()):
        cuda.synchronize(device)
        peak += cuda.max_memory_allocated(device) / MIB
    return peak


def _reset_high_water() -> None:
    """Make the kernel forget the most memory this process ever held (proc(5), VmHWM)."""
    # Not Linux, or a container that forbids it: the mark then covers the whole life, see ``Cost``.
    with contextlib.suppress(OSError):
        _RESET_HIGH_WATER.write_text("5")


def _peak_rss(with_programs: bool) -> float:
    """MiB; see ``Cost``."""
    own = _high_water()
    if not with_programs:
        return own
    return max(own, _max_rss(resource.RUSAGE_CHILDREN))


def _high_water() -> float:
    """This process's own high-water mark in MiB."""
    if not _STATUS.exists():
        return _max_rss(resource.RUSAGE_SELF)
    lines = _STATUS.read_text().splitlines()
    kib = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return kib / 1024


def _max_rss(who: int) -> float:
    """``getrusage``'s mark in MiB; macOS counts in bytes, others in KiB."""
    unit = MIB if sys.platform == "darwin" else 1024
    return resource.getrusage(who).ru_maxrss / unit


def _children_seconds() -> float:
    """Processor time of the programs that ended and were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
