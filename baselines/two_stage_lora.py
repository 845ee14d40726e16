"""Two-stage LoRA: the appearance first, the motion with it, on all heads and all frames.

MotionDirector's scheme on a transformer whose heads all see space and time: a spatial LoRA is tuned
on single frames, then a temporal LoRA on the whole clip while the spatial one is frozen; sampling
drops the spatial one. It shares its code with EffiVMT, so that what differs is what is compared:
no split of heads, no sparse sampling, no adaptive RoPE, no motion loss. MotionDirector's
appearance-debiased loss would be a difference more; it is there as an option.
"""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import ClassVar

from effivmt_adapter.config import EffiVMTConfig, Preset, resolve
from effivmt_adapter.method import EffiVMT
from effivmt_adapter.option_checks import check_ranges
from motionbench.backbones import Offload
from motionbench.methods.base import MethodCard


@dataclass(frozen=True)
class TwoStageConfig:
    """The options of ``--set key=value``; None where the preset decides.

    Attributes:
        backbone: ``nano``, a hub id of Wan 2.1, or a folder.
        dtype: Of the transformer: ``float32`` or ``bfloat16``; by device if None.
        vae_tiling: Encode and decode large frames in tiles, in less memory.
        offload: What waits in main memory while it is not needed: ``none``, ``model``, ``layers``.
        preset: Defaults of the options that are None: ``nano``, ``wan``, or ``auto`` by the number
            of tokens of the backbone's clips.
        debiased_loss: Weight of MotionDirector's appearance-debiased loss in the second stage.
        spatial_rank: Of the spatial LoRA.
        temporal_rank: Of the temporal LoRA.
        spatial_steps: Of the first stage.
        temporal_steps: Of the second stage.
        learning_rate: Peak, of both stages.
        batch: Draws of noise and noise level in a pass.
        autocast: Compute passes in bfloat16 where that is safe; weights stay as they are.
        recompute: Compute blocks again in backward passes: less memory, a third more time.
        spatial_lora_scale: How much of the spatial LoRA acts when sampling.
        steps: Of the sampler; the backbone's own number if None.
        guidance: Weight of the prompt; the backbone's own if None.
    """

    backbone: str = "nano"
    dtype: str | None = None
    vae_tiling: bool = False
    offload: Offload = "none"
    preset: Preset = "auto"
    debiased_loss: float = 0.0
    spatial_rank: int | None = None
    temporal_rank: int | None = None
    spatial_steps: int | None = None
    temporal_steps: int | None = None
    learning_rate: float | None = None
    batch: int | None = None
    autocast: bool | None = None
    recompute: bool | None = None
    spatial_lora_scale: float = 0.0
    steps: int | None = None
    guidance: float | None = None

    def __post_init__(self) -> None:
        """Check ranges.

        Raises:
            UsageError: A value is out of range.
        """
        check_ranges(self)


def _recipe_of(config: TwoStageConfig) -> EffiVMTConfig:
    """The same options for the shared code, with what makes EffiVMT switched off."""
    return EffiVMTConfig(
        decoupled=False,
        adaptive_rope=False,
        sparse_sampling=False,
        motion_loss=0.0,
        **{field.name: getattr(config, field.name) for field in fields(TwoStageConfig)},
    )


class TwoStageLora(EffiVMT):
    """Spatial LoRA on single frames, temporal LoRA on the clip, both on all heads."""

    card = MethodCard(
        name="two_stage_lora",
        version="1",
        summary="LoRA on all heads in two stages, single frames and then the whole clip.",
        licence="Apache-2.0",
        citation="After MotionDirector: Motion Customization of Text-to-Video Diffusion Models, "
        "ECCV 2024 (arXiv 2310.08465)",
        tunes_per_reference=True,
    )
    Config: ClassVar[type] = TwoStageConfig

    def resolved(self, config: TwoStageConfig) -> TwoStageConfig:
        """The options with nothing left to the preset."""
        filled = resolve(_recipe_of(config), self.backbone.geometry)
        return TwoStageConfig(
            **{field.name: getattr(filled, field.name) for field in fields(TwoStageConfig)}
        )

    @cached_property
    def recipe(self) -> EffiVMTConfig:
        """The options in the form that tuning and sampling take."""
        return resolve(_recipe_of(self.config), self.backbone.geometry)
