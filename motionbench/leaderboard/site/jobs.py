"""Rows of jobs for the pages of methods and of cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from motionbench.leaderboard.numbers import number
from motionbench.leaderboard.site.columns import ABSENT
from motionbench.leaderboard.site.runs import Result
from motionbench.store.records import Score


@dataclass(frozen=True)
class Entry:
    """A score in a table: the text, the value for scripts, and what is wrong with it."""

    text: str
    value: str
    why: str


@dataclass(frozen=True)
class JobRow:
    """A job in a table.

    Attributes:
        name: The method or the case, whichever the page is not about.
        link: Name of its page.
        category: Of the case.
        prompt_id: Of the prompt.
        kind: Of the prompt.
        seed: Of the job.
        prompt: Its text.
        problem: Why there are no scores; empty where there are.
        entries: One for each metric shown.
    """

    name: str
    link: str
    category: str
    prompt_id: str
    kind: str
    seed: int
    prompt: str
    problem: str
    entries: tuple[Entry, ...]


def job_row(result: Result, metrics: Sequence[str], *, name: str, link: str) -> JobRow:
    """A result as a row."""
    planned = result.planned
    return JobRow(
        name=name,
        link=link,
        category=planned.category or "uncategorised",
        prompt_id=planned.prompt_id,
        kind=planned.kind,
        seed=planned.seed,
        prompt=result.prompt,
        problem=result.problem,
        entries=tuple(_entries(result, metrics)),
    )


def _entries(result: Result, metrics: Iterable[str]) -> Iterable[Entry]:
    for metric in metrics:
        yield _entry(result.score(metric))


def _entry(score: Score | None) -> Entry:
    if score is None:
        return Entry(ABSENT, "", "")
    if score.value is None:
        return Entry(ABSENT, "", f"{score.status}: {score.reason or score.error or ''}")
    return Entry(number(score.value), f"{score.value:.6g}", "")
