"""How far each point moves from one instant to the next, and whether that was seen."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32


@dataclass(frozen=True, eq=False)
class Displacements:
    """The motion of the tracks of one clip, step by step; S = T - 1 steps.

    The components are kept apart because arithmetic on ``(N, S)`` planes is an order of magnitude
    faster than on a last axis of two.

    Attributes:
        dx: ``(N, S)`` float32, pixels a step to the right; zero where not visible.
        dy: ``(N, S)`` float32, pixels a step down; zero where not visible.
        visible: ``(N, S)`` bool, True where the point is visible at both ends of the step.
        places: ``(N, 2)`` float32, mean visible position; zero for a point that is never visible.
    """

    dx: Float32[np.ndarray, "n s"]
    dy: Float32[np.ndarray, "n s"]
    visible: Bool[np.ndarray, "n s"]
    places: Float32[np.ndarray, "n 2"]

    @property
    def speeds(self) -> Float32[np.ndarray, "n s"]:
        """Pixels a step; zero where not visible."""
        speeds: np.ndarray = np.sqrt(self.dx * self.dx + self.dy * self.dy)
        return speeds


def displacements(
    tracks: Float32[np.ndarray, "n t 2"], visibility: Bool[np.ndarray, "n t"]
) -> Displacements:
    """Differences of successive positions.

    Args:
        tracks: (x, y) in pixels, T >= 2. Where a point is not visible any value may stand, NaN too.
        visibility: True = visible.

    Raises:
        ValueError: A visible position is not finite, or there is only one instant.

    Example:
        >>> path = np.array([[[0, 0], [3, 4], [3, 4]]], dtype=np.float32)
        >>> displacements(path, np.ones((1, 3), dtype=bool)).speeds.tolist()
        [[5.0, 0.0]]
    """
    if tracks.shape[1] < 2:
        raise ValueError(f"tracks of shape {tracks.shape} hold no motion: two instants are needed.")
    if not np.isfinite(tracks).all():
        if not np.isfinite(tracks[visibility]).all():
            raise ValueError("tracks hold a visible position that is not finite.")
        tracks = np.where(visibility[..., None], tracks, np.float32(0))
    visible = visibility[:, 1:] & visibility[:, :-1]
    x, y = tracks[..., 0], tracks[..., 1]
    return Displacements(
        dx=(x[:, 1:] - x[:, :-1]) * visible,
        dy=(y[:, 1:] - y[:, :-1]) * visible,
        visible=visible,
        places=_mean_visible(tracks, visibility),
    )


def _mean_visible(
    tracks: Float32[np.ndarray, "n t 2"], visibility: Bool[np.ndarray, "n t"]
) -> Float32[np.ndarray, "n 2"]:
    """Mean position over the instants at which each point is visible."""
    counts = np.maximum(visibility.sum(axis=1), 1).astype(np.float32)
    sums = visibility[:, None].astype(np.float32) @ tracks
    mean: np.ndarray = sums[:, 0] / counts[:, None]
    return mean
