"""Scores of two sets of tracks, wherever they come from."""

from collections.abc import Sequence

from motionbench.audit.lab import Scores
from motionbench.audit.metrics import AuditedMetric
from motionbench.errors import UnscorableError
from motionbench.metrics.alignment import align, align_unrelated
from motionbench.metrics.catalog import Measurements, Unscorable
from motionbench.ruler import Ruler
from motionbench.tracks import TrackSet


def compare(
    reference: TrackSet,
    generated: TrackSet,
    metrics: Sequence[AuditedMetric],
    ruler: Ruler,
    *,
    others: Sequence[TrackSet] = (),
) -> Scores:
    """Every metric on one pair, as the ruler would score it.

    Args:
        reference: Of the whole clip; aligned here.
        generated: Likewise.
        metrics: None of them needs frames.
        ruler: Its number of instants and its parameters count, its tracker does not.
        others: Of unrelated clips, for the metrics that measure chance on them.
    """
    try:
        first, second = align(reference, generated, frames=ruler.max_frames)
    except UnscorableError as error:
        return {metric.name: Unscorable(str(error)) for metric in metrics}
    measurements = Measurements(
        reference_tracks=first,
        generated_tracks=second,
        other_tracks=tuple(align_unrelated(first, other) for other in others),
        parameters=ruler.parameters,
    )
    return {metric.name: metric.score(measurements) for metric in metrics}
