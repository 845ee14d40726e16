"""The reference through the backbone's autoencoder and back.

The ceiling of motion fidelity for methods on this backbone: what its latents cannot hold, none of
them can show.
"""

# ruff: noqa: ARG002 - a control needs only part of what the protocol hands it.

from pathlib import Path
from typing import ClassVar

from motionbench.backbones.on_backbone import LoadOptions, OnBackbone
from motionbench.cases import Clip
from motionbench.methods.base import MethodCard


class VaeRoundTrip(OnBackbone):
    """Encodes and decodes the reference."""

    card = MethodCard(
        name="vae_round_trip",
        version="1",
        summary="The reference through the backbone's autoencoder: its ceiling of motion fidelity.",
        licence="Apache-2.0",
        control=True,
    )
    Config: ClassVar[type] = LoadOptions

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Clip:
        """Encode and decode."""
        frames = self.backbone.decode(self.backbone.encode(reference.frames))
        return Clip(frames, reference.fps)

    def generate(self, adapted: Clip, prompt: str, *, seed: int) -> Clip:
        """The round trip, whatever the prompt."""
        return adapted
