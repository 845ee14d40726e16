"""What both training loops share: optimisers, the rate's course, the log, whole files."""

import csv
from pathlib import Path
from typing import Any

import torch


def optimizers(
    matrices: list[torch.nn.Parameter],
    rest: list[torch.nn.Parameter],
    *,
    matrix_rate: float,
    learning_rate: float,
    weight_decay: float = 0.0,
) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al., 2024) for matrices, AdamW for the rest; rates are set by `set_rate`.

    Args:
        matrices: ``(out, in)`` each.
        rest: Of any shape.
        matrix_rate: Muon's peak rate, in AdamW's scale.
        learning_rate: AdamW's peak rate.
        weight_decay: Of matrices.
    """
    muon = torch.optim.Muon(
        [{"params": matrices, "peak": matrix_rate}],
        lr=0.0,
        weight_decay=weight_decay,
        adjust_lr_fn="match_rms_adamw",
    )
    adam = torch.optim.AdamW(
        [{"params": rest, "peak": learning_rate}],
        lr=0.0,
        betas=(0.9, 0.99),
        weight_decay=0.0,
        fused=True,
    )
    return [muon, adam]


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


def set_rate(optimizer: torch.optim.Optimizer, share: float) -> None:
    """Set each group's rate to a share of its own ``peak``."""
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * share


def save_state(path: Path, state: dict[str, Any]) -> None:
    """``torch.save`` by renaming."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def log(path: Path, row: dict[str, int | float]) -> None:
    """Append a row to a CSV file; the first one brings the header."""
    is_new = not path.is_file()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        if is_new:
            writer.writeheader()
        writer.writerow(
            {
                key: f"{value:.5g}" if isinstance(value, float) else value
                for key, value in row.items()
            }
        )
