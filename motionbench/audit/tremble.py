"""Tracks that tremble, so that formulas which divide by the length of every step are defined."""

from dataclasses import replace

import numpy as np

from motionbench.audit.metrics import AuditedMetric
from motionbench.metrics.catalog import Measurements, Unscorable
from motionbench.tracks import TrackSet

TREMBLE = 0.03
"""Standard deviation of both coordinates, pixels. Steps of points at rest then have a median length
of 0.05 pixels: what Lucas-Kanade finds on a scene at 256 x 256 pixels under grain of one grey level
of 255, which nobody sees."""


def trembling(metric: AuditedMetric) -> AuditedMetric:
    """The metric on tracks with a little normal noise, independent in every position.

    What is drawn stands perfectly still where it rests, and a tracker that matches pixels then
    finds steps of length zero, on which published scripts give NaN. What is filmed has grain, under
    which no step is exactly zero.

    Args:
        metric: Its name gets ``+tremble``; what it claims stays.
    """

    def compute(measurements: Measurements) -> float | Unscorable:
        rng = np.random.default_rng(measurements.parameters.seed)
        return metric.score(
            replace(
                measurements,
                reference_tracks=_shaken(measurements.reference, rng),
                generated_tracks=_shaken(measurements.generated, rng),
            )
        )

    return replace(metric, name=f"{metric.name}+tremble", compute=compute)


def _shaken(track_set: TrackSet, rng: np.random.Generator) -> TrackSet:
    noise = rng.standard_normal(track_set.tracks.shape, dtype=np.float32)
    return replace(track_set, tracks=track_set.tracks + np.float32(TREMBLE) * noise)
