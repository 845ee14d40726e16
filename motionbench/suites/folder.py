"""A folder of clips and a table of what is asked of them, as a suite.

The table is CSV with a header; a clip may have several lines, one a prompt:

============  =============================================================================
``video``     path of the reference below the folder
``caption``   what it shows; lines of one clip need it once, and may not differ
``prompt``    what the result should show
``category``  one of the four, or empty: ``motionbench suite suggest-categories`` helps
============  =============================================================================
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from motionbench.cases import CATEGORIES, Case, FileSource, Prompt, Suite
from motionbench.errors import ManifestError
from motionbench.manifest import suite_sha256

COLUMNS: Final = ("video", "caption", "prompt", "category")
REQUIRED: Final = ("video", "prompt")


@dataclass(frozen=True)
class TableRow:
    """One line; what it does not say is empty text."""

    line: int
    video: str
    caption: str
    prompt: str
    category: str


def import_folder(folder: Path, table: Path) -> tuple[Suite, dict[str, int]]:
    """Read a table.

    Args:
        folder: Holds the clips.
        table: CSV, as above.

    Returns:
        The suite, named after the table and versioned by its content; and the line at which each
        case is first named.

    Raises:
        ManifestError: The table is wrong; every problem is listed by line.
    """
    problems: list[tuple[int, str]] = []
    text = _read(table)
    rows = [row for row in _rows(text, problems) if _check_row(row, folder, problems)]
    groups: dict[str, list[TableRow]] = {}
    for row in rows:
        groups.setdefault(row.video, []).append(row)
    cases, lines = _cases(groups, folder.resolve(), problems)
    if not rows and not problems:
        problems.append((1, "there is no line below the header"))
    if problems:
        listed = "".join(f"\n  - line {line}: {problem}." for line, problem in sorted(problems))
        raise ManifestError(f"{table} cannot be used. Correct the following:{listed}")
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    suite = Suite(
        name=_slug(table.stem),
        version=version,
        sha256=suite_sha256(version, cases),
        cases=tuple(cases),
        description=f"The clips of {table.name}.",
    )
    return suite, lines


def _read(table: Path) -> str:
    try:
        return table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{table}: this table cannot be read: {error}.") from error


def _rows(text: str, problems: list[tuple[int, str]]) -> Iterator[TableRow]:
    """The lines that have a cell for each column."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, problems)
        for cells in reader:
            if len(cells) == len(header):
                named = dict(zip(header, (cell.strip() for cell in cells), strict=True))
                yield TableRow(reader.line_num, *(named.get(name, "") for name in COLUMNS))
            elif cells:
                problems.append(
                    (
                        reader.line_num,
                        f"it has {len(cells)} cells, the header has {len(header)}; put a text that "
                        "holds a comma in quotes",
                    )
                )
    except csv.Error as error:
        problems.append((reader.line_num, f"it is not CSV ({error})"))


def _check_header(header: list[str], problems: list[tuple[int, str]]) -> None:
    for name in REQUIRED:
        if name not in header:
            near = get_close_matches(name, header, n=1)
            hint = f" (is it {near[0]!r}?)" if near else ""
            problems.append((1, f"there is no column {name!r}{hint}"))
    for name in sorted(set(header)):
        if name not in COLUMNS:
            problems.append((1, f"unknown column {name!r}; allowed: {', '.join(COLUMNS)}"))
        elif header.count(name) > 1:
            problems.append((1, f"the column {name!r} is there more than once"))


def _check_row(row: TableRow, folder: Path, problems: list[tuple[int, str]]) -> bool:
    """Note what is wrong with a line by itself; False if it names no clip that is there."""
    if not row.prompt:
        problems.append((row.line, "prompt is empty"))
    if row.category not in ("", *CATEGORIES):
        near = get_close_matches(row.category, CATEGORIES, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        allowed = ", ".join(CATEGORIES)
        problems.append(
            (row.line, f"category {row.category!r} is unknown.{hint} Allowed: {allowed}")
        )
    if not row.video:
        problems.append((row.line, "video is empty"))
        return False
    path = (folder / row.video).resolve()
    if not path.is_relative_to(folder.resolve()):
        problems.append((row.line, f"video {row.video!r} lies outside {folder}"))
        return False
    if path == folder.resolve():
        problems.append((row.line, f"video {row.video!r} is the folder itself"))
        return False
    if not path.exists():
        near = get_close_matches(row.video, _names(folder), n=1)
        hint = f" (is it {near[0]!r}?)" if near else ""
        problems.append((row.line, f"there is no video {row.video!r}{hint} in {folder}"))
        return False
    return True


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def _cases(
    groups: dict[str, list[TableRow]], folder: Path, problems: list[tuple[int, str]]
) -> tuple[list[Case], dict[str, int]]:
    """A case for each clip, and its first line."""
    cases: list[Case] = []
    lines: dict[str, int] = {}
    for video, rows in groups.items():
        case_id = _slug(str(Path(video).with_suffix("")))
        if case_id in lines:
            problems.append(
                (
                    rows[0].line,
                    f"{video!r} would get the same id, {case_id!r}, as the clip of line "
                    f"{lines[case_id]}; rename one file",
                )
            )
            continue
        lines[case_id] = rows[0].line
        caption = _agreed("caption", rows, problems)
        category = _agreed("category", rows, problems)
        cases.append(
            Case(
                id=case_id,
                category=category if category in CATEGORIES else None,
                caption=caption,
                prompts=_prompts(rows, caption, problems),
                source=FileSource(folder / video),
            )
        )
    return cases, lines


def _prompts(
    rows: list[TableRow], caption: str, problems: list[tuple[int, str]]
) -> tuple[Prompt, ...]:
    first: dict[str, int] = {}
    for row in rows:
        if row.prompt in first:
            problems.append(
                (row.line, f"this clip and prompt are already in line {first[row.prompt]}")
            )
        first.setdefault(row.prompt, row.line)
    return tuple(
        Prompt(f"p{index}", "caption" if text == caption else "free", text)
        for index, text in enumerate(first)
    )


def _agreed(name: str, rows: list[TableRow], problems: list[tuple[int, str]]) -> str:
    """What the lines of a clip say about it; empty if none says anything."""
    said = [row for row in rows if getattr(row, name)]
    problems += [
        (row.line, f"{name} of {row.video!r} is another than in line {said[0].line}")
        for row in said[1:]
        if getattr(row, name) != getattr(said[0], name)
    ]
    return str(getattr(said[0], name)) if said else ""


def _slug(text: str) -> str:
    """An id: lower case letters, digits, ``-`` and ``_``."""
    slug = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_")[:100]
    # Nothing is left of a name in another script.
    return slug or f"clip-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
