"""Named motions of several objects, with random parameters."""

import math
from dataclasses import replace

import numpy as np

from motionbench.scenes.draws import angle, sign, uniform
from motionbench.scenes.motions import Mover
from motionbench.scenes.paths import (
    EVENLY,
    Bounce,
    Ellipse,
    Line,
    Path,
    Polyline,
    Still,
    Timing,
    Wander,
    heading,
    opposite,
)


def _movers(rng: np.random.Generator, paths: list[Path], timing: Timing) -> tuple[Mover, ...]:
    """Movers of about equal size, smaller the more there are, each turning a little."""
    size = {2: 0.15, 3: 0.13, 4: 0.115}.get(len(paths), 0.105)
    return tuple(
        Mover(
            path,
            timing,
            size * uniform(rng, 0.95, 1.1),
            angle=uniform(rng, -0.2, 0.2),
            turns=uniform(rng, -0.15, 0.15),
        )
        for path in paths
    )


def _ring(rng: np.random.Generator, count: int) -> list[float]:
    """Directions spread evenly around, with a random start."""
    first = angle(rng)
    return [first + 2 * math.pi * number / count for number in range(count)]


def crossing(rng: np.random.Generator, count: int) -> tuple[Mover, ...]:
    """Through the middle at the same time, hiding each other."""
    first, paths = angle(rng), list[Path]()
    for number in range(count):
        end = heading(uniform(rng, 0.32, 0.38), first + (1.3 + uniform(rng, 0.0, 0.8)) * number)
        paths.append(Line(opposite(end), end))
    return _movers(rng, paths, EVENLY)


def swap(rng: np.random.Generator, count: int) -> tuple[Mover, ...]:
    """Change places along arcs."""
    turns, reach = 0.5 * sign(rng), uniform(rng, 0.24, 0.3)
    paths: list[Path] = [
        Ellipse((0.0, 0.0), (reach, reach * uniform(rng, 0.6, 0.9)), phase, turns)
        for phase in _ring(rng, count)
    ]
    return _movers(rng, paths, Timing(power=uniform(rng, 0.8, 1.4)))


def chase(rng: np.random.Generator, count: int) -> tuple[Mover, ...]:
    """One behind the other around a loop."""
    turns, first = sign(rng) * uniform(rng, 0.8, 1.2), angle(rng)
    radii, gap = (uniform(rng, 0.27, 0.33), uniform(rng, 0.24, 0.3)), uniform(rng, 1.25, 1.5)
    paths: list[Path] = [
        Ellipse((0.0, 0.0), radii, first - math.copysign(gap, turns) * number, turns)
        for number in range(count)
    ]
    return _movers(rng, paths, EVENLY)


def pursuit(rng: np.random.Generator, count: int) -> tuple[Mover, ...]:
    """One behind the other along a winding line."""
    side, height = sign(rng), uniform(rng, 0.16, 0.26)
    bends = tuple((side * (-1.04 + 0.26 * k), height * (-1.0 if k % 2 else 1.0)) for k in range(9))
    movers = _movers(rng, [Wander(bends)] * count, EVENLY)
    lag, share = uniform(rng, 0.095, 0.11), uniform(rng, 0.22, 0.27)
    return tuple(
        replace(mover, timing=Timing(begin=0.47 - lag * number, moving=1 / share))
        for number, mover in enumerate(movers)
    )


def orbit(rng: np.random.Generator, count: int) -> tuple[Mover, ...]:
    """Around a common centre, facing each other."""
    turns, reach = sign(rng) * uniform(rng, 0.6, 1.0), uniform(rng, 0.23, 0.29)
    paths: list[Path] = [
        Ellipse((0.0, 0.0), (reach, reach), phase, turns) for phase in _ring(rng, count)
    ]
    return _movers(rng, paths, EVENLY)


def satellite(rng: np.random.Generator, count: int) -> tuple[Mover, ...]:
    """One in the middle, the others around it at different speeds."""
    paths: list[Path] = [Still((uniform(rng, -0.04, 0.04), uniform(rng, -0.04, 0.04)))]
    for phase in _ring(rng, count - 1):
        turns = sign(rng) * uniform(rng, 0.6, 1.1)
        paths.append(Ellipse((0.0, 0.0), (0.31, 0.31), phase, turns))
    return _movers(rng, paths, EVENLY)


def collide(rng: np.random.Generator, count: int) -> tuple[Mover, ...]:
    """Meet in the middle and fly back."""
    instant, paths = uniform(rng, 0.4, 0.6), list[Path]()
    for direction in _ring(rng, count):
        # They stop where their edges touch.
        meet = heading(0.15 if count == 2 else 0.17, direction)
        end = heading(uniform(rng, 0.26, 0.38), direction + uniform(rng, -0.7, 0.7))
        paths.append(Polyline((heading(0.38, direction), meet, end), (0.0, instant, 1.0)))
    return _movers(rng, paths, EVENLY)


def scatter(rng: np.random.Generator, count: int) -> tuple[Mover, ...]:
    """Away from the middle."""
    paths: list[Path] = [
        Line(heading(0.16, direction), heading(uniform(rng, 0.42, 0.5), direction))
        for direction in _ring(rng, count)
    ]
    return _movers(rng, paths, Timing(power=uniform(rng, 0.7, 1.3)))


def gather(rng: np.random.Generator, count: int) -> tuple[Mover, ...]:
    """Towards the middle."""
    paths: list[Path] = [
        Line(heading(uniform(rng, 0.42, 0.5), direction), heading(0.19, direction))
        for direction in _ring(rng, count)
    ]
    return _movers(rng, paths, Timing(power=uniform(rng, 0.7, 1.5)))


def parade(rng: np.random.Generator, count: int) -> tuple[Mover, ...]:
    """In a row, all the same way, partly out of the picture."""
    along, travel = angle(rng), uniform(rng, 0.45, 0.6)
    middle = heading(travel / 2, along)
    paths: list[Path] = []
    for number in range(count):
        aside = heading(0.78 * (number / (count - 1) - 0.5), along + math.pi / 2)
        back = uniform(rng, -0.1, 0.1)
        start = aside[0] - middle[0] * (1 + back), aside[1] - middle[1] * (1 + back)
        end = aside[0] + middle[0] * (1 - back), aside[1] + middle[1] * (1 - back)
        paths.append(Line(start, end))
    return _movers(rng, paths, EVENLY)


def rain(rng: np.random.Generator, count: int) -> tuple[Mover, ...]:
    """Fall and bounce side by side, each from another height."""
    paths: list[Path] = []
    for number in range(count):
        x = 0.72 * (number / (count - 1) - 0.5)
        drop = uniform(rng, 0.45, 0.72)
        kept = uniform(rng, 0.4, 0.7)
        paths.append(Bounce((x, 0.36 - drop), 0.0, drop, 2 + int(rng.random() * 3), kept))
    return _movers(rng, paths, EVENLY)


def wander(rng: np.random.Generator, count: int) -> tuple[Mover, ...]:
    """Each on a smooth way of its own."""
    paths: list[Path] = []
    for direction in _ring(rng, count):
        places = [(uniform(rng, -0.36, 0.36), uniform(rng, -0.36, 0.36)) for _ in range(3)]
        paths.append(Wander((heading(0.3, direction), *places)))
    return _movers(rng, paths, EVENLY)
