"""Picture structure: whether two clips show the same picture in other colours.

Edges are compared, not colours: where they are, how strong and which way they run. The colour
gradients of a pixel add up in a structure tensor (Di Zenzo, 1986); its oriented part
``(gx + i gy)^2``, summed over the channels, points along twice the angle of the edge, so that an
edge from red to blue equals one from green to yellow, and one from blue to red.
"""

import numpy as np
from jaxtyping import Complex64

from motionbench.arrays import Frames
from motionbench.errors import UnscorableError

Edges = Complex64[np.ndarray, "_t _p"]


def structure_leakage(reference: Frames, generated: Frames) -> float:
    """How much of the reference's picture, colours aside, is in the result.

    Mean over generated frames of the largest correlation of its edges with those of *any* reference
    frame, seen as it is or in a mirror, because a copied frame is a copy whenever it is shown.
    Frames of a single colour have no edges and are left out.

    Args:
        reference: ``(T, h, w, 3)`` uint8, small pictures (``features.THUMBNAIL``).
        generated: ``(U, h, w, 3)`` uint8, of the same size.

    Returns:
        In [-1, 1]: 1 for the same edges everywhere, about 0 for unrelated pictures.

    Raises:
        UnscorableError: There is no edge in any frame of one of the clips.
    """
    first = np.concatenate([_edges(reference), _edges(reference[:, :, ::-1])])
    second = _edges(generated)
    for edges, clip in ((first, "reference"), (second, "generated")):
        if not len(edges):
            raise UnscorableError(f"the {clip} clip shows a single colour: there is no edge.")
    shared = (second @ first.conj().T).real.max(axis=1)
    return float(np.clip(shared.mean(dtype=np.float64), -1, 1))


def _edges(frames: Frames) -> Edges:
    """Oriented strength of the edge at each pixel: a row of unit length for each frame with any."""
    pictures = frames.astype(np.float32)
    down, across = np.gradient(pictures, axis=(1, 2))
    tensor = np.square(across + 1j * down).sum(axis=-1)
    # Strength, not its square: a few hard edges must not outweigh the picture.
    strength = np.sqrt(np.abs(tensor))
    edges = (tensor / np.where(strength > 0, strength, 1)).reshape(len(frames), -1)
    length = np.linalg.norm(edges, axis=1, keepdims=True)
    seen = length[:, 0] > 0
    return np.asarray(edges[seen] / length[seen], dtype=np.complex64)
