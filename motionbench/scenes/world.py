"""The still world before a moving camera: items scattered over layers at several depths."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from motionbench.scenes import camera, draws
from motionbench.scenes.captions import Item
from motionbench.scenes.layers import Layer, Maps, item_layer, place
from motionbench.scenes.motions import Motion
from motionbench.scenes.paths import Instants

FAR, MIDDLE, NEAR = 0.4, 0.7, 1.0
"""Nearness (see `camera.view`) of the background, of the last kind of item and of the first."""

_SPACING = 0.5
_CELLS = range(-5, 5)
"""Items lie on a jittered lattice that reaches well beyond any move's view."""


def build_world(
    items: Sequence[Item], motion: Motion, seed: int
) -> tuple[tuple[Layer, ...], Callable[[Instants], Maps]]:
    """Layers from far to near, and their maps with those of the background last.

    Args:
        items: Kinds of things in the world, the first one nearest.
        motion: The camera's.
        seed: Of where things lie.
    """
    layers: list[Layer] = []
    nearness: list[float] = []
    places: list[np.ndarray] = []
    for number, item in reversed(list(enumerate(items))):
        layer = item_layer(item.shape, item.colour, seed + 1 + number)
        spots = _scatter(seed, number, len(items))
        layers += [layer] * len(spots)
        nearness += [NEAR - (NEAR - MIDDLE) * number / max(len(items) - 1, 1)] * len(spots)
        places.append(place(np.array(spots)))
    local = np.concatenate([*places, np.eye(2, 3)[None]])
    planes = np.array([*nearness, FAR])

    def maps(time: Instants) -> Maps:
        return camera.film(local, motion.values(time), planes)

    return tuple(layers), maps


def _scatter(seed: int, number: int, kinds: int) -> list[tuple[float, float, float, float]]:
    """x, y, angle and log radius of the items of one kind: a jittered lattice, shifted per kind."""
    rng = draws.stream(seed, 1 + number)
    offset = number / kinds
    return [
        (
            _SPACING * (column + offset + draws.uniform(rng, 0.1, 0.4)),
            _SPACING * (row + offset + draws.uniform(rng, 0.1, 0.4)),
            draws.uniform(rng, -0.35, 0.35),
            math.log(draws.uniform(rng, 0.11, 0.13)),
        )
        for row in _CELLS
        for column in _CELLS
    ]
