"""Random draws that give the same numbers on every platform and NumPy version.

NumPy promises stable streams for its bit generators, not for ``Generator``'s methods (NEP 19). All
draws here are arithmetic on ``Generator.random``, which is 53 bits of the stream as they come.
"""

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")


def stream(*key: int) -> np.random.Generator:
    """A generator of its own for each key of non-negative integers (end zeros are ignored)."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))


def uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A number in [low, high)."""
    return low + (high - low) * float(rng.random())


def pick(rng: np.random.Generator, items: Sequence[Item]) -> Item:
    """One of the items, all equally likely."""
    return items[int(rng.random() * len(items))]


def shuffled(rng: np.random.Generator, items: Sequence[Item]) -> list[Item]:
    """The items in random order."""
    rest = list(items)
    return [rest.pop(int(rng.random() * len(rest))) for _ in range(len(rest))]


def sign(rng: np.random.Generator) -> int:
    """-1 or 1."""
    return 1 if rng.random() < 0.5 else -1


def angle(rng: np.random.Generator) -> float:
    """Radians in [0, 2 pi)."""
    return uniform(rng, 0.0, 2 * math.pi)


def seed(rng: np.random.Generator) -> int:
    """An integer in [0, 2**31)."""
    return int(rng.random() * 2**31)
