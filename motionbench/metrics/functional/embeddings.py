"""Text, time and leakage: cosines between embeddings of frames and texts.

All embeddings are rows of unit length from one model (CLIP: Radford et al. 2021), so a product of
matrices is a matrix of cosines.
"""

import numpy as np
from jaxtyping import Float32

from motionbench.arrays import Embeddings
from motionbench.errors import UnscorableError

Text = Float32[np.ndarray, " _d"]


def text_alignment(frames: Embeddings, prompt: Text) -> float:
    """Mean over frames of the cosine between frame and prompt.

    Args:
        frames: ``(T, D)`` of the generated clip.
        prompt: ``(D,)``.

    Example:
        >>> frames = np.array([[1, 0], [0, 1]], dtype=np.float32)
        >>> text_alignment(frames, np.array([1, 0], dtype=np.float32))
        0.5
    """
    return _mean(frames @ prompt)


def text_rank(frames: Embeddings, prompt: Text, other_prompts: Embeddings) -> float:
    """Does the clip fit its own prompt better than every other prompt of the suite?

    Averaged over cases this is retrieval accuracy; chance is ``1 / (K + 1)``.

    Args:
        frames: ``(T, D)`` of the generated clip.
        prompt: ``(D,)``.
        other_prompts: ``(K, D)``, of texts that differ from the prompt; an embedding equal to the
            prompt's ties with it, and a tie is no success.

    Returns:
        1.0 if the prompt's mean cosine is larger than that of all others, else 0.0.

    Raises:
        UnscorableError: There is no other prompt.
    """
    if not len(other_prompts):
        raise UnscorableError("there is no other prompt to rank this one against.")
    others = (frames @ other_prompts.T).mean(axis=0, dtype=np.float64)
    return float((frames @ prompt).mean(dtype=np.float64) > others.max())


def temporal_consistency(frames: Embeddings) -> float:
    """Mean cosine of adjacent frames. A frozen clip scores 1: never rank by it alone.

    Raises:
        UnscorableError: There is a single frame.
    """
    if len(frames) < 2:
        raise UnscorableError("the generated clip has a single frame: no frame is adjacent to it.")
    return _mean((frames[1:] * frames[:-1]).sum(axis=1))


def appearance_leakage(reference: Embeddings, generated: Embeddings) -> float:
    """How much of the reference's look is in the result; lower is better for a new subject.

    Mean over generated frames of the largest cosine with *any* reference frame, because a copied
    frame is a copy whenever it is shown; lengths may differ.

    Args:
        reference: ``(T, D)``.
        generated: ``(U, D)``.
    """
    return _mean((generated @ reference.T).max(axis=1))


def _mean(cosines: np.ndarray) -> float:
    return float(np.clip(cosines.mean(dtype=np.float64), -1, 1))
