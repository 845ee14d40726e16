"""What is trained on latents: transformer and text encoder, their loss, optimisers and average."""

import copy
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from motionbench.backbones.nano import text
from motionbench.backbones.nano.architecture import (
    build_text_encoder,
    build_transformer,
)
from motionbench.backbones.nano.attention import use_plain_attention
from motionbench.backbones.nano.pool import Pool
from motionbench.backbones.nano.tokenizer import build_tokenizer
from motionbench.backbones.nano.training import optimizers, set_rate
from motionbench.training import course, save_state

TRAIN_TIMESTEPS = 1000
"""Wan's transformer is told sigma in thousandths."""


@dataclass(frozen=True)
class Recipe:
    """How transformer and text encoder came to be.

    Attributes:
        steps: Optimiser steps.
        batch: Clips a step.
        pictures: Steps at the start that see single pictures only.
        picture_share: Share of the later steps that see single pictures.
        picture_batch: Pictures a step.
        shift: Sigma is the logistic function of a normal number plus the logarithm of this.
        without_caption: Share of clips shown with an empty caption, for guidance.
        matrix_rate: Muon's learning rate, in AdamW's scale.
        learning_rate: AdamW's.
        weight_decay: Of matrices.
        warmup: Steps of linear warm-up.
        decay: Share of the steps at the end over which rates fall linearly to zero.
        average: Decay of the moving average of weights.
        seed: Of the initial weights and of everything drawn in training.
    """

    steps: int = 20_000
    batch: int = 16
    pictures: int = 1000
    picture_share: float = 0.1
    picture_batch: int = 128
    shift: float = 2.0
    without_caption: float = 0.1
    matrix_rate: float = 2e-3
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: int = 200
    decay: float = 0.3
    average: float = 0.999
    seed: int = 0


class Batch(NamedTuple):
    """Clips of a step.

    Attributes:
        latents: ``(B, C, f, h, w)`` float32, normalised.
        noise: As ``latents``.
        sigma: ``(B,)`` in (0, 1).
        captions: B texts, some of them empty.
    """

    latents: torch.Tensor
    noise: torch.Tensor
    sigma: torch.Tensor
    captions: list[str]


def draw_batch(pool: Pool, recipe: Recipe, step: int, *, watching: bool = False) -> Batch:
    """The batch of a step; depends on recipe, step and the pool's content only.

    A picture is the first latent frame of a clip, which encodes the first frame and nothing else.
    A step on pictures shows eight times as many captions in the time of one on clips, so what words
    look like is learnt first; and methods that tune on single frames find a model that knows them.

    Args:
        pool: Of latents.
        recipe: What to do.
        step: From 0 on.
        watching: Other draws than training's.
    """
    rng = np.random.default_rng([recipe.seed, step, watching])
    batch, frames = recipe.batch, None
    if not watching and (step < recipe.pictures or rng.random() < recipe.picture_share):
        batch, frames = recipe.picture_batch, 1
    rows = pool.draw(batch, rng)
    latents = np.stack([row[:, :frames] for row, _ in rows]).astype(np.float32)
    # One sigma from each of equally likely intervals: less noise in the loss than independent ones.
    share = (np.arange(batch) + rng.random(batch)) / batch
    normal = math.sqrt(2) * torch.erfinv(torch.from_numpy(2 * share - 1))
    sigma = torch.sigmoid(normal + math.log(recipe.shift)).float()
    captions = ["" if rng.random() < recipe.without_caption else caption for _, caption in rows]
    noise = rng.standard_normal(latents.shape, dtype=np.float32)
    return Batch(torch.from_numpy(latents), torch.from_numpy(noise), sigma, captions)


class Denoiser(torch.nn.Module):
    """Transformer and text encoder; predicts velocities of noised latents from captions."""

    def __init__(self) -> None:
        super().__init__()
        self.tokenizer = build_tokenizer()
        self.text_encoder = build_text_encoder(len(self.tokenizer))
        self.transformer = build_transformer()
        use_plain_attention(self.transformer)
        # diffusers keeps the rotary tables in float64, which turns queries and keys into float64.
        self.transformer.rope.float()

    def forward(
        self, noised: torch.Tensor, sigma: torch.Tensor, captions: list[str]
    ) -> torch.Tensor:
        """Velocities ``(B, C, f, h, w)`` of noised latents of that shape, at sigmas ``(B,)``."""
        encoded = text.encode(self.tokenizer, self.text_encoder, captions)
        velocity: torch.Tensor = self.transformer(
            hidden_states=noised,
            timestep=sigma * TRAIN_TIMESTEPS,
            encoder_hidden_states=encoded,
            return_dict=False,
        )[0]
        return velocity

    def loss(self, batch: Batch) -> torch.Tensor:
        """Mean squared error of the predicted velocity."""
        sigma = batch.sigma.view(-1, 1, 1, 1, 1)
        noised = (1 - sigma) * batch.latents + sigma * batch.noise
        # bfloat16 halves the time on processors that have it.
        with torch.autocast("cpu", torch.bfloat16):
            velocity = self(noised, batch.sigma, batch.captions)
        target = batch.noise - batch.latents
        return torch.nn.functional.mse_loss(velocity.float(), target)


class Trainer:
    """Denoiser, its average, optimisers and step count, saved together.

    Args:
        recipe: What to do.
        folder: Where the checkpoint goes.
    """

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self.recipe, self.step, self.seconds = recipe, 0, 0.0
        torch.manual_seed(recipe.seed)
        self.denoiser = Denoiser()
        # A last layer of zeros: the first prediction is zero, the mean of all targets.
        torch.nn.init.zeros_(self.denoiser.transformer.proj_out.weight)
        self.average = copy.deepcopy(self.denoiser).requires_grad_(False)
        self.optimizers = optimizers(
            *split_matrices(self.denoiser),
            matrix_rate=recipe.matrix_rate,
            learning_rate=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
        )
        self._state = folder / "transformer.pt"
        if self._state.is_file():
            state = torch.load(self._state, weights_only=True)
            self.denoiser.load_state_dict(state["model"])
            self.average.load_state_dict(state["average"])
            for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(saved)
            self.step, self.seconds = state["step"], state["seconds"]

    def save(self) -> None:
        """Write the checkpoint."""
        state = {
            "model": self.denoiser.state_dict(),
            "average": self.average.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "seconds": self.seconds,
            "recipe": asdict(self.recipe),
        }
        save_state(self._state, state)

    def advance(self, batch: Batch) -> float:
        """One optimiser step; the loss before it."""
        recipe = self.recipe
        share = course(self.step, steps=recipe.steps, warmup=recipe.warmup, decay=recipe.decay)
        loss = self.denoiser.loss(batch)
        self.denoiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.denoiser.parameters(), 1.0)
        for optimizer in self.optimizers:
            set_rate(optimizer, share)
            optimizer.step()
        self._follow()
        self.step += 1
        return loss.item()

    @torch.no_grad()
    def _follow(self) -> None:
        # Fast at first, or the random weights of the start would stay in it for long.
        keep = min(self.recipe.average, (1 + self.step) / (10 + self.step))
        pairs = zip(self.average.parameters(), self.denoiser.parameters(), strict=True)
        for mean, now in pairs:
            mean.lerp_(now, 1 - keep)


def split_matrices(
    denoiser: Denoiser,
) -> tuple[list[torch.nn.Parameter], list[torch.nn.Parameter]]:
    """Matrices of the transformer's blocks, and all other parameters."""
    blocks = denoiser.transformer.blocks
    matrices = [
        p for name, p in blocks.named_parameters() if name.endswith("weight") and p.ndim == 2
    ]
    chosen = {id(matrix) for matrix in matrices}
    return matrices, [p for p in denoiser.parameters() if id(p) not in chosen]
