"""Render the scenes that ``wan-nano`` is trained on.

    python -m motionbench.backbones.nano.data --clips 24576

Each shard depends on its number alone, so the pool can be filled by several runs and continued at
any time. Training shards show the training side of the split only.
"""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from motionbench.backbones.nano.architecture import FRAMES, SIDE
from motionbench.backbones.nano.pool import write_shard
from motionbench.cases import CATEGORIES
from motionbench.scenes import draws
from motionbench.scenes.captions import Split, caption
from motionbench.scenes.catalogue import build_scene, names
from motionbench.scenes.render import render
from motionbench.scenes.stage import Scene
from motionbench.training import script_arguments

FIRST_SEED: dict[Split, int] = {"train": 1_500_000_000, "eval": 3_500_000_000}
"""Scene seeds start here: far from those of any suite and of ``clip-nano``."""

CLIPS = 64
"""Clips a shard."""

WATCHED = 64
"""Held-out clips that are watched in training; those that are reported come after them."""


def draw_scene(number: int, split: Split) -> Scene:
    """The scene of a running number; categories take turns.

    Args:
        number: From 0 on.
        split: Side of the split that the appearance comes from.
    """
    seed = FIRST_SEED[split] + number
    name = draws.pick(draws.stream(seed, 0), names(CATEGORIES[number % len(CATEGORIES)]))
    return build_scene(name, seed, split=split)


def render_scene(scene: Scene) -> np.ndarray:
    """``(FRAMES, SIDE, SIDE, 3)`` uint8."""
    return render(scene, frames=FRAMES, height=SIDE, width=SIDE)


def fill(folder: Path, split: Split, shards: int) -> None:
    """Write the shards that are not there yet.

    Args:
        folder: Where they go.
        split: Side of the split.
        shards: How many there shall be.
    """
    for shard in tqdm(range(shards), desc=str(folder), mininterval=10):
        path = folder / f"shard-{shard:05d}.npy"
        if path.is_file():
            continue
        scenes = [draw_scene(number, split) for number in range(shard * CLIPS, (shard + 1) * CLIPS)]
        captions = [caption(scene.appearance) for scene in scenes]
        write_shard(path, np.stack([render_scene(scene) for scene in scenes]), captions)


def main() -> None:
    """Command line: the clips to watch first, then those to train on."""
    parser = script_arguments(__doc__, folder="checkpoints/wan-nano")
    parser.add_argument("--clips", type=int, default=24_576, help="training clips")
    arguments = parser.parse_args()
    fill(arguments.folder / "held-out", "eval", WATCHED // CLIPS)
    fill(arguments.folder / "clips", "train", -(-arguments.clips // CLIPS))


if __name__ == "__main__":
    main()
