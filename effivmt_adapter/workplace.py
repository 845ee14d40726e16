"""The folder of one tuning: what is done already, what is in the making, what it took."""

import csv
import hashlib
import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from effivmt_adapter.checkpoint import Progress
from effivmt_adapter.head_classification import HeadSplit
from effivmt_adapter.tuned_file import Tuned, load_tuned, save_tuned
from motionbench.backbones.wan import Backbone
from motionbench.errors import StoreError, UsageError
from motionbench.files import read_json, write_bytes, write_json


class Workplace:
    """Files of one tuning, in a folder named after everything that decides it.

    Another reference, caption, seed, backbone or option is another folder, so nothing that is found
    can belong to something else::

        tuned.safetensors   both LoRAs, once they are done
        heads.json          the split, from stage 1 on
        spatial.pt          checkpoint of stage 2 until all is done, and
        temporal.pt         of stage 3
        losses.csv          stage, step and each term of the loss, empty where a step had none
        stages.json         seconds, steps and last losses of each stage

    Args:
        work_dir: Of the method.
        decides: Everything that decides the tuning, as JSON can hold it.
    """

    def __init__(self, work_dir: Path, decides: Mapping[str, Any]) -> None:
        told = json.dumps(decides, sort_keys=True)
        self.folder = work_dir / f"tuning-{hashlib.sha256(told.encode()).hexdigest()[:12]}"
        self._tuned = self.folder / "tuned.safetensors"
        self._heads = self.folder / "heads.json"
        self._decides = decides

    def tuned(self, backbone: Backbone) -> Tuned | None:
        """What an earlier tuning gave, if it was finished.

        Raises:
            StoreError: The file is broken.
        """
        return load_tuned(self._tuned, backbone) if self._tuned.is_file() else None

    def split(self) -> HeadSplit | None:
        """The split of an earlier attempt.

        Raises:
            StoreError: The file is broken.
        """
        if not self._heads.is_file():
            return None
        try:
            return HeadSplit.from_json(read_json(self._heads))
        except UsageError as error:
            raise StoreError(f"{self._heads}: {error} Remove it to look at heads again.") from error

    def keep_split(self, split: HeadSplit) -> None:
        """Keep the split for later attempts."""
        write_json(self._heads, split.to_json())

    def checkpoint(self, stage: str) -> Path:
        """Where a stage keeps its state."""
        return self.folder / f"{stage}.pt"

    def keep(self, tuned: Tuned, backbone: Backbone, progress: Mapping[str, Progress]) -> None:
        """Keep the result and its account; checkpoints are not needed any more.

        Args:
            tuned: The result.
            backbone: What was tuned.
            progress: Of each stage, by name.
        """
        save_tuned(self._tuned, tuned, backbone, self._decides)
        write_bytes(self.folder / "losses.csv", _losses(progress).encode())
        write_json(
            self.folder / "stages.json",
            {
                stage: {
                    "seconds": made.seconds,
                    "steps": made.steps,
                    "last_losses": {name: _last(values) for name, values in made.losses.items()},
                }
                for stage, made in progress.items()
            },
        )
        for stage in progress:
            self.checkpoint(stage).unlink(missing_ok=True)


def _last(values: Sequence[float]) -> float:
    """The last that is known; a term is there because some step had it."""
    return next(value for value in reversed(values) if not math.isnan(value))


def _losses(progress: Mapping[str, Progress]) -> str:
    terms = list(dict.fromkeys(name for made in progress.values() for name in made.losses))
    text = io.StringIO()
    writer = csv.DictWriter(text, ["stage", "step", *terms], lineterminator="\n")
    writer.writeheader()
    for stage, made in progress.items():
        for step in range(made.steps):
            row = {name: values[step] for name, values in made.losses.items()}
            told = {name: f"{x:.6g}" for name, x in row.items() if not math.isnan(x)}
            writer.writerow({"stage": stage, "step": step, **told})
    return text.getvalue()
