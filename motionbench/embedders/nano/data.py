"""Render the scenes that ``clip-nano`` is trained on.

    python -m motionbench.embedders.nano.data --scenes 7680

Each shard depends on its number alone, so the pool can be filled by several runs and continued at
any time. Only the training side of the split is shown, and its held-out combinations are not even
named: a text that never was a true caption would teach that such combinations do not exist.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import open_clip
import torch
from tqdm import tqdm

from motionbench.cases import CATEGORIES
from motionbench.embedders import NANO_FOLDER
from motionbench.embedders.nano.labels import labels
from motionbench.embedders.nano.pool import Shard, write_shard
from motionbench.scenes import draws
from motionbench.scenes.captions import (
    Appearance,
    Split,
    caption,
    is_consistent,
    is_held_out,
    neighbours,
)
from motionbench.scenes.catalogue import build_scene, names
from motionbench.scenes.render import render
from motionbench.scenes.stage import Scene
from motionbench.training import script_arguments

Tokenizer = Callable[[list[str]], torch.Tensor]

FIRST_SEED: dict[Split, int] = {"train": 1_000_000_000, "eval": 3_221_225_472}
"""Scene seeds start here: far from those of any suite, each on its side of the split."""

SCENES = 64
"""Scenes a shard."""
FRAMES = 4
"""Frames kept of each scene."""
TEXTS: dict[Split, int] = {"train": 16, "eval": 20}
"""Texts of each scene, the caption among them; some have only 17 that are not held out."""
SIZE = 64
"""Side of the stored frames: the model's input."""
RENDERED = 128
"""Side at which frames are rendered before they are reduced, as real ones would be."""


def draw_scene(number: int, split: Split) -> tuple[Scene, Appearance]:
    """The scene of a running number; categories take turns.

    Args:
        number: From 0 on.
        split: Side of the split that the appearance comes from.
    """
    seed = FIRST_SEED[split] + number
    category = CATEGORIES[number % len(CATEGORIES)]
    name = draws.pick(draws.stream(seed, 0), names(category))
    scene = build_scene(name, seed, split=split)
    return scene, scene.appearance


def swaps(appearance: Appearance) -> list[Appearance]:
    """All appearances in which two parts have exchanged their colours: the test of binding."""
    parts = _colours(appearance)
    found = []
    for first, second in combinations(parts, 2):
        changed = parts | {first: parts[second], second: parts[first]}
        found.append(_with_colours(appearance, changed))
    return [candidate for candidate in found if is_consistent(candidate)]


def _colours(appearance: Appearance) -> dict[str, str]:
    parts = {"background": appearance.background.colour}
    parts |= {item.shape: item.colour for item in appearance.items}
    return parts | (vars(appearance.clothes) if appearance.clothes else {})


def _with_colours(appearance: Appearance, colours: dict[str, str]) -> Appearance:
    clothes = appearance.clothes
    if clothes is not None:
        clothes = replace(clothes, **{part: colours[part] for part in vars(clothes)})
    return replace(
        appearance,
        background=replace(appearance.background, colour=colours["background"]),
        items=tuple(replace(item, colour=colours[item.shape]) for item in appearance.items),
        clothes=clothes,
    )


def texts_of(
    appearance: Appearance, rng: np.random.Generator, split: Split, *, with_swaps: bool
) -> list[Appearance]:
    """The appearance, then others that a frame may be confused with; `TEXTS` in all.

    Args:
        appearance: What is shown.
        rng: Draws the others.
        split: With ``"train"`` nothing held out is among them.
        with_swaps: A third of the others exchange two colours; the rest differ in one attribute.
    """
    allowed = [
        other for other in neighbours(appearance) if split == "eval" or not is_held_out(other)
    ]
    exchanged = []
    if with_swaps:
        exchanged = [other for other in swaps(appearance) if not is_held_out(other)]
        exchanged = draws.shuffled(rng, exchanged)[: (TEXTS[split] - 1) // 3]
    count = TEXTS[split] - 1
    others = exchanged + draws.shuffled(rng, allowed)
    if len(others) < count:
        raise ValueError(f"only {len(others)} texts differ from {caption(appearance)!r}")
    return [appearance, *others[:count]]


def make_shard(number: int, split: Split, tokenizer: Tokenizer) -> Shard:
    """Render a shard.

    Args:
        number: Of the shard; it holds the scenes ``number * SCENES`` and following.
        split: ``"train"`` for training, ``"eval"`` to watch it.
        tokenizer: The model's.
    """
    rows = []
    for place in range(number * SCENES, (number + 1) * SCENES):
        rng = draws.stream(FIRST_SEED[split] + place, 1)
        scene, appearance = draw_scene(place, split)
        texts = texts_of(appearance, rng, split, with_swaps=split == "train")
        tokens = tokenizer([caption(text) for text in texts]).numpy().astype(np.uint16)
        facts = np.stack([labels(text) for text in texts])
        rows.append((_frames(scene), tokens, facts, appearance.category))
    frames, tokens, facts, category = zip(*rows, strict=True)
    return Shard(np.stack(frames), np.stack(tokens), np.stack(facts), np.array(category))


def _frames(scene: Scene) -> np.ndarray:
    shown = render(scene, frames=FRAMES, height=RENDERED, width=RENDERED)
    return np.stack(
        [cv2.resize(frame, (SIZE, SIZE), interpolation=cv2.INTER_AREA) for frame in shown]
    )


def fill(folder: Path, split: Split, count: int, *, first: int = 0) -> None:
    """Write the shards that are not there yet.

    Args:
        folder: Where they go.
        split: Side of the split.
        count: Number of shards.
        first: Number of the first.
    """
    tokenizer = open_clip.get_tokenizer(f"local-dir:{NANO_FOLDER}")
    for number in tqdm(range(first, first + count), desc=str(folder), mininterval=10):
        path = folder / f"shard-{number:05d}.npz"
        if not path.is_file():
            write_shard(path, make_shard(number, split, tokenizer))


def main() -> None:
    """Command line: the scenes to watch first, then those to train on."""
    parser = script_arguments(__doc__, folder="checkpoints/clip-nano")
    parser.add_argument("--scenes", type=int, default=7_680, help="training scenes")
    arguments = parser.parse_args()
    fill(arguments.folder / "held-out", "eval", 4)
    fill(arguments.folder / "pool", "train", -(-arguments.scenes // SCENES))


if __name__ == "__main__":
    main()
