"""From options to the stages of tuning."""

from typing import Any, Literal

from effivmt_adapter.config import EffiVMTConfig
from effivmt_adapter.drawing import ClipFrames, SingleFrames
from effivmt_adapter.tuning import Stage


def spatial_stage(config: EffiVMTConfig) -> Stage:
    """Stage 2: single frames, for the reference's appearance.

    Args:
        config: Resolved.
    """
    return Stage(
        name="spatial",
        frames=SingleFrames(),
        steps=given(config, "spatial_steps"),
        weight_decay=config.spatial_weight_decay,
        **_shared(config),
    )


def temporal_stage(config: EffiVMTConfig) -> Stage:
    """Stage 3: latent frames of the clip, for its motion.

    Args:
        config: Resolved.
    """
    return Stage(
        name="temporal",
        frames=ClipFrames(
            count=given(config, "frames_sampled") if config.sparse_sampling else None,
            pattern=given(config, "sampling_pattern"),
            full_share=config.full_length_share,
            adaptive_rope=config.adaptive_rope,
        ),
        steps=given(config, "temporal_steps"),
        weight_decay=config.temporal_weight_decay,
        motion_weight=config.motion_loss,
        motion_form=config.motion_loss_form,
        debiased_weight=config.debiased_loss,
        **_shared(config),
    )


def lora_options(config: EffiVMTConfig, group: Literal["spatial", "temporal"]) -> dict[str, Any]:
    """Rank and alpha of a group's LoRA.

    Args:
        config: Resolved.
        group: Which.
    """
    return {"rank": given(config, f"{group}_rank"), "alpha": given(config, f"{group}_lora_alpha")}


def given(config: EffiVMTConfig, name: str) -> Any:
    """An option that a preset fills in.

    Raises:
        ValueError: It is None: the config was not resolved.
    """
    value = getattr(config, name)
    if value is None:
        raise ValueError(f"{name} is None: pass the config through resolve() first.")
    return value


def _shared(config: EffiVMTConfig) -> dict[str, Any]:
    from_preset = (
        "learning_rate",
        "warmup_steps",
        "decay_share",
        "batch",
        "sigma_shift",
        "autocast",
        "recompute",
    )
    return {
        **{name: given(config, name) for name in from_preset},
        "accumulation": config.accumulation,
        "gradient_norm": config.gradient_norm,
        "sigma_draw": config.sigma_draw,
    }
