"""The board as text, once for all text formats: what stands in which cell, and the footnotes.

Nothing is escaped here: a renderer escapes each piece of text for its own format.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from motionbench.leaderboard.board import Board, Cell, Column, Row, Tie
from motionbench.leaderboard.escape import plain
from motionbench.leaderboard.flag_text import notes_on_flags
from motionbench.leaderboard.numbers import number
from motionbench.leaderboard.statistics import ALPHA

ABSENT = "-"
DAGGER = "†"

_POWER_ROWS = 5
"""Rows that the note on power names before it only counts them."""

FEW_CASES = 10
"""Below this many cases, bootstrap intervals of nominally 95 % cover clearly less."""


@dataclass(frozen=True)
class Header:
    """Head of a column.

    Attributes:
        title: Metric or category.
        better: ``"higher"``, ``"lower"`` or empty.
        unit: Empty for pure numbers.
        marked: Whether a footnote says that it does not discriminate.
    """

    title: str
    better: str = ""
    unit: str = ""
    marked: bool = False


@dataclass(frozen=True)
class Entry:
    """One number.

    Attributes:
        mean: The number, or a dash.
        interval: Such as ``"[0.71, 0.85]"``; empty where there is none.
        covered: Cases or jobs in the mean out of those planned, where that is not all.
    """

    mean: str
    interval: str = ""
    covered: str = ""


@dataclass(frozen=True)
class Line:
    """One row: tier, name, coverage (n/N cases; why not all), letters of flags, the numbers."""

    tier: str
    name: str
    coverage: str
    gaps: str
    flags: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Section:
    """Rows that belong together; the title is empty for the ranked ones."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sheet:
    """A whole board as text; ``headers`` are those of the entries.

    Where no row is ``flagged``, there is no column for it.
    """

    title: str
    provenance: str
    headers: tuple[Header, ...]
    flagged: bool
    sections: tuple[Section, ...]
    footnotes: tuple[str, ...]


def sheet_of(board: Board) -> Sheet:
    """Lay a board out."""
    groups = {
        "": [row for row in board.rows if row.tier is not None],
        "not ranked": [row for row in board.rows if row.unranked],
        "controls": [row for row in board.rows if row.control],
    }
    return Sheet(
        title=f"{board.rank_by} on {plain(board.suite)} {plain(board.suite_version)}",
        provenance=(
            f"suite {plain(board.suite)}@{plain(board.suite_version)} "
            f"({plain(board.suite_sha256)[:12]}), ruler {plain(board.ruler)}, "
            f"{_count(board.n_cases, 'case')}, {_count(board.n_jobs, 'job')}"
        ),
        headers=tuple(_headers(board)),
        flagged=any(row.flags for row in board.rows),
        sections=tuple(
            Section(title, tuple(_line(board, row) for row in rows))
            for title, rows in groups.items()
            if rows
        ),
        footnotes=(*_footnotes(board), *notes_on_flags(board)),
    )


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _headers(board: Board) -> Iterator[Header]:
    for metric in board.shown:
        column = board.column(metric)
        better = "" if column.direction == "none" else column.direction
        yield Header(metric, better, column.unit, bool(column.ties))
        if metric == board.rank_by:
            for name in _extra_columns(board):
                yield Header(name)


def _extra_columns(board: Board) -> list[str]:
    """Columns of the ranking metric besides its mean over all cases."""
    categories = list(board.categories) if len(board.categories) > 1 else []
    return categories + (["macro"] if _has_macro(board) else [])


def _has_macro(board: Board) -> bool:
    return any(row.macro is not None for row in board.rows)


def _line(board: Board, row: Row) -> Line:
    headline = row.cells[board.rank_by]
    entries = []
    for metric in board.shown:
        entries.append(_entry(row.cells[metric], headline))
        if metric == board.rank_by:
            cells = {**row.categories, "macro": row.macro}
            entries += [_entry(cells[name], headline) for name in _extra_columns(board)]
    return Line(
        tier="" if row.tier is None else str(row.tier),
        name=plain(row.label),
        coverage=f"{headline.n_cases_ok}/{headline.n_cases_planned}",
        gaps=headline.gaps,
        flags=" ".join(flag.letter for flag in row.flags),
        entries=tuple(entries),
    )


def _entry(cell: Cell | None, headline: Cell) -> Entry:
    """A cell as text; its coverage only where the row's coverage column does not say it already."""
    if cell is None or cell.mean is None:
        return Entry(ABSENT)
    interval = ""
    if cell.low is not None and cell.high is not None:
        interval = f"[{number(cell.low)}, {number(cell.high)}]"
    same = (cell.ok, cell.n_jobs_planned) == (headline.ok, headline.n_jobs_planned)
    return Entry(number(cell.mean), interval, "" if same else _covered(cell))


def _covered(cell: Cell) -> str:
    if cell.n_cases_ok < cell.n_cases_planned:
        return f"{cell.n_cases_ok}/{cell.n_cases_planned}"
    if cell.ok < cell.n_jobs_planned:
        return f"{cell.ok}/{cell.n_jobs_planned} jobs"
    return ""


def _footnotes(board: Board) -> Iterator[str]:
    yield (
        "Mean over cases (prompts and seeds averaged within a case) with 95 % bootstrap interval; "
        "n/N: cases in a mean, where not all. Tiers: rows of one tier cannot be told from its best "
        f"row (paired permutation tests, Holm over all pairs, {ALPHA:.0%})."
    )
    if _has_macro(board):
        yield "macro: mean of the categories' means, each category weighing the same."
    if any(n < FEW_CASES for n in _samples(board)):
        yield f"Intervals from fewer than {FEW_CASES} cases are too narrow."
    yield from _notes_on_ranking(board)
    for metric in board.shown:
        yield from _notes_on_metric(board.column(metric))


def _samples(board: Board) -> Iterator[int]:
    """Number of cases behind every interval that is shown."""
    for row in board.rows:
        for cell in (*(row.cells[metric] for metric in board.shown), *row.categories.values()):
            if cell.low is not None:
                yield cell.n_cases_ok


def _notes_on_ranking(board: Board) -> Iterator[str]:
    if any(row.unranked for row in board.rows):
        yield (
            f"Not ranked: rows without {board.rank_by} for every one of the "
            f"{_count(board.n_jobs, 'job')} (case, prompt, seed) that some row was asked. The "
            "command that made a run continues it; --retry-failed tries failures again."
        )
    ranked = [row for row in board.rows if row.tier is not None]
    yield from _notes_on_power(ranked)
    pairs = len(ranked) * (len(ranked) - 1) / 2
    if pairs:
        n = ranked[0].cells[board.rank_by].n_cases_ok
        # The most extreme of 2^n sign patterns, and its negative.
        if 2.0 ** (1 - n) * pairs > ALPHA:
            yield f"{_count(n, 'case')} cannot separate {len(ranked)} rows, whatever the scores."


def _notes_on_power(ranked: Sequence[Row]) -> Iterator[str]:
    """How many cases would separate the rows of a tier from its best row."""
    wanted = [row for row in ranked if row.cases_to_leader is not None]
    if not wanted:
        return
    named = [f"{plain(row.label)} {row.cases_to_leader}" for row in wanted[:_POWER_ROWS]]
    more = len(wanted) - _POWER_ROWS
    yield (
        "Cases that would separate a row from the best row of its tier, if the differences stay as "
        f"they are (80 % power): about {', '.join(named)}{f', and {more} more' * (more > 0)}."
    )


def _notes_on_metric(column: Column) -> Iterator[str]:
    if column.unscorable_everywhere:
        yield (
            f"{column.metric}: {_count(column.unscorable_everywhere, 'job')} could be scored for "
            "no row, and stand in no mean."
        )
    if column.ties:
        best = column.ties[0]
        ahead = [_named(tie) for tie in column.ties if not tie.behind]
        level = [_named(tie) for tie in column.ties if tie.behind]
        verdicts = [
            f"{names} {verdict}"
            for names, verdict in (
                (", ".join(ahead), "at least as good"),
                (", ".join(level), "not told from it"),
            )
            if names
        ]
        yield (
            f"{DAGGER} {column.metric} alone does not tell methods from controls: best method "
            f"{plain(best.best)} {number(best.best_mean)}; {'; '.join(verdicts)} "
            f"(paired, {_count(best.n_cases, 'case')})."
        )


def _named(tie: Tie) -> str:
    return f"{plain(tie.control)} {number(tie.control_mean)}"
