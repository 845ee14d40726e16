"""Camera motion over layers at different depths."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from motionbench.scenes.motions import Values
from motionbench.scenes.paths import EVENLY, Instants, Point, Timing

PAN_X, PAN_Y, TRUCK_X, TRUCK_Y, ROLL, ZOOM, DOLLY = range(7)
"""Columns of a camera's values."""


@dataclass(frozen=True)
class Shake:
    """Unsteady hands: a few slow waves in pan, tilt and roll.

    Attributes:
        amplitude: Of pan and tilt, frame units.
        roll: Of the roll, radians.
        waves: Periods in a clip of each wave.
        phases: Per wave, the phase in pan, tilt and roll.
    """

    amplitude: float
    roll: float
    waves: tuple[float, ...]
    phases: tuple[tuple[float, float, float], ...]

    def values(self, time: Instants) -> Values:
        """Columns as for `CameraMotion`."""
        angle = 2 * math.pi * time[:, None, None] * np.array(self.waves)[None, :, None]
        swing = np.sin(angle + np.array(self.phases)[None]).sum(axis=1) / len(self.waves)
        values = np.zeros((len(time), 7))
        values[:, [PAN_X, PAN_Y]] = self.amplitude * swing[:, :2]
        values[:, ROLL] = self.roll * swing[:, 2]
        return values


@dataclass(frozen=True)
class CameraMotion:
    """A camera's move; values are pan, truck (x, y each), roll, log zoom and dolly.

    Attributes:
        pan: Distance by which the picture slides when the camera turns right and down, frame units:
            the same for all layers.
        truck: The same when the camera itself shifts: nearer layers slide more.
        roll: Turn of the camera about its axis over the clip, radians, clockwise.
        zoom: Change of the log of the focal length.
        dolly: Advance into the scene, in units of the distance of the nearest layer (below 1.5).
        timing: When; every part of the move is zero halfway through it.
        shake: Added unsteadiness, or None.
    """

    pan: Point = (0.0, 0.0)
    truck: Point = (0.0, 0.0)
    roll: float = 0.0
    zoom: float = 0.0
    dolly: float = 0.0
    timing: Timing = EVENLY
    shake: Shake | None = None

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        share = self.timing.share(time)[:, None]
        whole = np.array([*self.pan, *self.truck, self.roll, self.zoom, self.dolly])
        values = whole * (share - 0.5)
        return values if self.shake is None else values + self.shake.values(time)


def view(values: Values, nearness: Float64[np.ndarray, " l"]) -> Float64[np.ndarray, "t l 2 3"]:
    """Affine maps from each layer's plane to the frame, both in frame units.

    Args:
        values: A camera's values.
        nearness: 1 for the layer at unit distance, towards 0 for far ones: nearest distance over
            the layer's distance.

    Returns:
        ``(T, L, 2, 3)`` float64.
    """
    zoom = np.exp(values[:, ZOOM, None]) / (1 - values[:, DOLLY, None] * nearness)  # (T, L)
    cos, sin = zoom * np.cos(values[:, ROLL, None]), zoom * np.sin(values[:, ROLL, None])
    # Turning the camera clockwise turns the picture anticlockwise.
    turn = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], axis=-2)
    slide = values[:, None, :2] + values[:, None, 2:4] * nearness[:, None]  # (T, L, 2)
    shift = -(turn[..., 0] * slide[..., :1] + turn[..., 1] * slide[..., 1:])
    return np.concatenate([turn, shift[..., None]], axis=-1)


def film(
    own: Float64[np.ndarray, "*t l 2 3"], values: Values, nearness: Float64[np.ndarray, " l"]
) -> Float64[np.ndarray, "_t l 2 3"]:
    """Maps to the frame of layers that a camera sees.

    Args:
        own: Maps to the plane that each layer lies in, of one instant or one per frame.
        values: A camera's values.
        nearness: Of each layer, as for `view`.
    """
    seen = view(values, nearness)  # (T, L, 2, 3)
    # The camera's map after the layer's own; written out, as BLAS rounds as it likes.
    whole = seen[..., :1] * own[..., :1, :] + seen[..., 1:2] * own[..., 1:, :]
    whole[..., 2] += seen[..., 2]
    return np.asarray(whole)
