"""Paths: places as pure functions of how much of the path is done.

Units are those of the frame: (0, 0) is its centre, x to the right, y down, and 1 is the shorter
side, so the shorter side spans [-0.5, 0.5]. Angles are in radians, clockwise on the screen.
"""

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float64

Instants = Float64[np.ndarray, "_t"]
"""Clip time in [0, 1], or a share of a path; one entry per frame."""

Places = Float64[np.ndarray, "_t 2"]
"""(x, y) in frame units, one row per frame."""

Point = tuple[float, float]


@runtime_checkable
class Path(Protocol):
    """A curve."""

    def at(self, share: Instants) -> Places:
        """Where the curve is after this share of it (outside [0, 1]: beyond its ends)."""


@dataclass(frozen=True)
class Timing:
    """How much of a path is done at a clip time.

    Attributes:
        power: 1 moves evenly, above 1 accelerates, below 1 slows down.
        moving: Part of the clip in which the path is completed; standstill follows. Above 1 the
            clip ends before the path does.
        begin: Share of the path already done at the start.
    """

    power: float = 1.0
    moving: float = 1.0
    begin: float = 0.0

    def share(self, time: Instants) -> Instants:
        """Share of the path done."""
        return self.begin + np.minimum(time / self.moving, 1.0) ** self.power


EVENLY = Timing()
"""The whole path, at one speed."""


def swell(phase: Instants) -> Instants:
    """0 at phase 0, 1 half a turn later, and back, smoothly."""
    return np.asarray(0.5 - 0.5 * np.cos(phase))


def heading(length: float, direction: float) -> Point:
    """The place at a distance from the middle, in a direction."""
    return length * math.cos(direction), length * math.sin(direction)


def opposite(place: Point) -> Point:
    """The place on the other side of the middle."""
    return -place[0], -place[1]


@dataclass(frozen=True)
class Still:
    """Stays at one place."""

    place: Point = (0.0, 0.0)

    def at(self, share: Instants) -> Places:
        """See `Path`."""
        return np.repeat(np.array([self.place], dtype=np.float64), len(share), axis=0)


@dataclass(frozen=True)
class Line:
    """Straight from start to end."""

    start: Point
    end: Point

    def at(self, share: Instants) -> Places:
        """See `Path`."""
        return _between(self.start, self.end, share)


@dataclass(frozen=True)
class Parabola:
    """From start to end like a thrown stone.

    Attributes:
        start: First place.
        end: Last place.
        height: How far the middle rises above the straight line.
    """

    start: Point
    end: Point
    height: float

    def at(self, share: Instants) -> Places:
        """See `Path`."""
        places = _between(self.start, self.end, share)
        places[:, 1] -= 4 * self.height * share * (1 - share)
        return places


@dataclass(frozen=True)
class Ellipse:
    """Around a centre: an arc, a circle or several loops.

    Attributes:
        centre: Of the ellipse.
        radii: Along x and y.
        phase: Angle at the start.
        turns: Revolutions, negative for anticlockwise.
    """

    centre: Point
    radii: Point
    phase: float
    turns: float

    def at(self, share: Instants) -> Places:
        """See `Path`."""
        angle = self.phase + 2 * math.pi * self.turns * share
        return _around(self.centre, self.radii[0] * np.cos(angle), self.radii[1] * np.sin(angle))


@dataclass(frozen=True)
class FigureEight:
    """A lying eight about a centre; attributes as for `Ellipse`."""

    centre: Point
    radii: Point
    phase: float
    turns: float

    def at(self, share: Instants) -> Places:
        """See `Path`."""
        angle = self.phase + 2 * math.pi * self.turns * share
        return _around(
            self.centre, self.radii[0] * np.sin(angle), self.radii[1] * np.sin(2 * angle)
        )


@dataclass(frozen=True)
class Spiral:
    """Around a centre with a radius that changes evenly.

    Attributes:
        centre: Of the spiral.
        radii: At the start and at the end.
        phase: Angle at the start.
        turns: Revolutions, negative for anticlockwise.
    """

    centre: Point
    radii: Point
    phase: float
    turns: float

    def at(self, share: Instants) -> Places:
        """See `Path`."""
        angle = self.phase + 2 * math.pi * self.turns * share
        radius = self.radii[0] + (self.radii[1] - self.radii[0]) * share
        return _around(self.centre, radius * np.cos(angle), radius * np.sin(angle))


@dataclass(frozen=True)
class Pendulum:
    """Swings below a pivot.

    Attributes:
        pivot: Where the string is fixed.
        length: Of the string.
        reach: Largest angle from the vertical.
        swings: Full periods.
        phase: Of the swing at the start.
    """

    pivot: Point
    length: float
    reach: float
    swings: float
    phase: float

    def at(self, share: Instants) -> Places:
        """See `Path`."""
        angle = self.reach * np.cos(self.phase + 2 * math.pi * self.swings * share)
        return _around(self.pivot, self.length * np.sin(angle), self.length * np.cos(angle))


@dataclass(frozen=True)
class Zigzag:
    """From start to end with sharp turns to both sides.

    Attributes:
        start: First place of the middle line.
        end: Last place of the middle line.
        width: Distance of the corners from the middle line.
        corners: Number of corners.
    """

    start: Point
    end: Point
    width: float
    corners: int

    def at(self, share: Instants) -> Places:
        """See `Path`."""
        along = np.subtract(self.end, self.start)
        across = np.array([-along[1], along[0]]) / math.hypot(*along)
        # A triangle wave that starts at 0 and reaches each side in turn.
        phase = share * self.corners / 2 + 0.25
        wave = 1 - 4 * np.abs(phase - np.floor(phase) - 0.5)
        return _between(self.start, self.end, share) + self.width * wave[:, None] * across


@dataclass(frozen=True)
class Bounce:
    """Falls and bounces under gravity while it drifts sideways.

    Attributes:
        start: Where it is let go.
        drift: Distance travelled along x.
        drop: Height of the first fall.
        bounces: Times it hits the floor; the last hit ends the path.
        kept: Share of the height that each bounce keeps.
    """

    start: Point
    drift: float
    drop: float
    bounces: int
    kept: float

    def at(self, share: Instants) -> Places:
        """See `Path`."""
        # Fall times go with the root of the height; the first flight is half of a parabola.
        halves = np.sqrt(self.kept ** np.arange(self.bounces, dtype=np.float64))
        hits = np.cumsum(np.concatenate([halves[:1], 2 * halves[1:]]))
        now = np.clip(share, 0.0, 1.0) * hits[-1]
        flight = np.minimum(np.searchsorted(hits, now), self.bounces - 1)
        top = hits[flight] - halves[flight]
        height = halves[flight] ** 2 - (now - top) ** 2
        return np.stack(
            [self.start[0] + self.drift * share, self.start[1] + self.drop * (1 - height)], axis=1
        )


@dataclass(frozen=True)
class Polyline:
    """Straight from place to place, each leg in a given share of the path.

    Attributes:
        places: Corners, at least two.
        shares: When each corner is reached, rising from 0 to 1.
    """

    places: tuple[Point, ...]
    shares: tuple[float, ...]

    def at(self, share: Instants) -> Places:
        """See `Path`."""
        x, y = np.array(self.places, dtype=np.float64).T
        return np.stack(
            [np.interp(share, self.shares, x), np.interp(share, self.shares, y)], axis=1
        )


@dataclass(frozen=True)
class Wander:
    """A smooth curve through places, evenly spaced in time (Catmull-Rom).

    Attributes:
        places: At least two.
    """

    places: tuple[Point, ...]

    def at(self, share: Instants) -> Places:
        """See `Path`."""
        knots = np.array(self.places, dtype=np.float64)
        # Mirrored ends, so that the curve leaves its first and last place straight.
        knots = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
        legs = len(self.places) - 1
        leg = np.clip(np.floor(share * legs), 0, legs - 1).astype(int)
        u = (share * legs - leg)[:, None]
        before, first, last, after = (knots[leg + k] for k in range(4))
        places: np.ndarray = 0.5 * (
            2 * first
            + (last - before) * u
            + (2 * before - 5 * first + 4 * last - after) * u**2
            + (3 * first - before - 3 * last + after) * u**3
        )
        return places


def _between(start: Point, end: Point, share: Instants) -> Places:
    first, last = np.array(start, dtype=np.float64), np.array(end, dtype=np.float64)
    places: np.ndarray = first + share[:, None] * (last - first)
    return places


def _around(centre: Point, x: Instants, y: Instants) -> Places:
    return np.stack([centre[0] + x, centre[1] + y], axis=1)
