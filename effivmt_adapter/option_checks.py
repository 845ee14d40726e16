"""Ranges of the options of methods that tune, checked before a backbone is loaded."""

import math
from typing import Any

from motionbench.errors import UsageError

_INSIDE: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("full_length_share", "decay_share", "heads_share"), (0.0, 1.0)),
    **dict.fromkeys(
        ("spatial_rank", "temporal_rank", "batch", "accumulation", "frames_sampled",
         "heads_block", "steps", "guidance"),
        (1, math.inf),
    ),
    **dict.fromkeys(
        ("spatial_steps", "temporal_steps", "warmup_steps", "heads_rows", "heads_band",
         "motion_loss", "debiased_loss", "learning_rate", "spatial_weight_decay",
         "temporal_weight_decay"),
        (0, math.inf),
    ),
}  # fmt: skip

_ABOVE_ZERO = ("gradient_norm", "sigma_shift")


def check_ranges(config: Any) -> None:
    """Refuse values out of range; an option that is None, or that the config lacks, is in range.

    Args:
        config: Of a method that tunes.

    Raises:
        UsageError: A value is out of range, or ``dtype`` is one that cannot be tuned in.
    """
    if config.dtype == "float16":
        raise UsageError(
            "dtype is float16: gradients would vanish in it. Tune in bfloat16 or float32."
        )
    for name, (low, high) in _INSIDE.items():
        value = getattr(config, name, None)
        if value is not None and not low <= value <= high:
            raise UsageError(f"{name} is {value}: it must be in [{low}, {high}].")
    for name in _ABOVE_ZERO:
        value = getattr(config, name, None)
        if value is not None and not 0 < value < math.inf:
            raise UsageError(f"{name} is {value}: it must be above 0 and finite.")


def check_sigmas(sigmas: tuple[float, ...]) -> None:
    """Refuse noise levels at which heads cannot be told apart.

    Raises:
        UsageError: There are none, or one is outside (0, 1].
    """
    if not sigmas or not all(0 < sigma <= 1 for sigma in sigmas):
        raise UsageError(f"heads_sigmas is {list(sigmas)}: give one or more numbers in (0, 1].")
