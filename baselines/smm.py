"""DMT: how spatial means of features differ between frames of the reference, found in the sample.

From the paper, for a transformer: the features are one block's, the reference is inverted and read
at the sigma of each guided step, and the sample starts from the inverted reference's low
frequencies. The loss is the paper's; the released code compares the directions of the same
differences alone.
"""

import torch
from pydantic import Field, model_validator
from torch.nn import functional

from baselines.guidance import Adapted, GuidanceOptions, Guided, Rate, Read, Share
from baselines.look import Shown
from motionbench.backbones.geometry import Grid
from motionbench.methods.base import MethodCard


class Config(GuidanceOptions, frozen=True):
    """The options of ``--set key=value``."""

    guided_steps: Share = 0.4
    learning_rate: Rate = 0.01
    read: Read = "inverted"
    low_frequencies: int = Field(
        4,
        ge=0,
        description="The start has of the inverted reference what is left of it after shrinking "
        "by this factor; 0 starts from noise alone.",
    )

    @model_validator(mode="after")
    def _inverted(self) -> "Config":
        if self.low_frequencies and self.read != "inverted":
            raise ValueError(
                f"low_frequencies={self.low_frequencies} needs read=inverted, not "
                f"read={self.read}; set low_frequencies=0 to start from noise alone"
            )
        return self


class SpatialMarginalMeans(Guided):
    """Guidance by differences of spatial means."""

    card = MethodCard(
        name="smm",
        version="1",
        summary="Latents optimised for the reference's differences of mean features (DMT).",
        licence="Apache-2.0; written from the paper, without the authors' code.",
        citation="Yatim, Fridman, Bar-Tal, Kasten, Dekel: Space-Time Diffusion Features for "
        "Zero-Shot Text-Driven Motion Transfer. CVPR 2024, arXiv 2311.17009.",
    )
    Config = Config
    what = "features"

    def target(self, seen: Shown, grid: Grid) -> torch.Tensor:
        """The reference's spatial means, ``(f, D)``."""
        return spatial_means(seen[0], grid)

    def loss(self, seen: Shown, target: torch.Tensor, grid: Grid) -> torch.Tensor:
        """See `difference_loss`."""
        return difference_loss(spatial_means(seen[0], grid), target)

    def start(self, adapted: Adapted, noise: torch.Tensor) -> torch.Tensor:
        """Noise, with the inverted reference's low frequencies in place of its own."""
        if adapted.inverted is None or not self.config.low_frequencies:
            return noise
        factor = self.config.low_frequencies
        return noise - low_pass(noise, factor) + low_pass(adapted.inverted, factor)


def spatial_means(features: torch.Tensor, grid: Grid) -> torch.Tensor:
    """Mean over each frame's tokens.

    Args:
        features: ``(1, N, D)``, frame by frame.
        grid: Frames, rows, columns; their product is N.

    Returns:
        ``(f, D)`` float32.
    """
    return features.float().reshape(grid[0], -1, features.shape[-1]).mean(1)


def difference_loss(means: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean over pairs of frames and channels of ``((m_i - m_j) - (t_i - t_j))^2``.

    A mean over all pairs of ``(e_i - e_j)^2`` is twice the variance of ``e``, here of ``m - t``.

    Args:
        means: ``(f, D)``.
        target: ``(f, D)``.

    Source:
        Yatim et al., CVPR 2024, equation of the pairwise SMM differences.
    """
    return 2 * (means - target).var(0, correction=0).mean()


def low_pass(latents: torch.Tensor, factor: int) -> torch.Tensor:
    """Each frame shrunk by a factor (to one position at least) and stretched again.

    Args:
        latents: ``(1, C, f, h, w)``.
        factor: At least 1, which leaves the latents as they are.
    """
    frames = latents.transpose(1, 2).flatten(0, 1)
    height, width = frames.shape[2:]
    small = functional.adaptive_avg_pool2d(
        frames, (max(1, height // factor), max(1, width // factor))
    )
    again: torch.Tensor = functional.interpolate(
        small, (height, width), mode="bilinear", align_corners=False
    )
    return again[None].transpose(1, 2)
