"""Outlines as signed distances: negative inside, zero on the edge, about true distance near it.

Only additions, products, comparisons and square roots are used: they give the same bits on every
machine (``render`` says why that matters). Each shape also says how far from its origin it reaches.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.floating]
"""Local coordinates or distances, float32 or float64, any shape; x to the right, y down."""


Box = tuple[float, float, float, float]
"""(left, top, right, bottom)."""


@runtime_checkable
class Shape(Protocol):
    """A closed outline in local coordinates."""

    @property
    def box(self) -> Box:
        """A rectangle that contains the outline."""

    def distance(self, x: Plane, y: Plane) -> Plane:
        """Signed distance of each point from the edge."""


UNIT_BOX: Box = (-1.0, -1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Circle:
    """A disc.

    Attributes:
        radius: Of the disc.
    """

    radius: float = 1.0

    @property
    def box(self) -> Box:
        """See `Shape`."""
        return -self.radius, -self.radius, self.radius, self.radius

    def distance(self, x: Plane, y: Plane) -> Plane:
        """See `Shape`."""
        return np.sqrt(x * x + y * y) - self.radius


@dataclass(frozen=True)
class Square:
    """A square whose corners lie close to the unit circle."""

    box: ClassVar[Box] = UNIT_BOX

    def distance(self, x: Plane, y: Plane) -> Plane:
        """See `Shape`."""
        return np.maximum(np.abs(x), np.abs(y)) - 0.8


@dataclass(frozen=True)
class Triangle:
    """An upright triangle with equal sides."""

    box: ClassVar[Box] = (-1.05, -1.1, 1.05, 1.1)

    def distance(self, x: Plane, y: Plane) -> Plane:
        """See `Shape`."""
        # Normals at 30 degrees above the horizontal, and straight down.
        return np.maximum(0.8660254 * np.abs(x) - 0.5 * y, y) - 0.52


@dataclass(frozen=True)
class Star:
    """A star of five rays, one of them up."""

    box: ClassVar[Box] = (-1.1, -1.1, 1.1, 1.1)

    def distance(self, x: Plane, y: Plane) -> Plane:
        """See `Shape`."""
        # Fold all rays onto the one at the top: mirror at the lines between them, 36 and 72
        # degrees apart (cosines and sines written out).
        x, y = np.abs(x), -y
        x, y = _mirror(x, y, 0.80901699, -0.58778525)
        x, y = _mirror(x, y, -0.80901699, -0.58778525)
        x, y = np.abs(x), y - 1.1
        # From the tip, an edge runs down to the notch between two rays.
        edge_x, edge_y = 0.28214, -0.61166
        along = np.clip((x * edge_x + y * edge_y) * 2.20395, 0.0, 1.1)
        off_x, off_y = x - edge_x * along, y - edge_y * along
        away = np.sqrt(off_x * off_x + off_y * off_y)
        return np.where(y * edge_x > x * edge_y, away, -away)


@dataclass(frozen=True)
class Heart:
    """A heart standing on its tip."""

    box: ClassVar[Box] = (-1.15, -1.05, 1.15, 1.1)

    def distance(self, x: Plane, y: Plane) -> Plane:
        """See `Shape`."""
        # Two discs on top of a square that stands on its corner.
        x = np.abs(x)
        side = 0.70710678
        disc_x, disc_y = x - 0.5, y + 0.42
        disc = np.sqrt(disc_x * disc_x + disc_y * disc_y) - 0.6
        # The square: its lower sides touch the discs, its upper sides run through their centres.
        lower, upper = side * (x + y - 0.08) - 0.6, side * (x - y - 0.92)
        square = np.maximum(np.maximum(lower, upper), -0.42 - y)
        return np.asarray(np.minimum(disc, square))


@dataclass(frozen=True)
class Cross:
    """Two bars of equal length."""

    box: ClassVar[Box] = UNIT_BOX

    def distance(self, x: Plane, y: Plane) -> Plane:
        """See `Shape`."""
        x, y = np.abs(x), np.abs(y)
        long, short = np.maximum(x, y), np.minimum(x, y)
        return np.maximum(long - 0.97, short - 0.34)


@dataclass(frozen=True)
class Ring:
    """A disc with a round hole."""

    box: ClassVar[Box] = UNIT_BOX

    def distance(self, x: Plane, y: Plane) -> Plane:
        """See `Shape`."""
        return np.abs(np.sqrt(x * x + y * y) - 0.74) - 0.26


@dataclass(frozen=True)
class Crescent:
    """A moon: a disc without another disc."""

    box: ClassVar[Box] = UNIT_BOX

    def distance(self, x: Plane, y: Plane) -> Plane:
        """See `Shape`."""
        moon = np.sqrt(x * x + y * y) - 1.0
        bite_x = x - 0.52
        return np.maximum(moon, 0.82 - np.sqrt(bite_x * bite_x + y * y))


@dataclass(frozen=True)
class Capsule:
    """A bar with round ends along the local x axis, from the origin on.

    Attributes:
        length: Between the centres of the two ends.
        start: Radius at the origin.
        end: Radius at the other end.
    """

    length: float
    start: float
    end: float

    @property
    def box(self) -> Box:
        """See `Shape`."""
        wide = max(self.start, self.end)
        return -self.start, -wide, self.length + self.end, wide

    def distance(self, x: Plane, y: Plane) -> Plane:
        """See `Shape`."""
        along = np.clip(x, 0.0, self.length)
        off = x - along
        thinner = (self.end - self.start) / self.length
        return np.asarray(np.sqrt(off * off + y * y) - (self.start + thinner * along))


@dataclass(frozen=True)
class Cap:
    """A hat on a head whose centre is the origin and whose top is at +x.

    Attributes:
        radius: Of the head.
        front: How far the brim reaches towards +y.
        back: How far the brim reaches towards -y.
    """

    radius: float
    front: float
    back: float

    @property
    def box(self) -> Box:
        """See `Shape`."""
        r = self.radius
        return 0.1 * r, min(-1.25 * r, -self.back), 1.5 * r, max(1.25 * r, self.front)

    def distance(self, x: Plane, y: Plane) -> Plane:
        """See `Shape`."""
        r = self.radius
        dome_x = x - 0.2 * r
        dome = np.maximum(np.sqrt(dome_x * dome_x + y * y) - 1.12 * r, 0.3 * r - x)
        along = np.clip(y, 0.16 * r - self.back, self.front - 0.16 * r)
        off_x, off_y = x - 0.3 * r, y - along
        brim = np.sqrt(off_x * off_x + off_y * off_y) - 0.16 * r
        return np.asarray(np.minimum(dome, brim))


SHAPES: dict[str, Shape] = {
    "circle": Circle(),
    "square": Square(),
    "triangle": Triangle(),
    "star": Star(),
    "heart": Heart(),
    "cross": Cross(),
    "ring": Ring(),
    "crescent": Crescent(),
}
"""The shapes that captions name."""


def _mirror(x: Plane, y: Plane, axis_x: float, axis_y: float) -> tuple[Plane, Plane]:
    """Points on the positive side of a line through the origin, mirrored to the other side."""
    over = 2.0 * np.maximum(axis_x * x + axis_y * y, 0.0)
    return x - over * axis_x, y - over * axis_y
