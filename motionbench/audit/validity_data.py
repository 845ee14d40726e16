"""Pairs with a known motion difference, and what every metric says about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64, Int64

from motionbench.audit.compare import Scores
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.statistics import Resamples, draw_clusters
from motionbench.metrics.catalog import Unscorable

HEADLINE = "motion_fidelity"
"""The metric that a board is ranked by."""

PLACE = "place"
"""The axis that moves a motion elsewhere. True similarity is blind to it by definition, so its
pairs stay out of correlations with true similarity."""

Kind = Literal["axis", "null", "nuisance", "copy"]


@dataclass(frozen=True)
class Outcome:
    """One pair and its scores.

    Attributes:
        base: Name of the base scene, which is the reference.
        group: The base scene's category, or ``filmed`` where a camera moves as well.
        kind: ``axis``: motion changed along one axis, appearance drawn anew. ``null``: the same
            motion, appearance drawn anew. ``nuisance``: the same motion, something else changed.
            ``copy``: the reference itself.
        change: Axis or nuisance; "" for a null and a copy.
        level: Of a nuisance, or number of a null.
        dose: Along the axis, in [0, 1].
        similarity: True similarity of the motions, in [-1, 1].
        evenly: The same with each point counting by its speed, not its square.
        direction: The same without regard to overall speed.
        scores: By metric.
        exact: The headline metric from exact tracks, where they exist.
    """

    base: str
    group: str
    kind: Kind
    change: str
    level: str
    dose: float
    similarity: float
    evenly: float
    direction: float
    scores: Scores
    exact: float | Unscorable | None = None


@dataclass(frozen=True, eq=False)
class ValidityData:
    """All pairs.

    Attributes:
        metrics: That were computed.
        outcomes: In the order of the pairs.
        seed: Of all resampling.
    """

    metrics: tuple[AuditedMetric, ...]
    outcomes: tuple[Outcome, ...]
    seed: int

    @property
    def groups(self) -> tuple[str, ...]:
        """In the order of first occurrence."""
        return tuple(dict.fromkeys(outcome.group for outcome in self.outcomes))

    @property
    def axes(self) -> tuple[str, ...]:
        """In the order of first occurrence."""
        return self._changes("axis")

    @property
    def nuisances(self) -> tuple[str, ...]:
        """In the order of first occurrence."""
        return self._changes("nuisance")

    def of(self, kind: Kind, change: str | None = None) -> list[Outcome]:
        """The pairs of one kind, of all changes or of one."""
        return [
            outcome
            for outcome in self.outcomes
            if outcome.kind == kind and change in (None, outcome.change)
        ]

    def graded(self) -> list[Outcome]:
        """The pairs that true similarity is told of: nulls, and all axes but ``place``."""
        return [
            outcome
            for outcome in self.outcomes
            if outcome.kind == "null" or (outcome.kind == "axis" and outcome.change != PLACE)
        ]

    def resample(self, outcomes: Sequence[Outcome]) -> Resamples:
        """Base scenes drawn with replacement within their group."""
        return draw_clusters(
            _numbers(outcome.base for outcome in outcomes),
            _numbers(outcome.group for outcome in outcomes),
            seed=self.seed,
        )

    def _changes(self, kind: Kind) -> tuple[str, ...]:
        return tuple(dict.fromkeys(outcome.change for outcome in self.of(kind)))


def likeness(metric: AuditedMetric, outcomes: Iterable[Outcome]) -> Float64[np.ndarray, " _n"]:
    """Scores turned so that more means more alike; NaN where there is none."""
    return _values(metric, (outcome.scores[metric.name] for outcome in outcomes))


def exact_likeness(
    metric: AuditedMetric, outcomes: Iterable[Outcome]
) -> Float64[np.ndarray, " _n"]:
    """The same from exact tracks."""
    return _values(metric, (outcome.exact for outcome in outcomes))


def by_base(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Pairs of each base scene."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.base, []).append(outcome)
    return found


def _values(
    metric: AuditedMetric, scores: Iterable[float | Unscorable | None]
) -> Float64[np.ndarray, " _n"]:
    return np.array(
        [metric.likeness(score) if isinstance(score, float | int) else np.nan for score in scores],
        dtype=np.float64,
    )


def _numbers(labels: Iterable[str]) -> Int64[np.ndarray, " _n"]:
    number: dict[str, int] = {}
    return np.array([number.setdefault(label, len(number)) for label in labels], dtype=np.int64)
