"""Finding points of one frame in another with Lucas-Kanade, and saying when not to believe it.

B. D. Lucas and T. Kanade, "An iterative image registration technique with an application to stereo
vision", IJCAI 1981; pyramids after J.-Y. Bouguet, "Pyramidal implementation of the affine Lucas
Kanade feature tracker", 2001, as OpenCV has it. The values below are compared in
docs/decisions/0004-trackers.md.
"""

from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from motionbench.arrays import Frames

WINDOW = 13
"""Side of the square that is matched, pixels."""

COARSE_WINDOW, COARSE_LEVELS = 11, 3
"""Side of the square, and halvings of the picture at most, by which large motion is found first."""

SURROUND = 31
"""Side of the square whose mean and standard deviation are made equal everywhere, pixels."""

FLOOR = 4.0
"""Grey levels added to the local contrast, so that noise in flat areas stays small."""

MIN_TEXTURE = 0.3
"""Grey levels a pixel, at normal contrast: gradient along the weakest direction of the window."""

MAX_RETURN_ERROR = 1.0
"""Pixels: a point matched there and back must come home this closely."""

_LEVELS_PER_CONTRAST = 40.0
_STOP = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 10, 0.03)

Points = Float32[np.ndarray, "_n 2"]


class Picture(NamedTuple):
    """A frame as it is matched.

    Attributes:
        plain: ``(H, W)`` uint8, mean and contrast of the whole frame made equal: exposure is no
            motion.
        grey: ``(H, W)`` uint8, local mean and contrast made equal everywhere.
        texture: ``(H, W)`` float32, see ``MIN_TEXTURE``.
        contrast: ``(H, W)`` float32, mean distance from the mean in each pixel's window.
    """

    plain: UInt8[np.ndarray, "_h _w"]
    grey: UInt8[np.ndarray, "_h _w"]
    texture: Float32[np.ndarray, "_h _w"]
    contrast: Float32[np.ndarray, "_h _w"]


def prepare(frames: Frames) -> list[Picture]:
    """Frames ready to be matched.

    Equal contrast everywhere lets dim and pale parts be tracked as well as bright ones, and takes
    away changes of exposure, which Lucas-Kanade assumes away.
    """
    return [_prepare(frame) for frame in frames]


def _prepare(frame: np.ndarray) -> Picture:
    raw = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)
    plain = _as_levels((raw - raw.mean()) / (raw.std() + FLOOR))
    surround = (SURROUND, SURROUND)
    raw -= cv2.blur(raw, surround)
    # Running sums leave a little less than nothing where there is nothing.
    contrast = np.sqrt(np.maximum(cv2.blur(raw * raw, surround), 0))
    grey = _as_levels(raw / (contrast + FLOOR))
    return Picture(plain, grey, _texture(grey), _contrast(grey))


def _as_levels(normal: np.ndarray) -> np.ndarray:
    """Values of mean 0 and standard deviation 1 as grey levels."""
    levels: np.ndarray = (normal * _LEVELS_PER_CONTRAST + 128).round().clip(0, 255)
    return levels.astype(np.uint8)


def _texture(grey: np.ndarray) -> np.ndarray:
    """Root mean square gradient along the weakest direction of each pixel's window."""
    eigenvalue = cv2.cornerMinEigenVal(grey, WINDOW, ksize=3)
    # OpenCV divides its 3x3 Sobel sums, 8 times the gradient, by 4 * WINDOW * 255 and adds up the
    # products over the WINDOW**2 pixels: undo both.
    texture: np.ndarray = np.sqrt(np.maximum(eigenvalue, 0)) * np.float32(4 * 255 / 8)
    return texture


def _contrast(grey: np.ndarray) -> np.ndarray:
    """Mean distance from the mean in each pixel's window."""
    values, window = grey.astype(np.float32), (WINDOW, WINDOW)
    contrast: np.ndarray = cv2.blur(np.abs(values - cv2.blur(values, window)), window)
    return contrast


def look_up(values: np.ndarray, points: Points) -> np.ndarray:
    """``(H, W)`` values at the pixels nearest to the points."""
    height, width = values.shape
    x, y = points.round().astype(int).T
    found: np.ndarray = values[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    return found


def is_textured(picture: Picture, points: Points) -> Bool[np.ndarray, " _n"]:
    """Whether there is something to match at the points, in every direction."""
    enough: np.ndarray = look_up(picture.texture, points) >= MIN_TEXTURE
    return enough


def match(
    here: Picture, there: Picture, points: Points, guess: Points, max_residual: float
) -> tuple[Points, Bool[np.ndarray, " _n"]]:
    """Find points of one picture in another.

    Args:
        here: Where the points are.
        there: Where they are looked for.
        points: (x, y) in ``here``.
        guess: About where they are in ``there``.
        max_residual: Of the window's own contrast; windows that differ by more on average do not
            show the same.

    Returns:
        Their places there, and which of these can be believed: found, inside the picture, with
        texture, back home when matched the other way, and looking alike.
    """
    if not len(points):
        return points, np.zeros(0, bool)
    moved, found, difference = _find(here, there, points, guess)
    back, found_back, _ = _find(there, here, moved, moved - (guess - points))
    height, width = there.grey.shape
    credible = (found == 1) & (found_back == 1)
    credible &= ((moved >= -0.5) & (moved <= (width - 0.5, height - 0.5))).all(axis=1)
    credible &= np.linalg.norm(back - points, axis=1) <= MAX_RETURN_ERROR
    credible &= difference <= max_residual * look_up(here.contrast, points)
    moved[~credible] = guess[~credible]
    credible &= is_textured(there, moved)
    return moved, credible


def _find(
    here: Picture, there: Picture, points: np.ndarray, guess: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Large motion by the plain pictures, then the exact place by those of equal contrast.

    Equal contrast takes away what tells a coloured object from its ground when the picture is
    halved, and with it the motion of fast objects: halved pictures must be plain.
    """
    near, *_ = _lucas_kanade(
        here.plain, there.plain, points, guess, window=COARSE_WINDOW, levels=COARSE_LEVELS
    )
    return _lucas_kanade(here.grey, there.grey, points, near, window=WINDOW, levels=0)


def _lucas_kanade(
    here: np.ndarray,
    there: np.ndarray,
    points: np.ndarray,
    guess: np.ndarray,
    *,
    window: int,
    levels: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places in ``there``, 1 where found, and the windows' mean absolute difference."""
    moved, found, difference = cv2.calcOpticalFlowPyrLK(
        here,
        there,
        points,
        guess.copy(),  # overwritten
        winSize=(window, window),
        maxLevel=levels,
        criteria=_STOP,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    return moved, found[:, 0], difference[:, 0]
