"""Direction flip: how much of the reference's motion runs the other way in the result."""

import numpy as np
from jaxtyping import Float32
from scipy.optimize import linear_sum_assignment

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.agreement import MotionFeatures

MAX_TRACKS = 1024
"""Most moving tracks of a clip that are paired: pairing 3,025 of them takes seconds; the standard
error of a share counted on 1,024 evenly chosen ones is at most 0.016."""

FLIPPED = -1e-3
"""Cosine below which a pair moves opposite ways: not 0, or rounding would decide right angles."""

MIN_JOINT_MOTION = 0.5
"""Share of the steps in which a reference track moves that its partner must move in as well."""


def direction_flip(
    reference: MotionFeatures,
    generated: MotionFeatures,
    *,
    reference_order: Float32[np.ndarray, "_n 3"],
    generated_order: Float32[np.ndarray, "_m 3"],
) -> float:
    """Share of the reference's motion whose partner moves at more than 90 degrees from it.

    Moving tracks are paired one to one (Hungarian method). A best match for each track alone would
    hide reversed motion as long as a single generated track goes the right way; in a pairing that
    one can serve only once. The pairing makes the sum of ``(1 + cosine)^2``, weighted by the steps
    in which the reference track moves, largest: convex, so motion is paired with its counterpart
    where it has one, and what was reversed is left over and shows, rather than all being paired
    with something at right angles.

    Args:
        reference: n tracks (``motion_features`` with ``by_speed`` off: unit vectors).
        generated: m tracks over as many steps.
        reference_order: Queries ``(n, 3)``: where there are more than ``MAX_TRACKS`` moving tracks,
            every k-th in the order of their queries is used, so storage order does not matter.
        generated_order: Queries ``(m, 3)``.

    Returns:
        0 (no motion reversed) to 1 (all); each pair weighs by the steps its reference track moves.

    Raises:
        UnscorableError: Nothing moves in one of the clips, or never at the same time.
    """
    first = _moving(reference, reference_order, "reference")
    second = _moving(generated, generated_order, "generated")
    together = _moves(first) @ _moves(second).T
    cosine = first.moving @ second.moving.T / np.maximum(together, 1)
    own = _moves(first).sum(axis=1)
    candidate = together >= MIN_JOINT_MOTION * own[:, None]
    # A pair that is no candidate costs more than all others can be worth: used if unavoidable.
    worth = np.where(
        candidate, own[:, None] * np.square(1 + cosine), -4.0 * own.sum(dtype=np.float64)
    )
    rows, columns = linear_sum_assignment(worth, maximize=True)
    paired = candidate[rows, columns]
    if not paired.any():
        raise UnscorableError(
            "no point of the generated clip moves during the time that points of the reference "
            "move: there is no direction to compare."
        )
    rows, columns = rows[paired], columns[paired]
    weight = own[rows].astype(np.float64)
    return float(weight @ (cosine[rows, columns] < FLIPPED) / weight.sum())


def _moving(features: MotionFeatures, order: np.ndarray, clip: str) -> MotionFeatures:
    """At most ``MAX_TRACKS`` of the tracks that move at some time."""
    index = np.flatnonzero(features.moving.any(axis=1))
    if not len(index):
        raise UnscorableError(
            f"nothing moves in the {clip} clip: there is no direction to compare."
        )
    index = index[np.lexsort(order[index].T[::-1])]
    if len(index) > MAX_TRACKS:
        index = index[np.linspace(0, len(index) - 1, MAX_TRACKS).astype(int)]
    return MotionFeatures(
        vectors=features.vectors[index],
        energy=features.energy[index],
        visible=features.visible[index],
        places=features.places[index],
        amounts=features.amounts[index],
    )


def _moves(features: MotionFeatures) -> Float32[np.ndarray, "n s"]:
    """1 where a track moves: visible and not resting."""
    moves: np.ndarray = features.visible - features.resting
    return moves
