"""Train the transformer and the text encoder of ``wan-nano`` on the pool of latents.

    python -m motionbench.backbones.nano.latents   # fills checkpoints/wan-nano/latents
    python -m motionbench.backbones.nano.train     # may start as soon as there are a few shards

Flow matching: at noise sigma between 0 and 1 the transformer sees ``(1 - sigma) x + sigma n`` and
is to predict the velocity ``n - x``. Sigmas are logit-normal, shifted towards noise as the
sampler's are. The first steps, and some later ones, see single pictures. Matrices of the blocks are
trained by Muon, all else by AdamW. An exponential moving average of the weights is kept, and is
what is exported. Running the command again continues from the last checkpoint.
"""

import time
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from motionbench.backbones.nano.model import Denoiser, Recipe, Trainer, draw_batch
from motionbench.backbones.nano.pool import Pool
from motionbench.training import append_row, script_arguments, use_given_threads

_REFRESH = 200
"""Steps between looks for new shards."""


@torch.no_grad()
def watch(denoiser: Denoiser, pool: Pool, recipe: Recipe, *, batches: int = 8) -> float:
    """Loss of the averaged weights on clips and noise that are always the same."""
    found = [
        denoiser.loss(draw_batch(pool, recipe, number, watching=True)).item()
        for number in range(batches)
    ]
    return float(np.mean(found))


def train(recipe: Recipe, folder: Path, *, every: int = 200) -> None:
    """Train to the recipe's last step, from the last checkpoint if there is one.

    Args:
        recipe: What to do.
        folder: Holds ``latents/`` and ``held-out-latents/``; gets ``transformer.pt`` and
            ``transformer.csv``.
        every: Steps between checkpoints (each with a line in the log).
    """
    trainer = Trainer(recipe, folder)
    pool, watched = Pool(folder / "latents"), Pool(folder / "held-out-latents")
    started = time.monotonic() - trainer.seconds
    total = 0.0
    for step in tqdm(
        range(trainer.step, recipe.steps), initial=trainer.step, total=recipe.steps, mininterval=10
    ):
        total += trainer.advance(draw_batch(pool, recipe, step))
        if trainer.step % _REFRESH == 0:
            pool.refresh()
        if trainer.step % every == 0 or trainer.step == recipe.steps:
            trainer.seconds = time.monotonic() - started
            row: dict[str, int | float] = {
                "step": trainer.step,
                "seconds": int(trainer.seconds),
                "loss": total / every,
                "watched": watch(trainer.average, watched, recipe),
                "latents": pool.refresh(),
            }
            append_row(folder / "transformer.csv", row, digits=5)
            trainer.save()
            total = 0.0


def main() -> None:
    """Command line: train, log and checkpoint until the recipe's steps are done."""
    parser = script_arguments(__doc__, folder="checkpoints/wan-nano")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    arguments = parser.parse_args()
    use_given_threads()
    train(Recipe(steps=arguments.steps), arguments.folder)


if __name__ == "__main__":
    main()
