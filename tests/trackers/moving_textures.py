"""Clips of known motion: a smooth random texture seen through a moving window."""

import cv2
import numpy as np

from motionbench.cases import Clip

FPS = 8.0


def texture(seed=0, side=400):
    """``(side, side, 3)`` float32, 0 to 255, features of about 5 pixels."""
    noise = np.random.default_rng(seed).normal(size=(side, side, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2)
    return 128 + 45 * smooth / smooth.std()


def window(picture, x, y, height, width):
    """The part of a picture whose top-left pixel is at (x, y), with cubic interpolation."""
    matrix = np.float32([[1, 0, -x], [0, 1, -y]])
    return cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC)


def as_frames(pictures):
    return np.stack(pictures).round().clip(0, 255).astype(np.uint8)


def moving(dx, dy, frames=6, height=96, width=128, seed=0):
    """A clip whose whole content moves by (dx, dy) pixels a frame."""
    picture = texture(seed)
    middle = (400 - width) / 2, (400 - height) / 2
    windows = [
        window(picture, middle[0] - dx * k, middle[1] - dy * k, height, width)
        for k in range(frames)
    ]
    return Clip(as_frames(windows), FPS)


def expected(queries, dx, dy, frames):
    """Where points of a clip ``moving`` by (dx, dy) are."""
    steps = np.arange(frames)[None, :, None] - queries[:, :1, None]
    return queries[:, None, 1:] + steps * np.array([dx, dy])


def inside(tracks, height, width, margin=0.0):
    """Where positions are in the picture, and not within a margin of its border."""
    low, high = margin - 0.5, np.array([width, height]) - 0.5 - margin
    return ((tracks >= low) & (tracks <= high)).all(axis=-1)
