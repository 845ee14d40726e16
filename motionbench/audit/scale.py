"""How much the audit measures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Sizes of all experiments; the defaults are what a report stands on.

    Attributes:
        scenes: Scenes of each category that an experiment starts from, >= 1.
        doses: Steps of a change along one axis, rising, in (0, 1].
        frames: Of a shot, >= 5.
        size: Height and width of a shot, pixels.
        seed: Of every draw.
    """

    scenes: int = 3
    doses: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0)
    frames: int = 33
    size: int = 256
    seed: int = 0
