"""Two-stage LoRA: the appearance first, the motion with it, on all heads and all frames.

MotionDirector's scheme on a transformer whose heads all see space and time: a spatial LoRA is tuned
on single frames, then a temporal LoRA on the whole clip while the spatial one is frozen; sampling
drops the spatial one. It shares its code with EffiVMT, so that what differs is what is compared:
no split of heads, no sparse sampling, no adaptive RoPE, no motion loss. MotionDirector's
appearance-debiased loss would be a difference more; it is there as an option.
"""

from functools import cached_property
from typing import ClassVar

from effivmt_adapter.config import EffiVMTConfig, TuningOptions, resolve
from effivmt_adapter.method import EffiVMT
from motionbench.methods.base import MethodCard


def _recipe_of(config: TuningOptions) -> EffiVMTConfig:
    """The same options for the shared code, with what makes EffiVMT switched off."""
    return EffiVMTConfig(
        decoupled=False,
        adaptive_rope=False,
        sparse_sampling=False,
        motion_loss=0.0,
        **config.model_dump(),
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
    Config: ClassVar[type] = TuningOptions

    def resolved(self, config: TuningOptions) -> TuningOptions:
        """The options with nothing left to the preset."""
        filled = resolve(_recipe_of(config), self.backbone.geometry)
        return TuningOptions(**filled.model_dump(include=set(TuningOptions.model_fields)))

    @cached_property
    def recipe(self) -> EffiVMTConfig:
        """The options in the form that tuning and sampling take."""
        return resolve(_recipe_of(self.config), self.backbone.geometry)
