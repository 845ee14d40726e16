"""What moves: the protocol of motions, the motion of an object, and blends of motions.

A motion gives, for each clip time, the numbers that place its subject. Its parameters are explicit
and continuous, so ``dataclasses.replace`` changes one aspect (direction, speed, amplitude, timing,
path) and leaves the others.
"""

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float64

from motionbench.scenes.paths import EVENLY, Instants, Path, Timing

Values = Float64[np.ndarray, "_t _k"]
"""One row of placing numbers per frame; what the columns mean depends on the kind of motion."""


@runtime_checkable
class Motion(Protocol):
    """Anything that moves."""

    def values(self, time: Instants) -> Values:
        """Placing numbers at clip times in [0, 1]."""


@dataclass(frozen=True)
class Mover:
    """Motion of one object; values are (x, y, angle, log of its radius).

    Attributes:
        path: Where its centre goes, in frame units.
        timing: When.
        radius: Size at the start, in frame units.
        growth: Change of the log of the radius over the clip.
        pulse: Amplitude of a swell of the log of the radius.
        pulses: Periods of that swell.
        angle: Of the object at the start, radians, clockwise.
        turns: Revolutions about its own centre, over the path.
    """

    path: Path
    timing: Timing = EVENLY
    radius: float = 0.17
    growth: float = 0.0
    pulse: float = 0.0
    pulses: float = 0.0
    angle: float = 0.0
    turns: float = 0.0

    def values(self, time: Instants) -> Values:
        """See `Motion`."""
        share = self.timing.share(time)
        swell = self.pulse * np.sin(2 * math.pi * self.pulses * time)
        return np.column_stack(
            [
                self.path.at(share),
                self.angle + 2 * math.pi * self.turns * share,
                math.log(self.radius) + self.growth * share + swell,
            ]
        )


@dataclass(frozen=True)
class Blend:
    """Between two motions of one kind: their values are mixed.

    Attributes:
        first: Motion at share 0.
        second: Motion at share 1.
        share: In [0, 1].
    """

    first: Motion
    second: Motion
    share: float

    def values(self, time: Instants) -> Values:
        """See `Motion`."""
        return (1 - self.share) * self.first.values(time) + self.share * self.second.values(time)
