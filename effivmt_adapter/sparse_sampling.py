"""Which latent frames a tuning step sees: sparse motion sampling."""

from typing import Literal

import numpy as np

from motionbench.errors import UsageError

Pattern = Literal["uniform", "offset", "random"]
"""``uniform``: always the same evenly spread frames, from the first on, as in the paper;
``offset``: evenly spread from a random start; ``random``: any subset."""


def draw_frames(
    total: int, count: int, pattern: Pattern, rng: np.random.Generator
) -> tuple[int, ...]:
    """Latent frames of a clip, ascending and distinct.

    Args:
        total: Latent frames of the clip.
        count: How many to take, 1 to ``total``.
        pattern: How they are spread; ``uniform`` draws nothing.
        rng: Of the draw.

    Raises:
        UsageError: A count out of range.
    """
    if not 1 <= count <= total:
        raise UsageError(f"{count} latent frames cannot be sampled of {total}: give 1 to {total}.")
    spread = np.arange(count) * (total / count)
    if pattern == "random":
        chosen = np.sort(rng.choice(total, size=count, replace=False))
    elif pattern == "offset":
        # The last start is below total: the sum can only reach it by rounding.
        chosen = np.minimum(np.floor(spread + rng.random() * total / count), total - 1)
    else:
        chosen = np.floor(spread + 0.5)
    return tuple(int(frame) for frame in chosen)
