"""Pairs of graded likeness: results on the way from one motion to another, held against both."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from motionbench.audit.axes import base_scenes
from motionbench.audit.lab import Pair, Shot
from motionbench.audit.scale import Scale
from motionbench.audit.truth import true_similarity
from motionbench.audit.validity_pairs import redressed
from motionbench.cases import CATEGORIES
from motionbench.scenes import draws
from motionbench.scenes.catalogue import perturb
from motionbench.scenes.stage import Scene

SHARES = (0.1, 0.6)
"""How far each result has gone from the first motion to the second."""

SCENES_A_COUPLE = 6
"""A couple of references for so many scenes of the scale: every setting films all results anew."""


@dataclass(frozen=True)
class Graded:
    """A pair whose likeness is known.

    Attributes:
        pair: To be scored.
        reference: Number of the reference; several results share it.
        truth: True similarity (``truth.true_similarity``).
    """

    pair: Pair
    reference: int
    truth: float


def graded_pairs(scale: Scale) -> list[Graded]:
    """All pairs: for each couple of references of a category, each result against both.

    Both references and all results are shown with appearances of their own.
    """
    found: list[Graded] = []
    for category in CATEGORIES:
        for base in base_scenes(category, max(1, scale.scenes // SCENES_A_COUPLE), scale.seed):
            references, results = _couple(base, scale.seed)
            for reference in references:
                number = found[-1].reference + 1 if found else 0
                found += [
                    Graded(
                        Pair(_shot(reference, scale), _shot(result, scale)),
                        number,
                        true_similarity(reference, result),
                    )
                    for result in results
                ]
    return found


def _couple(base: Scene, seed: int) -> tuple[list[Scene], list[Scene]]:
    """Two references, and results between their motions."""
    key = seed, base.seed, zlib.crc32(base.name.encode())

    def on_the_way(shares: tuple[float, ...]) -> Iterator[Scene]:
        for share in shares:
            # The same draws at every share: always towards the same other motion.
            yield perturb(base, share, draws.stream(*key))

    looks = draws.stream(*key, 1)
    other, *results = (redressed(scene, looks) for scene in on_the_way((1.0, *SHARES)))
    return [base, other], results


def _shot(scene: Scene, scale: Scale) -> Shot:
    return Shot(scene, frames=scale.frames, height=scale.size, width=scale.size)
