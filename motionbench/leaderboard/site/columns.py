"""Which metrics the pages show, and how numbers and directions are written."""

from dataclasses import dataclass

from motionbench.leaderboard.board import Board, Cell, Column
from motionbench.leaderboard.numbers import number
from motionbench.metrics.catalog import METRICS

COLUMNS = (
    "motion_fidelity",
    "motion_fidelity_normalised",
    "camera_fidelity",
    "object_fidelity",
    "text_alignment",
    "text_rank",
    "appearance_leakage",
    "structure_leakage",
    "temporal_consistency",
    "seconds_adapt",
    "seconds_generate",
    "peak_memory",
)
"""What pages show besides the ranking metric, as far as it was scored."""

ARROWS = {"higher": "↑", "lower": "↓", "none": ""}
ABSENT = "-"


@dataclass(frozen=True)
class Head:
    """A column's head.

    Attributes:
        metric: Its name in the catalogue.
        title: The name, with places where a line may break.
        arrow: Which way is better.
        direction: The same in a word.
        unit: Of the values.
        summary: What the metric says.
        tied: Whether a control does as well as the best method.
    """

    metric: str
    title: str
    arrow: str
    direction: str
    unit: str
    summary: str
    tied: bool


def shown_metrics(board: Board) -> list[str]:
    """Metrics of the pages: the ranking one first, then those asked for, then the usual ones."""
    wanted = dict.fromkeys([board.rank_by, *board.shown, *COLUMNS])
    scored = {column.metric for column in board.columns}
    return [
        name
        for name in wanted
        if name in scored and any(row.cells[name].mean is not None for row in board.rows)
    ]


def head_of(column: Column) -> Head:
    """The head of a column."""
    return Head(
        metric=column.metric,
        title=column.metric.replace("_", " ").replace("/", " / "),
        arrow=ARROWS[column.direction],
        direction="" if column.direction == "none" else f"{column.direction} is better",
        unit=column.unit,
        summary=METRICS[column.metric].summary,
        tied=bool(column.ties),
    )


def interval_text(cell: Cell) -> str:
    """``[low, high]``; empty where there is no interval."""
    if cell.low is None or cell.high is None:
        return ""
    return f"[{number(cell.low)}, {number(cell.high)}]"


def mean_text(cell: Cell) -> str:
    """The mean, or a dash."""
    return ABSENT if cell.mean is None else number(cell.mean)
