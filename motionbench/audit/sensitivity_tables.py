"""What changed settings do, as tables and as a figure."""

from collections.abc import Callable, Sequence
from typing import Any

from motionbench.audit.effects import Effect
from motionbench.audit.graded_pairs import Graded
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.sections import Cell, Table
from motionbench.audit.trials import AS_USUAL, Columns, Trial

Row = dict[str, Cell]


def setting_table(trials: Sequence[Trial], metric: str) -> Table:
    """All that is known of one metric."""
    return Table(
        "settings",
        f"What each setting does to {metric}",
        "Change: score under the setting less score as usual. unscored: pairs without a score as "
        "usual; lost: those that lose it under the setting. flips: couples of results of one "
        "reference whose order turns. truth: Spearman of the scores under the setting with true "
        "similarity; settings that differ little in it cannot be told apart on so few pairs.",
        tuple(
            {
                **_setting(trial),
                "near": trial.setting.near,
                **_cells(trial.effects[metric]),
                "truth": trial.truths[metric],
            }
            for trial in trials
        ),
    )


def spread_table(trials: Sequence[Trial], metrics: Sequence[AuditedMetric]) -> Table:
    """How far scores move, comparable between metrics."""
    return Table(
        "changes",
        "Mean absolute change of each metric, in units of its spread",
        "Spread: standard deviation of the metric's scores over the pairs as usual.",
        _by_metric(trials, metrics, lambda trial, name: _share_of_spread(trial.effects[name])),
    )


def rank_table(trials: Sequence[Trial], metrics: Sequence[AuditedMetric]) -> Table:
    """Whether ranks survive."""
    return Table(
        "ranks",
        "Spearman of the scores of pairs under each setting with those as usual",
        "",
        _by_metric(trials, metrics, lambda trial, name: trial.effects[name].spearman),
    )


def truth_table(trials: Sequence[Trial], metrics: Sequence[AuditedMetric]) -> Table:
    """Whether a setting makes a metric better or worse."""
    return Table(
        "truth",
        "Spearman of the scores of pairs under each setting with true similarity",
        "More is better for every metric: scores are turned where less means more alike.",
        _by_metric(trials, metrics, lambda trial, name: trial.truths[name]),
    )


def pair_table(graded: Sequence[Graded], usual: Columns) -> Table:
    """The pairs themselves."""
    rows = []
    for index, one in enumerate(graded):
        scene = one.pair.reference.scene
        values = {name: column[index] for name, column in usual.items()}
        rows.append(
            {
                "category": scene.category,
                "reference": one.reference,
                "true_similarity": one.truth,
                **{
                    name: value if isinstance(value, float) else None
                    for name, value in values.items()
                },
            }
        )
    return Table("pairs", "The pairs, scored as usual", "- : unscorable.", tuple(rows))


def tornado(canvas: Any, trials: Sequence[Trial], metric: str, bar: float) -> None:
    """Draw the mean absolute change by factor, largest on top.

    Args:
        canvas: An empty ``matplotlib.figure.Figure``.
        trials: Of all factors.
        metric: Name.
        bar: Where the dotted line stands.
    """
    changes: dict[str, list[tuple[float, bool, str]]] = {}
    for trial in trials:
        change = trial.effects[metric].mean_absolute
        if trial.setting is not AS_USUAL and change is not None:
            setting = trial.setting
            changes.setdefault(setting.factor, []).append((change, setting.near, setting.level))
    order = sorted(changes, key=lambda factor: max(changes[factor]))
    axes = canvas.add_subplot()
    for place, factor in enumerate(order):
        nearest = max((change for change, near, _ in changes[factor] if near), default=0.0)
        axes.barh(place, nearest, height=0.5, color="0.85", edgecolor="0.5")
        for change, near, _ in changes[factor]:
            axes.plot(change, place, "o", color="black", mfc="black" if near else "white", ms=5)
        largest, _, level = max(changes[factor])
        axes.annotate(
            level, (largest, place), xytext=(6, 0), textcoords="offset points", va="center",
            fontsize=8,
        )  # fmt: skip
    axes.axvline(bar, color="black", linestyle=":", linewidth=1)
    axes.set_yticks(range(len(order)), order)
    axes.set_xlabel(f"mean absolute change of {metric}")
    # Room for the label of the farthest one.
    axes.set_xlim(0, 1.2 * max([bar, *(max(found)[0] for found in changes.values())]))


def _setting(trial: Trial) -> Row:
    return {"factor": trial.setting.factor, "level": trial.setting.level}


def _cells(effect: Effect) -> Row:
    return {
        "pairs": effect.pairs,
        "unscored": effect.unscored,
        "lost": effect.lost,
        "mean_change": effect.mean,
        "mean_absolute_change": effect.mean_absolute,
        "largest_change": effect.largest,
        "spearman": effect.spearman,
        "kendall": effect.kendall,
        "couples": effect.couples,
        "flips": effect.flips,
        "flip_share": effect.flip_share,
    }


def _by_metric(
    trials: Sequence[Trial],
    metrics: Sequence[AuditedMetric],
    cell: Callable[[Trial, str], Cell],
) -> tuple[Row, ...]:
    return tuple(
        {**_setting(trial), **{metric.name: cell(trial, metric.name) for metric in metrics}}
        for trial in trials
    )


def _share_of_spread(effect: Effect) -> float | None:
    if effect.mean_absolute is None or not effect.spread:
        return None
    return effect.mean_absolute / effect.spread
