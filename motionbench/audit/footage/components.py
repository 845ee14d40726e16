"""A camera's motion in the four numbers that people have words for."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from motionbench.metrics.functional.camera import CameraMotion


class Component(NamedTuple):
    """One number of a camera's motion.

    Attributes:
        name: A property of ``CameraMotion``.
        unit: Of its value.
        floor: A smaller motion over a clip has no sign to be asked for. All four floors move some
            point of the picture by about 2 % of its width.
    """

    name: str
    unit: str
    floor: float


COMPONENTS = (
    Component("pan", "widths", 0.02),
    Component("tilt", "heights", 0.02),
    Component("zoom", "log", 0.04),
    Component("roll", "degrees", 2.0),
)


def total(camera: CameraMotion, name: str) -> float:
    """A component over the whole clip."""
    return float(getattr(camera, name))


def by_step(camera: CameraMotion, name: str) -> Float64[np.ndarray, " s"]:
    """A component in each step."""
    return np.array(
        [
            total(
                CameraMotion(
                    camera.linear[step : step + 1],
                    camera.shift[step : step + 1],
                    camera.known[step : step + 1],
                    camera.height,
                    camera.width,
                ),
                name,
            )
            for step in range(len(camera.known))
        ]
    )
