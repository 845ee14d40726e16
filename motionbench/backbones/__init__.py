"""Text-to-video models that motion is transferred with. Importing this package loads no library."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from motionbench.backbones.wan import Backbone

__all__ = ["BACKBONES", "NANO_FOLDER", "Offload", "load_backbone"]

NANO_FOLDER = Path(__file__).parent / "nano" / "weights"
"""``wan-nano`` in the form of a diffusers pipeline."""

BACKBONES = {
    "nano": "wan-nano, made by the recipe in motionbench.backbones.nano; knows scenes only",
    "Wan-AI/Wan2.1-T2V-1.3B-Diffusers": "Wan 2.1, the small one; wants a GPU of 24 GB, or offload",
    "Wan-AI/Wan2.1-T2V-14B-Diffusers": "Wan 2.1, the large one; wants a GPU of 80 GB",
    "FOLDER": "a folder that diffusers.WanPipeline loads",
}
"""What ``load_backbone`` takes, with one line each; any other hub id of a Wan 2.1 pipeline too."""

Offload = Literal["none", "model", "layers"]
"""What leaves the GPU while it is not needed: nothing, whole models, or single layers (slow)."""


def load_backbone(
    name_or_path: str,
    *,
    dtype: str | None = None,
    device: str = "cpu",
    vae_tiling: bool = False,
    offload: Offload = "none",
    offline: bool = False,
) -> "Backbone":
    """Load a backbone.

    Args:
        name_or_path: ``"nano"``, a hub id such as ``"Wan-AI/Wan2.1-T2V-1.3B-Diffusers"``, or a
            folder (see `BACKBONES`).
        dtype: Of transformer and text encoder: ``"float32"``, ``"bfloat16"`` or ``"float16"``; None
            for float32 on a CPU and bfloat16 elsewhere. The autoencoder always has float32.
        device: Where it runs, such as ``"cpu"`` or ``"cuda:0"``.
        vae_tiling: Encode and decode large frames in tiles, in less memory.
        offload: What waits in main memory while it is not needed.
        offline: Use only weights that are already on this machine.

    Raises:
        UnknownNameError: The name is none of these.
        UsageError: A ``dtype`` or ``offload`` that does not exist, or offload from a CPU.
        WeightsError: The weights are missing, are not those of a Wan 2.1 text-to-video pipeline, or
            cannot be fetched.
    """
    from motionbench.backbones.loading import load

    return load(
        name_or_path,
        dtype=dtype,
        device=device,
        vae_tiling=vae_tiling,
        offload=offload,
        offline=offline,
    )
