"""Train the autoencoder of ``wan-nano`` on the pool of rendered clips.

    python -m motionbench.backbones.nano.data        # fills checkpoints/wan-nano/clips
    python -m motionbench.backbones.nano.train_vae   # may start as soon as there are a few shards

The loss is the absolute and squared error of pixels, the absolute error of their changes from
frame to frame (what flickers is seen, and tracked), and a light Kullback-Leibler term, so that
latents are of bounded size and small errors in them matter little. The first steps see short
windows of several clips, then come whole clips. The last ones give half of the weight to pixels
that change over time: a small object that moves is most of a clip's motion and little of its
picture. Kernels are trained by Muon, all else by AdamW. Running the command again continues from
the last checkpoint.
"""

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKLWan
from tqdm import tqdm

from motionbench.backbones.nano.architecture import FRAMES, LATENT_CHANNELS, build_vae
from motionbench.backbones.nano.pool import Pool
from motionbench.backbones.nano.training import optimizers, set_rate
from motionbench.backbones.nano.whole import WholeClip
from motionbench.training import append_row, course, save_state, script_arguments, use_given_threads


@dataclass(frozen=True)
class Recipe:
    """How the autoencoder's weights came to be.

    Attributes:
        steps: Optimiser steps.
        moving_steps: Further steps, on whole clips, that look at what moves.
        batch: Frames a step, about: as many clips as this makes.
        window: Frames of the short windows, ``4k + 1``.
        whole: Share of ``steps`` at the end that see whole clips.
        kernel_rate: Muon's learning rate after warm-up and before decay, in AdamW's scale.
        learning_rate: AdamW's.
        moving_rate: Share of both rates that the further steps start with, falling to zero.
        warmup: Steps of linear warm-up.
        decay: Share of the steps at the end over which rates fall linearly to zero.
        squared: Weight of the squared error.
        change: Weight of the error of changes from frame to frame.
        divergence: Weight of the Kullback-Leibler term, per latent number.
        seed: Of the initial weights and of everything drawn in training.
    """

    steps: int = 3500
    moving_steps: int = 4000
    batch: int = 36
    window: int = 9
    whole: float = 0.2
    kernel_rate: float = 3e-3
    learning_rate: float = 2e-3
    moving_rate: float = 0.6
    warmup: int = 30
    decay: float = 0.6
    squared: float = 4.0
    change: float = 0.5
    divergence: float = 3e-5
    seed: int = 0

    @property
    def last(self) -> int:
        """Steps in all."""
        return self.steps + self.moving_steps

    def share(self, step: int) -> float:
        """Share of the peak rates at a step."""
        if step < self.steps:
            return course(step, steps=self.steps, warmup=self.warmup, decay=self.decay)
        later = step - self.steps
        return self.moving_rate * course(
            later, steps=self.moving_steps, warmup=self.warmup, decay=1.0
        )


def draw_batch(pool: Pool, recipe: Recipe, step: int) -> torch.Tensor:
    """Pixels of a step ``(B, 3, T, H, W)`` in [-1, 1]; half of them mirrored."""
    rng = np.random.default_rng([recipe.seed, step])
    window = FRAMES if step >= (1 - recipe.whole) * recipe.steps else recipe.window
    clips = []
    for frames, _ in pool.draw(recipe.batch // window, rng):
        start = rng.integers(FRAMES - window + 1)
        clip = frames[start : start + window]
        clips.append(clip[:, :, ::-1] if rng.random() < 0.5 else clip)
    return to_pixels(np.stack(clips))


def to_pixels(frames: np.ndarray) -> torch.Tensor:
    """``(B, T, H, W, 3)`` uint8 to ``(B, 3, T, H, W)`` float32 in [-1, 1]."""
    return torch.from_numpy(frames).permute(0, 4, 1, 2, 3).float().div_(127.5).sub_(1)


def losses(
    whole: WholeClip, pixels: torch.Tensor, weight: torch.Tensor | float = 1.0
) -> dict[str, torch.Tensor]:
    """The parts of the loss, each a mean over pixels, with their weights, or latent numbers."""
    # bfloat16 nearly halves the time on processors that have it.
    with torch.autocast("cpu", torch.bfloat16):
        posterior = whole.encode(pixels)
        found = whole.decode(posterior.sample())
    error = found - pixels
    divergence = posterior.mean.square() + posterior.var - 1 - posterior.logvar
    return {
        "absolute": (weight * error.abs()).mean(),
        "squared": (weight * error.square()).mean(),
        "change": error.diff(dim=2).abs().mean(),
        "divergence": divergence.mean() / 2,
    }


def moving_weight(pixels: torch.Tensor) -> torch.Tensor:
    """Weights ``(B, 1, 1, H, W)`` of mean 1, a half even and a half by how much a pixel changes.

    Where nothing changes at all, only the first half is there.

    Args:
        pixels: ``(B, 3, T, H, W)``.
    """
    change = pixels.std(2, keepdim=True).mean(1, keepdim=True)
    return 0.5 + 0.5 * change / change.mean((3, 4), keepdim=True).clamp_min(1e-3)


class Trainer:
    """Autoencoder, optimiser and step count, saved together.

    Args:
        recipe: What to do.
        folder: Where the checkpoint goes.
    """

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self.recipe, self.step, self.seconds = recipe, 0, 0.0
        torch.manual_seed(recipe.seed)
        self.whole = WholeClip(build_vae())
        quiet_posterior(self.whole)
        self._kernels, rest = split_kernels(self.whole.vae)
        # Muon takes matrices: each shares its numbers with the kernel that it is a view of.
        self._matrices = [torch.nn.Parameter(kernel.data.flatten(1)) for kernel in self._kernels]
        self.optimizers = optimizers(
            self._matrices,
            rest,
            matrix_rate=recipe.kernel_rate,
            learning_rate=recipe.learning_rate,
        )
        self._state = folder / "vae.pt"
        if self._state.is_file():
            state = torch.load(self._state, weights_only=True)
            self.whole.vae.load_state_dict(state["model"])
            for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(saved)
            self.step, self.seconds = state["step"], state["seconds"]

    def save(self) -> None:
        """Write the checkpoint."""
        state = {
            "model": self.whole.vae.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "seconds": self.seconds,
            "recipe": asdict(self.recipe),
        }
        save_state(self._state, state)

    def advance(self, pixels: torch.Tensor) -> dict[str, float]:
        """One optimiser step."""
        recipe = self.recipe
        torch.manual_seed(recipe.seed + self.step)  # noise of the posterior's samples
        weight = moving_weight(pixels) if self.step >= recipe.steps else 1.0
        parts = losses(self.whole, pixels, weight)
        loss = parts["absolute"] + recipe.squared * parts["squared"]
        loss = loss + recipe.change * parts["change"] + recipe.divergence * parts["divergence"]
        self.whole.vae.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.whole.vae.parameters(), 1.0)
        for matrix, kernel in zip(self._matrices, self._kernels, strict=True):
            matrix.grad = None if kernel.grad is None else kernel.grad.flatten(1)
        for optimizer in self.optimizers:
            set_rate(optimizer, recipe.share(self.step))
            optimizer.step()
        self.step += 1
        return {name: part.item() for name, part in parts.items()}


def split_kernels(
    vae: AutoencoderKLWan,
) -> tuple[list[torch.nn.Parameter], list[torch.nn.Parameter]]:
    """Kernels of convolutions, and all other parameters."""
    kernels = [p for n, p in vae.named_parameters() if p.ndim >= 4 and n.endswith("weight")]
    chosen = {id(kernel) for kernel in kernels}
    return kernels, [p for p in vae.parameters() if id(p) not in chosen]


@torch.no_grad()
def quiet_posterior(whole: WholeClip) -> None:
    """Start with little noise in the latents: with as much as signal, the decoder ignores them."""
    last = whole.vae.quant_conv
    last.weight[LATENT_CHANNELS:].mul_(0.1)
    last.bias[LATENT_CHANNELS:].fill_(-6.0)


@torch.no_grad()
def psnr(whole: WholeClip, frames: np.ndarray) -> float:
    """Mean over clips of the round trip's peak signal-to-noise ratio, dB.

    Args:
        whole: The autoencoder.
        frames: ``(N, T, H, W, 3)`` uint8.
    """
    found = []
    for clip in frames:
        pixels = to_pixels(clip[None])
        error = whole.decode(whole.encode(pixels).mode()).clamp(-1, 1) - pixels
        found.append(-10 * torch.log10(error.square().mean() / 4).item())
    return float(np.mean(found))


def train(recipe: Recipe, folder: Path, *, every: int = 100) -> None:
    """Train to the recipe's last step, from the last checkpoint if there is one.

    Args:
        recipe: What to do.
        folder: Holds ``clips/`` and ``held-out/``; gets ``vae.pt`` and ``vae.csv``.
        every: Steps between checkpoints (each with a line in the log).
    """
    trainer = Trainer(recipe, folder)
    pool, watched = Pool(folder / "clips"), Pool(folder / "held-out").everything()[0][:16]
    started = time.monotonic() - trainer.seconds
    sums: dict[str, float] = {}
    for step in tqdm(
        range(trainer.step, recipe.last), initial=trainer.step, total=recipe.last, mininterval=10
    ):
        for key, value in trainer.advance(draw_batch(pool, recipe, step)).items():
            sums[key] = sums.get(key, 0.0) + value / every
        if trainer.step % every == 0 or trainer.step == recipe.last:
            trainer.seconds = time.monotonic() - started
            row: dict[str, int | float] = {"step": trainer.step, "seconds": int(trainer.seconds)}
            row |= {**sums, "clips": pool.refresh(), "psnr": psnr(trainer.whole, watched)}
            append_row(folder / "vae.csv", row, digits=5)
            trainer.save()
            sums = {}


def main() -> None:
    """Command line: train, log and checkpoint until the recipe's steps are done."""
    parser = script_arguments(__doc__, folder="checkpoints/wan-nano")
    arguments = parser.parse_args()
    use_given_threads()
    train(Recipe(), arguments.folder)


if __name__ == "__main__":
    main()
