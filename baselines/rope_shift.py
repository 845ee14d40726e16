"""Tokens at the place their content came from: rotary positions warped by the reference's flow.

In the spirit of RoPECraft. Rotary encoding tells a token's position to attention, and tokens attend
most to those near them. Where a token of a later frame gets the position that its content had in
the first one, what belongs together in the reference is near in the sample too, and moves as it
did. RoPECraft goes on to optimise the positions while it samples; this does not.
"""

# ruff: noqa: ARG001, ARG002 - this needs only part of what the protocol hands over.

from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import Field

from baselines.flow_positions import origins, token_origins
from motionbench.backbones.on_backbone import BackboneOptions, OnBackbone
from motionbench.cases import Clip
from motionbench.methods.base import MethodCard


class Config(BackboneOptions, frozen=True):
    """The options of ``--set key=value``."""

    strength: float = Field(
        1.0, description="Share of the way from a token's own position to its content's origin."
    )
    warped_steps: float = Field(
        1.0, ge=0, le=1, description="Share of the sampling steps that see the warped positions."
    )


@dataclass(frozen=True)
class Adapted:
    """What is kept of a reference.

    Attributes:
        frames: Their number.
        fps: Frames per second.
        positions: Of all tokens, ``(N, 3)`` float64.
    """

    frames: int
    fps: float
    positions: torch.Tensor


class RopeShift(OnBackbone):
    """Samples with warped positions."""

    card = MethodCard(
        name="rope_shift",
        version="1",
        summary="Rotary positions warped by the reference's optical flow; nothing is optimised.",
        licence="Apache-2.0; written from the paper, without the authors' code.",
        citation="After Gokmen, Ekin, Bilecen, Dundar: RoPECraft: Training-Free Motion Transfer "
        "with Trajectory-Guided RoPE Optimization on Diffusion Transformers. NeurIPS 2025, arXiv "
        "2505.13344.",
    )
    Config = Config

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Adapted:
        """Turn the reference's flow into positions."""
        geometry = self.backbone.geometry
        count = len(reference)
        grid = geometry.token_grid(geometry.latent_shape(count, *reference.size))
        positions = token_origins(
            origins(reference.frames),
            geometry.latent_frames(count),
            grid,
            self.config.strength,
        )
        return Adapted(count, reference.fps, positions)

    def generate(self, adapted: Adapted, prompt: str, *, seed: int) -> Clip:
        """Sample with the positions, for as many steps as asked."""
        steps = len(self.backbone.sigmas(self.config.steps)) - 1
        warped = round(self.config.warped_steps * steps)

        def place(
            step: int, sigma: float, latents: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor | None]:
            return latents, adapted.positions if step < warped else None

        latents = self.backbone.sample(
            prompt,
            seed=seed,
            frames=adapted.frames,
            steps=self.config.steps,
            guidance=self.config.guidance,
            before_step=place,
        )
        return Clip(self.backbone.decode(latents), adapted.fps)
