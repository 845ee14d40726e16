"""SDEdit: the reference under noise, denoised with the prompt.

The strength is the sigma that the reference's latents are noised to: at 1 nothing of the reference
is left, near 0 nothing but it. What moves and what it looks like are kept or lost together.
"""

# ruff: noqa: ARG002 - this needs only part of what the protocol hands over.

from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import Field

from motionbench.backbones.on_backbone import BackboneOptions, OnBackbone
from motionbench.cases import Clip
from motionbench.methods.base import MethodCard


class Config(BackboneOptions, frozen=True):
    """The options of ``--set key=value``."""

    strength: float = Field(
        0.8,
        gt=0,
        le=1,
        description="Noise that the reference gets, as sigma; the nearest of the sampler's is "
        "taken.",
    )


@dataclass(frozen=True)
class Adapted:
    """What is kept of a reference.

    Attributes:
        latents: ``(1, C, f, h, w)``.
        fps: Frames per second.
    """

    latents: torch.Tensor
    fps: float


class SDEdit(OnBackbone):
    """Noises and denoises the reference."""

    card = MethodCard(
        name="sdedit",
        version="1",
        summary="The reference noised to a strength and denoised with the prompt.",
        licence="Apache-2.0; written from the paper, without the authors' code.",
        citation="Meng, He, Song, Song, Wu, Zhu, Ermon: SDEdit: Guided Image Synthesis and "
        "Editing with Stochastic Differential Equations. ICLR 2022, arXiv 2108.01073.",
    )
    Config = Config

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Adapted:
        """Encode the reference."""
        return Adapted(self.backbone.encode(reference.frames), reference.fps)

    def generate(self, adapted: Adapted, prompt: str, *, seed: int) -> Clip:
        """Noise and denoise."""
        sigmas = self.backbone.sigmas(self.config.steps)
        first = nearest_step(sigmas, self.config.strength)
        clean = adapted.latents
        noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(seed))
        latents = self.backbone.sample(
            prompt,
            seed=seed,
            steps=self.config.steps,
            guidance=self.config.guidance,
            latents=self.backbone.noised(clean, noise.to(clean), sigmas[first]),
            first_step=first,
        )
        return Clip(self.backbone.decode(latents), adapted.fps)


def nearest_step(sigmas: list[float], strength: float) -> int:
    """The sampling step that starts from the sigma nearest to a strength.

    Args:
        sigmas: At the start of each step, and 0 after the last.
        strength: In (0, 1].
    """
    return min(range(len(sigmas) - 1), key=lambda step: abs(sigmas[step] - strength))
