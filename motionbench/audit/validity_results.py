"""What is known of one metric after all pairs were scored."""

from dataclasses import dataclass

from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.statistics import Estimate
from motionbench.leaderboard.bootstrap import Interval

EVERYTHING = "all"
"""The group of all base scenes."""

APPEARANCE = "appearance"
"""The nuisance that nulls undergo, held against a copy."""

SPAN = (0.05, 0.95)
"""Quantiles of a metric's values over all motions; the distance between them is its span, the unit
in which shifts are told."""


@dataclass(frozen=True)
class Correlation:
    """A metric against true similarity in one group.

    Attributes:
        group: A category, ``filmed`` or ``all``.
        pairs: How many there are.
        scored: How many have a value.
        similarity: Spearman with true similarity over the scored pairs; None if there are none.
        with_worst: The same over all pairs, one without a value ranking below all others.
        evenly: As ``similarity``, with the true similarity in which slow points count as well.
        direction: As ``similarity``, with the true similarity that is blind to overall speed.
    """

    group: str
    pairs: int
    scored: int
    similarity: Estimate | None
    with_worst: Estimate
    evenly: Estimate | None
    direction: Estimate | None


@dataclass(frozen=True)
class Response:
    """A metric along one axis.

    Attributes:
        axis: Its name.
        scenes: Base scenes that it was applied to.
        pairs: At doses above 0.
        scored: How many have a value.
        median: Over base scenes, of Spearman between dose and fall; None where no scene has three
            doses with a value, that of the unchanged motion (the mean of the nulls) included.
        mean: Mean over base scenes of the same.
        pooled: Spearman between dose and fall over all pairs, the nulls included.
        falling: Share of pairs of doses in which the higher one scores lower.
        drop: From the nulls to the largest dose, mean over base scenes, in spans.
        drop_in_noise: The same in standard deviations between nulls of one scene.
        noticed: Just-noticeable dose; None if the largest one is not noticed often enough.
        noticed_similarity: True similarity at that dose.
    """

    axis: str
    scenes: int
    pairs: int
    scored: int
    median: float | None
    mean: Interval | None
    pooled: Estimate | None
    falling: float | None
    drop: float | None
    drop_in_noise: float | None
    noticed: float | None
    noticed_similarity: float | None


@dataclass(frozen=True)
class Shift:
    """A metric under a nuisance: what changes though the motion does not.

    Attributes:
        nuisance: Its name.
        level: How much of it; "" for all levels.
        pairs: How many.
        scored: How many have a value, and so has the pair they are held against.
        mean: Shift of likeness, in spans.
        spread: Standard deviation of the shift, in spans.
        size: Mean absolute shift, in spans.
    """

    nuisance: str
    level: str
    pairs: int
    scored: int
    mean: float | None
    spread: float | None
    size: float | None


@dataclass(frozen=True)
class Signal:
    """Where a metric's variance within a base scene comes from.

    Attributes:
        span: See ``SPAN``; 0 for a metric that does not respond.
        noise: Standard deviation between nulls of one base scene: only the appearance differs.
        motion: Variance that motion adds to it, along the axes that the metric claims (along all,
            if it claims none).
        appearance: Variance between nulls.
    """

    span: float
    noise: float
    motion: float
    appearance: float

    @property
    def ratio(self) -> float | None:
        """Variance by motion over variance by appearance; None without the latter."""
        return self.motion / self.appearance if self.appearance > 0 else None


@dataclass(frozen=True)
class Measured:
    """All of it for one metric."""

    metric: AuditedMetric
    correlations: tuple[Correlation, ...]
    responses: tuple[Response, ...]
    shifts: tuple[Shift, ...]
    signal: Signal

    @property
    def overall(self) -> Correlation:
        """Over all groups."""
        return next(found for found in self.correlations if found.group == EVERYTHING)

    def response(self, axis: str) -> Response | None:
        """Along an axis; None where the metric is judged on scenes without it."""
        return next((found for found in self.responses if found.axis == axis), None)


@dataclass(frozen=True)
class Difference:
    """The headline metric's validity against another's, over the pairs that both score.

    Attributes:
        metric: The other one.
        pairs: How many.
        headline: Spearman of the headline metric with true similarity.
        other: Of the other one.
        difference: Headline minus other.
    """

    metric: AuditedMetric
    pairs: int
    headline: float
    other: float
    difference: Estimate
