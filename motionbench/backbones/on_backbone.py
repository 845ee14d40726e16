"""What methods on a backbone share: the options that choose and run it, and loading it."""

from typing import Any, ClassVar

from pydantic import BaseModel, Field

from motionbench.backbones import Offload, load_backbone
from motionbench.backbones.wan import Backbone
from motionbench.methods.base import Method


class LoadOptions(BaseModel, frozen=True, extra="forbid"):
    """What is loaded, and how. Pydantic, since its descriptions are inherited."""

    backbone: str = Field("nano", description="``nano``, a hub id of Wan 2.1, or a folder.")
    dtype: str | None = Field(
        None, description="Of the transformer: float32, bfloat16 or float16; by device if None."
    )
    vae_tiling: bool = Field(False, description="Encode and decode in tiles, in less memory.")
    offload: Offload = Field(
        "none", description="What waits in main memory while not needed: none, model or layers."
    )


class BackboneOptions(LoadOptions, frozen=True):
    """Options of every method that samples from a backbone."""

    steps: int | None = Field(None, ge=1, description="Of the sampler; the backbone's own if None.")
    guidance: float | None = Field(
        None, ge=1, description="Weight of the prompt; the backbone's own if None."
    )


class OnBackbone(Method):
    """A method on a backbone; its ``Config`` has the options of `LoadOptions`."""

    Config: ClassVar[type] = BackboneOptions

    def __init__(self, config: Any = None, *, device: str = "cpu") -> None:
        """Load the backbone.

        Raises:
            UnknownNameError, UsageError, WeightsError: See ``load_backbone``.
        """
        super().__init__(config, device=device)
        told = self.config
        self.backbone: Backbone = load_backbone(
            told.backbone,
            dtype=told.dtype,
            device=device,
            vae_tiling=told.vae_tiling,
            offload=told.offload,
        )
        self.video_spec = self.backbone.geometry.video_spec

    def identity(self) -> dict[str, str]:
        """Hashes of the backbone's weights."""
        return self.backbone.identity()
