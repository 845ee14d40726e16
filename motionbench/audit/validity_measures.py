"""From the scores of all pairs to what is known of one metric."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from jaxtyping import Float64

from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.statistics import (
    Estimate,
    correlate,
    estimate,
    just_noticeable,
    share_below,
    share_falling,
    spearman,
)
from motionbench.audit.validity_data import (
    HEADLINE,
    Outcome,
    ValidityData,
    by_base,
    exact_likeness,
    likeness,
)
from motionbench.audit.validity_pairs import baseline_kind
from motionbench.audit.validity_results import (
    APPEARANCE,
    EVERYTHING,
    SPAN,
    Correlation,
    Difference,
    Measured,
    Response,
    Shift,
    Signal,
)
from motionbench.leaderboard.bootstrap import bootstrap_mean

Values = Float64[np.ndarray, " _n"]
Read = Callable[[Iterable[Outcome]], Values]
"""Likeness of each pair, NaN where there is none."""

_FEWEST_DOSES = 3
"""That a rank correlation within one scene takes."""

_ROUNDING = 1e-9
"""Relative spread of values that is no response."""


def measure(data: ValidityData, metric: AuditedMetric, *, exact: bool = False) -> Measured:
    """What all pairs say about one metric.

    Args:
        data: All pairs.
        metric: One of the data's; judged on its own scenes.
        exact: From exact tracks instead of those found; the headline metric only.
    """
    data = replace(data, outcomes=tuple(o for o in data.outcomes if o.group in metric.scenes))
    read = partial(exact_likeness if exact else likeness, metric)
    signal = _signal(data, metric, read)
    graded = data.graded()
    groups = {EVERYTHING: graded} | {
        group: [outcome for outcome in graded if outcome.group == group] for group in data.groups
    }
    return Measured(
        metric=metric,
        correlations=tuple(_correlation(data, *item, read) for item in groups.items()),
        responses=tuple(_response(data, axis, read, signal) for axis in data.axes),
        shifts=tuple(_shifts(data, read, signal.span)),
        signal=signal,
    )


def differences(data: ValidityData) -> list[Difference]:
    """Validity of the headline metric against each other one that claims to see motion."""
    headline = next((metric for metric in data.metrics if metric.name == HEADLINE), None)
    others = [metric for metric in data.metrics if metric.claims and metric is not headline]
    if headline is None:
        return []
    found = (_difference(data, headline, other) for other in others)
    return [difference for difference in found if difference is not None]


def _difference(
    data: ValidityData, headline: AuditedMetric, other: AuditedMetric
) -> Difference | None:
    graded = data.graded()
    values = np.stack([likeness(headline, graded), likeness(other, graded)])
    both = np.flatnonzero(np.isfinite(values).all(axis=0))
    if not both.size:
        return None
    ours, theirs = values[:, both]
    chosen = [graded[index] for index in both]
    truth = np.array([outcome.similarity for outcome in chosen])
    return Difference(
        metric=other,
        pairs=len(chosen),
        headline=float(spearman(truth, ours)[0]),
        other=float(spearman(truth, theirs)[0]),
        difference=estimate(
            lambda weights: spearman(truth, ours, weights) - spearman(truth, theirs, weights),
            data.resample(chosen),
        ),
    )


def _correlation(
    data: ValidityData, group: str, outcomes: Sequence[Outcome], read: Read
) -> Correlation:
    values = read(outcomes)
    scored = np.isfinite(values)
    lowest = values[scored].min() - 1 if scored.any() else 0.0
    similarity = np.array([outcome.similarity for outcome in outcomes])
    direction = np.array([outcome.direction for outcome in outcomes])
    evenly = np.array([outcome.evenly for outcome in outcomes])
    resamples = data.resample([outcomes[index] for index in np.flatnonzero(scored).tolist()])

    def against(truth: Values) -> Estimate | None:
        return correlate(truth[scored], values[scored], resamples) if scored.any() else None

    return Correlation(
        group=group,
        pairs=len(outcomes),
        scored=int(scored.sum()),
        similarity=against(similarity),
        with_worst=correlate(similarity, np.where(scored, values, lowest), data.resample(outcomes)),
        evenly=against(evenly),
        direction=against(direction),
    )


def _response(data: ValidityData, axis: str, read: Read, signal: Signal) -> Response:
    along = by_base(data.of("axis", axis))
    nulls = {base: read(found) for base, found in by_base(data.of("null")).items() if base in along}
    curves = [_curve(read(found), nulls[base]) for base, found in along.items()]
    doses = np.array([0.0, *(outcome.dose for outcome in next(iter(along.values())))])
    falls = [_fall(doses, curve) for curve in curves]
    known = np.array([fall for fall in falls if fall is not None])
    whole = [curve for curve in curves if np.isfinite(curve).all()]
    drops = np.array([curve[0] - curve[-1] for curve in curves])
    drop = float(np.nanmean(drops)) if np.isfinite(drops).any() else None
    noticed = _noticed(doses[1:], along, nulls, read)
    similarity = np.mean([[found.similarity for found in each] for each in along.values()], axis=0)
    pairs = data.of("axis", axis)
    return Response(
        axis=axis,
        scenes=len(along),
        pairs=len(pairs),
        scored=int(np.isfinite(read(pairs)).sum()),
        median=float(np.median(known)) if known.size else None,
        mean=bootstrap_mean(known, seed=data.seed) if known.size else None,
        pooled=_pooled(data, axis, read),
        falling=float(np.mean([share_falling(curve) for curve in whole])) if whole else None,
        drop=_in_units(drop, signal.span),
        drop_in_noise=_in_units(drop, signal.noise),
        noticed=noticed,
        noticed_similarity=None
        if noticed is None
        else float(np.interp(noticed, doses, [1.0, *similarity])),
    )


def _curve(values: Values, nulls: Values) -> Values:
    """Likeness by dose in one base scene; at dose 0 the mean of the nulls."""
    scored = nulls[np.isfinite(nulls)]
    return np.array([scored.mean() if scored.size else np.nan, *values])


def _fall(doses: Values, curve: Values) -> float | None:
    scored = np.isfinite(curve)
    if scored.sum() < _FEWEST_DOSES:
        return None
    return float(spearman(doses[scored], -curve[scored])[0])


def _pooled(data: ValidityData, axis: str, read: Read) -> Estimate | None:
    bases = by_base(data.of("axis", axis))
    outcomes = [found for found in data.of("null") if found.base in bases]
    outcomes += data.of("axis", axis)
    values = read(outcomes)
    chosen = np.flatnonzero(np.isfinite(values))
    if not chosen.size:
        return None
    doses = np.array([outcome.dose for outcome in outcomes])
    resamples = data.resample([outcomes[index] for index in chosen])
    return correlate(doses[chosen], -values[chosen], resamples)


def _noticed(
    doses: Values, along: dict[str, list[Outcome]], nulls: dict[str, Values], read: Read
) -> float | None:
    shares = [
        [share_below(value[None], nulls[base]) for value in read(found)]
        for base, found in along.items()
    ]
    return just_noticeable(doses, np.mean(shares, axis=0))


def _shifts(data: ValidityData, read: Read, span: float) -> Iterator[Shift]:
    copies = {outcome.base: outcome for outcome in data.of("copy")}
    firsts: dict[str, Outcome] = {}
    for outcome in data.of("null"):
        firsts.setdefault(outcome.base, outcome)
    nulls = data.of("null")
    yield _shift(APPEARANCE, "", nulls, [copies[found.base] for found in nulls], read, span)
    for nuisance in data.nuisances:
        baselines = copies if baseline_kind(nuisance) == "copy" else firsts
        outcomes = data.of("nuisance", nuisance)
        for level in ("", *dict.fromkeys(outcome.level for outcome in outcomes)):
            chosen = [outcome for outcome in outcomes if level in ("", outcome.level)]
            against = [baselines[outcome.base] for outcome in chosen]
            yield _shift(nuisance, level, chosen, against, read, span)


def _shift(
    nuisance: str,
    level: str,
    outcomes: Sequence[Outcome],
    against: Sequence[Outcome],
    read: Read,
    span: float,
) -> Shift:
    shifts = read(outcomes) - read(against)
    shifts = shifts[np.isfinite(shifts)]
    known = shifts.size > 0
    return Shift(
        nuisance=nuisance,
        level=level,
        pairs=len(outcomes),
        scored=len(shifts),
        mean=_in_units(float(shifts.mean()) if known else None, span),
        spread=_in_units(float(shifts.std()) if known else None, span),
        size=_in_units(float(np.abs(shifts).mean()) if known else None, span),
    )


def _signal(data: ValidityData, metric: AuditedMetric, read: Read) -> Signal:
    moved = data.of("axis")
    claimed = [outcome for outcome in moved if outcome.change in metric.claims] or moved
    values = read([*data.of("null"), *moved])
    values = values[np.isfinite(values)]
    span = float(np.diff(np.quantile(values, SPAN))[0]) if values.size else 0.0
    rounding = _ROUNDING * float(np.abs(values).max(initial=0.0))
    appearance = _variance_within(data.of("null"), read)
    return Signal(
        span=span if span > rounding else 0.0,
        noise=math.sqrt(appearance),
        motion=max(_variance_within(claimed, read) - appearance, 0.0),
        appearance=appearance,
    )


def _variance_within(outcomes: Sequence[Outcome], read: Read) -> float:
    """Mean over base scenes of the variance within them."""
    found = []
    for each in by_base(outcomes).values():
        values = read(each)
        values = values[np.isfinite(values)]
        if values.size > 1:
            found.append(values.var(ddof=1))
    return float(np.mean(found)) if found else 0.0


def _in_units(value: float | None, unit: float) -> float | None:
    return value / unit if value is not None and unit > 0 else None
