"""Scores of two sets of tracks, wherever they come from."""

from collections.abc import Mapping, Sequence

from motionbench.arrays import Embeddings
from motionbench.audit.metrics import AuditedMetric
from motionbench.errors import UnscorableError
from motionbench.metrics.alignment import align, align_unrelated
from motionbench.metrics.catalog import Measurements, Unscorable
from motionbench.ruler import Ruler
from motionbench.tracks import TrackSet

Scores = Mapping[str, float | Unscorable]
"""Value, or why there is none, by metric."""


def compare(
    reference: TrackSet,
    generated: TrackSet,
    metrics: Sequence[AuditedMetric],
    ruler: Ruler,
    *,
    others: Sequence[TrackSet] = (),
    reference_frames: Embeddings | None = None,
    generated_frames: Embeddings | None = None,
) -> Scores:
    """Every metric on one pair, as the ruler would score it.

    Args:
        reference: Of the whole clip; aligned here.
        generated: Likewise.
        metrics: What to compute.
        ruler: Its number of instants and its parameters count, its tracker does not.
        others: Of unrelated clips, for the metrics that measure chance on them.
        reference_frames: Of the frames that the ruler looks at; None if no metric needs frames.
        generated_frames: Likewise.
    """
    try:
        first, second = align(reference, generated, frames=ruler.max_frames)
    except UnscorableError as error:
        return {metric.name: Unscorable(str(error)) for metric in metrics}
    measurements = Measurements(
        reference_tracks=first,
        generated_tracks=second,
        other_tracks=tuple(align_unrelated(first, other) for other in others),
        reference_frames=reference_frames,
        generated_frames=generated_frames,
        parameters=ruler.parameters,
    )
    return {metric.name: metric.score(measurements) for metric in metrics}
