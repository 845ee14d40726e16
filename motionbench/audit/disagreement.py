"""Do variants of motion fidelity tell the same story? Ranks, and winners of two methods."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from motionbench.audit.disagreement_tables import (
    NEAR,
    Agreement,
    Matrix,
    gaps_table,
    ranks_figure,
    ranks_table,
    winners_table,
    wrong_figure,
)
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.sections import Finding, Section, Severity
from motionbench.audit.statistics import Estimate, correlate, estimate, spearman
from motionbench.audit.synthetic_methods import TRUTH, Methods, disagreement, synthetic_methods
from motionbench.audit.validity_data import HEADLINE, Outcome, ValidityData, by_base, likeness
from motionbench.leaderboard.bootstrap import bootstrap_mean

WHOLE = frozenset({"direction", "path", "static"})
"""What a metric claims to see at least if it claims to see motion as a whole."""

WRONG_BAR = 0.1
"""Largest share of pairs of methods in which the headline metric may name the wrong winner."""

CHANGE_BAR = 0.05
"""Largest share of pairs of methods in which a variant and the headline metric may name different
winners and still count as the same story."""


def section(data: ValidityData) -> Section:
    """How far metrics that claim to see motion as a whole agree with each other and with truth.

    Args:
        data: From ``validity.run``.

    Raises:
        ValueError: The headline metric is not among the data's, or does not claim that much.
    """
    metrics = [metric for metric in data.metrics if metric.claims >= WHOLE]
    headline = next((metric for metric in metrics if metric.name == HEADLINE), None)
    if headline is None:
        raise ValueError(
            f"{HEADLINE!r} is not among the metrics that claim to see {sorted(WHOLE)}: "
            f"{[metric.name for metric in metrics]}. Run the validity experiment with it."
        )
    methods = synthetic_methods(data, metrics)
    matrix = _matrix(data, metrics)
    found = [_agreement(data, metric, headline, methods) for metric in metrics]
    return Section(
        name="variants",
        title="Does the choice of the metric choose the winner?",
        text=_text(methods),
        tables=(
            winners_table(found),
            gaps_table(metrics, methods),
            ranks_table(metrics, matrix),
        ),
        figures=(ranks_figure(metrics, matrix), wrong_figure(found)),
        findings=_findings(found),
    )


# ---- values


def _matrix(data: ValidityData, metrics: Sequence[AuditedMetric]) -> Matrix:
    """Spearman between metrics over the graded pairs that both score; NaN where there is none."""
    values = np.stack([likeness(metric, data.graded()) for metric in metrics])
    found = np.full((len(metrics), len(metrics)), np.nan)
    for row, column in np.ndindex(*found.shape):
        both = np.isfinite(values[[row, column]]).all(axis=0)
        if both.any():
            found[row, column] = spearman(values[row, both], values[column, both])[0]
    return found


def _agreement(
    data: ValidityData, metric: AuditedMetric, headline: AuditedMetric, methods: Methods
) -> Agreement:
    graded = data.graded()
    ours, theirs = likeness(headline, graded), likeness(metric, graded)
    both = np.flatnonzero(np.isfinite(ours) & np.isfinite(theirs)).tolist()
    every = np.ones(len(methods.gaps()), dtype=bool)
    return Agreement(
        metric=metric.name,
        pairs=len(both),
        ranks=correlate(ours[both], theirs[both], data.resample([graded[index] for index in both]))
        if both
        else None,
        changed=_methods_differ(methods, metric.name, HEADLINE, every),
        wrong=_methods_differ(methods, metric.name, TRUTH, methods.gaps() >= NEAR),
        cases_changed=_cases_differ(data, metric, headline),
        cases_wrong=_cases_differ(data, metric, None),
    )


def _methods_differ(methods: Methods, first: str, second: str, counted: np.ndarray) -> Estimate:
    return estimate(
        lambda weights: disagreement(
            methods.winners(first, weights), methods.winners(second, weights), counted
        ),
        methods.resamples,
    )


def _cases_differ(
    data: ValidityData, metric: AuditedMetric, other: AuditedMetric | None
) -> Estimate | None:
    """The share of pairs of results ordered otherwise; against truth where there is no other."""
    shares = [
        share
        for outcomes in by_base(data.graded()).values()
        if (share := _share_ordered_otherwise(outcomes, metric, other)) is not None
    ]
    if not shares:
        return None
    found = bootstrap_mean(np.array(shares), seed=data.seed)
    return Estimate(found.mean, found.low, found.high)


def _share_ordered_otherwise(
    outcomes: Sequence[Outcome], metric: AuditedMetric, other: AuditedMetric | None
) -> float | None:
    ours = likeness(metric, outcomes)
    truth = np.array([outcome.similarity for outcome in outcomes])
    theirs = truth if other is None else likeness(other, outcomes)
    first, second = (list(side) for side in zip(*combinations(range(len(ours)), 2), strict=True))
    gaps = np.stack([ours[first] - ours[second], theirs[first] - theirs[second]])
    counted = np.isfinite(gaps).all(axis=0)
    if other is None:
        counted &= np.abs(gaps[1]) >= NEAR
    if not counted.any():
        return None
    signs = np.sign(gaps[:, counted])
    return float(np.abs(signs[0] - signs[1]).mean() / 2)


# ---- words


def _findings(found: Sequence[Agreement]) -> tuple[Finding, ...]:
    headline = next(each for each in found if each.metric == HEADLINE)
    severity: Severity = "good" if headline.wrong.value <= WRONG_BAR else "fault"
    first = Finding(
        severity,
        HEADLINE,
        f"names the wrong one of two methods in {_percent(headline.wrong)} of the pairs; "
        f"{WRONG_BAR:.0%} is allowed.",
    )
    others = [_finding(each) for each in found if each is not headline]
    return first, *sorted(others, key=lambda finding: finding.severity == "good")


def _finding(each: Agreement) -> Finding:
    same = each.changed.value <= CHANGE_BAR
    return Finding(
        "good" if same else "notice",
        each.metric,
        f"names another winner of two methods than {HEADLINE} in {_percent(each.changed)} of the "
        f"pairs, and the wrong one in {_percent(each.wrong)}.",
    )


def _percent(share: Estimate) -> str:
    if share.low is None or share.high is None:
        return f"{share.value:.0%}"
    return f"{share.value:.0%} ({max(share.low, 0):.0%} to {min(share.high, 1):.0%})"


def _text(methods: Methods) -> str:
    scenes = methods.resamples.draws.shape[1]
    return f"""The pairs of the validity experiment again, judged by every metric that claims to see
motion as a whole (along {", ".join(sorted(WHOLE))} at least). {len(methods)} imaginary methods
answer each of {scenes} base scenes: a method is a dose and an order of the axes, and its result is
the pair of that dose along the first axis of its order that was applied to the scene. As on a
board, the method with the higher mean wins."""
