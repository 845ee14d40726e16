"""Motions made from other motions, each changed in one respect."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from motionbench.scenes.figure import BONES, COLUMNS, Performance, View, assemble, pose
from motionbench.scenes.motions import Motion, Values
from motionbench.scenes.paths import Instants

Row = tuple[float, ...]
"""One number per column of a motion's values."""


@dataclass(frozen=True)
class Slowed:
    """At another rate, the same at the middle of the clip: of the path, the ends are left out.

    Attributes:
        motion: Whose path.
        rate: Below 1 slower.
    """

    motion: Motion
    rate: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        return self.motion.values(0.5 + (time - 0.5) * self.rate)


@dataclass(frozen=True)
class Eased:
    """The same path, slower at both ends of the clip and faster in its middle.

    Attributes:
        motion: Whose path.
        ease: At 1 it starts and ends at rest and is twice as fast in between; at 0 nothing changes.
    """

    motion: Motion
    ease: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        lag = self.ease * np.sin(2 * math.pi * time) / (2 * math.pi)
        return self.motion.values(time - lag)


@dataclass(frozen=True)
class Stopped:
    """The same until it stands still.

    Attributes:
        motion: What stops.
        end: Clip time of standstill.
    """

    motion: Motion
    end: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        return self.motion.values(np.minimum(time, self.end))


@dataclass(frozen=True)
class Backwards:
    """The same motion from its end to its start."""

    motion: Motion

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        return self.motion.values(1 - time)


@dataclass(frozen=True)
class Scaled:
    """Larger, smaller or opposite.

    Attributes:
        motion: What is scaled.
        factors: Of each column; -1 for the opposite.
        about: The values that stay.
    """

    motion: Motion
    factors: Row
    about: Row

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        about = np.array(self.about)
        return np.asarray(about + (self.motion.values(time) - about) * np.array(self.factors))


@dataclass(frozen=True)
class Turned:
    """In another direction.

    Attributes:
        motion: What is turned.
        angle: Radians, clockwise on the screen.
        pairs: Columns of x and y, one pair per thing that is turned.
        about: The values that stay.
    """

    motion: Motion
    angle: float
    pairs: tuple[tuple[int, int], ...]
    about: Row

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        values, cos, sin = self.motion.values(time), math.cos(self.angle), math.sin(self.angle)
        for pair in self.pairs:
            x, y = (values[:, column] - self.about[column] for column in pair)
            values[:, pair] = np.column_stack([cos * x - sin * y, sin * x + cos * y])
            values[:, pair] += [self.about[column] for column in pair]
        return values


@dataclass(frozen=True)
class Shifted:
    """Elsewhere.

    Attributes:
        motion: What is shifted.
        by: What is added to each column.
    """

    motion: Motion
    by: Row

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        return np.asarray(self.motion.values(time) + np.array(self.by))


@dataclass(frozen=True)
class Carried:
    """An object that turns and grows as it did, on another path.

    Attributes:
        motion: Gives angle and size.
        carrier: Gives the place.
    """

    motion: Motion
    carrier: Motion

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        values = self.motion.values(time)
        values[:, :2] = self.carrier.values(time)[:, :2]
        return values


@dataclass(frozen=True)
class Swapped:
    """What a person does who is seen from the front, as in a mirror.

    Left and right limbs change roles; the figure itself is not mirrored.
    """

    action: Motion

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        values = self.action.values(time)
        mirrored = {name: -values[:, column] for name, column in COLUMNS.items()}
        for bone in BONES:
            side, _, rest = bone.name.partition("_")
            other = {"near": "far", "far": "near"}.get(side)
            if other:
                mirrored[bone.name] = -values[:, COLUMNS[f"{other}_{rest}"]]
        return assemble(time, **(mirrored | {"lift": values[:, COLUMNS["lift"]]}))


@dataclass(frozen=True)
class LimbScaled:
    """One limb swings less or the other way; the rest of the body stays where it was.

    Attributes:
        action: What the body does.
        view: From which it is seen.
        limb: Names of the limb's bones.
        factor: Of the limb's angles; -1 for the opposite.
        about: The values that stay.
    """

    action: Motion
    view: View
    limb: tuple[str, ...]
    factor: float
    about: Row

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        values = self.action.values(time)
        height = pose(values, self.view).roots[:, 0, 1]
        for column in (COLUMNS[bone] for bone in self.limb):
            values[:, column] += (self.factor - 1) * (values[:, column] - self.about[column])
        # A body stands on its lowest joint, which may be this limb's; y points down.
        values[:, COLUMNS["lift"]] += pose(values, self.view).roots[:, 0, 1] - height
        return values


def acting(motion: Motion, change: Callable[[Motion], Motion]) -> Motion:
    """The motion changed; of a performance what is done, not where, nor from which side seen."""
    if isinstance(motion, Performance):
        return replace(motion, action=change(motion.action))
    return change(motion)


def sampled(motion: Motion) -> Values:
    """Values at 65 instants, evenly over the clip."""
    return motion.values(np.linspace(0.0, 1.0, 65))


def middle(motion: Motion) -> Row:
    """Halfway between the least and the greatest value of each column."""
    values = sampled(motion)
    return tuple((0.5 * (values.min(axis=0) + values.max(axis=0))).tolist())


def reach(motion: Motion, columns: tuple[int, ...]) -> float:
    """Diagonal of the box that the columns span over the clip."""
    return float(np.linalg.norm(np.ptp(sampled(motion)[:, columns], axis=0)))
