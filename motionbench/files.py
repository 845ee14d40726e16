"""Writing so that a crash or a full disk loses nothing that was complete."""

import errno
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from motionbench.errors import DiskFullError, StoreError


def default_data_dir() -> Path:
    """Where fetched footage is kept: ``$MOTIONBENCH_DATA``, or ``~/.local/share/motionbench``."""
    chosen = os.environ.get("MOTIONBENCH_DATA")
    return Path(chosen) if chosen else Path.home() / ".local" / "share" / "motionbench"


def disk_full_cause(error: BaseException | None) -> BaseException | None:
    """The error that says that no space is left: ``error``, or one it was raised from; or None."""
    while error is not None:
        if isinstance(error, DiskFullError):
            return error
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return error
        error = error.__cause__ or error.__context__
    return None


@contextmanager
def disk_full_named(path: Path) -> Iterator[None]:
    """Turn "no space left" inside the block into an error that names ``path``.

    Raises:
        DiskFullError: The disk (or quota) is full.
    """
    try:
        yield
    except OSError as error:
        if disk_full_cause(error) is None:
            raise
        raise DiskFullError(
            f"The disk is full: {path} could not be written. Every complete record is kept. "
            "Free some space, then repeat the same command; it continues where it stopped."
        ) from error


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A new file to write to, which becomes ``path`` once the block has ended without an error.

    Else what ``path`` was is left untouched. Several processes may write the same file: one of them
    is last, and nobody reads a mixture.

    Raises:
        DiskFullError: The disk is full.
    """
    # Its own name for each writer, made by a plain open so that the umask decides who may read it.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with disk_full_named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file, or leave the old one untouched.

    Raises:
        DiskFullError: The disk is full.
    """
    with whole_file(path) as file:
        file.write(content)


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as indented JSON, whole or not at all; NaN is refused.

    Raises:
        DiskFullError: The disk is full.
    """
    text = json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
    write_bytes(path, text.encode(errors="backslashreplace"))


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        StoreError: It is missing or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{path} does not exist: {path.parent} is not a complete run.") from None
    except ValueError as error:  # also of a number with too many digits
        raise StoreError(f"{path} is not valid JSON ({error}). Restore or remove it.") from error
