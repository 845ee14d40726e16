"""MOFT: motion features of the reference (content removed, motion channels kept), in the sample.

From the paper, for a transformer: the features are one block's, the reference is inverted and read
at the sigma of each guided step. The motion channels are those with the largest weight in the first
principal component of the reference's own features.
"""

from dataclasses import dataclass

import torch
from pydantic import Field

from baselines.guidance import GuidanceOptions, Guided, Read
from baselines.look import Shown
from motionbench.backbones.geometry import Grid
from motionbench.methods.base import MethodCard


class Config(GuidanceOptions, frozen=True):
    """The options of ``--set key=value``."""

    read: Read = "inverted"
    channels: float = Field(
        0.04, gt=0, le=1, description="Share of the features' channels that count as motion."
    )


@dataclass(frozen=True)
class Target:
    """What of the reference is to be found.

    Attributes:
        channels: Indices of the motion channels, ``(K,)``.
        motion: The reference's motion features, ``(f, n, K)`` float32.
    """

    channels: torch.Tensor
    motion: torch.Tensor


class MotionFeatures(Guided):
    """Guidance by motion features."""

    card = MethodCard(
        name="moft",
        version="1",
        summary="Latents optimised for the reference's motion features (MOFT).",
        licence="Apache-2.0; written from the paper, without the authors' code.",
        citation="Xiao, Zhou, Yang, Pan: Video Diffusion Models are Training-free Motion "
        "Interpreter and Controller. NeurIPS 2024, arXiv 2405.14864.",
    )
    Config = Config
    what = "features"

    def target(self, seen: Shown, grid: Grid) -> Target:
        """The reference's motion features, and which channels they are."""
        changes = without_content(seen[0], grid)
        channels = motion_channels(changes, self.config.channels)
        return Target(channels, changes[..., channels])

    def loss(self, seen: Shown, target: Target, grid: Grid) -> torch.Tensor:
        """Mean squared difference of motion features."""
        found = without_content(seen[0][..., target.channels], grid)
        return (found - target.motion).square().mean()


def without_content(features: torch.Tensor, grid: Grid) -> torch.Tensor:
    """What is left of features when what all frames share at a place is taken away.

    Args:
        features: ``(1, N, D)``, frame by frame.
        grid: Frames, rows, columns; their product is N.

    Returns:
        ``(f, n, D)`` float32, n = rows x columns; mean zero over frames.
    """
    by_frame = features.float().reshape(grid[0], -1, features.shape[-1])
    return by_frame - by_frame.mean(0)


def motion_channels(changes: torch.Tensor, share: float) -> torch.Tensor:
    """Channels with the largest weight in the first principal component.

    Args:
        changes: ``(f, n, D)`` from `without_content`.
        share: Of the channels, in (0, 1]; one channel at least.

    Returns:
        Sorted indices ``(K,)``.
    """
    flat = changes.flatten(0, 1).double()
    _, directions = torch.linalg.eigh(flat.T @ flat)
    count = max(1, round(share * flat.shape[1]))
    chosen: torch.Tensor = directions[:, -1].abs().topk(count).indices
    return chosen.sort().values
