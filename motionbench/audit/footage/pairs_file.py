"""Pairs files, with two more fields than scoring reads: ``kind`` and ``group``.

``kind`` is ``dose`` or ``ablation`` for a result that was made worse on purpose; ``group`` joins
results that belong side by side.
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motionbench.pair_rows import Problems, Row, read_rows

WORSENED = ("dose", "ablation")
"""Kinds of results that need not show the motion of their reference."""


@dataclass(frozen=True)
class PublishedPair:
    """A reference and a result.

    Attributes:
        row: As scoring reads it.
        kind: Of the result; empty if the file does not say.
        group: Likewise.
    """

    row: Row
    kind: str
    group: str

    @property
    def faithful(self) -> bool:
        """Whether it was meant to show its reference's motion."""
        return self.kind not in WORSENED


def read_published(path: Path) -> list[PublishedPair]:
    """The pairs of a file.

    Raises:
        ManifestError: A line is wrong; all of them are listed.
    """
    problems = Problems(path)
    rows = read_rows(path, problems)
    problems.raise_any()
    more = _fields(path)
    return [
        PublishedPair(row, str(raw.get("kind") or ""), str(raw.get("group") or ""))
        for row in rows
        for raw in [more[row.line]]
    ]


def _fields(path: Path) -> dict[int, Mapping[str, Any]]:
    """All fields of a file that was found to be right, by line."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".csv":
        reader = csv.DictReader(io.StringIO(text, newline=""))
        found: dict[int, Mapping[str, Any]] = {}
        for row in reader:
            found[reader.line_num] = row
        return found
    lines = enumerate(text.split("\n"), start=1)
    return {number: json.loads(line) for number, line in lines if line.strip()}
