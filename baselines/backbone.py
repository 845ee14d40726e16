"""The backbone alone: the prompt shown, the reference unseen.

What text alignment a method on this backbone can hope for, and what motion fidelity the backbone's
own motion gives by chance: a method that does not exceed it has transferred nothing.
"""

# ruff: noqa: ARG002 - a control needs only part of what the protocol hands it.

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motionbench.backbones import Offload, load_backbone
from motionbench.cases import Clip
from motionbench.methods.base import Method, MethodCard


@dataclass(frozen=True)
class Config:
    """The options of ``--set key=value``.

    Attributes:
        backbone: ``nano``, a hub id of Wan 2.1, or a folder.
        dtype: Of the transformer: ``float32``, ``bfloat16`` or ``float16``; by device if None.
        vae_tiling: Decode large frames in tiles, in less memory.
        offload: What waits in main memory while it is not needed: ``none``, ``model``, ``layers``.
        steps: Of the sampler; the backbone's own number if None.
        guidance: Weight of the prompt; the backbone's own if None.
    """

    backbone: str = "nano"
    dtype: str | None = None
    vae_tiling: bool = False
    offload: Offload = "none"
    steps: int | None = None
    guidance: float | None = None


class BackboneAlone(Method):
    """Samples from the prompt, as long as the reference."""

    card = MethodCard(
        name="backbone",
        version="1",
        summary="The backbone's own clip of the prompt: no transfer.",
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
        told = self.config
        self._backbone = load_backbone(
            told.backbone,
            dtype=told.dtype,
            device=device,
            vae_tiling=told.vae_tiling,
            offload=told.offload,
        )
        self.video_spec = self._backbone.geometry.video_spec

    def identity(self) -> dict[str, str]:
        """Hashes of the backbone's weights."""
        return self._backbone.identity()

    def adapt(
        self, reference: Clip, caption: str, *, seed: int, work_dir: Path
    ) -> tuple[int, float]:
        """Keep the reference's length and rate."""
        return len(reference), reference.fps

    def generate(self, adapted: tuple[int, float], prompt: str, *, seed: int) -> Clip:
        """Sample from the prompt."""
        frames, fps = adapted
        latents = self._backbone.sample(
            prompt,
            seed=seed,
            frames=frames,
            steps=self.config.steps,
            guidance=self.config.guidance,
        )
        return Clip(self._backbone.decode(latents), fps)
