"""The reference through the backbone's autoencoder and back.

The ceiling of motion fidelity for methods on this backbone: what its latents cannot hold, none of
them can show.
"""

# ruff: noqa: ARG002 - a control needs only part of what the protocol hands it.

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motionbench.backbones import load_backbone
from motionbench.cases import Clip
from motionbench.methods.base import Method, MethodCard


@dataclass(frozen=True)
class Config:
    """The options of ``--set key=value``.

    Attributes:
        backbone: ``nano``, a hub id of Wan 2.1, or a folder.
        vae_tiling: Encode and decode large frames in tiles, in less memory.
    """

    backbone: str = "nano"
    vae_tiling: bool = False


class VaeRoundTrip(Method):
    """Encodes and decodes the reference."""

    card = MethodCard(
        name="vae_round_trip",
        version="1",
        summary="The reference through the backbone's autoencoder: its ceiling of motion fidelity.",
        licence="Apache-2.0",
        control=True,
    )
    Config = Config

    def __init__(self, config: Any = None, *, device: str = "cpu") -> None:
        """Load the backbone.

        Raises:
            UnknownNameError, UsageError, WeightsError: See ``load_backbone``.
        """
        super().__init__(config, device=device)
        self._backbone = load_backbone(
            self.config.backbone, device=device, vae_tiling=self.config.vae_tiling
        )
        self.video_spec = self._backbone.geometry.video_spec

    def identity(self) -> dict[str, str]:
        """Hashes of the backbone's weights."""
        return self._backbone.identity()

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Clip:
        """Encode and decode."""
        frames = self._backbone.decode(self._backbone.encode(reference.frames))
        return Clip(frames, reference.fps)

    def generate(self, adapted: Clip, prompt: str, *, seed: int) -> Clip:
        """The round trip, whatever the prompt."""
        return adapted
