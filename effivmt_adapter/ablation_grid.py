"""Which settings the ablation compares."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

EFFIVMT = "effivmt_adapter.method:EffiVMT"
TWO_STAGE = "baselines.two_stage_lora:TwoStageLora"

FACTORS = ("decoupled", "adaptive_rope", "sparse_sampling")
"""The paper's three ideas, each an option that is on or off."""


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
    """All eight combinations, from all on to all off."""
    found = []
    for values in product((True, False), repeat=len(FACTORS)):
        options = {name: value for name, value in zip(FACTORS, values, strict=True) if not value}
        on = [name.replace("_", " ") for name, value in zip(FACTORS, values, strict=True) if value]
        found.append(Setting("The three ideas", " + ".join(on) or "none of them", options))
    return found
