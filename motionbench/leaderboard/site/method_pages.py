"""A page for each row of the board: card, settings, scores, every job."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from motionbench.leaderboard.board import Row
from motionbench.leaderboard.flag_text import evidence_text
from motionbench.leaderboard.site.columns import head_of, interval_text, mean_text
from motionbench.leaderboard.site.content import Contents, card_of
from motionbench.leaderboard.site.jobs import JobRow
from motionbench.leaderboard.site.pages import Pages
from motionbench.leaderboard.site.runs import RunPages


def write_method_pages(
    pages: Pages, contents: Contents, made: Sequence[RunPages], case_names: Mapping[str, str]
) -> None:
    """Write all of them.

    Args:
        pages: Writes.
        contents: Of the site.
        made: The runs, in the order of the rows.
        case_names: Names of the cases' pages by case.

    Raises:
        DiskFullError: The disk is full.
    """
    for row, page, run in zip(contents.board.rows, contents.pages, made, strict=True):
        pages.write(
            f"methods/{page}.html",
            "method.html",
            row=row,
            card=card_of(run.info.card),
            standing=_standing(row),
            run_name=PurePath(row.run).name,
            flags=[f"{flag.name} {evidence_text(flag)}" for flag in row.flags],
            cells=list(_cells(contents, row)),
            heads=contents.heads,
            rows=_jobs(run, case_names),
            settings=_json(run.settings),
            environments=[_json(each) for each in run.environments],
        )


def _standing(row: Row) -> str:
    if row.control:
        return "control: it bounds the metrics and does not compete"
    return f"tier {row.tier}" if row.tier is not None else f"not ranked: {row.unranked}"


def _cells(contents: Contents, row: Row) -> Iterator[dict[str, Any]]:
    """Every metric that was scored."""
    for column in contents.board.columns:
        cell = row.cells[column.metric]
        yield {
            "head": head_of(column),
            "mean": mean_text(cell),
            "interval": interval_text(cell),
            "cases": f"{cell.n_cases_ok}/{cell.n_cases_planned}",
            "jobs": f"{cell.ok}/{cell.n_jobs_planned}",
            "gaps": cell.gaps,
        }


def _jobs(run: RunPages, case_names: Mapping[str, str]) -> list[JobRow]:
    return [
        JobRow(row=None, name=job.case, link=case_names[job.case], result=result)
        for job, result in run.results.items()
    ]


def _json(content: Any) -> str:
    # ASCII: marks that turn the direction of writing are shown as what they are.
    return json.dumps(content, indent=2, ensure_ascii=True)
