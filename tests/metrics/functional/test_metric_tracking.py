import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.tracking import TrackingQuality, tracking_quality


def loop(true_tracks, true_visibility, tracks, visibility, query_frames, height, width):
    """TAP-Vid's definitions, counted point by point."""
    right = total = 0
    counts = {d: {"within": 0, "visible": 0, "hit": 0, "wrong": 0} for d in (1, 2, 4, 8, 16)}
    for i, t in np.ndindex(*true_visibility.shape):
        if t == query_frames[i]:
            continue
        seen, said = true_visibility[i, t], visibility[i, t]
        total += 1
        right += seen == said
        dx, dy = (tracks[i, t] - true_tracks[i, t]).astype(float)
        apart = np.hypot(dx * 256 / width, dy * 256 / height)
        for d, count in counts.items():
            near = apart < d
            count["visible"] += seen
            count["within"] += seen and near
            count["hit"] += seen and said and near
            count["wrong"] += said and not (seen and near)
    return TrackingQuality(
        delta_x_avg=np.mean([c["within"] / c["visible"] for c in counts.values()]),
        occlusion_accuracy=right / total,
        average_jaccard=np.mean([c["hit"] / (c["visible"] + c["wrong"]) for c in counts.values()]),
    )


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(2, 6))
def test_equals_counting_point_by_point(seed, points, frames):
    rng = np.random.default_rng(seed)
    true_tracks, error = rng.normal(scale=6, size=(2, points, frames, 2)).astype(np.float32)
    true_visibility, visibility = rng.random((2, points, frames)) < 0.7
    true_visibility[:, :2] = True
    query_frames = rng.integers(0, frames, points)
    inputs = true_tracks, true_visibility, true_tracks + error, visibility
    measured = tracking_quality(
        *inputs, query_frames=query_frames.astype(np.float32), height=180, width=320
    )
    expected = loop(*inputs, query_frames, 180, 320)
    assert vars(measured) == pytest.approx(vars(expected), abs=1e-6)


def test_perfect_tracks_and_distances_at_256():
    tracks = np.zeros((1, 3, 2), dtype=np.float32)
    seen, start = np.ones((1, 3), dtype=bool), np.zeros(1, dtype=np.float32)
    shape = {"query_frames": start, "height": 512, "width": 512}
    perfect = tracking_quality(tracks, seen, tracks, seen, **shape)
    assert perfect == TrackingQuality(1.0, 1.0, 1.0)
    six_off = tracks + np.float32([6, 0])  # three pixels at 256: within 4, 8 and 16
    assert tracking_quality(tracks, seen, six_off, seen, **shape).delta_x_avg == pytest.approx(0.6)


def test_nothing_to_score_is_unscorable():
    tracks = np.zeros((1, 2, 2), dtype=np.float32)
    only_query = np.array([[True, False]])
    with pytest.raises(UnscorableError, match="no point is visible in any frame but the one"):
        tracking_quality(
            tracks,
            only_query,
            tracks,
            only_query,
            query_frames=np.zeros(1, dtype=np.float32),
            height=8,
            width=8,
        )
