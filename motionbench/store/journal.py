"""An append-only file of JSON lines: a line that is there is complete."""

import contextlib
import json
import logging
import os
from io import FileIO
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from motionbench.errors import StoreError
from motionbench.files import disk_full_named

log = logging.getLogger(__name__)


class Journal:
    """One record a line, appended and fsynced; only the holder of the run's lock writes.

    Args:
        path: The file; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[dict[str, Any]]:
        """All complete records, oldest first; an unfinished last line is left out.

        Raises:
            StoreError: A line that was ended is not a JSON object.
        """
        if not self.path.is_file():
            return []
        lines = self.path.read_bytes().split(b"\n")[:-1]
        return [self._parse(line, number) for number, line in enumerate(lines, start=1)]

    def repair(self) -> None:
        """Remove an unfinished last line, left by a process that died while writing it.

        A last line that only lacks its end (an editor's doing) is kept.
        """
        if not self.path.is_file():
            return
        content = self.path.read_bytes()
        complete = content.rfind(b"\n") + 1
        torn = content[complete:]
        if not torn:
            return
        with disk_full_named(self.path), self.path.open("r+b") as file:
            if _is_object(torn):
                file.seek(0, os.SEEK_END)
                file.write(b"\n")
            else:
                log.warning("%s: removed an unfinished last line (%d bytes)", self.path, len(torn))
                file.truncate(complete)
            file.flush()
            os.fsync(file.fileno())

    def append(self, record: dict[str, Any]) -> None:
        """Write one record and wait until the disk has it.

        Raises:
            DiskFullError: It does not fit; what was written of it is taken back.
            ValueError: The record holds NaN or infinity.
        """
        text = json.dumps(record, allow_nan=False, ensure_ascii=False) + "\n"
        # A file name that is no UTF-8 may stand in an error's text: kept as its JSON escape.
        line = text.encode(errors="backslashreplace")
        with disk_full_named(self.path), self._opened() as file:
            start = file.tell()
            try:
                _write_all(file.fileno(), line)
                os.fsync(file.fileno())
            except OSError:
                # Best effort: what cannot be taken back now, ``repair`` removes later.
                with contextlib.suppress(OSError):
                    file.truncate(start)
                raise

    def _opened(self) -> FileIO:
        """The file, to be appended to without a buffer."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return FileIO(self.path, "ab")

    def _parse(self, line: bytes, number: int) -> dict[str, Any]:
        """One line as a record."""
        try:
            record = _read(line)
        except ValueError as error:
            raise self._broken(number, str(error)) from error
        if not isinstance(record, dict):
            raise self._broken(number, "not a JSON object")
        return record

    def _broken(self, number: int, problem: str) -> StoreError:
        """The error for a line that cannot be read."""
        return StoreError(
            f"{self.path}, line {number}: {problem}. "
            "Remove the line; what it recorded is done again."
        )


def _read(line: bytes) -> Any:
    """A line's value, by the quick reader where it can.

    Raises:
        ValueError: It is no JSON.
    """
    try:
        return from_json(line)
    except ValueError:
        # Text that was no UTF-8 is kept as lone surrogates, which only this reader takes.
        return json.loads(line)


def _is_object(line: bytes) -> bool:
    """Whether a line is a whole JSON object."""
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _write_all(descriptor: int, content: bytes) -> None:
    """Write every byte; a nearly full disk takes only some of them at first."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
