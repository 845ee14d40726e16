"""The same pairs, scored anew under every setting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from motionbench.audit.effects import Effect, Value, effect, with_truth
from motionbench.audit.graded_pairs import Graded
from motionbench.audit.lab import Lab
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.settings import Setting
from motionbench.metrics.catalog import Unscorable

Columns = Mapping[str, Sequence[Value]]
"""Value of each pair, or why it has none, by metric."""

AS_USUAL = Setting("as usual", "", near=False)


@dataclass(frozen=True, eq=False)
class Trial:
    """All pairs under one setting.

    Attributes:
        setting: What was not as usual.
        effects: Against what it is held against, by metric.
        truths: Spearman's rank correlation with true similarity under the setting, by metric.
    """

    setting: Setting
    effects: Mapping[str, Effect]
    truths: Mapping[str, float | None]


def run_trials(
    lab: Lab,
    graded: Sequence[Graded],
    settings: Sequence[Setting],
    metrics: Sequence[AuditedMetric],
) -> tuple[Columns, list[Trial]]:
    """Score all pairs as usual, and under each setting.

    Args:
        lab: Of the ruler that is audited.
        graded: Pairs.
        settings: A setting comes after what it is held against.
        metrics: None of them needs frames.

    Returns:
        The scores as usual, and a trial for each setting; the first is of nothing changed.
    """
    truth = [one.truth for one in graded]
    references = [one.reference for one in graded]
    scores: dict[tuple[str, str], Columns] = {}
    trials = []
    for setting in (AS_USUAL, *settings):
        found = _scores(lab, graded, setting, metrics)
        scores[setting.factor, setting.level] = found
        before = scores[setting.against or (AS_USUAL.factor, AS_USUAL.level)]
        trials.append(
            Trial(
                setting,
                {
                    metric.name: effect(before[metric.name], found[metric.name], references)
                    for metric in metrics
                },
                {
                    metric.name: with_truth(_turned(metric, found[metric.name]), truth)
                    for metric in metrics
                },
            )
        )
    return scores[AS_USUAL.factor, AS_USUAL.level], trials


def _scores(
    lab: Lab, graded: Sequence[Graded], setting: Setting, metrics: Sequence[AuditedMetric]
) -> Columns:
    used = lab if setting.ruler is None else lab.beside(setting.ruler)
    pairs = [setting.film(one.pair) for one in graded]
    what = f"sensitivity: {setting.factor} {setting.level}".rstrip()
    rows = used.score(pairs, metrics, exact=setting.exact, what=what)
    return {metric.name: [row[metric.name] for row in rows] for metric in metrics}


def _turned(metric: AuditedMetric, values: Sequence[Value]) -> list[Value]:
    """Values turned so that more means more alike."""
    return [value if isinstance(value, Unscorable) else metric.likeness(value) for value in values]
