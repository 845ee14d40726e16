"""The reference's first frame, held: no motion at all.

The bound of temporal consistency from above (a frozen clip is perfectly consistent), which shows
why that metric alone ranks nothing; and what motion fidelity gives for matching the still parts.
"""

# ruff: noqa: ARG002 - a control needs only part of what the protocol hands it.

from pathlib import Path

import numpy as np

from motionbench.cases import Clip
from motionbench.methods.base import Method, MethodCard


class Still(Method):
    """Holds the reference's first frame."""

    card = MethodCard(
        name="still",
        version="1",
        summary="The reference's first frame, held: no motion, perfect temporal consistency.",
        licence="Apache-2.0",
        control=True,
    )

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Clip:
        """Hold the first frame."""
        held = np.repeat(reference.frames[:1], len(reference), axis=0)
        return Clip(held, reference.fps)

    def generate(self, adapted: Clip, prompt: str, *, seed: int) -> Clip:
        """The held frame, whatever the prompt."""
        return adapted
