"""Which settings the ablation compares."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

EFFIVMT = "effivmt_adapter.method:EffiVMT"
TWO_STAGE = "baselines.two_stage_lora:TwoStageLora"

FACTORS = ("decoupled", "adaptive_rope", "sparse_sampling")
"""The paper's three ideas, each an option that is on or off."""


NO_EFFECT = "no effect without sparse sampling"


@dataclass(frozen=True)
class Setting:
    """One row of the ablation.

    Attributes:
        section: What it is compared for.
        name: Within the section.
        options: What differs from the defaults.
        method: As ``--method`` takes it.
    """

    section: str
    name: str
    options: dict[str, Any] = field(default_factory=dict)
    method: str = EFFIVMT


def full_grid(frames: Sequence[int]) -> tuple[Setting, ...]:
    """All settings. Some are the same as others, and then share a run.

    Args:
        frames: Numbers of latent frames to sample.
    """
    return (
        Setting("Baseline", "two-stage LoRA", method=TWO_STAGE),
        Setting("Baseline", "with its debiased loss", {"debiased_loss": 1.0}, TWO_STAGE),
        *_factors(),
        *(
            Setting("Latent frames sampled", str(count), {"frames_sampled": count})
            for count in frames
        ),
        Setting("Split of heads", "as measured"),
        Setting("Split of heads", "quantile: half", {"heads_rule": "quantile"}),
        Setting("Split of heads", "random", {"heads_control": "random"}),
        Setting("Split of heads", "inverted", {"heads_control": "inverted"}),
        Setting("Spatial LoRA when sampling", "dropped"),
        Setting("Spatial LoRA when sampling", "kept", {"spatial_lora_scale": 1.0}),
        Setting("Motion loss", "with"),
        Setting("Motion loss", "without", {"motion_loss": 0.0}),
    )


def _factors() -> list[Setting]:
    """All eight combinations, from all on to all off.

    Adaptive RoPE tells where sampled latent frames are: where all are seen, on and off are one run.
    """
    found = []
    for values in product((True, False), repeat=len(FACTORS)):
        on = [name for name, value in zip(FACTORS, values, strict=True) if value]
        options = dict.fromkeys((name for name in FACTORS if name not in on), False)
        told = " + ".join(name.replace("_", " ") for name in on) or "none of them"
        if "sparse_sampling" in options and "adaptive_rope" in on:
            options["adaptive_rope"] = False
            told = told.replace("adaptive rope", f"adaptive rope ({NO_EFFECT})")
        found.append(Setting("The three ideas", told, options))
    return found
