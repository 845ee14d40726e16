"""Motion fidelity: how much of the motion of two clips finds a counterpart in the other one.

After Yatim et al., "Space-Time Diffusion Features for Zero-Shot Text-Driven Motion Transfer"
(CVPR 2024), eq. 8, with both directions in one, and resting points, visibility, place and speed
taken into account. What differs and why is told in ``docs/decisions/0008-motion-fidelity.md``; the
published arithmetic is in ``dmt``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.agreement import (
    BLOCK_ROWS,
    BestAgreement,
    MotionFeatures,
    best_agreement,
)

Weights = Float[np.ndarray, " _n"]


@dataclass(frozen=True)
class MotionFidelity:
    """Motion fidelity and its two directions, each in [-1, 1].

    Attributes:
        precision: Generated to reference: does what moves in the result move as in the reference?
        recall: Reference to generated: is the motion of the reference there in the result?
        value: Mean over the tracks of both clips, each by its weight: so the direction counts more
            whose clip moves more. A result at rest has nothing that moves wrongly, and all to
            answer for of what the reference does; an agitated one the other way round.
    """

    precision: float
    recall: float
    value: float


def motion_fidelity(
    reference: MotionFeatures,
    generated: MotionFeatures,
    *,
    min_joint_visibility: float,
    radius: float | None = None,
    opposites: bool = True,
    reference_weights: Weights | None = None,
    generated_weights: Weights | None = None,
    block_rows: int = BLOCK_ROWS,
) -> MotionFidelity:
    """Mean agreement of each track with its partner in the other clip.

    Tracks weigh by their ``amounts``, so that a large background at rest does not drown an object.

    Args:
        reference: n tracks (``motion_features``), in the same pixel grid as ``generated``.
        generated: m tracks over as many steps.
        min_joint_visibility: See ``best_agreement``.
        radius: See ``best_agreement``.
        opposites: See ``best_agreement``.
        reference_weights: ``(n,)``, >= 0, further weights of the tracks in the mean of recall.
        generated_weights: ``(m,)``, >= 0, of the tracks in the mean of precision.
        block_rows: See ``best_agreement``.

    Raises:
        UnscorableError: No track of one clip is a candidate for any track of the other.

    Example:
        >>> from motionbench.metrics.functional.agreement import motion_features
        >>> from motionbench.metrics.functional.displacements import displacements
        >>> def moving(dx):
        ...     path = np.zeros((1, 5, 2), dtype=np.float32)
        ...     path[0, :, 0] = dx * np.arange(5)
        ...     return motion_features(displacements(path, np.ones((1, 5), dtype=bool)), 0.3)
        >>> motion_fidelity(moving(2), moving(2), min_joint_visibility=0.5).value
        1.0
        >>> round(motion_fidelity(moving(2), moving(4), min_joint_visibility=0.5).value, 3)
        0.8
        >>> motion_fidelity(moving(2), moving(-2), min_joint_visibility=0.5).value
        -1.0
        >>> motion_fidelity(moving(2), moving(0), min_joint_visibility=0.5).value
        0.0
    """
    best = best_agreement(
        reference,
        generated,
        min_joint_visibility=min_joint_visibility,
        radius=radius,
        opposites=opposites,
        block_rows=block_rows,
    )
    return from_best(
        best,
        _weights(reference, reference_weights),
        _weights(generated, generated_weights),
    )


def from_best(
    best: BestAgreement, reference_weights: Weights, generated_weights: Weights
) -> MotionFidelity:
    """Motion fidelity from ``best_agreement(reference, generated)`` and the tracks' weights."""
    if not len(best.first) or not len(best.second):
        raise UnscorableError(
            f"no usable tracks: the reference clip has {len(best.first)} and the generated clip "
            f"{len(best.second)}."
        )
    precision, generated = _mean_of_candidates(best.second, generated_weights, "generated")
    recall, expected = _mean_of_candidates(best.first, reference_weights, "reference")
    value = (generated * precision + expected * recall) / (generated + expected)
    return MotionFidelity(precision, recall, value)


def motion_fidelity_floor(
    reference: MotionFeatures,
    others: Sequence[MotionFeatures],
    *,
    min_joint_visibility: float,
    radius: float | None = None,
) -> float:
    """What chance scores: mean motion fidelity of the reference against unrelated clips.

    Args:
        reference: Of the case's reference.
        others: Of other references, over as many steps and in the same pixel grid. One without
            usable tracks says nothing about chance and is left out.
        min_joint_visibility: See ``best_agreement``.
        radius: See ``best_agreement``.

    Raises:
        UnscorableError: No other clip can be compared with the reference.
    """
    values = []
    for other in others:
        try:
            fidelity = motion_fidelity(
                reference, other, min_joint_visibility=min_joint_visibility, radius=radius
            )
        except UnscorableError:
            continue
        values.append(fidelity.value)
    if not values:
        raise UnscorableError(
            f"no other reference to measure the chance floor on: {len(others)} given, none with "
            "tracks that can be compared."
        )
    return float(np.mean(values))


def motion_fidelity_floor_shuffled(
    reference: MotionFeatures,
    *,
    min_joint_visibility: float,
    shuffles: int,
    rng: np.random.Generator,
    radius: float | None = None,
) -> float:
    """Mean motion fidelity of the reference against itself with its steps in random order.

    All tracks are shuffled alike, so directions and places are kept and only the order in time is
    lost: 1 for a steady pan, low where timing carries the motion.

    Args:
        reference: Of the case's reference.
        min_joint_visibility: See ``best_agreement``.
        shuffles: Orders drawn, >= 1; their values are averaged.
        rng: Where the orders come from.
        radius: See ``best_agreement``.

    Raises:
        UnscorableError: The reference has no usable tracks.
    """
    orders = [rng.permutation(reference.steps) for _ in range(shuffles)]
    values = [
        motion_fidelity(
            reference,
            _reordered(reference, order),
            min_joint_visibility=min_joint_visibility,
            radius=radius,
        ).value
        for order in orders
    ]
    return float(np.mean(values))


def motion_fidelity_normalised(value: float, floor: float, *, max_floor: float) -> float:
    """Motion fidelity on a scale where chance is 0 and an exact copy 1.

    Args:
        value: Motion fidelity.
        floor: What chance scores on the same case.
        max_floor: Above this floor the quotient only magnifies noise.

    Raises:
        UnscorableError: The floor is above ``max_floor``.

    Example:
        >>> motion_fidelity_normalised(0.75, 0.5, max_floor=0.95)
        0.5
    """
    if floor > max_floor:
        raise UnscorableError(
            f"the chance floor is {floor:.3f}, above {max_floor}: unrelated clips already agree "
            "with this reference."
        )
    return (value - floor) / (1 - floor)


def _weights(features: MotionFeatures, further: Weights | None) -> Weights:
    return features.amounts if further is None else features.amounts * further


def _mean_of_candidates(best: np.ndarray, weights: Weights, clip: str) -> tuple[float, float]:
    """Weighted mean of the tracks that have a candidate, and the sum of their weights."""
    usable = np.isfinite(best)
    # Sums in float64: thousands of float32 terms would cost digits.
    kept = weights[usable].astype(np.float64)
    if not kept.sum() > 0:
        raise UnscorableError(
            f"none of the {len(best)} tracks of the {clip} clip is visible long enough together "
            "with any track near it in the other clip."
        )
    return float(np.clip(kept @ best[usable] / kept.sum(), -1, 1)), float(kept.sum())


def _reordered(features: MotionFeatures, order: np.ndarray) -> MotionFeatures:
    all_components = np.concatenate([order + k * features.steps for k in range(3)])
    return MotionFeatures(
        vectors=features.vectors[:, all_components],
        energy=features.energy[:, order],
        visible=features.visible[:, order],
        places=features.places,
        amounts=features.amounts,
    )
