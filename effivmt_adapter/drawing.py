"""What a tuning step sees: latents, noise, noise levels and positions, from seed and step alone."""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch

from effivmt_adapter.adaptive_rope import temporal_positions
from effivmt_adapter.sparse_sampling import Pattern, draw_frames

SigmaDraw = Literal["logit_normal", "uniform"]
"""How noise levels are drawn before they are shifted."""


@dataclass(frozen=True)
class SingleFrames:
    """Stage 2: frames of the reference, each encoded as a video of its own."""


@dataclass(frozen=True)
class ClipFrames:
    """Stage 3: latent frames of the whole reference.

    Sampled latent frames are those of the whole clip's latents, so the reference is encoded once.
    (A latent frame of a clip that was thinned out before encoding would cover frames far apart,
    which the autoencoder was not trained on.)

    Attributes:
        count: Latent frames of a step; all of a clip that has no more. None always takes all.
        pattern: How they are spread.
        full_share: Share of steps, in [0, 1], that see all latent frames all the same.
        adaptive_rope: Whether sampled latent frames are seen at their true course of time.
    """

    count: int | None = None
    pattern: Pattern = "uniform"
    full_share: float = 0.0
    adaptive_rope: bool = True


Frames = SingleFrames | ClipFrames


@dataclass(frozen=True)
class Material:
    """A reference as tuning sees it.

    Attributes:
        clip: Latents of the reference, ``(1, C, f, h, w)``.
        singles: Latents of its frames, each encoded alone, ``(T, C, 1, h, w)``.
        text: Of its caption, from ``Backbone.encode_text``.
    """

    clip: torch.Tensor
    singles: torch.Tensor
    text: torch.Tensor


class Draw(NamedTuple):
    """What the transformer gets in one pass.

    Attributes:
        latents: ``(B, C, f, h, w)`` without noise.
        noise: As ``latents``.
        sigma: ``(B,)`` in (0, 1).
        positions: ``(f,)`` in time; None for 0, 1, 2, ...
        anchor: A latent frame, for the appearance-debiased loss.
    """

    latents: torch.Tensor
    noise: torch.Tensor
    sigma: torch.Tensor
    positions: torch.Tensor | None
    anchor: int


def draw_sigmas(
    count: int, kind: SigmaDraw, shift: float, rng: np.random.Generator
) -> torch.Tensor:
    """Noise levels, one from each of equally likely intervals: less noise in the loss.

    Args:
        count: How many.
        kind: Of the level ``u`` before shifting.
        shift: Moves levels towards noise, as samplers do: ``s u / (1 + (s - 1) u)``.
        rng: Of the draw.

    Returns:
        ``(count,)`` float32 in (0, 1).
    """
    share = (np.arange(count) + rng.random(count)) / count
    level = torch.from_numpy(share.clip(1e-6, 1 - 1e-6))
    if kind == "logit_normal":
        level = torch.sigmoid(math.sqrt(2) * torch.erfinv(2 * level - 1))
    return (shift * level / (1 + (shift - 1) * level)).float()


def draw(
    material: Material,
    frames: Frames,
    *,
    batch: int,
    sigma_draw: SigmaDraw,
    sigma_shift: float,
    seed: tuple[int, ...],
) -> Draw:
    """The draw of one pass.

    Args:
        material: The reference.
        frames: Which of its frames.
        batch: Draws of noise and sigma. All see the same frames, as positions are shared; of
            `SingleFrames` each sees one of its own.
        sigma_draw: See `draw_sigmas`.
        sigma_shift: See `draw_sigmas`.
        seed: Non-negative numbers that name the pass.
    """
    rng = np.random.default_rng(seed)
    positions = None
    if isinstance(frames, SingleFrames):
        latents = material.singles[
            torch.from_numpy(rng.integers(len(material.singles), size=batch))
        ]
    else:
        chosen, positions = _choose(frames, material.clip.shape[2], rng)
        latents = material.clip[:, :, list(chosen)].expand(batch, -1, -1, -1, -1)
    sigma = draw_sigmas(batch, sigma_draw, sigma_shift, rng)
    anchor = int(rng.integers(latents.shape[2]))
    # Drawn on the CPU, so that a seed means the same noise on every device.
    generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
    noise = torch.randn(latents.shape, generator=generator)
    device = latents.device
    return Draw(latents, noise.to(device), sigma.to(device), positions, anchor)


def _choose(
    frames: ClipFrames, total: int, rng: np.random.Generator
) -> tuple[tuple[int, ...], torch.Tensor | None]:
    """Latent frames and their positions in time."""
    whole = rng.random() < frames.full_share
    if frames.count is None or frames.count >= total or whole:
        return tuple(range(total)), None
    chosen = draw_frames(total, frames.count, frames.pattern, rng)
    where = temporal_positions(chosen, total, frames.pattern, adaptive=frames.adaptive_rope)
    return chosen, where
