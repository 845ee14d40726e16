"""What is good and bad about each metric, by fixed bars."""

from collections.abc import Iterable, Iterator, Sequence

from motionbench.audit.sections import Finding, Severity
from motionbench.audit.statistics import Estimate
from motionbench.audit.validity_data import HEADLINE
from motionbench.audit.validity_results import (
    EVERYTHING,
    Correlation,
    Difference,
    Measured,
    Response,
)
from motionbench.audit.variants import VARIANTS

OVERALL_BAR = 0.9
"""Least Spearman of the headline metric with true similarity over all pairs."""

CATEGORY_BAR = 0.8
"""The same within a category."""

AXIS_BAR = 0.8
"""Least median over base scenes of Spearman between dose and fall along an axis that is claimed."""

FLAT_BAR = 0.1
"""Most that a score may move where nothing moves that the metric claims to see, in spans."""

SIGNAL_BAR = 1.0
"""Least ratio of the variance by motion to that by appearance."""

_ORDER: tuple[Severity, ...] = ("fault", "notice", "good")


def findings(
    measured: Sequence[Measured], differences: Sequence[Difference]
) -> tuple[Finding, ...]:
    """Faults first.

    Args:
        measured: One for each metric.
        differences: Of the headline metric to others.
    """
    found = [finding for each in measured for finding in _of_metric(each)]
    found += _against_published(differences)
    return tuple(sorted(found, key=lambda finding: _ORDER.index(finding.severity)))


def _of_metric(each: Measured) -> Iterator[Finding]:
    name, overall = each.metric.name, each.overall
    if not overall.scored:
        yield Finding("fault", name, f"has no score for any of {overall.pairs} pairs.")
        return
    if each.signal.span == 0:
        yield Finding(
            "fault",
            name,
            f"does not respond to motion: the same value for {overall.scored} pairs of "
            "different motions.",
        )
        return
    if overall.scored < overall.pairs:
        yield Finding(
            "notice",
            name,
            f"has no score for {overall.pairs - overall.scored} of {overall.pairs} pairs"
            f"{_where_unscored(each)}.",
        )
    yield _signal(each)
    yield from _claims(each)
    if each.metric.claims:
        yield from _flatness(each)
    if name == HEADLINE:
        yield from _validity(each)


def _signal(each: Measured) -> Finding:
    ratio = each.signal.ratio
    if ratio is None:
        return Finding("good", each.metric.name, "sees motion, and nothing of appearance.")
    measured = f"variance by motion is {ratio:.2g} times that by appearance"
    if ratio >= SIGNAL_BAR:
        return Finding("good", each.metric.name, f"{measured}, at least {SIGNAL_BAR:g} is asked.")
    if not each.metric.claims:
        return Finding(
            "good", each.metric.name, f"makes no claim about motion, and sees little: {measured}."
        )
    return Finding(
        "fault",
        each.metric.name,
        f"sees appearance, not motion: {measured}, at least {SIGNAL_BAR:g} is asked.",
    )


def _claims(each: Measured) -> Iterator[Finding]:
    name = each.metric.name
    claimed = [found for found in each.responses if found.axis in each.metric.claims]
    unseen = [found for found in claimed if not _is_seen(found)]
    weak = [found for found in claimed if found not in unseen and _median(found) < AXIS_BAR]
    seen = [found.axis for found in claimed if found not in unseen and found not in weak]
    if unseen:
        yield Finding(
            "fault",
            name,
            f"claims to see what it does not: {_listed(map(_spearman, unseen))} (Spearman with "
            "dose; its interval is not above 0).",
        )
    if weak:
        yield Finding(
            "notice",
            name,
            f"sees weakly: {_listed(map(_spearman, weak))} (Spearman with dose; a median of "
            f"{AXIS_BAR:g} is asked).",
        )
    if seen:
        yield Finding(
            "good",
            name,
            f"sees what it claims along {_listed(seen)}: median Spearman with dose at least "
            f"{AXIS_BAR:g} and its interval above 0.",
        )


def _is_seen(found: Response) -> bool:
    if found.mean is None or _median(found) <= 0:
        return False
    # A single base scene has no interval to ask for.
    return found.mean.low is None or found.mean.low > 0


def _median(found: Response) -> float:
    return 0.0 if found.median is None else found.median


def _spearman(found: Response) -> str:
    if found.median is None or found.mean is None:
        return f"{found.axis} ({found.scored} of {found.pairs} pairs scored)"
    interval = ""
    if found.mean.low is not None:
        interval = f" ({found.mean.low:.2f} to {found.mean.high:.2f})"
    return f"{found.axis} median {found.median:.2f}, mean {found.mean.mean:.2f}{interval}"


def _flatness(each: Measured) -> Iterator[Finding]:
    """Under nuisances and along the axes that are not claimed."""
    moved = [
        (found.axis, abs(found.drop))
        for found in each.responses
        if found.axis not in each.metric.claims and found.drop is not None
    ]
    moved += [
        (found.nuisance, found.size)
        for found in each.shifts
        if not found.level and found.size is not None
    ]
    steep = [f"{name} ({size:.2f})" for name, size in moved if size > FLAT_BAR]
    flat = [name for name, size in moved if size <= FLAT_BAR]
    if steep:
        yield Finding(
            "notice",
            each.metric.name,
            f"moves with what it does not claim to see: {_listed(steep)} of its span over all "
            f"motions; {FLAT_BAR:g} is allowed.",
        )
    if flat:
        yield Finding(
            "good",
            each.metric.name,
            f"stays within {FLAT_BAR:g} of its span under {_listed(flat)}.",
        )


def _validity(each: Measured) -> Iterator[Finding]:
    for found in each.correlations:
        bar = OVERALL_BAR if found.group == EVERYTHING else CATEGORY_BAR
        over = "over all pairs" if found.group == EVERYTHING else f"in {found.group}"
        if found.similarity is None:
            yield Finding("fault", each.metric.name, f"has no score {over}.")
            continue
        yield Finding(
            _severity(found, bar),
            each.metric.name,
            f"Spearman with true similarity {over} is {_with_interval(found.similarity)}; "
            f"{bar:g} is asked.",
        )


def _severity(found: Correlation, bar: float) -> Severity:
    return "good" if found.similarity is not None and found.similarity.value >= bar else "fault"


def _against_published(differences: Sequence[Difference]) -> Iterator[Finding]:
    published = {metric.name for metric in VARIANTS}
    for found in differences:
        if found.metric.name not in published:
            continue
        gap = found.difference
        severity: Severity = "notice"
        if gap.positive:
            severity = "good"
        elif gap.high is not None and gap.high < 0:
            severity = "fault"
        yield Finding(
            severity,
            HEADLINE,
            f"Spearman with true similarity {found.headline:.3f} against {found.other:.3f} of "
            f"{found.metric.name} over {found.pairs} pairs: difference {_with_interval(gap)}.",
        )


def _with_interval(found: Estimate) -> str:
    if found.low is None:
        return f"{found.value:.3f}"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


def _where_unscored(each: Measured) -> str:
    missing = {
        found.axis: found.pairs - found.scored
        for found in each.responses
        if found.scored < found.pairs
    }
    if not missing:
        return ""
    worst = max(missing, key=lambda axis: missing[axis])
    return f", most of them ({missing[worst]}) along {worst}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
