"""Pictures of how each metric follows true motion."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from motionbench.audit.heat_map import heat_map
from motionbench.audit.sections import Figure
from motionbench.audit.validity_data import HEADLINE, Outcome, ValidityData, by_base, likeness
from motionbench.audit.validity_results import Measured

_COLUMNS = 4
_MARKERS = ("o", "s", "^", "D", "v", "P")


def figures(data: ValidityData, measured: Sequence[Measured]) -> tuple[Figure, ...]:
    """All figures of the section.

    Args:
        data: All pairs.
        measured: One for each metric.
    """
    found = [_heat(data, measured)]
    for each in measured:
        if each.metric.name == HEADLINE and each.overall.scored:
            found += [_doses(data, each), _scatter(data, each)]
    return tuple(found)


def _heat(data: ValidityData, measured: Sequence[Measured]) -> Figure:
    axes, names = data.axes, [each.metric.name for each in measured]
    medians = np.array(
        [
            [
                np.nan if found is None or found.median is None else found.median
                for found in map(each.response, axes)
            ]
            for each in measured
        ]
    ).reshape(len(names), len(axes))
    claimed = np.array([[axis in each.metric.claims for axis in axes] for each in measured])

    def draw(figure: Any) -> None:
        heat_map(figure.add_subplot(), medians, names, axes, claimed)

    return Figure(
        "axes",
        "Median over base scenes of Spearman between dose and fall of likeness; bold where the "
        "metric claims to see the axis.",
        draw,
        width=10.0,
        height=1.8 + 0.32 * len(names),
    )


def _doses(data: ValidityData, each: Measured) -> Figure:
    rows = math.ceil(len(data.axes) / _COLUMNS)

    def draw(figure: Any) -> None:
        for number, axis in enumerate(data.axes, start=1):
            along = by_base(data.of("axis", axis))
            nulls = by_base(data.of("null"))
            doses = [0.0, *(outcome.dose for outcome in next(iter(along.values())))]
            truth = np.mean([[1.0, *_similarity(found)] for found in along.values()], axis=0)
            plot = figure.add_subplot(rows, _COLUMNS, number)
            for base, found in along.items():
                start = likeness(each.metric, nulls[base])
                scored = start[np.isfinite(start)]
                curve = [scored.mean() if scored.size else np.nan, *likeness(each.metric, found)]
                plot.plot(doses, curve, color="0.6", linewidth=0.8)
            mean = _mean_curve(data, each, along)
            plot.plot(doses, mean, "o-", color="black", label=each.metric.name)
            plot.plot(doses, truth, "s--", color="tab:orange", label="true similarity")
            plot.set_ylim(-1.05, 1.05)
            plot.annotate(axis, (0.03, 0.06), xycoords="axes fraction", fontsize=9)
            plot.set_xlabel("dose")
            if number % _COLUMNS == 1:
                plot.set_ylabel("score")
        handles, labels = plot.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=2)

    return Figure(
        "doses",
        f"{each.metric.name} (black, circles: mean; grey: each base scene) and true similarity "
        "(orange, squares: mean) by dose, one panel an axis. At dose 0 the mean of the nulls.",
        draw,
        width=10.0,
        height=0.6 + 2.1 * rows,
    )


def _mean_curve(data: ValidityData, each: Measured, along: dict[str, list[Outcome]]) -> list[float]:
    """Mean over base scenes at dose 0 and at each dose, of those with a score."""
    nulls = [found for found in data.of("null") if found.base in along]
    steps = [nulls, *(list(step) for step in zip(*along.values(), strict=True))]
    means = []
    for step in steps:
        values = likeness(each.metric, step)
        scored = values[np.isfinite(values)]
        means.append(float(scored.mean()) if scored.size else math.nan)
    return means


def _scatter(data: ValidityData, each: Measured) -> Figure:
    graded = data.graded()

    def draw(figure: Any) -> None:
        plot = figure.add_subplot()
        for group, marker in zip(data.groups, _MARKERS, strict=False):
            chosen = [outcome for outcome in graded if outcome.group == group]
            values = likeness(each.metric, chosen)
            plot.plot(
                _similarity(chosen), values, marker, markersize=4, alpha=0.6, mew=0, label=group
            )
        plot.set_xlabel("true similarity")
        plot.set_ylabel(each.metric.name)
        plot.legend()

    return Figure(
        "scatter",
        f"{each.metric.name} against true similarity: every null and every pair along an axis but "
        "place.",
        draw,
        width=7.0,
        height=5.0,
    )


def _similarity(outcomes: Sequence[Outcome]) -> list[float]:
    return [outcome.similarity for outcome in outcomes]
