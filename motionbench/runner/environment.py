"""Where a command ran: code, packages, machine. Recorded, never compared."""

import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import motionbench

TIMEOUT_SECONDS = 10


def environment() -> dict[str, Any]:
    """Python, platform, packages, hardware and the project's commit, ready for JSON."""
    return {
        "motionbench": motionbench.__version__,
        "git": _git(Path(motionbench.__file__).parent),
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "host": platform.node(),
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "memory_mib": _memory_mib(),
        "gpus": _gpus(),
        "packages": _packages(),
    }


def _git(folder: Path) -> dict[str, Any] | None:
    """Commit and dirty flag of the checkout that the package runs from; None if it is installed."""
    if not (folder.parent / ".git").exists() or shutil.which("git") is None:
        return None
    commit = _output("git", "-C", str(folder), "rev-parse", "HEAD")
    changes = _output("git", "-C", str(folder), "status", "--porcelain", "--untracked-files=no")
    return None if commit is None else {"commit": commit, "dirty": bool(changes)}


def _gpus() -> list[str]:
    """Name, memory and driver of each NVIDIA GPU."""
    if shutil.which("nvidia-smi") is None:
        return []
    query = "--query-gpu=name,memory.total,driver_version"
    return (_output("nvidia-smi", query, "--format=csv,noheader") or "").splitlines()


def _output(*command: str) -> str | None:
    """What a program prints; None if it fails or hangs."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _cpu_name() -> str:
    """The processor's name as the system tells it."""
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _memory_mib() -> int:
    """Physical memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


@cache
def _packages() -> dict[str, str]:
    """Version of every installed distribution; reading them takes a third of a second."""
    named = ((dist.metadata["Name"], dist) for dist in distributions())
    # What an installation that broke off left behind has no name, and no version.
    return dict(sorted((name, dist.version) for name, dist in named if name))
