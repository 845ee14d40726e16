"""The backbone alone: the prompt shown, the reference unseen.

What text alignment a method on this backbone can hope for, and what motion fidelity the backbone's
own motion gives by chance: a method that does not exceed it has transferred nothing.
"""

# ruff: noqa: ARG002 - a control needs only part of what the protocol hands it.

from pathlib import Path

from motionbench.backbones.on_backbone import OnBackbone
from motionbench.cases import Clip
from motionbench.methods.base import MethodCard


class BackboneAlone(OnBackbone):
    """Samples from the prompt, as long as the reference."""

    card = MethodCard(
        name="backbone",
        version="1",
        summary="The backbone's own clip of the prompt: no transfer.",
        licence="Apache-2.0",
        control=True,
    )

    def adapt(
        self, reference: Clip, caption: str, *, seed: int, work_dir: Path
    ) -> tuple[int, float]:
        """Keep the reference's length and rate."""
        return len(reference), reference.fps

    def generate(self, adapted: tuple[int, float], prompt: str, *, seed: int) -> Clip:
        """Sample from the prompt."""
        frames, fps = adapted
        latents = self.backbone.sample(
            prompt,
            seed=seed,
            frames=frames,
            steps=self.config.steps,
            guidance=self.config.guidance,
        )
        return Clip(self.backbone.decode(latents), fps)
