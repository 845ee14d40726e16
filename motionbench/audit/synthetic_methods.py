"""Imaginary methods whose results are the pairs of the validity experiment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float64

from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.statistics import Resamples
from motionbench.audit.validity_data import PLACE, Outcome, ValidityData, by_base, likeness
from motionbench.scenes import draws

HABITS = 12
"""Orders of the axes: what a method gets wrong first. At each dose there is one method a habit."""

TRUTH = "true similarity"
"""The judge that no metric is."""

_TIE = 1e-9
"""Means that lie closer are equal but for rounding."""


@dataclass(frozen=True, eq=False)
class Methods:
    """M imaginary methods on the same S base scenes.

    Attributes:
        values: (M, S) of each judge: likeness by a metric, NaN where it has none, or truth.
        resamples: Of the base scenes.
    """

    values: Mapping[str, Float64[np.ndarray, "m s"]]
    resamples: Resamples

    def __len__(self) -> int:
        """Number of methods."""
        return len(self.values[TRUTH])

    def winners(
        self, judge: str, weights: Float64[np.ndarray, "k s"]
    ) -> Float64[np.ndarray, "_p k"]:
        """Which of two methods has the higher mean: 1 the first, -1 the second, 0 none.

        The mean is over the base scenes in which the judge has a value for both, as often as they
        were drawn.

        Args:
            judge: A metric's name or ``TRUTH``.
            weights: How often each base scene counts.

        Returns:
            For each pair of methods, in the order of ``itertools.combinations``, and each row of
            weights.
        """
        values = self.values[judge]
        first, second = _pairs(len(values))
        gaps = np.nan_to_num(values[first] - values[second])
        sums = gaps @ weights.T
        return np.asarray(np.where(np.abs(sums) > _TIE, np.sign(sums), 0.0))

    def gaps(self) -> Float64[np.ndarray, " _p"]:
        """How far apart the two methods of each pair are in mean true similarity."""
        means = self.values[TRUTH].mean(axis=1)
        first, second = _pairs(len(means))
        return np.asarray(np.abs(means[first] - means[second]))


def synthetic_methods(data: ValidityData, metrics: Sequence[AuditedMetric]) -> Methods:
    """Methods that make the same kind of error everywhere, from faultless to as bad as can be.

    A method is a dose and a habit, an order of the axes. In each base scene its result is the pair
    of that dose along the first axis of its order that was applied to the scene. The faultless
    method, dose 0, has a null everywhere.

    Args:
        data: Pairs along axes; ``place`` is not used.
        metrics: That judge.
    """
    along = {base: _by_axis(found) for base, found in by_base(data.of("axis")).items()}
    nulls = by_base(data.of("null"))
    bases = [base for base in nulls if along.get(base)]
    doses = sorted({outcome.dose for outcome in data.of("axis")})
    results = [[nulls[base][0] for base in bases]]
    for habit in _habits(data):
        firsts = [_first(along[base], habit) for base in bases]
        results += [[first[step] for first in firsts] for step in range(len(doses))]
    values = {
        metric.name: np.stack([likeness(metric, row) for row in results]) for metric in metrics
    }
    values[TRUTH] = np.array([[outcome.similarity for outcome in row] for row in results])
    return Methods(values, data.resample(results[0]))


def disagreement(
    first: Float64[np.ndarray, "p k"],
    second: Float64[np.ndarray, "p k"],
    counted: Bool[np.ndarray, " p"],
) -> Float64[np.ndarray, " k"]:
    """Share of pairs whose winners differ; where one judge sees none, half a pair.

    Args:
        first: From ``Methods.winners`` by one judge.
        second: By another.
        counted: Which pairs count; at least one.
    """
    return np.asarray(np.abs(first - second)[counted].mean(axis=0) / 2)


def _habits(data: ValidityData) -> Iterator[list[str]]:
    rng = draws.stream(data.seed, 1)
    axes = [axis for axis in data.axes if axis != PLACE]
    for _ in range(HABITS):
        yield draws.shuffled(rng, axes)


def _by_axis(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.dose):
        if outcome.change != PLACE:
            found.setdefault(outcome.change, []).append(outcome)
    return found


def _first(by_axis: Mapping[str, list[Outcome]], habit: Sequence[str]) -> list[Outcome]:
    return next(by_axis[axis] for axis in habit if axis in by_axis)


def _pairs(methods: int) -> tuple[list[int], list[int]]:
    first, second = zip(*combinations(range(methods), 2), strict=True)
    return list(first), list(second)
