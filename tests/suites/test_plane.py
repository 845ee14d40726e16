"""Motion against a homography that is known."""

import numpy as np

from motionbench.metrics.functional.camera import camera_motion, without_camera
from motionbench.metrics.functional.displacements import Displacements, displacements
from motionbench.suites.plane import LEAST_TRACKS, without_plane

HEIGHT, WIDTH, TOLERANCE = 180, 320, 0.7
TURN = np.array([[1.02, 0.01, 3.0], [-0.01, 1.03, -2.0], [1e-4, 6e-4, 1.0]])
"""Of one step; the points of the lower border move by 20 pixels."""


def places(count: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.uniform([20, 20], [WIDTH - 20, HEIGHT - 20], (count, 2)).astype(np.float32)


def turned(start: np.ndarray) -> np.ndarray:
    homogeneous = np.concatenate([start, np.ones((len(start), 1))], axis=1) @ TURN.T
    return (homogeneous[:, :2] / homogeneous[:, 2:]).astype(np.float32)


def against(tracks: np.ndarray, visibility: np.ndarray) -> tuple[Displacements, Displacements]:
    """Motion against the similarity, and against the plane."""
    size = {"height": HEIGHT, "width": WIDTH}
    camera = camera_motion(tracks, visibility, **size, tolerance=TOLERANCE, seed=0)
    relative = without_camera(displacements(tracks, visibility), tracks, camera)
    return relative, without_plane(relative, tracks, **size, tolerance=TOLERANCE)


def test_nothing_is_left_of_a_plane() -> None:
    start = places(400)
    tracks = np.stack([start, turned(start)], axis=1)
    similar, plane = against(tracks, np.ones((400, 2), dtype=bool))
    assert np.median(similar.speeds) > 2 * TOLERANCE
    assert plane.speeds.max() < 0.01


def test_what_moves_by_itself_is_left() -> None:
    start = places(400)
    tracks = np.stack([start, turned(start)], axis=1)
    moving = (np.abs(start - [160, 90]) < 25).all(axis=1)
    tracks[moving, 1] += np.float32(9)
    _, plane = against(tracks, np.ones((400, 2), dtype=bool))
    np.testing.assert_allclose(plane.dx[moving], 9, atol=0.01)
    np.testing.assert_allclose(plane.dy[moving], 9, atol=0.01)
    assert plane.speeds[~moving].max() < 0.01


def test_hidden_tracks_do_not_matter() -> None:
    start = places(400)
    tracks = np.stack([start, turned(start)], axis=1)
    visibility = np.ones((400, 2), dtype=bool)
    tracks[:50, 1], visibility[:50, 1] = np.nan, False
    similar, plane = against(tracks, visibility)
    assert (plane.dx[:50] == similar.dx[:50]).all()
    assert plane.speeds.max() < 0.01


def test_a_few_tracks_keep_their_similarity() -> None:
    start = places(LEAST_TRACKS - 1)
    tracks = np.stack([start, turned(start)], axis=1)
    similar, plane = against(tracks, np.ones(tracks.shape[:2], dtype=bool))
    np.testing.assert_allclose(plane.dx, similar.dx, atol=1e-4)
    np.testing.assert_allclose(plane.dy, similar.dy, atol=1e-4)
