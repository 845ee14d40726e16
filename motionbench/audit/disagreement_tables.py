"""Tables and pictures of how far metrics agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from motionbench.audit.heat_map import heat_map
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.sections import Cell, Figure, Table
from motionbench.audit.statistics import Estimate
from motionbench.audit.synthetic_methods import TRUTH, Methods, disagreement
from motionbench.audit.validity_data import HEADLINE

NEAR = 0.05
"""Results and methods whose true similarities lie closer have no true winner."""

GAPS = (NEAR, 0.1, 0.2, 0.4, np.inf)
"""Ends of the bins of the difference between two methods, mean true similarity."""

Matrix = Float64[np.ndarray, "_a _b"]


@dataclass(frozen=True)
class Agreement:
    """How far a metric tells the story of the headline metric, and the true one.

    Attributes:
        metric: Its name.
        pairs: Pairs of clips that it and the headline metric score.
        ranks: Their Spearman there.
        changed: Share of pairs of methods in which their winners differ.
        wrong: Share of pairs of methods with a true winner in which it names another.
        cases_changed: Share of pairs of results of one reference which the two order otherwise,
            mean over base scenes.
        cases_wrong: Share of those with a true order that it orders otherwise.
    """

    metric: str
    pairs: int
    ranks: Estimate | None
    changed: Estimate
    wrong: Estimate
    cases_changed: Estimate | None
    cases_wrong: Estimate | None


def winners_table(found: Sequence[Agreement]) -> Table:
    """Ranks and winners, a row a metric."""
    rows = [
        {
            "metric": each.metric,
            "pairs": each.pairs,
            **_cells("ranks", each.ranks),
            **_cells("methods changed", each.changed),
            **_cells("methods wrong", each.wrong),
            **_cells("cases changed", each.cases_changed),
            **_cells("cases wrong", each.cases_wrong),
        }
        for each in found
    ]
    return Table(
        "winners",
        f"Agreement with {HEADLINE} and with truth",
        f"ranks: Spearman with {HEADLINE} over the pairs of clips that both score. Changed: share "
        f"of pairs of methods (of results of one reference) whose winner is another than by "
        f"{HEADLINE}; wrong: another than by true similarity, where that differs by at least "
        f"{NEAR}. A metric that names no winner is half right. Intervals are 95 %, over base "
        "scenes.",
        tuple(rows),
    )


def gaps_table(metrics: Sequence[AuditedMetric], methods: Methods) -> Table:
    """Wrong winners by how far apart two methods are."""
    gaps = methods.gaps()
    once = np.ones((1, methods.resamples.draws.shape[1]))
    truth = methods.winners(TRUTH, once)
    judged = {metric.name: methods.winners(metric.name, once) for metric in metrics}
    rows: list[dict[str, Cell]] = []
    for low, high in zip((0.0, *GAPS), GAPS, strict=False):
        counted = (gaps >= low) & (gaps < high)
        row: dict[str, Cell] = {
            "gap from": low,
            "to": float(high) if np.isfinite(high) else None,
            "pairs of methods": int(counted.sum()),
        }
        for name, winners in judged.items():
            row[name] = float(disagreement(winners, truth, counted)[0]) if counted.any() else None
        rows.append(row)
    return Table(
        "wrong_by_gap",
        "How often the wrong method wins, by how far apart the two are",
        "Gap: difference of mean true similarity. A coin is wrong in half of the pairs.",
        tuple(rows),
    )


def ranks_table(metrics: Sequence[AuditedMetric], matrix: Matrix) -> Table:
    """Rank correlations of all pairs of metrics."""
    names = [metric.name for metric in metrics]
    rows = [
        {"metric": name}
        | {
            other: float(value) if np.isfinite(value) else None
            for other, value in zip(names, row, strict=True)
        }
        for name, row in zip(names, matrix, strict=True)
    ]
    return Table(
        "rank_correlation",
        "Rank correlation between the metrics",
        "Spearman of likeness over the nulls and the pairs along all axes but place that both "
        "metrics score.",
        tuple(rows),
    )


def _cells(name: str, found: Estimate | None) -> dict[str, Cell]:
    return {
        name: found.value if found else None,
        f"{name} low": found.low if found else None,
        f"{name} high": found.high if found else None,
    }


def ranks_figure(metrics: Sequence[AuditedMetric], matrix: Matrix) -> Figure:
    """The same as a picture."""
    names = [metric.name for metric in metrics]

    def draw(figure: Any) -> None:
        heat_map(figure.add_subplot(), matrix, names, names)

    return Figure(
        "ranks",
        "Spearman between the metrics over the same pairs.",
        draw,
        width=8.0,
        height=1.6 + 0.4 * len(names),
    )


def wrong_figure(found: Sequence[Agreement]) -> Figure:
    """Wrong winners, a row a metric."""

    def draw(figure: Any) -> None:
        plot = figure.add_subplot()
        kinds = (("wrong", "o", "methods"), ("cases_wrong", "s", "single results"))
        for place, (field, marker, label) in enumerate(kinds):
            for row, each in enumerate(found):
                share: Estimate | None = getattr(each, field)
                if share is None:
                    continue
                y = row + 0.3 * place - 0.15
                if share.low is not None and share.high is not None:
                    plot.plot([share.low, share.high], [y, y], color="0.4")
                plot.plot(
                    share.value, y, marker, color=f"C{place}", label=label if row == 0 else None
                )
        plot.set_yticks(range(len(found)), [each.metric for each in found])
        plot.invert_yaxis()
        plot.axvline(0.5, color="0.6", linestyle=":")
        plot.set_xlabel("share of pairs with the wrong winner (0.5: a coin)")
        plot.legend()

    return Figure(
        "wrong",
        "How often each metric names the wrong one of two methods, or of two results of one "
        "reference, with 95 % intervals over base scenes.",
        draw,
        width=8.0,
        height=1.4 + 0.4 * len(found),
    )
