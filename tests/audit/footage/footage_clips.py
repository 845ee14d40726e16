"""Small clips with something known, and doubles of trackers."""

import cv2
import numpy as np

from motionbench.audit.lab import Lab
from motionbench.cases import Clip
from motionbench.embedders.base import Embedder, TextEmbeddings
from motionbench.ruler import Ruler
from motionbench.trackers.base import Tracker
from motionbench.trackers.lucas_kanade import LucasKanade
from motionbench.tracks import TrackSet
from motionbench.video import encode

FRAMES, HEIGHT, WIDTH = 9, 96, 128
SIDE = 400
FOCAL = (0.9, 1.2, 0.5, 0.5)
DISTANCE = 4.0


def texture(seed=0):
    """``(SIDE, SIDE, 3)`` uint8, blotches of about 5 pixels."""
    noise = np.random.default_rng(seed).normal(size=(SIDE, SIDE, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2)
    return (128 + 45 * smooth / smooth.std()).clip(0, 255).astype(np.uint8)


def filmed(to_picture, seed=0):
    """A clip of a texture, mapped to the picture of each frame by a 3 x 3 matrix."""
    picture = texture(seed)
    frames = [cv2.warpPerspective(picture, each, (WIDTH, HEIGHT)) for each in to_picture]
    return Clip(np.stack(frames), 8.0)


def moved(dx=0.0, dy=0.0, zoom=0.0, seed=0):
    """A clip whose content moves by (dx, dy) pixels and grows by ``zoom`` (log) a frame."""
    maps = []
    for k in range(FRAMES):
        scale = np.exp(zoom * k)
        x, y = WIDTH / 2 + dx * k, HEIGHT / 2 + dy * k
        maps.append(
            np.array(
                [[scale, 0, x - scale * SIDE / 2], [0, scale, y - scale * SIDE / 2], [0, 0, 1]]
            )
        )
    return filmed(maps, seed)


def to_camera(yaw=0.0, pitch=0.0, roll=0.0, place=(0.0, 0.0, 0.0)):
    """World to camera, 3 x 4: turned right by yaw, up by pitch, clockwise by roll (degrees)."""
    a, b, c = np.radians([yaw, pitch, roll])
    # Axes of the camera in the world: x right, y down, z ahead.
    turned = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    lifted = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    rolled = np.array([[np.cos(c), np.sin(c), 0], [-np.sin(c), np.cos(c), 0], [0, 0, 1]])
    rotation = rolled @ lifted @ turned
    return np.concatenate([rotation, -rotation @ np.array(place)[:, None]], axis=1)


def wall(cameras):
    """A clip of a textured wall at ``DISTANCE`` ahead of the world's origin."""
    fx, fy, cx, cy = FOCAL
    pixels = np.array(
        [[fx * WIDTH, 0, cx * WIDTH - 0.5], [0, fy * HEIGHT, cy * HEIGHT - 0.5], [0, 0, 1]]
    )
    per_unit = fx * WIDTH / DISTANCE
    to_wall = np.array(
        [
            [1 / per_unit, 0, -SIDE / 2 / per_unit],
            [0, 1 / per_unit, -SIDE / 2 / per_unit],
            [0, 0, 1],
        ]
    )
    return filmed(
        [
            pixels @ np.stack([m[:, 0], m[:, 1], m[:, 2] * DISTANCE + m[:, 3]], axis=1) @ to_wall
            for m in cameras
        ]
    )


def write_poses(path, cameras, intrinsics=FOCAL):
    """A pose file in the format of RealEstate10K."""
    lines = ["https://example.org/clip"]
    for time, matrix in enumerate(cameras):
        row = [time, *intrinsics, 0, 0, *np.ravel(matrix)]
        lines.append(" ".join(map(repr, map(float, row))))
    path.write_text("\n".join(lines) + "\n")


def store(clip, path):
    """Write a clip; returns where."""
    encode(clip, path)
    return path


class Backwards(LucasKanade):
    """A broken tracker: every point moves the opposite way."""

    name = "backwards"

    def track(self, clip, queries):
        return _reversed(super().track(clip, queries))

    def track_grid(self, clip, grid_size):
        return _reversed(super().track_grid(clip, grid_size))


def _reversed(found):
    start = found.queries[:, None, 1:]
    return TrackSet(
        2 * start - found.tracks,
        found.visibility,
        found.queries,
        found.height,
        found.width,
        found.duration,
    )


class Holding(Tracker):
    """A broken tracker: no point ever moves."""

    name = "holding"

    def identity(self):
        return {"name": self.name}

    def track(self, clip, queries):
        tracks = np.repeat(queries[:, None, 1:], len(clip), axis=1)
        seen = np.ones(tracks.shape[:2], bool)
        return TrackSet(tracks, seen, queries, *clip.size, duration=len(clip) / clip.fps)


class MeanColour(Embedder):
    """Frames by mean colour."""

    name = "mean_colour"

    def identity(self):
        return {"name": self.name}

    def embed_frames(self, frames):
        rows = frames.mean(axis=(1, 2)) + 1
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    def embed_texts(self, texts):
        return TextEmbeddings(np.ones((len(texts), 3), np.float32), np.zeros(len(texts), bool))


def lab(tracker=None):
    """A lab with a small ruler."""
    ruler = Ruler("small", tracker or LucasKanade(), MeanColour(), grid_size=10, working_size=WIDTH)
    return Lab(ruler, show_progress=False)
