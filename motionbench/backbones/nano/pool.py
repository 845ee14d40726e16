"""Clips and their captions as shards on disk, which a worker may add to while others read."""

import json
from pathlib import Path

import numpy as np

from motionbench.files import whole_file, write_bytes


def write_shard(path: Path, arrays: np.ndarray, captions: list[str]) -> None:
    """Write arrays and captions by renaming, so that a reader meets complete shards only.

    Args:
        path: Ends in ``.npy``; the captions go beside it as JSON.
        arrays: One row a clip.
        captions: As many.

    Raises:
        DiskFullError: The disk is full.
    """
    write_bytes(path.with_suffix(".json"), json.dumps(captions).encode())
    with whole_file(path) as file:
        np.save(file, arrays)


class Pool:
    """All shards of a folder, mapped into memory.

    Args:
        folder: Has ``shard-*.npy``, at least one; all of the same number of rows.

    Raises:
        FileNotFoundError: It has none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._arrays: dict[Path, np.ndarray] = {}
        self._captions: dict[Path, list[str]] = {}
        if not self.refresh():
            raise FileNotFoundError(
                f"{folder} has no shards: 'python -m motionbench.backbones.nano.data' renders "
                "clips, 'python -m motionbench.backbones.nano.latents' encodes them."
            )

    def refresh(self) -> int:
        """Map the shards that have come since; the number of clips now held."""
        for path in sorted(self._folder.glob("shard-*.npy")):
            if path not in self._arrays:
                self._arrays[path] = np.load(path, mmap_mode="r")
                text = path.with_suffix(".json").read_text(encoding="utf-8")
                self._captions[path] = json.loads(text)
        return sum(map(len, self._arrays.values()))

    def draw(self, count: int, rng: np.random.Generator) -> list[tuple[np.ndarray, str]]:
        """Rows with their captions, all equally likely."""
        paths = list(self._arrays)
        drawn = []
        for _ in range(count):
            path = paths[rng.integers(len(paths))]
            row = rng.integers(len(self._arrays[path]))
            drawn.append((self._arrays[path][row], self._captions[path][row]))
        return drawn

    def everything(self) -> tuple[np.ndarray, list[str]]:
        """All rows and captions in the shards' order."""
        captions = [caption for part in self._captions.values() for caption in part]
        return np.concatenate(list(self._arrays.values())), captions
