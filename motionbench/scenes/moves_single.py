"""Named motions of one object, with random parameters."""

import math

import numpy as np

from motionbench.scenes.draws import angle, sign, uniform
from motionbench.scenes.motions import Mover
from motionbench.scenes.paths import (
    Bounce,
    Ellipse,
    FigureEight,
    Line,
    Parabola,
    Pendulum,
    Spiral,
    Still,
    Timing,
    Zigzag,
    heading,
    opposite,
)

EDGE = 0.3
"""Paths reach about this far from the middle."""


def _radius(rng: np.random.Generator) -> float:
    return uniform(rng, 0.155, 0.185)


def line(rng: np.random.Generator) -> Mover:
    """Straight across, in any direction."""
    end = heading(uniform(rng, 0.28, 0.36), angle(rng))
    return Mover(Line(opposite(end), end), radius=_radius(rng))


def arc(rng: np.random.Generator) -> Mover:
    """Part of a circle."""
    turns = sign(rng) * uniform(rng, 0.35, 0.55)
    path = Ellipse((0.0, 0.0), (EDGE, EDGE), angle(rng), turns)
    return Mover(path, radius=_radius(rng))


def loop(rng: np.random.Generator) -> Mover:
    """One or two rounds of an ellipse."""
    radii = uniform(rng, 0.22, 0.32), uniform(rng, 0.18, 0.3)
    path = Ellipse((0.0, 0.0), radii, angle(rng), sign(rng) * uniform(rng, 1.0, 1.6))
    return Mover(path, radius=_radius(rng))


def figure_eight(rng: np.random.Generator) -> Mover:
    """A lying eight."""
    radii = uniform(rng, 0.27, 0.33), uniform(rng, 0.16, 0.24)
    path = FigureEight((0.0, 0.0), radii, angle(rng), float(sign(rng)))
    return Mover(path, radius=_radius(rng))


def bounce(rng: np.random.Generator) -> Mover:
    """Fall under gravity and bounce on along the floor."""
    side = sign(rng)
    path = Bounce(
        (-side * EDGE, -0.3), side * uniform(rng, 0.5, 0.64), 0.6, 3, uniform(rng, 0.5, 0.75)
    )
    return Mover(path, radius=_radius(rng), turns=side * uniform(rng, 0.1, 0.4))


def throw(rng: np.random.Generator) -> Mover:
    """Fly up and down again under gravity."""
    side = sign(rng)
    start, end = (-side * 0.32, uniform(rng, 0.15, 0.3)), (side * 0.32, uniform(rng, 0.15, 0.3))
    path = Parabola(start, end, uniform(rng, 0.42, 0.55))
    return Mover(path, radius=_radius(rng), turns=side * uniform(rng, 0.2, 0.6))


def zigzag(rng: np.random.Generator) -> Mover:
    """Sharp turns to both sides."""
    end = heading(0.32, angle(rng))
    path = Zigzag(opposite(end), end, uniform(rng, 0.16, 0.24), 4 + int(rng.random() * 3))
    return Mover(path, radius=_radius(rng))


def spin(rng: np.random.Generator) -> Mover:
    """Turn in place."""
    place = uniform(rng, -0.06, 0.06), uniform(rng, -0.06, 0.06)
    turns = sign(rng) * uniform(rng, 0.6, 1.1)
    return Mover(Still(place), radius=uniform(rng, 0.26, 0.32), turns=turns)


def roll(rng: np.random.Generator) -> Mover:
    """Roll along the floor without slipping."""
    side, radius = sign(rng), _radius(rng)
    path = Line((-side * 0.33, 0.2), (side * 0.33, 0.2))
    return Mover(path, radius=radius, turns=side * 0.66 / (2 * math.pi * radius))


def grow(rng: np.random.Generator) -> Mover:
    """Come closer: grow."""
    place = uniform(rng, -0.08, 0.08), uniform(rng, -0.08, 0.08)
    return Mover(Still(place), radius=0.13, growth=uniform(rng, 0.8, 1.05))


def shrink(rng: np.random.Generator) -> Mover:
    """Go away: shrink."""
    place = uniform(rng, -0.08, 0.08), uniform(rng, -0.08, 0.08)
    return Mover(Still(place), radius=0.36, growth=-uniform(rng, 0.8, 1.05))


def pulse(rng: np.random.Generator) -> Mover:
    """Swell and shrink by turns."""
    place = uniform(rng, -0.08, 0.08), uniform(rng, -0.08, 0.08)
    swell, pulses = uniform(rng, 0.3, 0.42), uniform(rng, 1.5, 2.2)
    return Mover(Still(place), radius=0.24, pulse=swell, pulses=pulses)


def accelerate_stop(rng: np.random.Generator) -> Mover:
    """Start slowly, get fast, stop dead and stay."""
    end = heading(0.33, angle(rng))
    timing = Timing(power=uniform(rng, 1.8, 2.6), moving=uniform(rng, 0.6, 0.8))
    return Mover(Line(opposite(end), end), timing, _radius(rng))


def spiral(rng: np.random.Generator) -> Mover:
    """Circle outwards or inwards."""
    radii = (0.04, 0.32) if sign(rng) > 0 else (0.32, 0.04)
    path = Spiral((0.0, 0.0), radii, angle(rng), sign(rng) * uniform(rng, 1.2, 1.7))
    return Mover(path, radius=_radius(rng))


def pendulum(rng: np.random.Generator) -> Mover:
    """Swing below a fixed place."""
    path = Pendulum(
        (0.0, -0.42), uniform(rng, 0.52, 0.62), uniform(rng, 0.5, 0.65), uniform(rng, 1.0, 1.6), 0.0
    )
    return Mover(path, radius=_radius(rng))
