"""Options of EffiVMT, and what they are where nobody says."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from effivmt_adapter.drawing import SigmaDraw
from effivmt_adapter.head_classification import Measured
from effivmt_adapter.losses import MotionForm
from effivmt_adapter.sparse_sampling import Pattern
from motionbench.backbones.geometry import SMALL_CLIP, Geometry
from motionbench.backbones.on_backbone import BackboneOptions

Preset = Literal["auto", "nano", "wan"]
Control = Literal["none", "random", "inverted"]


Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class TuningOptions(BackboneOptions, frozen=True):
    """Options of every method that tunes with this code; None where the preset decides."""

    dtype: Literal["float32", "bfloat16"] | None = Field(
        None,
        description="Of the transformer; by device if None. Gradients would vanish in float16.",
    )
    preset: Preset = Field(
        "auto",
        description="Defaults of the options that are None: ``nano`` for about a minute a case on "
        "two cores, ``wan`` for the paper's; ``auto`` by the tokens of the backbone's own clips.",
    )
    debiased_loss: NotNegative = Field(
        0.0, description="Weight of MotionDirector's appearance-debiased loss in the second tuning."
    )
    spatial_rank: Count | None = Field(None, description="Of the spatial LoRA.")
    temporal_rank: Count | None = Field(None, description="Of the temporal LoRA.")
    spatial_steps: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Of the tuning on single frames, stage 2 of EffiVMT."
    )
    temporal_steps: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Of the tuning on clips, stage 3 of EffiVMT."
    )
    learning_rate: NotNegative | None = Field(None, description="Peak, of both tunings.")
    batch: Count | None = Field(None, description="Draws of noise and noise level in a pass.")
    autocast: bool | None = Field(
        None, description="Compute passes in bfloat16 where that is safe; weights stay."
    )
    recompute: bool | None = Field(
        None, description="Compute blocks again in backward passes: less memory, more time."
    )
    spatial_lora_scale: float = Field(
        0.0, description="How much of the spatial LoRA, the reference's look, acts when sampling."
    )


class EffiVMTConfig(TuningOptions, frozen=True):
    """The options of ``--set key=value``; None where the preset decides."""

    decoupled: bool = Field(
        True, description="Tune spatial and temporal heads apart; if not, both stages tune all."
    )
    adaptive_rope: bool = Field(
        True, description="Show sampled latent frames at their positions in the full clip."
    )
    sparse_sampling: bool = Field(
        True, description="Tune temporal heads on some of the latent frames; if not, on all."
    )
    sampling_pattern: Pattern | None = Field(
        None, description="Which ones: uniform, offset (uniform from a random start) or random."
    )
    full_length_share: Share = Field(
        0.0, description="Share of the sparse steps that see all latent frames all the same."
    )
    frames_sampled: Count | None = Field(
        None, description="Latent frames of a sparse step; the paper's 17 of 81 are 5 of 21."
    )
    motion_loss: NotNegative = Field(
        1.0, description="Weight of the motion loss in stage 3; 0 leaves it out."
    )
    motion_loss_form: MotionForm = Field(
        "signed",
        description="``signed`` differences as in the paper, or ``absolute``, which sees steps of "
        "three latent frames or more.",
    )
    heads_rule: Measured = Field(
        "ratio", description="How heads are told apart; ``ratio`` is the paper's."
    )
    heads_control: Control = Field(
        "none",
        description="A control in place of the rule: as many temporal heads as it gives, "
        "``random``; or its opposite, ``inverted``.",
    )
    alpha: Positive = Field(
        1.25,
        description="Of the rule ``ratio``: temporal if spatial similarity < alpha x temporal "
        "similarity. What it means, and what the rule ``mass`` gives, is relative to the templates "
        "that attention is compared with, which heads_band chooses, and to the token grid.",
    )
    heads_share: Share = Field(
        0.5, description="Of the rule ``quantile``: share of heads called temporal."
    )
    heads_sigmas: Annotated[
        tuple[Annotated[float, Field(gt=0, le=1)], ...], Field(min_length=1)
    ] = Field((0.99,), description="Noise levels at which heads are looked at, in (0, 1].")
    heads_band: Annotated[int, Field(ge=0)] | None = Field(
        None,
        description="Half-width, in blocks, of the bands that attention is compared with; same "
        "frame and same position if None.",
    )
    heads_block: Count = Field(1, description="Tokens to a block of heads_band.")
    heads_rows: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Query rows sampled to look at heads; 0 for all."
    )
    spatial_lora_alpha: float | None = Field(
        None, description="Strength of the spatial LoRA, divided by the rank; the rank if None."
    )
    temporal_lora_alpha: float | None = Field(
        None, description="Strength of the temporal LoRA, divided by the rank; the rank if None."
    )
    spatial_weight_decay: NotNegative = Field(0.1, description="Of stage 2.")
    temporal_weight_decay: NotNegative = Field(0.5, description="Of stage 3.")
    warmup_steps: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Steps over which the learning rate rises."
    )
    decay_share: Share | None = Field(
        None, description="Share of the steps, at the end, over which it falls to zero."
    )
    accumulation: Count = Field(1, description="Passes to a step.")
    gradient_norm: Positive = Field(
        1.0, description="Longer gradients are scaled down to this norm."
    )
    sigma_draw: SigmaDraw = Field("logit_normal", description="Noise levels in tuning.")
    sigma_shift: Positive | None = Field(
        None, description="How far they are moved towards noise, as in samplers; 1 not at all."
    )
    temporal_lora_scale: float = Field(
        1.0, description="How much of the temporal LoRA, its motion, acts when sampling."
    )

    @model_validator(mode="after")
    def _blocks_are_of_a_band(self) -> "EffiVMTConfig":
        if self.heads_band is None and self.heads_block != 1:
            raise ValueError(
                f"heads_block={self.heads_block} is the step of a band: give heads_band, too."
            )
        return self


PRESETS: dict[str, dict[str, Any]] = {
    # Chosen for time on two cores. Of wan-nano's 9 latent frames the paper's share would be 2 or 3,
    # from which so short a tuning learns little.
    "nano": {
        "sampling_pattern": "offset",
        "frames_sampled": 5,
        "heads_rows": 0,
        "spatial_rank": 16,
        "temporal_rank": 32,
        "spatial_steps": 60,
        "temporal_steps": 400,
        "learning_rate": 4e-3,
        "warmup_steps": 20,
        "decay_share": 0.3,
        "batch": 4,
        "sigma_shift": 2.0,
        "autocast": False,
        "recompute": False,
    },
    # The paper's where it says (ranks, steps, rate, frames), the published code's flow shift.
    "wan": {
        "sampling_pattern": "uniform",
        "frames_sampled": 5,
        "heads_rows": 2048,
        "spatial_rank": 128,
        "temporal_rank": 128,
        "spatial_steps": 3000,
        "temporal_steps": 2000,
        "learning_rate": 1e-4,
        "warmup_steps": 0,
        "decay_share": 0.0,
        "batch": 1,
        "sigma_shift": 5.0,
        "autocast": False,
        "recompute": True,
    },
}


def resolve(config: EffiVMTConfig, geometry: Geometry) -> EffiVMTConfig:
    """The options with every None that the preset decides filled in; those given stay.

    Args:
        config: As given.
        geometry: Of the backbone; decides what ``auto`` means.
    """
    preset = config.preset
    if preset == "auto":
        preset = "nano" if geometry.default_tokens <= SMALL_CLIP else "wan"
    chosen = {name: v for name, v in PRESETS[preset].items() if getattr(config, name) is None}
    filled = config.model_copy(update={"preset": preset, **chosen})
    return filled.model_copy(
        update={
            "spatial_lora_alpha": _or(filled.spatial_lora_alpha, filled.spatial_rank),
            "temporal_lora_alpha": _or(filled.temporal_lora_alpha, filled.temporal_rank),
        }
    )


def tuning_options(config: EffiVMTConfig) -> dict[str, Any]:
    """The options that decide what is tuned, without those of sampling and of where things are."""
    return config.model_dump(exclude=_NOT_TUNING)


_NOT_TUNING = {
    "backbone",
    "dtype",
    "offload",
    "preset",
    "spatial_lora_scale",
    "temporal_lora_scale",
    "steps",
    "guidance",
}


def _or(value: float | None, other: float | None) -> float | None:
    return other if value is None else float(value)
