"""DiTFlow: attention motion flow of the reference, found again in the sample.

From the paper, with its settings: the reference is read clean, at sigma 0; of its attention the
nearest match counts, of the sample's the expected one; five steps of Adam before each step of the
first fifth. Left out is what the released code does besides: keys and values of the reference in
the first block, and a loss on moving tokens alone.
"""

import torch
from pydantic import Field

from baselines.attention_flow import expected_flow, nearest_flow
from baselines.guidance import GuidanceOptions, Guided
from baselines.look import Shown
from motionbench.backbones.geometry import Grid
from motionbench.methods.base import MethodCard


class Config(GuidanceOptions, frozen=True):
    """The options of ``--set key=value``."""

    temperature: float = Field(
        2.0, gt=0, description="Factor of the sample's attention logits: high is sharp."
    )


class DiTFlow(Guided):
    """Guidance by attention motion flow."""

    card = MethodCard(
        name="ditflow",
        version="1",
        summary="Latents or positions optimised for the reference's attention motion flow.",
        licence="Apache-2.0; written from the paper, without the authors' code.",
        citation="Pondaven, Siarohin, Tulyakov, Torr, Pizzati: Video Motion Transfer with "
        "Diffusion Transformers. CVPR 2025, arXiv 2412.07776.",
    )
    Config = Config
    what = "attention"

    def target(self, seen: Shown, grid: Grid) -> torch.Tensor:
        """The reference's flow by nearest match, ``(f, f, n, 2)`` tokens."""
        query, key = seen
        return nearest_flow(query, key, grid)

    def loss(self, seen: Shown, target: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Mean squared difference of flows, tokens squared."""
        query, key = seen
        found = expected_flow(query, key, grid, self.config.temperature)
        return (found - target).square().mean()
