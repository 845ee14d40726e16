"""RoPECraft's Frechet trajectory distance as its released script computes it; not for ranking.

Gokmen et al., "RoPECraft: Training-Free Motion Transfer with Trajectory-Guided RoPE Optimization on
Diffusion Transformers" (NeurIPS 2025); YigitEkin/RoPECraft at da5788b, ``ftd.py``, with ``frdist``
of frechetdist 0.6. ``trajectory_distance`` is ours, after the same idea; what differs:

- x is divided by the width and y by the height, not both by the diagonal: in a square picture the
  script's value is larger by the square root of 2, in others directions count unequally.
- Hidden positions are filled instead of left out, and the script takes frames for points while it
  does so (``ropecraft_ftd``).
- A point hidden in all frames counts; one hidden in few may be left out.
- Points are drawn from a mask, half on the object and half around it, at most 100; only the first
  49 frames are compared, whatever the rates. Neither is reproduced here.
"""

import numpy as np
from jaxtyping import Bool, Float32

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.trajectory_distance import discrete_frechet


def ropecraft_ftd(
    reference: Float32[np.ndarray, "n t 2"],
    generated: Float32[np.ndarray, "n t 2"],
    reference_visibility: Bool[np.ndarray, "n t"],
    generated_visibility: Bool[np.ndarray, "n t"],
    *,
    height: int,
    width: int,
) -> float:
    """Root mean square over points of the discrete Frechet distance between their two paths.

    Two steps of the script mean to run over points and frames and run over frames and points:

    - To fill: where a point is hidden it is put where it is itself visible at some other time, the
      one of those places nearest to the *previous point of the list* in that frame. A point that is
      never visible takes the path of the previous point. The first point is left as it is.
    - To drop: a *frame* in which all points from some number on are hidden, two or more, is listed,
      and then the *point* of that number is left out.

    So the value depends on the order of the points.

    Args:
        reference: Tracks, pixels.
        generated: Tracks of the same points in the same order (``match_queries``), same pixel grid.
        reference_visibility: True = visible.
        generated_visibility: Likewise.
        height: Of the picture, pixels.
        width: Of the picture, pixels.

    Returns:
        0 for equal paths; 1 is a whole width or a whole height apart.

    Raises:
        UnscorableError: No point is left, or a position that counts is not finite.
    """
    dropped = np.union1d(_listed(reference_visibility), _listed(generated_visibility))
    kept = np.setdiff1d(np.arange(len(reference)), dropped)
    if not len(kept):
        raise UnscorableError(f"the published script leaves none of the {len(reference)} points.")
    size = np.array([width, height], dtype=np.float32)
    first = (_filled(reference, reference_visibility) / size)[kept]
    second = (_filled(generated, generated_visibility) / size)[kept]
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise UnscorableError("a clip has tracks with positions that are not finite.")
    distances = discrete_frechet(first, second).astype(np.float64)
    return float(np.sqrt(np.mean(np.square(distances))))


def _filled(tracks: np.ndarray, visibility: np.ndarray) -> np.ndarray:
    """Tracks with the hidden positions replaced, each point after the one before it."""
    filled = tracks.copy()
    for point in np.flatnonzero(~visibility.all(axis=1)):
        seen = visibility[point]
        if point == 0:
            continue
        if not seen.any():
            filled[point] = filled[point - 1]
            continue
        places = filled[point, seen]
        apart = np.linalg.norm(filled[point - 1, ~seen][:, None] - places, axis=-1)
        filled[point, ~seen] = places[apart.argmin(axis=1)]
    return filled


def _listed(visibility: np.ndarray) -> np.ndarray:
    """Numbers of the frames in which the first hidden point is followed by hidden points only."""
    points = np.arange(len(visibility))[:, None]
    first_hidden = np.where(visibility, len(visibility), points).min(axis=0)
    last_visible = np.where(visibility, points, -1).max(axis=0)
    followed = first_hidden + 1 < len(visibility)
    return np.flatnonzero(followed & (last_visible < first_hidden))
