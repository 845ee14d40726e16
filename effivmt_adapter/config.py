"""Options of EffiVMT, and what they are where nobody says."""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from effivmt_adapter.drawing import SigmaDraw
from effivmt_adapter.head_classification import Measured, check_options
from effivmt_adapter.losses import MotionForm
from effivmt_adapter.option_checks import check_ranges, check_sigmas
from effivmt_adapter.sparse_sampling import Pattern
from motionbench.backbones import Offload
from motionbench.backbones.geometry import SMALL_CLIP, Geometry
from motionbench.errors import UsageError

Preset = Literal["auto", "nano", "wan"]
Control = Literal["none", "random", "inverted"]


@dataclass(frozen=True)
class EffiVMTConfig:
    """The options of ``--set key=value``; None where the preset decides.

    Attributes:
        backbone: ``nano``, a hub id of Wan 2.1, or a folder.
        dtype: Of the transformer: ``float32`` or ``bfloat16``; by device if None.
        vae_tiling: Encode and decode large frames in tiles, in less memory.
        offload: What waits in main memory while it is not needed: ``none``, ``model``, ``layers``.
        preset: Defaults of the options that are None: ``nano`` for about a minute a case on two
            cores, ``wan`` for the paper's; ``auto`` by the number of tokens of the backbone's own
            clips.
        decoupled: Tune spatial and temporal heads apart; if not, both stages tune all heads.
        adaptive_rope: Show sampled latent frames at the positions they have in the full clip.
        sparse_sampling: Tune temporal heads on some of the latent frames; if not, on all.
        sampling_pattern: Which ones: ``uniform``, ``offset`` (uniform from a random start) or
            ``random``.
        full_length_share: Share of the sparse steps that see all latent frames all the same.
        frames_sampled: Latent frames of a sparse step; the paper's 17 of 81 frames are 5 of 21.
        motion_loss: Weight of the motion loss in stage 3; 0 leaves it out.
        motion_loss_form: ``signed`` differences as in the paper, or ``absolute``, which sees
            steps of three latent frames or more.
        debiased_loss: Weight of MotionDirector's appearance-debiased loss in stage 3.
        heads_rule: How heads are told apart: ``ratio`` (the paper's), ``mass`` or ``quantile``.
        heads_control: A control in place of the rule: as many temporal heads as it gives,
            ``random``; or its opposite, ``inverted``.
        alpha: Of the rule ``ratio``: temporal if spatial similarity < alpha x temporal similarity.
            What it means, and what the rule ``mass`` gives, is relative to the templates that
            attention is compared with, which ``heads_band`` chooses, and to the token grid.
        heads_share: Of the rule ``quantile``: share of heads called temporal.
        heads_sigmas: Noise levels at which heads are looked at, in (0, 1].
        heads_band: Half-width, in blocks, of the bands that attention is compared with; "same
            frame" and "same position" if None.
        heads_block: Tokens to a block of ``heads_band``.
        heads_rows: Query rows sampled to look at heads; 0 for all.
        spatial_rank: Of the spatial LoRA.
        temporal_rank: Of the temporal LoRA.
        spatial_lora_alpha: Strength of the spatial LoRA, divided by the rank; the rank if None.
        temporal_lora_alpha: Strength of the temporal LoRA, divided by the rank; the rank if None.
        spatial_steps: Of stage 2.
        temporal_steps: Of stage 3.
        learning_rate: Peak, of both stages.
        spatial_weight_decay: Of stage 2.
        temporal_weight_decay: Of stage 3.
        warmup_steps: Steps over which the learning rate rises.
        decay_share: Share of the steps, at the end, over which it falls to zero.
        batch: Draws of noise and noise level in a pass.
        accumulation: Passes to a step.
        gradient_norm: Longer gradients are scaled down to this norm.
        sigma_draw: Noise levels in tuning: ``logit_normal`` or ``uniform``.
        sigma_shift: How far they are moved towards noise, as in samplers; 1 not at all.
        autocast: Compute passes in bfloat16 where that is safe; weights stay as they are.
        recompute: Compute blocks again in backward passes: less memory, a third more time.
        spatial_lora_scale: How much of the spatial LoRA, the reference's appearance, acts when
            sampling.
        temporal_lora_scale: How much of the temporal LoRA, its motion, acts when sampling.
        steps: Of the sampler; the backbone's own number if None.
        guidance: Weight of the prompt; the backbone's own if None.
    """

    backbone: str = "nano"
    dtype: str | None = None
    vae_tiling: bool = False
    offload: Offload = "none"
    preset: Preset = "auto"
    decoupled: bool = True
    adaptive_rope: bool = True
    sparse_sampling: bool = True
    sampling_pattern: Pattern | None = None
    full_length_share: float = 0.0
    frames_sampled: int | None = None
    motion_loss: float = 1.0
    motion_loss_form: MotionForm = "signed"
    debiased_loss: float = 0.0
    heads_rule: Measured = "ratio"
    heads_control: Control = "none"
    alpha: float = 1.25
    heads_share: float = 0.5
    heads_sigmas: tuple[float, ...] = (0.99,)
    heads_band: int | None = None
    heads_block: int = 1
    heads_rows: int | None = None
    spatial_rank: int | None = None
    temporal_rank: int | None = None
    spatial_lora_alpha: float | None = None
    temporal_lora_alpha: float | None = None
    spatial_steps: int | None = None
    temporal_steps: int | None = None
    learning_rate: float | None = None
    spatial_weight_decay: float = 0.1
    temporal_weight_decay: float = 0.5
    warmup_steps: int | None = None
    decay_share: float | None = None
    batch: int | None = None
    accumulation: int = 1
    gradient_norm: float = 1.0
    sigma_draw: SigmaDraw = "logit_normal"
    sigma_shift: float | None = None
    autocast: bool | None = None
    recompute: bool | None = None
    spatial_lora_scale: float = 0.0
    temporal_lora_scale: float = 1.0
    steps: int | None = None
    guidance: float | None = None

    def __post_init__(self) -> None:
        """Check ranges.

        Raises:
            UsageError: A value is out of range, or two do not fit together.
        """
        check_ranges(self)
        check_sigmas(self.heads_sigmas)
        check_options(
            rule=self.heads_rule, alpha=self.alpha, share=self.heads_share, of=self.heads_rule
        )
        if self.heads_band is None and self.heads_block != 1:
            raise UsageError(
                f"heads_block={self.heads_block} is the step of a band: give heads_band, too."
            )


PRESETS: dict[str, dict[str, Any]] = {
    # Chosen for time on two cores; wan-nano has 9 latent frames.
    "nano": {
        "sampling_pattern": "offset",
        "frames_sampled": 3,
        "heads_rows": 0,
        "spatial_rank": 16,
        "temporal_rank": 32,
        "spatial_steps": 150,
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
    filled = replace(config, preset=preset, **chosen)
    return replace(
        filled,
        spatial_lora_alpha=_or(filled.spatial_lora_alpha, filled.spatial_rank),
        temporal_lora_alpha=_or(filled.temporal_lora_alpha, filled.temporal_rank),
    )


def tuning_options(config: EffiVMTConfig) -> dict[str, Any]:
    """The options that decide what is tuned, without those of sampling and of where things are."""
    return {
        field.name: getattr(config, field.name)
        for field in fields(config)
        if field.name not in _NOT_TUNING
    }


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
