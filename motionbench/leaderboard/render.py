"""One board in five formats."""

import io
from collections.abc import Callable

from rich.console import Console, Group, RenderableType

from motionbench.errors import UnknownNameError
from motionbench.leaderboard.board import Board
from motionbench.leaderboard.data import csv_text, json_text
from motionbench.leaderboard.documents import latex_lines, markdown_lines
from motionbench.leaderboard.sheet import sheet_of
from motionbench.leaderboard.terminal import tables

_WRITERS: dict[str, Callable[[Board], str]] = {
    "csv": csv_text,
    "json": json_text,
    "markdown": lambda board: "\n".join(markdown_lines(sheet_of(board))) + "\n",
    "latex": lambda board: "\n".join(latex_lines(sheet_of(board))) + "\n",
}

FORMATS = ("table", *_WRITERS)


def render(board: Board, format: str, *, width: int = 120) -> str:  # noqa: A002
    """A board as text.

    Args:
        board: From ``build_board``.
        format: ``table``, ``csv``, ``json``, ``markdown`` or ``latex`` (needs ``booktabs``).
        width: Characters in a line of a ``table``.

    Returns:
        Text that ends with a line break.

    Raises:
        UnknownNameError: There is no such format.
    """
    if format == "table":
        return without_colour(renderable(board, width=width), width=width)
    if format not in _WRITERS:
        raise UnknownNameError("format", format, FORMATS)
    return _WRITERS[format](board)


def renderable(board: Board, *, width: int) -> Group:
    """The ``table`` format for ``rich.console.Console.print``, styled where the console can."""
    return tables(sheet_of(board), width=width)


def without_colour(content: RenderableType, *, width: int) -> str:
    """What a terminal of that width would show, as plain lines."""
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(content)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"
