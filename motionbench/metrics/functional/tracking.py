"""How good a tracker is, by the measures of TAP-Vid (Doersch et al., NeurIPS 2022, section 3)."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from motionbench.errors import UnscorableError

THRESHOLDS = (1, 2, 4, 8, 16)
"""Pixels in a picture of 256 x 256."""

SIDE = 256.0


@dataclass(frozen=True)
class TrackingQuality:
    """TAP-Vid measures, each 0 to 1, higher is better.

    Attributes:
        delta_x_avg: Share of truly visible points within a threshold, mean over ``THRESHOLDS``.
        occlusion_accuracy: Share of points whose visibility is right.
        average_jaccard: True positives (visible, said to be visible, within the threshold) over
            these plus misses and false alarms, mean over ``THRESHOLDS``.
    """

    delta_x_avg: float
    occlusion_accuracy: float
    average_jaccard: float


def tracking_quality(
    true_tracks: Float32[np.ndarray, "n t 2"],
    true_visibility: Bool[np.ndarray, "n t"],
    tracks: Float32[np.ndarray, "n t 2"],
    visibility: Bool[np.ndarray, "n t"],
    *,
    query_frames: Float32[np.ndarray, " n"],
    height: int,
    width: int,
) -> TrackingQuality:
    """Compare tracks with the truth, in every frame but the one a track was started in.

    Args:
        true_tracks: (x, y) in pixels.
        true_visibility: True = visible.
        tracks: Of the same points, by the tracker.
        visibility: As the tracker says.
        query_frames: Frame each track was started in; its position there is given, so not scored.
        height: Of the picture, pixels; distances are measured as if it were 256 x 256.
        width: Likewise.

    Raises:
        UnscorableError: No point is ever visible outside its query frame.
    """
    scored = np.arange(true_tracks.shape[1])[None] != query_frames[:, None]
    visible, claimed = true_visibility & scored, visibility & scored
    if not visible.any():
        raise UnscorableError("no point is visible in any frame but the one it was started in.")
    scale = np.array([SIDE / width, SIDE / height], dtype=np.float32)
    distance = np.linalg.norm((tracks - true_tracks) * scale, axis=-1)
    within_share, jaccard = [], []
    for threshold in THRESHOLDS:
        within = visible & (distance < threshold)
        hits = np.sum(within & claimed)
        false_alarms = np.sum(claimed & ~within)
        within_share.append(within.sum() / visible.sum())
        jaccard.append(hits / (visible.sum() + false_alarms))
    return TrackingQuality(
        delta_x_avg=float(np.mean(within_share)),
        occlusion_accuracy=float(np.mean((true_visibility == visibility)[scored])),
        average_jaccard=float(np.mean(jaccard)),
    )
