"""A sheet as tables for a terminal, fitted to its width."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from motionbench.leaderboard.sheet import DAGGER, Entry, Header, Line, Sheet

_ABBREVIATED = {
    "normalised": "norm.",
    "alignment": "align.",
    "appearance": "appear.",
    "consistency": "consist.",
    "generate": "gener.",
    "uncategorised": "no cat.",
}
"""Words too long for a narrow column."""

_NARROWEST_NAME = 12
"""Least room for a method's name; longer ones are wrapped."""


def tables(sheet: Sheet, *, width: int) -> Group:
    """A sheet for ``rich.console.Console.print``.

    Intervals stand under all means where ``width`` allows, otherwise under the ranking metric's
    alone; if even that is too wide, the columns are spread over several tables.

    Args:
        sheet: From ``sheet_of``.
        width: Characters in a line; a table is wider only where a single column of numbers is.
    """
    notes = list(sheet.footnotes)
    parts: list[Sequence[_Column]] = [_columns(sheet, intervals=len(sheet.headers))]
    if _room_for_names(sheet, parts[0], width) < _NARROWEST_NAME:
        notes.insert(1, "Intervals of the other columns: see the other formats.")
        parts = list(_spread(sheet, _columns(sheet, intervals=1), width))
    return Group(
        Text(sheet.title, style="bold"),
        Text(sheet.provenance, style="dim"),
        *(item for part in parts for item in (Text(), _table(sheet, part, width))),
        *(Text(note, style="dim") for note in notes),
    )


@dataclass(frozen=True)
class _Column:
    """A column of numbers: its head, and one text for each line of the sheet, in order."""

    head: str
    texts: tuple[str, ...]

    @property
    def width(self) -> int:
        return max(len(line) for text in (self.head, *self.texts) for line in text.split("\n"))


def _lines(sheet: Sheet) -> list[Line]:
    return [line for section in sheet.sections for line in section.lines]


def _columns(sheet: Sheet, *, intervals: int) -> list[_Column]:
    """Columns of numbers, the first so many with intervals."""
    return [
        _Column(
            _head(header),
            tuple(_text(line.entries[k], interval=k < intervals) for line in _lines(sheet)),
        )
        for k, header in enumerate(sheet.headers)
    ]


def _fixed(sheet: Sheet) -> tuple[_Column, ...]:
    """The columns on either side of the names: the tier before, the others after them."""
    lines = _lines(sheet)
    columns = [
        _Column("tier", tuple(line.tier for line in lines)),
        _Column("cases", tuple(line.coverage for line in lines)),
    ]
    if sheet.flagged:
        columns.append(_Column("flags", tuple(line.flags for line in lines)))
    return tuple(columns)


def _room_for_names(sheet: Sheet, columns: Sequence[_Column], width: int) -> int:
    """Characters left for the method's name beside these columns, one space between columns."""
    return width - sum(1 + column.width for column in (*_fixed(sheet), *columns))


def _spread(sheet: Sheet, columns: Sequence[_Column], width: int) -> Iterator[Sequence[_Column]]:
    """Columns for one table after the other, each as many as fit (but at least one)."""
    start = 0
    for stop in range(1, len(columns) + 1):
        room = _room_for_names(sheet, columns[start : stop + 1], width)
        if room < _NARROWEST_NAME or stop == len(columns):
            yield columns[start:stop]
            start = stop


def _table(sheet: Sheet, columns: Sequence[_Column], width: int) -> Table:
    tier, *others = _fixed(sheet)
    names = max(_NARROWEST_NAME, _room_for_names(sheet, columns, width))
    table = Table(box=SIMPLE_HEAD, padding=0, show_edge=False)
    table.add_column(tier.head, justify="right", width=tier.width)
    table.add_column("method", overflow="fold", max_width=names)
    for column in (*others, *columns):
        table.add_column(Text(column.head), justify="right", width=column.width)
    texts = iter(zip(*(column.texts for column in columns), strict=True))
    for section in sheet.sections:
        if section.title:
            table.add_row("", Text(section.title, style="italic"))
        for line in section.lines:
            name = _dim_below_first("\n".join(filter(None, [line.name, line.gaps])))
            fixed = [line.coverage, line.flags][: len(others)]
            table.add_row(line.tier, name, *fixed, *map(_dim_below_first, next(texts)))
        table.add_section()
    return table


def _head(header: Header) -> str:
    words = header.title.replace("/", "_").split("_")
    title = "\n".join(_ABBREVIATED.get(word, word) for word in words)
    marked = title + (DAGGER if header.marked else "")
    return "\n".join(filter(None, [marked, header.unit, header.better]))


def _text(entry: Entry, *, interval: bool) -> str:
    return "\n".join(filter(None, [entry.mean, entry.interval if interval else "", entry.covered]))


def _dim_below_first(text: str) -> Text:
    first, _, rest = text.partition("\n")
    return Text.assemble(first, (f"\n{rest}" if rest else "", "dim"))
