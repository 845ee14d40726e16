"""The reference as in a mirror: a method by someone else, as small as one can be."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from motionbench.cases import Clip
from motionbench.methods.base import Method, MethodCard


@dataclass(frozen=True)
class Config:
    """How to mirror.

    Attributes:
        axis: Which way the picture is turned round.
    """

    axis: Literal["horizontal", "vertical"] = "horizontal"


class Mirror(Method):
    """Turns every frame round: the same motion, with one of its directions reversed."""

    card = MethodCard(
        name="mirror",
        version="1.2.0",
        summary="The reference as in a mirror.",
        licence="MIT",
    )
    Config = Config

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Clip:
        axis = 2 if self.config.axis == "horizontal" else 1
        return Clip(np.ascontiguousarray(np.flip(reference.frames, axis)), reference.fps)

    def generate(self, adapted: Clip, prompt: str, *, seed: int) -> Clip:
        return adapted
