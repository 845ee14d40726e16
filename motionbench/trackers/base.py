"""What a tracker is."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from motionbench.arrays import Queries
from motionbench.cases import Clip
from motionbench.errors import UsageError
from motionbench.tracks import TrackSet


class Tracker(ABC):
    """Follows points through a clip.

    A tracker is measured, not trusted: it is scored itself against exact tracks of scenes.
    """

    name: ClassVar[str]

    @abstractmethod
    def identity(self) -> dict[str, str | int | float | bool]:
        """Everything that changes this tracker's numbers: versions, weights' hashes, settings."""

    @abstractmethod
    def track(self, clip: Clip, queries: Queries) -> TrackSet:
        """Follow explicit points.

        Args:
            clip: T >= 2 frames.
            queries: ``(N, 3)`` float32 (t, x, y), t a whole frame index, x and y in pixels.

        Returns:
            N tracks in the order of the queries, in the clip's own pixels, over all T frames
            (before and after the query's frame).
        """

    def track_grid(self, clip: Clip, grid_size: int) -> TrackSet:
        """Follow a ``grid_size`` x ``grid_size`` grid laid on the first frame."""
        return self.track(clip, grid_queries(*clip.size, grid_size))


def grid_queries(height: int, width: int, grid_size: int, frame: int = 0) -> Queries:
    """A regular grid of queries, one at the centre of each of ``grid_size**2`` equal cells.

    Returns:
        ``(grid_size**2, 3)`` float32 (t, x, y), row by row.

    Example:
        >>> grid_queries(8, 8, 2)[:, 1:].tolist()
        [[1.5, 1.5], [5.5, 1.5], [1.5, 5.5], [5.5, 5.5]]
    """
    centres = (np.arange(grid_size, dtype=np.float32) + 0.5) / grid_size
    y, x = np.meshgrid(centres * height - 0.5, centres * width - 0.5, indexing="ij")
    return np.stack([np.full(x.size, frame), x.ravel(), y.ravel()], axis=1).astype(np.float32)


def check_queries(clip: Clip, queries: Queries) -> None:
    """Refuse what cannot be tracked.

    Raises:
        UsageError: One frame, or a query that is not at a whole frame and a place of the clip.
    """
    if len(clip) < 2:
        raise UsageError("A clip of one frame has no motion to track: give at least two frames.")
    height, width = clip.size
    low, high = (0, -0.5, -0.5), (len(clip) - 1, width - 0.5, height - 0.5)
    # Written so that NaN fails.
    fine = ((queries >= low) & (queries <= high)).all(axis=1) & (queries[:, 0] % 1 == 0)
    if not fine.all():
        index = int(np.flatnonzero(~fine)[0])
        raise UsageError(
            f"Query {index} (t, x, y) = {queries[index].tolist()} is no place in a clip of "
            f"{len(clip)} frames of {width}x{height}: t is a whole number from 0 to {high[0]}, x "
            f"from -0.5 to {high[1]}, y from -0.5 to {high[2]}."
        )
