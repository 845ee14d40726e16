"""What each page of the site holds, as plain values for templates and scripts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from motionbench.cases import PROMPT_KINDS
from motionbench.leaderboard.board import Board, Row
from motionbench.leaderboard.escape import plain
from motionbench.leaderboard.records import ScoreGrid
from motionbench.leaderboard.site.columns import Head, head_of, interval_text, mean_text
from motionbench.leaderboard.site.subsets import Numbers, numbers_of, rounded, subset_numbers
from motionbench.leaderboard.statistics import pareto_front

TEXT_METRICS = ("text_alignment", "text_rank")
"""What the scatter shows against the ranking metric: the first that was scored."""

SECTIONS = (("ranked", ""), ("unranked", "not ranked"), ("controls", "controls"))


@dataclass(frozen=True)
class Contents:
    """A board with what the pages share.

    Attributes:
        board: The board.
        grid: Its scores.
        metrics: Metrics of the pages.
        places: Index into ``grid.runs`` for each row of the board.
        labels: Names of the rows, without control characters.
        pages: Names of the rows' pages.
    """

    board: Board
    grid: ScoreGrid
    metrics: tuple[str, ...]
    places: tuple[int, ...]
    labels: tuple[str, ...]
    pages: tuple[str, ...]

    @property
    def heads(self) -> list[Head]:
        """Heads of the columns."""
        return [head_of(self.board.column(metric)) for metric in self.metrics]

    @property
    def kinds(self) -> list[str]:
        """Kinds of prompts that were asked, in their usual order."""
        return [kind for kind in PROMPT_KINDS if kind in self.grid.kinds]


def board_sections(contents: Contents) -> Iterator[dict[str, Any]]:
    """Rows of the board, section by section."""
    numbered = list(enumerate(contents.board.rows))
    for (kind, title), group in zip(SECTIONS, ("ranked", "not ranked", "control"), strict=True):
        rows = [(place, row) for place, row in numbered if row.standing == group]
        if rows:
            lines = [_line(contents, place, row) for place, row in rows]
            for line, above in zip(lines[1:], lines, strict=False):
                line["opens"] = line["tier"] != above["tier"]
            yield {"kind": kind, "title": title, "rows": lines}


def _line(contents: Contents, place: int, row: Row) -> dict[str, Any]:
    headline = row.cells[contents.board.rank_by]
    cells = []
    for metric in contents.metrics:
        cell = row.cells[metric]
        same = (cell.ok, cell.n_jobs_planned) == (headline.ok, headline.n_jobs_planned)
        covered = f"{cell.n_cases_ok}/{cell.n_cases_planned}"
        if cell.n_cases_ok == cell.n_cases_planned:
            covered = f"{cell.ok}/{cell.n_jobs_planned} jobs"
        cells.append(
            {
                "mean": mean_text(cell),
                "interval": interval_text(cell),
                "covered": "" if same else covered,
            }
        )
    return {
        "place": place,
        "row": row,
        "page": contents.pages[place],
        "tier": "" if row.tier is None else row.tier,
        "opens": False,
        "coverage": f"{headline.n_cases_ok}/{headline.n_cases_planned}",
        "gaps": headline.gaps,
        "cells": cells,
    }


def board_data(contents: Contents, seed: int) -> dict[str, Any]:
    """Numbers of the board over every category and kind of prompt."""
    whole = [
        [numbers_of(row.cells[metric]) for metric in contents.metrics]
        for row in contents.board.rows
    ]
    subsets: dict[str, list[list[Numbers]]] = {"|": whole}
    for category in (None, *contents.board.categories):
        for kind in (None, *contents.kinds):
            if category is None and kind is None:
                continue
            found = subset_numbers(
                contents.grid, contents.metrics, category=category, kind=kind, seed=seed
            )
            if found is not None:
                key = f"{category or ''}|{kind or ''}"
                subsets[key] = [found[place] for place in contents.places]
    columns = [{"metric": head.metric, "direction": head.direction} for head in contents.heads]
    return {"columns": columns, "subsets": subsets}


def charts_data(contents: Contents) -> dict[str, Any]:
    """Points and bars of the charts."""
    board = contents.board
    text = next((name for name in TEXT_METRICS if name in contents.metrics), None)
    rows = []
    for label, row in zip(contents.labels, board.rows, strict=True):
        rows.append(
            {
                "label": label,
                "standing": row.standing,
                "fidelity": _ends(numbers_of(row.cells[board.rank_by])),
                "text": None if text is None else _ends(numbers_of(row.cells[text])),
                "categories": {
                    name: _ends(numbers_of(cell)) for name, cell in row.categories.items()
                },
            }
        )
    return {
        "rankBy": board.rank_by,
        "textMetric": text,
        "categories": list(board.categories),
        "rows": rows,
        "front": [] if text is None else _front(board, text),
    }


def _ends(numbers: Numbers) -> Numbers:
    return numbers[:3]


def _front(board: Board, text: str) -> list[int]:
    """Ranked rows on the Pareto front of the two metrics, the better direction being up."""
    chosen = [
        place
        for place, row in enumerate(board.rows)
        if row.tier is not None and row.cells[text].mean is not None
    ]
    sign = -1.0 if board.column(board.rank_by).direction == "lower" else 1.0
    means = [
        (sign * (row.cells[board.rank_by].mean or 0.0), row.cells[text].mean or 0.0)
        for row in (board.rows[place] for place in chosen)
    ]
    front = pareto_front(np.array(means, dtype=np.float64).reshape(-1, 2))
    return [chosen[place] for place in front]


def compare_data(contents: Contents, case_pages: Sequence[str]) -> dict[str, Any]:
    """What the page of comparisons chooses among; the values are in files of their own."""
    grid = contents.grid
    return {
        "rows": [{"label": label} for label in contents.labels],
        "metrics": [
            {"metric": head.metric, "direction": head.direction} for head in contents.heads
        ],
        "categories": list(contents.board.categories),
        "kinds": contents.kinds,
        "cases": [
            {"id": plain(case), "category": category, "page": page}
            for case, category, page in zip(grid.cases, grid.categories, case_pages, strict=True)
        ],
        "prompts": [
            [int(case), kind] for case, kind in zip(grid.case_of_prompt, grid.kinds, strict=True)
        ],
    }


def compare_values(contents: Contents, metric: str) -> list[list[float | None]]:
    """One metric of each row, prompt by prompt; null where there is no score."""
    values = contents.grid.prompt_values[..., contents.grid.metrics.index(metric)]
    return [
        [rounded(value) if np.isfinite(value) else None for value in values[place].tolist()]
        for place in contents.places
    ]


def card_of(card: Mapping[str, Any]) -> dict[str, Any]:
    """A method's card: its summary, and the other facts by name."""
    facts = [
        (name.replace("_", " "), "yes" if value is True else "no" if value is False else str(value))
        for name, value in card.items()
        if name != "summary" and value not in ("", None)
    ]
    return {"summary": str(card.get("summary", "")), "facts": facts}
