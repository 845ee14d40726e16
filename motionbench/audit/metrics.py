"""The metrics that are audited, and what each of them claims to see."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from motionbench.cases import CATEGORIES
from motionbench.metrics.catalog import METRICS, Measurements, Unscorable, score

FILMED = "filmed"
"""Scenes in which the camera moves as well as the subject."""

EVERYWHERE = frozenset({*CATEGORIES, FILMED})


@dataclass(frozen=True)
class AuditedMetric:
    """A metric, seen from outside.

    Attributes:
        name: As in tables.
        direction: Which values mean that the motion is alike; "zero" where 0 does.
        claims: Names of the axes (``axes.AXES``) on which it claims to see a difference; on all
            others, and under changed appearance, it should stay flat. Empty where it makes no claim
            about motion.
        compute: Value or why there is none; never NaN.
        needs_frames: It looks at embeddings of frames.
        scenes: Groups of scenes on which the claims are made: the four categories, and ``filmed``
            where camera and subject move.
    """

    name: str
    direction: Literal["higher", "lower", "zero"]
    claims: frozenset[str]
    compute: Callable[[Measurements], float | Unscorable]
    needs_frames: bool = False
    scenes: frozenset[str] = EVERYWHERE

    def score(self, measurements: Measurements) -> float | Unscorable:
        """The value on one pair, or why there is none."""
        return self.compute(measurements)

    def likeness(self, value: float) -> float:
        """The value turned so that more means more alike."""
        return {"higher": value, "lower": -value, "zero": -abs(value)}[self.direction]


def from_catalog(
    name: str, claims: frozenset[str], *, scenes: frozenset[str] = EVERYWHERE
) -> AuditedMetric:
    """A metric of the catalogue."""
    spec = METRICS[name]
    direction = "zero" if spec.direction == "none" else spec.direction
    return AuditedMetric(
        name=name,
        direction=direction,
        claims=claims,
        compute=lambda measurements: score(name, measurements),
        needs_frames="reference_frames" in spec.needs or "frames" in spec.needs,
        scenes=scenes,
    )
