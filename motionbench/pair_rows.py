"""The lines of a pairs file.

The file is CSV (with a header) or JSON Lines, one reference and one result a line:

- ``reference``, ``generated``: paths relative to the file, the only fields that are required;
- ``method``: any text; "unnamed" without;
- ``case``: names the reference, and lines with the same case share it; without, it is derived from
  the reference's path;
- ``category``: one of the four; without, the case counts in no category;
- ``prompt``, ``caption``: what the result should show, and what the reference shows; without a
  prompt, scores that need one are unscorable.

Other fields are allowed and not read.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from motionbench.cases import CATEGORIES
from motionbench.errors import ManifestError

UNNAMED: Final = "unnamed"
REQUIRED: Final = ("reference", "generated")
FIELDS: Final = (*REQUIRED, "method", "case", "category", "prompt", "caption")


@dataclass(frozen=True)
class Row:
    """One line; what it does not say is empty text."""

    line: int
    reference: Path
    generated: Path
    method: str
    case_id: str
    category: str
    prompt: str
    caption: str


class Problems:
    """What is wrong in a pairs file, one sentence each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[tuple[int, str]] = []

    def add(self, line: int, problem: str) -> None:
        """Note a problem, a sentence without its full stop."""
        self._found.append((line, problem))

    def raise_any(self) -> None:
        """Raise a ``ManifestError`` that lists what was noted, if anything was."""
        if self._found:
            lines = "".join(f"\n  - line {line}: {text}." for line, text in sorted(self._found))
            raise ManifestError(f"{self._path} cannot be used. Correct the following:{lines}")


def read_rows(path: Path, problems: Problems) -> list[Row]:
    """The lines that can take part in further checks; what is wrong with others is noted.

    Raises:
        ManifestError: The file cannot be read at all.
    """
    if path.suffix not in _READERS:
        raise ManifestError(f"{path}: a pairs file must end in {' or '.join(_READERS)}.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path}: this pairs file cannot be read: {error}.") from error
    folder = path.absolute().parent
    found = (_row(*line, folder, problems) for line in _READERS[path.suffix](text, problems))
    return [row for row in found if row]


def _csv_lines(text: str, problems: Problems) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        for name in sorted({name for name in header if header.count(name) > 1}):
            problems.add(1, f"the column {name!r} is there more than once")
        for missing in (name for name in REQUIRED if name not in header):
            problems.add(1, f"there is no column {missing!r}{_nearest(missing, header)}")
        for cells in reader:
            if len(cells) == len(header):
                yield reader.line_num, dict(zip(header, cells, strict=True))
            elif cells:
                wrong = f"it has {len(cells)} cells, the header has {len(header)}"
                problems.add(reader.line_num, wrong)
    except csv.Error as error:
        problems.add(reader.line_num, f"it is not CSV ({error})")


def _json_lines(text: str, problems: Problems) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        raw = _parse(line)
        if not isinstance(raw, dict):
            problems.add(number, f"it is not a JSON object ({line.strip()[:40]!r})")
            continue
        for missing in (name for name in REQUIRED if name not in raw):
            problems.add(number, f"there is no field {missing!r}{_nearest(missing, raw)}")
        yield number, raw


def _parse(line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None


_READERS: Final = {".csv": _csv_lines, ".jsonl": _json_lines}


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f" (is it {near[0]!r}?)" if near else ""


def _row(line: int, raw: Mapping[str, Any], folder: Path, problems: Problems) -> Row | None:
    """A line as it is meant; None if it cannot take part in further checks."""
    fields = {name: "" if raw.get(name) is None else raw[name] for name in FIELDS}
    for name, value in fields.items():
        if not isinstance(value, str):
            problems.add(line, f"{name} is {value!r}, not text")
            fields[name] = ""
    fields = {name: value.strip() for name, value in fields.items()}
    category = fields["category"]
    if category not in ("", *CATEGORIES):
        allowed = ", ".join(CATEGORIES)
        near = _nearest(category, CATEGORIES)
        problems.add(line, f"unknown category {category!r}{near}; allowed: {allowed}")
        category = ""
    if not _check_paths(line, raw, fields, folder, problems):
        return None
    reference = fields["reference"]
    return Row(
        line=line,
        reference=(folder / reference).resolve(),
        generated=(folder / fields["generated"]).resolve(),
        method=fields["method"] or UNNAMED,
        case_id=_slug(fields["case"] or str(Path(reference).with_suffix(""))),
        category=category,
        prompt=fields["prompt"],
        caption=fields["caption"],
    )


def _check_paths(
    line: int,
    raw: Mapping[str, Any],
    fields: Mapping[str, str],
    folder: Path,
    problems: Problems,
) -> bool:
    for name in REQUIRED:
        if name in raw and not fields[name]:
            problems.add(line, f"{name} is empty")
        elif name in raw and not (folder / fields[name]).exists():
            problems.add(line, f"{name}: there is no file {fields[name]!r} in {folder}")
    return all(fields[name] for name in REQUIRED)


def _slug(text: str) -> str:
    """An id: lower case letters, digits, ``-`` and ``_``."""
    slug = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_")[:100]
    # Nothing is left of a name in another script.
    return slug or f"case-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
