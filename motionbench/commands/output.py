"""Printing: tables for people on standard output, or the same content as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from motionbench.errors import UsageError
from motionbench.files import disk_full_named


def print_json(content: Any) -> None:
    """Content as JSON on standard output; NaN is refused."""
    typer.echo(json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False))


def print_table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of equal keys as a table; cells are plain text, never markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for key in rows[0] if rows else ():
        table.add_column(key, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_text(value)) for value in row.values()))
    Console().print(table)


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Write the file of ``--out`` inside the block; its folder is made.

    Raises:
        UsageError: It cannot be written.
        DiskFullError: The disk is full.
    """
    try:
        with disk_full_named(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            yield
    except OSError as error:
        raise UsageError(
            f"--out {out} could not be written: {error.strerror}. Name another file."
        ) from error


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
