"""Scores of pairs of clips in files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionbench.audit.footage.reel import Reel
from motionbench.audit.footage.separation import align_couple
from motionbench.audit.metrics import AuditedMetric
from motionbench.errors import UnscorableError
from motionbench.metrics.catalog import Measurements, Unscorable


def likenesses(
    reel: Reel, metrics: Sequence[AuditedMetric], reference: Path, generated: Path, *, own: bool
) -> np.ndarray:
    """Every metric on one pair, turned so that more means more alike; NaN where unscorable.

    Args:
        reel: Has measured both clips.
        metrics: M of them.
        reference: The result's own reference, or another one.
        generated: The result.
        own: Whether it is its own.

    Returns:
        ``(M,)`` float64.
    """
    ruler = reel.ruler
    try:
        first, second = align_couple(
            reel.tracks(reference), reel.tracks(generated), own=own, frames=ruler.max_frames
        )
    except UnscorableError:
        return np.full(len(metrics), np.nan)
    measured = Measurements(
        reference_tracks=first,
        generated_tracks=second,
        reference_frames=reel.embeddings(reference),
        generated_frames=reel.embeddings(generated),
        parameters=ruler.parameters,
    )
    values = [metric.score(measured) for metric in metrics]
    return np.array(
        [
            np.nan if isinstance(value, Unscorable) else metric.likeness(value)
            for metric, value in zip(metrics, values, strict=True)
        ]
    )
