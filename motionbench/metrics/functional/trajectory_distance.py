"""Trajectory distance: how far apart the paths of the same points run in two clips.

After the Frechet trajectory distance of Gokmen et al., "RoPECraft" (NeurIPS 2025). It sees place
and amplitude, which motion fidelity does not, and means something only where the result keeps the
layout of the reference.
"""

import numpy as np
from jaxtyping import Bool, Float, Float32
from scipy.spatial import KDTree

from motionbench.errors import UnscorableError


def trajectory_distance(
    reference: Float32[np.ndarray, "n t 2"],
    generated: Float32[np.ndarray, "n t 2"],
    reference_visibility: Bool[np.ndarray, "n t"],
    generated_visibility: Bool[np.ndarray, "n t"],
    *,
    diagonal: float,
    min_joint_visibility: float,
) -> float:
    """Root mean square over points of the discrete Frechet distance, as a share of the diagonal.

    Args:
        reference: Tracks, pixels.
        generated: Tracks of the same points in the same order (``match_queries``), same pixel grid.
        reference_visibility: True = visible; hidden positions are skipped.
        generated_visibility: Likewise.
        diagonal: Of the picture, pixels.
        min_joint_visibility: Share of the instants, 0 to 1, in which a point must be visible in
            both clips to count (at least one instant in any case).

    Returns:
        0 for equal paths; 1 means a whole diagonal apart.

    Raises:
        UnscorableError: No point is visible long enough in both clips.

    Example:
        >>> a = np.zeros((1, 3, 2), dtype=np.float32)
        >>> seen = np.ones((1, 3), dtype=bool)
        >>> b = a + np.float32([3, 4])
        >>> trajectory_distance(a, b, seen, seen, diagonal=10.0, min_joint_visibility=0.5)
        0.5
    """
    joint = reference_visibility & generated_visibility
    usable = joint.sum(axis=1) >= max(1.0, min_joint_visibility * joint.shape[1])
    if not usable.any():
        raise UnscorableError(
            f"none of the {len(joint)} points is visible long enough in both clips."
        )
    distances = discrete_frechet(
        _without_hidden(reference[usable], reference_visibility[usable]),
        _without_hidden(generated[usable], generated_visibility[usable]),
    )
    return float(np.sqrt(np.mean(np.square(distances.astype(np.float64)))) / diagonal)


def discrete_frechet(
    first: Float32[np.ndarray, "n t 2"], second: Float32[np.ndarray, "n u 2"]
) -> Float32[np.ndarray, " n"]:
    """Discrete Frechet distance (Eiter & Mannila 1994) of n pairs of paths, all pairs at once.

    ``c[i, j] = max(d[i, j], min(c[i-1, j], c[i, j-1], c[i-1, j-1]))``; a diagonal ``i + j = k``
    depends on the two before it only, so a diagonal of all pairs is one array operation and
    nothing of size ``(n, t, u)`` is held.

    Args:
        first: n paths of t positions.
        second: n paths of u positions.
    """
    n, t, u = len(first), first.shape[1], second.shape[1]
    # Indexed by i + 1; the border of inf stands for what lies outside the table.
    before, last = (np.full((n, t + 1), np.inf, dtype=np.float32) for _ in range(2))
    for k in range(t + u - 1):
        low, high = max(0, k - u + 1), min(k, t - 1) + 1
        j = k - np.arange(low, high)
        steps = first[:, low:high] - second[:, j]
        distance = np.sqrt(np.square(steps[..., 0]) + np.square(steps[..., 1]))
        reach = np.minimum(
            np.minimum(last[:, low:high], last[:, low + 1 : high + 1]), before[:, low:high]
        )
        current = np.full((n, t + 1), np.inf, dtype=np.float32)
        current[:, low + 1 : high + 1] = distance if k == 0 else np.maximum(distance, reach)
        before, last = last, current
    return last[:, t]


def match_queries(
    reference: Float32[np.ndarray, "_n 3"], generated: Float32[np.ndarray, "_m 3"], tolerance: float
) -> np.ndarray:
    """Index of the generated track that started where each reference track started.

    Args:
        reference: Queries (t, x, y), in instants and pixels.
        generated: Queries in the same grid.
        tolerance: Largest difference in any of the three taken for rounding.

    Returns:
        ``(n,)`` indices into ``generated``, each used once.

    Raises:
        UnscorableError: The two sets of queries are not the same.
    """
    if len(reference) == len(generated) and len(reference):
        nearest = KDTree(generated).query(reference, p=np.inf)
        distance, index = np.asarray(nearest[0]), np.asarray(nearest[1])
        if distance.max() <= tolerance and len(np.unique(index)) == len(index):
            return index
    raise UnscorableError(
        f"points of the two clips cannot be paired: {len(reference)} reference and "
        f"{len(generated)} generated tracks do not start at the same places."
    )


def _without_hidden(tracks: np.ndarray, visibility: np.ndarray) -> Float[np.ndarray, "n t 2"]:
    """Replace each hidden position by the visible one before it (the first ones by the first).

    Staying in place does not change a discrete Frechet distance, so this equals leaving the hidden
    positions out, while all paths keep one length.
    """
    instants = np.arange(visibility.shape[1])
    source = np.maximum.accumulate(np.where(visibility, instants, -1), axis=1)
    source = np.where(source < 0, visibility.argmax(axis=1)[:, None], source)
    return np.take_along_axis(tracks, source[..., None], axis=1)
