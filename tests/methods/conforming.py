"""A method that keeps the protocol, and what the kit finds where a test changes it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motionbench.cases import Clip
from motionbench.methods.base import Method, MethodCard
from motionbench.methods.conformance import check_method


@dataclass(frozen=True)
class Config:
    """Options.

    Attributes:
        level: Brightness.
    """

    level: int = 3


class Good(Method):
    """Adds seeded noise to the reference; everything a method may do."""

    card = MethodCard(name="good", version="1", summary="Noise.", licence="MIT")
    Config = Config

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Any:
        np.save(work_dir / "frames.npy", reference.frames)
        return work_dir, reference.fps

    def generate(self, adapted: Any, prompt: str, *, seed: int) -> Clip:
        work_dir, fps = adapted
        frames = np.load(work_dir / "frames.npy")
        noise = np.random.default_rng(seed).integers(0, self.config.level, frames.shape)
        return Clip((frames // 2 + noise).astype(np.uint8), fps)


def failures(method: Any) -> dict[str, str]:
    return {result.name: result.detail for result in check_method(method) if not result.passed}


def broken(**members: Any) -> type[Method]:
    return type("Broken", (Good,), members)
