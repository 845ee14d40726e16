"""What the scripts that make the shipped models share: arguments, rate, checkpoint, log."""

import argparse
import csv
import os
from pathlib import Path
from typing import Any

import torch


def script_arguments(
    documentation: str | None, *, folder: str | None = None
) -> argparse.ArgumentParser:
    """A parser that shows a script's documentation as it is written.

    Args:
        documentation: Of the script's module.
        folder: Default of ``--folder``, where all that the recipe makes is kept; None for a script
            without that argument.
    """
    parser = argparse.ArgumentParser(
        description=documentation, formatter_class=argparse.RawTextHelpFormatter
    )
    if folder is not None:
        parser.add_argument("--folder", type=Path, default=Path(folder))
    return parser


def use_given_threads() -> None:
    """Compute with as many threads as ``OMP_NUM_THREADS`` says, with one where it says nothing."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))


def course(step: int, *, steps: int, warmup: int, decay: float) -> float:
    """Share of the learning rate: linear warm-up, constant, linear decay to zero.

    Args:
        step: From 0 on.
        steps: Of the whole training.
        warmup: Steps of linear warm-up.
        decay: Share of the steps at the end over which the rate falls.
    """
    rising = min(1.0, (step + 1) / warmup)
    falling = min(1.0, (steps - step) / max(1.0, decay * steps))
    return min(rising, falling)


def save_state(path: Path, state: dict[str, Any]) -> None:
    """``torch.save`` by renaming."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def append_row(path: Path, row: dict[str, int | float], *, digits: int) -> None:
    """Append a row to a CSV file; the first one brings the header.

    Args:
        path: Of the log.
        row: Values by column.
        digits: Significant ones of a number that is not whole.
    """
    is_new = not path.is_file()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        if is_new:
            writer.writeheader()
        writer.writerow(
            {
                key: f"{value:.{digits}g}" if isinstance(value, float) else value
                for key, value in row.items()
            }
        )
