"""Rows of jobs for the pages of methods and of cases."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from motionbench.leaderboard.escape import plain
from motionbench.leaderboard.numbers import number
from motionbench.leaderboard.site.columns import ABSENT
from motionbench.store.records import PlannedJob, Stored
from motionbench.store.table import MISSING


@dataclass(frozen=True)
class Result:
    """One job of one run, as pages show it.

    Attributes:
        planned: The job.
        prompt: The text that was asked for, as far as it is known.
        stored: The clip; None if there is none.
        problem: Why there are no scores; empty where there are.
        cells: The scores as cells of a table.
    """

    planned: PlannedJob
    prompt: str
    stored: Stored | None
    problem: str
    cells: Markup


@dataclass(frozen=True)
class JobRow:
    """A job in a table.

    Attributes:
        row: Index of the board's row; None where the whole table is about one.
        name: The method or the case, whichever the page is not about.
        link: Name of its page.
        result: The job.
    """

    row: int | None
    name: str
    link: str
    result: Result


def score_cells(values: Iterable[float], statuses: Iterable[str], reasons: Iterable[str]) -> Markup:
    """Cells of one job, metric by metric. Made here: templates take ten times as long.

    Args:
        values: What counts where the status is ok.
        statuses: As in the table of records.
        reasons: Why there is no value, in others' words; escaped here.
    """
    return Markup("".join(map(_cell, values, statuses, reasons)))


def _cell(value: float, status: str, reason: str) -> str:
    if status == "ok":
        return f'<td data-value="{value:.6g}">{number(value)}</td>'
    if status == MISSING:
        return f'<td data-value="">{ABSENT}</td>'
    why = escape(plain(f"{status}: {reason}"))
    return f'<td data-value=""><details><summary>{ABSENT}</summary>{why}</details></td>'
