"""Small clips with known motion, and strategies that draw random ones."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from motionbench.metrics.functional.agreement import MotionFeatures, motion_features
from motionbench.metrics.functional.displacements import Displacements, displacements
from motionbench.trackers.base import grid_queries
from motionbench.tracks import TrackSet

HEIGHT, WIDTH = 180, 320
FLOOR = 0.3


def track_set(tracks, visibility=None, queries=None, height=HEIGHT, width=WIDTH):
    tracks = np.asarray(tracks, dtype=np.float32)
    if visibility is None:
        visibility = np.ones(tracks.shape[:2], dtype=bool)
    if queries is None:
        queries = np.concatenate([np.zeros((len(tracks), 1)), tracks[:, 0]], axis=1)
    return TrackSet(
        tracks, visibility, np.asarray(queries, dtype=np.float32), height, width, duration=2.0
    )


def grid(side=5):
    """``side**2`` places, row by row."""
    return grid_queries(HEIGHT, WIDTH, side)[:, 1:]


def similarity(zoom=1.0, degrees=0.0, shift=(0.0, 0.0), frames=7, places=None):
    """Tracks of points that all follow one similarity about the picture's centre, each step."""
    places = grid() if places is None else places
    centre = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
    turn = zoom * np.exp(1j * np.radians(degrees))
    z = (places - centre) @ np.array([1, 1j])
    path = [z]
    for _ in range(frames - 1):
        path.append(turn * path[-1] + shift[0] + 1j * shift[1])
    z = np.stack(path, axis=1)
    return (np.stack([z.real, z.imag], axis=-1) + centre).astype(np.float32)


def motion(*velocities, frames=5, visibility=None) -> Displacements:
    """One track for each constant velocity (vx, vy), pixels a step."""
    paths = np.asarray(velocities, dtype=np.float32)[:, None] * np.arange(frames)[:, None]
    if visibility is None:
        visibility = np.ones((len(velocities), frames), dtype=bool)
    return displacements(paths.astype(np.float32), np.asarray(visibility))


def features(*velocities, by_speed=True, **options) -> MotionFeatures:
    return motion_features(motion(*velocities, **options), FLOOR, by_speed=by_speed)


@st.composite
def track_sets(draw, frames, max_tracks=6, seen=False):
    """Tracks with steps of whole pixels, rests among them; each track is visible at some time."""
    n = draw(st.integers(1, max_tracks))
    steps = draw(hnp.arrays(np.int8, (n, frames, 2), elements=st.integers(-3, 3)))
    start = draw(hnp.arrays(np.int16, (n, 2), elements=st.integers(20, 160), unique=True))
    visibility = draw(hnp.arrays(bool, (n, frames), elements=st.booleans()))
    visibility[:, :2] = True
    if seen:
        visibility[:] = True
    steps[:, 0] = 0
    return track_set(np.cumsum(steps, axis=1, dtype=np.float32) + start[:, None], visibility)


@st.composite
def clips_at_same_instants(draw, count, **options):
    """A tuple of ``count`` clips."""
    frames = draw(st.integers(3, 7))
    return tuple(draw(track_sets(frames, **options)) for _ in range(count))
