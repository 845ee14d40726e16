"""The dominant global motion of a clip, step by step, from its tracks.

A similarity (shift, rotation, zoom) is fitted robustly to the displacements of each step: random
sample consensus (Fischler & Bolles 1981) with a truncated square loss finds the dominant motion,
reweighted least squares with Tukey's biweight refines it. Points are complex numbers ``x + iy``
relative to the centre of the picture, so a similarity is ``z -> z + linear * z + shift`` with two
complex parameters, and is solved in closed form.

What it cannot do: a moving object that fills most of the picture is taken for the camera, and
parallax is not a similarity: of several depths the one with most tracks wins.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Complex64, Float32

from motionbench.metrics.functional.displacements import Displacements, displacements

MIN_TRACKS = 3
"""Fewest visible tracks that tell a similarity from noise; it has two complex unknowns."""

HYPOTHESES = 200
"""Pairs of tracks tried a step: with two thirds of all tracks off the dominant motion, the chance
that no pair lies on it is below 1e-10."""

SCORED_TRACKS = 512
"""Most tracks, evenly chosen, that a hypothesis is scored on; refinement uses all."""

REFINEMENTS = 10


@dataclass(frozen=True, eq=False)
class CameraMotion:
    """Global motion of the picture's content in each of S steps.

    Attributes:
        linear: ``(S,)`` complex64, zoom and rotation minus one: a point at z moves by
            ``linear * z + shift``, z in pixels from the centre of the picture.
        shift: ``(S,)`` complex64, pixels.
        known: ``(S,)`` bool, False where too few tracks are visible; the other two are zero there.
        height: Of the picture, pixels.
        width: Of the picture, pixels.
    """

    linear: Complex64[np.ndarray, " s"]
    shift: Complex64[np.ndarray, " s"]
    known: Bool[np.ndarray, " s"]
    height: int
    width: int

    @property
    def pan(self) -> float:
        """Turn to the right over the clip, in widths of the picture (content moves left)."""
        return float(-self.shift.real.sum() / self.width)

    @property
    def tilt(self) -> float:
        """Turn upwards over the clip, in heights of the picture (content moves down)."""
        return float(self.shift.imag.sum() / self.height)

    @property
    def zoom(self) -> float:
        """Natural logarithm of the magnification over the clip; positive zooms in."""
        return float(np.log(np.abs(1 + self.linear)).sum())

    @property
    def roll(self) -> float:
        """Rotation of the camera over the clip, degrees clockwise (content turns the other way)."""
        return float(-np.degrees(np.angle(1 + self.linear).sum()))


def camera_motion(
    tracks: Float32[np.ndarray, "n t 2"],
    visibility: Bool[np.ndarray, "n t"],
    *,
    height: int,
    width: int,
    tolerance: float,
    seed: int,
) -> CameraMotion:
    """Estimate the dominant global motion.

    Args:
        tracks: (x, y) in pixels.
        visibility: True = visible.
        height: Of the picture, pixels.
        width: Likewise.
        tolerance: How far a point may land, in pixels a step, from where the camera would take it
            and still follow the camera.
        seed: Of the sampling. Same tracks in any order and same seed, same result.
    """
    motion = displacements(tracks, visibility)
    places = from_centre(tracks[:, :-1], height, width)  # of hidden points never read
    moves = (motion.dx + 1j * motion.dy).astype(np.complex64)
    rng = np.random.default_rng(seed)
    steps = motion.visible.shape[1]
    linear, shift = np.zeros((2, steps), dtype=np.complex64)
    known = motion.visible.sum(axis=0) >= MIN_TRACKS
    for step in np.flatnonzero(known):
        seen = motion.visible[:, step]
        z, v = places[seen, step], moves[seen, step]
        order = np.lexsort((z.imag, z.real))  # storage order must not steer the sampling
        linear[step], shift[step] = _dominant_similarity(z[order], v[order], tolerance, rng)
    return CameraMotion(linear, shift, known, height, width)


def from_centre(
    positions: Float32[np.ndarray, "*shape 2"], height: int, width: int
) -> Complex64[np.ndarray, "*shape"]:
    """Pixel positions as complex numbers relative to the centre of the picture."""
    x, y = positions[..., 0] - (width - 1) / 2, positions[..., 1] - (height - 1) / 2
    return (x + 1j * y).astype(np.complex64)


def without_camera(
    motion: Displacements, tracks: Float32[np.ndarray, "n t 2"], camera: CameraMotion
) -> Displacements:
    """What is left of each displacement when the camera's part is taken away.

    Steps in which the camera is unknown count as not visible.
    """
    visible = motion.visible & camera.known
    z = from_centre(tracks[:, :-1], camera.height, camera.width)
    z = np.where(visible, z, np.complex64(0))  # where hidden, any value may stand
    induced = (camera.linear * z + camera.shift) * visible
    return Displacements(
        motion.dx * visible - induced.real,
        motion.dy * visible - induced.imag,
        visible,
        motion.places,
    )


def _dominant_similarity(
    z: np.ndarray, v: np.ndarray, tolerance: float, rng: np.random.Generator
) -> tuple[complex, complex]:
    linear, shift = _consensus(z, v, tolerance, rng)
    for _ in range(REFINEMENTS):
        error = np.abs(v - linear * z - shift) / (2 * tolerance)
        weight = np.square(np.maximum(1 - np.square(error), 0))
        linear, shift = _weighted_similarity(z, v, weight, min_spread=tolerance)
    return linear, shift


def _consensus(
    z: np.ndarray, v: np.ndarray, tolerance: float, rng: np.random.Generator
) -> tuple[complex, complex]:
    """The best of the similarities through random pairs of tracks and the shifts of single ones."""
    i = rng.integers(0, len(z), HYPOTHESES)
    j = (i + rng.integers(1, len(z), HYPOTHESES)) % len(z)
    apart = np.abs(z[i] - z[j]) > tolerance
    pairs = (v[i] - v[j])[apart] / (z[i] - z[j])[apart]
    linear = np.concatenate([pairs, np.zeros(HYPOTHESES, dtype=np.complex64)])
    shift = np.concatenate([v[i[apart]] - pairs * z[i[apart]], v[i]])
    some = np.linspace(0, len(z) - 1, min(len(z), SCORED_TRACKS)).astype(int)
    error = np.abs(v[some] - linear[:, None] * z[some] - shift[:, None])
    best = int(np.minimum(np.square(error / tolerance), 1).sum(axis=1).argmin())
    return complex(linear[best]), complex(shift[best])


def _weighted_similarity(
    z: np.ndarray, v: np.ndarray, weight: np.ndarray, min_spread: float
) -> tuple[complex, complex]:
    """Least squares fit of ``v = linear * z + shift``.

    A plain shift if the points are closer together than ``min_spread`` (their standard deviation,
    pixels): zoom and rotation cannot be told from them.
    """
    total = weight.sum(dtype=np.float64)
    if not total > 0:
        return 0j, 0j
    z_mean, v_mean = (weight @ z) / total, (weight @ v) / total
    spread = weight @ np.square(np.abs(z - z_mean))
    linear = 0j
    if spread > total * min_spread**2:
        linear = weight @ (np.conj(z - z_mean) * (v - v_mean)) / spread
    return complex(linear), complex(v_mean - linear * z_mean)
