"""A board as CSV or JSON: every metric that was scored, not only those a table shows."""

import csv
import io
import json
from dataclasses import asdict
from typing import Any

from motionbench.leaderboard.board import Board, Cell, Row
from motionbench.leaderboard.bootstrap import CONFIDENCE
from motionbench.leaderboard.escape import plain, spreadsheet


def csv_text(board: Board) -> str:
    """One line a row of the board; an empty field is a number that does not exist."""
    buffer = io.StringIO()
    records = [_csv_record(board, row) for row in board.rows]
    writer = csv.DictWriter(buffer, fieldnames=list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return buffer.getvalue()


def json_text(board: Board) -> str:
    """The whole board; where a mean is null, ``reason`` says why."""
    content = asdict(board)
    content["confidence"] = CONFIDENCE
    for row, record in zip(board.rows, content["rows"], strict=True):
        record["standing"] = row.standing
        record["cells"] = {name: _json_cell(cell) for name, cell in row.cells.items()}
        record["categories"] = {name: _json_cell(cell) for name, cell in row.categories.items()}
        record["macro"] = None if row.macro is None else _json_cell(row.macro)
    return json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def _csv_record(board: Board, row: Row) -> dict[str, Any]:
    record: dict[str, Any] = {
        "standing": row.standing,
        "tier": row.tier,
        "label": row.label,
        "method": row.method,
        "version": row.version,
        "run": row.run,
        "suite": board.suite,
        "suite_version": board.suite_version,
        "suite_sha256": board.suite_sha256,
        "ruler": board.ruler,
        "cases_planned": board.n_cases,
        "jobs_planned": board.n_jobs,
        "unranked": row.unranked,
        "flags": "; ".join(flag.name for flag in row.flags),
    }
    for column in board.columns:
        record |= _csv_cell(column.metric, row.cells[column.metric])
    for name, cell in row.categories.items():
        record |= _csv_cell(f"{board.rank_by}:{name}", cell)
    if row.macro is not None:
        record |= _csv_cell(f"{board.rank_by}:macro", row.macro)
    return {
        key: spreadsheet(plain(value)) if isinstance(value, str) else value
        for key, value in record.items()
    }


def _csv_cell(name: str, cell: Cell) -> dict[str, float | int | None]:
    return {
        name: cell.mean,
        f"{name}:low": cell.low,
        f"{name}:high": cell.high,
        f"{name}:cases": cell.n_cases_ok,
        f"{name}:coverage": cell.coverage,
    }


def _json_cell(cell: Cell) -> dict[str, Any]:
    reason = "" if cell.mean is not None else cell.gaps or "no score in one of the categories"
    return {**asdict(cell), "coverage": cell.coverage, "reason": reason}
