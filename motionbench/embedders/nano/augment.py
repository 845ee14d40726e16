"""What a stored or generated frame may have suffered, done to training frames."""

import cv2
import numpy as np

from motionbench.arrays import Frames


def augment(frames: Frames, rng: np.random.Generator) -> Frames:
    """Degrade each frame on its own: crop, lower resolution, compression, light, noise.

    Attributes of a scene survive: colours shift by less than the grammar's colours differ, crops
    keep nine tenths of each side.

    Args:
        frames: ``(B, S, S, 3)`` uint8.
        rng: Draws everything.

    Returns:
        ``(B, S, S, 3)`` uint8.
    """
    return np.stack([_degrade(frame, rng) for frame in frames])


def _degrade(frame: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size = len(frame)
    if rng.random() < 0.7:
        frame = _crop(frame, rng)
    if rng.random() < 0.35:
        # Clips made at 36 to 80 pixels, enlarged; also stands for blur.
        small = int(rng.integers(36, 80))
        frame = cv2.resize(frame, (small, small), interpolation=cv2.INTER_AREA)
        frame = cv2.resize(frame, (size, size), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.3:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))]
        frame = np.asarray(cv2.imdecode(cv2.imencode(".jpg", frame, quality)[1], cv2.IMREAD_COLOR))
    if rng.random() < 0.5:
        frame = _light(frame, rng)
    return frame


def _crop(frame: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size = len(frame)
    scale = rng.uniform(0.9, 1.0)
    left, top = rng.uniform(0, (1 - scale) * size, size=2)
    matrix = np.array([[scale, 0, left], [0, scale, top]])
    return cv2.warpAffine(
        frame, matrix, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip


def _light(frame: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    gain, offset = rng.uniform(0.9, 1.1), rng.uniform(-12, 12)
    noise = rng.standard_normal(frame.shape, dtype=np.float32) * rng.uniform(0, 6)
    changed = frame.astype(np.float32) * gain + offset + noise
    return changed.clip(0, 255).astype(np.uint8)
