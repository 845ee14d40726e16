"""The tracks of one clip as one value, and the pure operations on it."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32


@dataclass(frozen=True, eq=False)
class TrackSet:
    """Tracks of one clip, with what is needed to compare them with another clip's.

    Attributes:
        tracks: ``(N, T, 2)`` float32, (x, y) pixel centres.
        visibility: ``(N, T)`` bool, True = visible.
        queries: ``(N, 3)`` float32, (t, x, y): the frame and place where each track was started.
        height: Pixels, of the grid that the coordinates refer to.
        width: Pixels.
        duration: Length of the clip in seconds: frames / fps.
    """

    tracks: Float32[np.ndarray, "n t 2"]
    visibility: Bool[np.ndarray, "n t"]
    queries: Float32[np.ndarray, "n 3"]
    height: int
    width: int
    duration: float

    def __post_init__(self) -> None:
        """Refuse arrays whose points or frames do not match."""
        n, t = self.visibility.shape
        if self.tracks.shape != (n, t, 2) or self.queries.shape != (n, 3):
            raise ValueError(
                f"tracks {self.tracks.shape}, visibility {self.visibility.shape} and queries "
                f"{self.queries.shape} do not fit: expected (N, T, 2), (N, T) and (N, 3)."
            )

    def __len__(self) -> int:
        """Number of points."""
        return len(self.tracks)

    @property
    def frames(self) -> int:
        """Number of frames."""
        return int(self.tracks.shape[1])


def select(track_set: TrackSet, keep: np.ndarray) -> TrackSet:
    """The tracks that ``keep`` (bool ``(N,)`` or indices) chooses."""
    return replace(
        track_set,
        tracks=track_set.tracks[keep],
        visibility=track_set.visibility[keep],
        queries=track_set.queries[keep],
    )


def rescale(track_set: TrackSet, height: int, width: int) -> TrackSet:
    """The same tracks in the pixel grid of another size.

    Pixel centres keep their place in the picture: ``x' = (x + 0.5) * width / W - 0.5``.
    """
    scale = np.array([width / track_set.width, height / track_set.height], dtype=np.float32)
    queries = track_set.queries.copy()
    queries[:, 1:] = (queries[:, 1:] + np.float32(0.5)) * scale - np.float32(0.5)
    return replace(
        track_set,
        tracks=(track_set.tracks + np.float32(0.5)) * scale - np.float32(0.5),
        queries=queries,
        height=height,
        width=width,
    )


def move_centre(track_set: TrackSet, height: int, width: int) -> TrackSet:
    """The same tracks in a picture of another size laid over theirs, centre on centre."""
    shift = np.array([(width - track_set.width) / 2, (height - track_set.height) / 2], np.float32)
    queries = track_set.queries.copy()
    queries[:, 1:] += shift
    return replace(
        track_set, tracks=track_set.tracks + shift, queries=queries, height=height, width=width
    )


def resample_time(track_set: TrackSet, frames: int) -> TrackSet:
    """The same tracks at ``frames`` instants spread evenly from the first frame to the last.

    Clips of different lengths and rates are compared over the same share of their duration:
    position is interpolated linearly between the two nearest frames, and a point counts as visible
    where it is visible in both. Query times are rescaled likewise.

    Args:
        track_set: T >= 2 frames.
        frames: At least 2.

    Raises:
        ValueError: Fewer than two frames on either side.
    """
    if frames < 2 or track_set.frames < 2:
        raise ValueError(
            f"cannot resample {track_set.frames} frames to {frames}: both need 2 or more."
        )
    if frames == track_set.frames:
        return track_set
    last = track_set.frames - 1
    instants = np.linspace(0.0, last, frames)
    before = np.minimum(instants.astype(int), last - 1)
    share = (instants - before).astype(np.float32)[None, :, None]
    tracks, visibility = track_set.tracks, track_set.visibility
    # A frame hit exactly needs no neighbour: its own visibility decides.
    seen_before = visibility[:, before] | (share[..., 0] == 1)
    seen_after = visibility[:, before + 1] | (share[..., 0] == 0)
    queries = track_set.queries.copy()
    queries[:, 0] *= np.float32((frames - 1) / last)
    return replace(
        track_set,
        tracks=(1 - share) * tracks[:, before] + share * tracks[:, before + 1],
        visibility=seen_before & seen_after,
        queries=queries,
    )
