"""Train ``clip-nano`` on a pool of rendered scenes.

    python -m motionbench.embedders.nano.data    # fills checkpoints/clip-nano/pool
    python -m motionbench.embedders.nano.train   # may start as soon as the pool has a few shards

The loss is CLIP's contrastive loss over the batch (Radford et al., ICML 2021, fig. 3) with, for
each image, texts that differ from its caption in one attribute among the negatives (after NegCLIP,
Yuksekgonul et al., ICLR 2023), plus the cross-entropy over those texts alone, plus two losses that
name the grammar's attributes, from the embeddings and from any place of an image: their layers are
not kept, but cut the time to learn several times. Running the command again continues from the last
checkpoint.
"""

import math
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from safetensors.torch import save_file
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from tqdm import tqdm

from motionbench.embedders import NANO_FOLDER
from motionbench.embedders.nano.augment import augment
from motionbench.embedders.nano.labels import LABELS
from motionbench.embedders.nano.objective import (
    Batch,
    encode_texts,
    losses,
    naming_loss,
    normalise,
    rank_first,
    spotting_loss,
    text_keys,
)
from motionbench.embedders.nano.pool import Pool
from motionbench.embedders.weights import CONFIG_FILE, no_root_logging
from motionbench.training import append_row, course, save_state, script_arguments, use_given_threads


@dataclass(frozen=True)
class Recipe:
    """How the weights came to be.

    Attributes:
        steps: Optimiser steps.
        batch: Images a step, each of another scene.
        negatives: Texts per image that differ from its caption in one attribute.
        learning_rate: After warm-up and before decay.
        warmup: Steps of linear warm-up.
        decay: Share of the steps at the end over which the rate falls linearly to zero.
        weight_decay: Of matrices; biases and norms have none.
        naming: Weight of the two losses that name attributes, next to the two others.
        seed: Of the initial weights and of everything drawn in training.
    """

    steps: int = 7000
    batch: int = 64
    negatives: int = 2
    learning_rate: float = 2e-3
    warmup: int = 200
    decay: float = 0.3
    weight_decay: float = 0.05
    naming: float = 0.5
    seed: int = 0


def draw_batch(pool: Pool, recipe: Recipe, step: int, preprocess: dict[str, Any]) -> Batch:
    """The batch of a step; depends on recipe, step and the pool's content only."""
    rng = np.random.default_rng([recipe.seed, step])
    drawn = pool.draw(recipe.batch, 1 + recipe.negatives, rng, WEIGHTS)
    images = normalise(augment(drawn.frames, rng), preprocess)
    tokens = torch.from_numpy(drawn.tokens.astype(np.int64))
    return Batch(images, tokens, torch.from_numpy(drawn.labels).float())


def learning_rate(recipe: Recipe, step: int) -> float:
    """Linear warm-up, constant, linear decay to zero."""
    share = course(step, steps=recipe.steps, warmup=recipe.warmup, decay=recipe.decay)
    return recipe.learning_rate * share


WEIGHTS = {"camera": 1.5, "multi_object": 2.5}
"""Categories that take longest to learn are drawn more often than the others."""

SPOTTED_WIDTH = 16
"""Channels of the third stage of open_clip's ResNet, in units of its width."""


class Trainer:
    """Model, optimiser and step count, saved together.

    Args:
        recipe: What to do.
        folder: Where checkpoints, log and the exported model go.
    """

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self.recipe, self.folder, self.step, self.seconds = recipe, folder, 0, 0.0
        torch.manual_seed(recipe.seed)
        with no_root_logging():
            model: Any = open_clip.create_model(f"local-dir:{NANO_FOLDER}", load_weights=False)
        self.model = model.to(memory_format=torch.channels_last)
        self.namer = torch.nn.Linear(self.model.text_projection.shape[1], len(LABELS))
        self.spotter = torch.nn.Conv2d(SPOTTED_WIDTH * self._width(), len(LABELS), 1)
        for parameter in (*self.namer.parameters(), *self.spotter.parameters()):
            if parameter.ndim == 1:
                torch.nn.init.constant_(parameter, -3.0)  # few labels hold at a time
        self._cells = torch.empty(0)
        self.model.visual.layer3.register_forward_hook(self._keep_cells)
        modules = (self.model, self.namer, self.spotter)
        parameters = [p for module in modules for p in module.parameters()]
        matrices = [p for p in parameters if p.ndim >= 2]
        others = [p for p in parameters if p.ndim < 2]
        groups = [
            {"params": matrices, "weight_decay": recipe.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), fused=True)
        self._state = folder / "state.pt"
        if self._state.is_file():
            self._restore()

    def _width(self) -> int:
        return int(self.model.visual.conv3.out_channels)

    def _keep_cells(self, _module: Any, _inputs: Any, output: torch.Tensor) -> None:
        self._cells = output

    def _restore(self) -> None:
        state = torch.load(self._state, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.namer.load_state_dict(state["namer"])
        self.spotter.load_state_dict(state["spotter"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]

    def save(self) -> None:
        """Write the checkpoint and the model as an open_clip folder, each by renaming."""
        state = {
            "model": self.model.state_dict(),
            "namer": self.namer.state_dict(),
            "spotter": self.spotter.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "recipe": asdict(self.recipe),
        }
        save_state(self._state, state)
        export(self.model, self.folder / "model")

    def advance(self, batch: Batch) -> dict[str, float]:
        """One optimiser step."""
        rate = learning_rate(self.recipe, self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.model.train()
        parts = self._losses(batch)
        self.optimizer.zero_grad()
        loss = parts["contrastive"] + parts["own"]
        loss = loss + self.recipe.naming * (parts["naming"] + parts["spotting"])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        with torch.no_grad():
            self.model.logit_scale.clamp_(0, math.log(100))
        self.step += 1
        return {name: part.item() for name, part in parts.items()}

    def _losses(self, batch: Batch) -> dict[str, torch.Tensor]:
        # bfloat16 halves the time on processors that have it; plain attention is faster than the
        # fused kernel at this size.
        with torch.autocast("cpu", torch.bfloat16), sdpa_kernel(SDPBackend.MATH):
            images = self.model.encode_image(batch.images)
            texts = encode_texts(self.model, batch.tokens.flatten(0, 1))
        images = functional.normalize(images.float(), dim=-1)
        texts = functional.normalize(texts.float(), dim=-1).unflatten(0, batch.tokens.shape[:2])
        scale = self.model.logit_scale.exp()
        contrastive, own = losses(images, texts, scale, text_keys(batch.tokens))
        spotting = spotting_loss(self.spotter, self._cells, batch.labels[:, 0])
        naming = naming_loss(self.namer, images, batch.labels[:, 0])
        naming = naming + naming_loss(self.namer, texts, batch.labels)
        return {"contrastive": contrastive, "own": own, "naming": naming, "spotting": spotting}


def export(model: torch.nn.Module, folder: Path) -> None:
    """Write configuration and float16 weights as a folder that open_clip loads."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(NANO_FOLDER / CONFIG_FILE, folder / CONFIG_FILE)
    weights = {
        name: (value.half() if value.is_floating_point() else value).contiguous().clone()
        for name, value in model.state_dict().items()
    }
    partial = folder / "open_clip_model.partial"
    save_file(weights, partial)
    partial.replace(folder / "open_clip_model.safetensors")


def monitor(trainer: Trainer, held_out: Pool) -> dict[str, float]:
    """Rank-first rate by category over held-out scenes that no reported number uses."""
    frames, tokens, category = held_out.everything()
    images = normalise(frames, trainer.model.visual.preprocess_cfg)
    hits = rank_first(trainer.model, images, tokens)
    return {str(name): float(hits[category == name].mean()) for name in np.unique(category)}


def main() -> None:
    """Command line: train, log and checkpoint until the recipe's steps are done."""
    parser = script_arguments(__doc__, folder="checkpoints/clip-nano")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--learning-rate", type=float, default=Recipe.learning_rate)
    parser.add_argument("--negatives", type=int, default=Recipe.negatives)
    arguments = parser.parse_args()
    use_given_threads()
    recipe = Recipe(
        steps=arguments.steps, learning_rate=arguments.learning_rate, negatives=arguments.negatives
    )
    train(recipe, arguments.folder)


def train(recipe: Recipe, folder: Path, *, every: int = 250) -> None:
    """Train to the recipe's last step, from the last checkpoint if there is one.

    Args:
        recipe: What to do.
        folder: Holds ``pool/`` and ``held-out/``; gets ``state.pt``, ``log.csv`` and ``model/``.
        every: Steps between checkpoints (each with a line in the log).
    """
    trainer = Trainer(recipe, folder)
    pool, held_out = Pool(folder / "pool"), Pool(folder / "held-out")
    preprocess = trainer.model.visual.preprocess_cfg
    started = time.monotonic() - trainer.seconds
    sums: dict[str, float] = {}
    for step in tqdm(
        range(trainer.step, recipe.steps), initial=trainer.step, total=recipe.steps, mininterval=10
    ):
        batch = draw_batch(pool, recipe, step, preprocess)
        for key, value in trainer.advance(batch).items():
            sums[key] = sums.get(key, 0.0) + value / every
        if trainer.step % every == 0 or trainer.step == recipe.steps:
            trainer.seconds = time.monotonic() - started
            row: dict[str, int | float] = {"step": trainer.step, "seconds": int(trainer.seconds)}
            row |= {**sums, "pool": pool.refresh(), **monitor(trainer, held_out)}
            append_row(folder / "log.csv", row, digits=4)
            trainer.save()
            sums = {}


if __name__ == "__main__":
    main()
