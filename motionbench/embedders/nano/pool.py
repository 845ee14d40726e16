"""Rendered training frames with tokenised texts, as shards on disk that a worker adds to."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from motionbench.files import whole_file


class Shard(NamedTuple):
    """Scenes rendered together: M scenes, F frames of each, and 1 + K texts, the caption first.

    Attributes:
        frames: ``(M, F, S, S, 3)`` uint8.
        tokens: ``(M, 1 + K, L)`` uint16; no two texts of a scene are equal.
        labels: ``(M, 1 + K, A)`` uint8, what each text says (see ``labels``).
        category: ``(M,)`` names of the scenes' categories.
    """

    frames: np.ndarray
    tokens: np.ndarray
    labels: np.ndarray
    category: np.ndarray


class Draw(NamedTuple):
    """One frame of each of B scenes; shapes as in `Shard` without the axis F."""

    frames: np.ndarray
    tokens: np.ndarray
    labels: np.ndarray


def write_shard(path: Path, shard: Shard) -> None:
    """Write by renaming, so that a reader meets complete shards only.

    Raises:
        DiskFullError: The disk is full.
    """
    with whole_file(path) as file:
        np.savez(file, **shard._asdict())


class Pool:
    """All shards of a folder, held in memory.

    Args:
        folder: Has ``shard-*.npz``, at least one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shards: dict[Path, Shard] = {}
        if not self.refresh():
            raise FileNotFoundError(
                f"{folder} has no shards: run 'python -m motionbench.embedders.nano.data' first."
            )

    def refresh(self) -> int:
        """Read the shards that have come since; the number of scenes now held."""
        for path in sorted(self._folder.glob("shard-*.npz")):
            if path not in self._shards:
                with np.load(path) as arrays:
                    self._shards[path] = Shard(*(arrays[name] for name in Shard._fields))
        return sum(len(shard.frames) for shard in self._shards.values())

    def draw(
        self,
        count: int,
        texts: int,
        rng: np.random.Generator,
        weights: Mapping[str, float] | None = None,
    ) -> Draw:
        """Frames of different scenes, each with its caption and some of its other texts.

        Args:
            count: Number of scenes, B.
            texts: Texts kept for each, the caption among them.
            rng: Draws the scenes and, for each, frame and texts.
            weights: How often scenes of a category are drawn, relative to the others; 1 for those
                not named.
        """
        shards = list(self._shards.values())
        ends = np.cumsum([len(shard.frames) for shard in shards])
        category = np.concatenate([shard.category for shard in shards])
        weight = np.ones(len(category))
        for name, value in (weights or {}).items():
            weight[category == name] = value
        drawn = []
        for scene in rng.choice(len(category), count, replace=False, p=weight / weight.sum()):
            which = int(np.searchsorted(ends, scene, side="right"))
            shard, row = shards[which], scene - ends[which]
            others = 1 + rng.permutation(shard.tokens.shape[1] - 1)[: texts - 1]
            kept = np.concatenate([[0], others])
            frame = shard.frames[row, rng.integers(shard.frames.shape[1])]
            drawn.append((frame, shard.tokens[row, kept], shard.labels[row, kept]))
        return Draw(*(np.stack(parts) for parts in zip(*drawn, strict=True)))

    def everything(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All frames ``(N, S, S, 3)`` with their tokens and category, N = scenes x frames."""
        shards = self._shards.values()
        each = next(iter(shards)).frames.shape[1]
        frames = np.concatenate([shard.frames for shard in shards])
        tokens = np.concatenate([shard.tokens for shard in shards])
        category = np.concatenate([shard.category for shard in shards])
        return frames.reshape(-1, *frames.shape[2:]), tokens.repeat(each, 0), category.repeat(each)
