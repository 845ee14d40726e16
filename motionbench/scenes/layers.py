"""Textured flat things and the affine maps that place them in the picture."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from motionbench.scenes import palette
from motionbench.scenes.motions import Values
from motionbench.scenes.shapes import SHAPES, Shape
from motionbench.scenes.textures import Texture

Maps = Float64[np.ndarray, "_t _l 2 3"]
"""Per frame and layer, the affine map from the layer's plane to frame units."""


@dataclass(frozen=True)
class Layer:
    """One textured flat thing.

    Attributes:
        shape: Its outline in its own plane.
        texture: Fixed to its plane.
        rim: Width of the shaded edge, in units of its plane.
        shade: Brightness of that edge.
    """

    shape: Shape
    texture: Texture
    rim: float
    shade: float


def item_layer(shape: str, colour: str, seed: int) -> Layer:
    """An object that a caption names; its plane's unit is its radius."""
    return Layer(SHAPES[shape], palette.surface(colour, seed, period=6.0), rim=0.1, shade=0.55)


def place(values: Values) -> Float64[np.ndarray, "t 2 3"]:
    """Maps of an object from its x, y, angle and log radius."""
    x, y, angle, log_radius = values.T
    radius = np.exp(log_radius)
    cos, sin = radius * np.cos(angle), radius * np.sin(angle)
    return np.stack([np.stack([cos, -sin, x], -1), np.stack([sin, cos, y], -1)], axis=-2)


def stay(frames: int) -> Float64[np.ndarray, "t 1 2 3"]:
    """Maps of one thing that is drawn in frame units and does not move."""
    return np.repeat(np.eye(2, 3)[None, None], frames, axis=0)
