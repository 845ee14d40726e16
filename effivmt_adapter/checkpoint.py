"""Tuning that was interrupted goes on as if it had not been."""

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch

from effivmt_adapter.lora import GroupLora
from motionbench.errors import StoreError
from motionbench.files import write_bytes


@dataclass
class Progress:
    """How far a stage has come.

    Attributes:
        seconds: Spent on steps so far.
        losses: Each term of each step's loss, by the term's name; NaN where a step did not have
            it.
    """

    seconds: float = 0.0
    losses: dict[str, list[float]] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Steps done."""
        return len(self.losses.get("loss", ()))

    def add(self, terms: Mapping[str, float]) -> None:
        """Take in the losses of a step."""
        done = self.steps
        for name in dict.fromkeys((*self.losses, *terms)):
            values = self.losses.setdefault(name, [math.nan] * done)
            values.append(terms.get(name, math.nan))


def save_checkpoint(
    path: Path, lora: GroupLora, optimizer: torch.optim.Optimizer, progress: Progress
) -> None:
    """Write all that goes on from here, whole or not at all.

    Raises:
        DiskFullError: The disk is full.
    """
    state = {
        "lora": lora.state_dict(),
        "optimizer": optimizer.state_dict(),
        "seconds": progress.seconds,
        "losses": progress.losses,
    }
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_bytes(path, buffer.getvalue())


def load_checkpoint(path: Path, lora: GroupLora, optimizer: torch.optim.Optimizer) -> Progress:
    """Put a LoRA and its optimiser where they were; nothing changes where there is no file.

    Raises:
        StoreError: The file is broken, or of another LoRA.
    """
    if not path.is_file():
        return Progress()
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        lora.load_state_dict(state["lora"])
        optimizer.load_state_dict(state["optimizer"])
        return Progress(state["seconds"], state["losses"])
    # torch raises errors of many kinds for files that are torn or not its own.
    except Exception as error:
        raise StoreError(
            f"{path} cannot be continued from ({error}). Remove it to tune from the start."
        ) from error
