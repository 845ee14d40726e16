"""Where in time the rotary encoding sees sampled latent frames: adaptive RoPE.

Attention depends on differences of positions. Few frames at positions 0, 1, 2, ... would look like
a short fast clip; at the positions of the full clip they look like what they are, a long clip with
gaps, and what is learnt holds for the full clip. Fractional positions are evaluated by
``motionbench.backbones.rotary``.
"""

from collections.abc import Sequence

import torch

from effivmt_adapter.sparse_sampling import Pattern


def spread_positions(total: int, count: int) -> torch.Tensor:
    """The paper's positions, ``F/2 + F/F_samp (i - F_samp/2)``, which is ``i F / F_samp``.

    Args:
        total: Latent frames of the clip, F.
        count: Latent frames sampled, F_samp.

    Returns:
        ``(count,)`` float64.
    """
    index = torch.arange(count, dtype=torch.float64)
    return total / 2 + total / count * (index - count / 2)


def temporal_positions(
    frames: Sequence[int], total: int, pattern: Pattern, *, adaptive: bool
) -> torch.Tensor:
    """Positions in time of sampled latent frames, for ``Backbone.predict_velocity``.

    Args:
        frames: The latent frames, ascending.
        total: Latent frames of the clip.
        pattern: How they were sampled: the paper's formula for ``uniform``, each frame's own
            position otherwise. The two agree where ``len(frames)`` divides ``total``.
        adaptive: Whether to tell the true course of time; if not, positions are 0, 1, 2, ...

    Returns:
        ``(len(frames),)`` float64.
    """
    if not adaptive:
        return torch.arange(len(frames), dtype=torch.float64)
    if pattern == "uniform":
        return spread_positions(total, len(frames))
    return torch.tensor(frames, dtype=torch.float64)
