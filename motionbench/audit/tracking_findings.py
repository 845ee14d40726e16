"""What the measures of a tracker say about it, against fixed bars."""

from collections.abc import Mapping
from typing import NamedTuple

from motionbench.audit.sections import Finding, Table


class Bars(NamedTuple):
    """Values of ``delta_x_avg``.

    Attributes:
        overall: Good over all clips.
        each: Good in each category.
        broken: Below it, overall or in a category, points are not followed.
    """

    overall: float
    each: float
    broken: float


ALL_POINTS = Bars(overall=0.7, each=0.6, broken=0.5)

MOVING_POINTS = Bars(overall=0.6, each=0.5, broken=0.3)
"""Harder: they get hidden and leave the picture. To leave every point where it was given scores up
to 0.18 in a category."""

SEES_THROUGH = 0.5
"""Share of the hidden frames from which on a tracker does not know what is hidden."""

GIVES_UP = 0.5
"""Share of the visible frames from which on a tracker misses too much to compare motion."""

WEAK = 0.6
"""Cells with a lower ``delta_x_avg`` are named."""


def position_findings(name: str, by_category: Table) -> list[Finding]:
    """Whether points are followed: all of them, and those that move.

    Args:
        name: Of the tracker.
        by_category: Of ``tracking_tables.by_category``; its last row is over all clips.
    """
    findings = []
    for column, what, bars in (
        ("delta_x_avg", "points", ALL_POINTS),
        ("moving_delta_x_avg", "points that move", MOVING_POINTS),
    ):
        values = {str(row["category"]): row[column] for row in by_category.rows}
        known = {category: float(value) for category, value in values.items() if value is not None}
        if known:
            findings.append(_judge(name, column, what, known, bars))
        else:
            findings.append(Finding("notice", name, f"`{column}`: there were no {what}."))
    return findings


def _judge(name: str, column: str, what: str, measured: Mapping[str, float], bars: Bars) -> Finding:
    """One finding; ``measured`` holds each category and ``all``."""
    categories = {category: value for category, value in measured.items() if category != "all"}
    weakest = min(categories, key=lambda category: categories[category])
    mean, low = measured["all"], categories[weakest]
    text = (
        f"`{column}` is {mean:.2f} overall (bar {bars.overall}), lowest in {weakest}: {low:.2f} "
        f"(bar {bars.each}; lost below {bars.broken})."
    )
    if min(mean, low) < bars.broken:
        return Finding("fault", name, f"loses {what}: {text}")
    if mean < bars.overall or low < bars.each:
        return Finding("notice", name, f"follows {what} only in part: {text}")
    return Finding("good", name, f"follows {what}: {text}")


def visibility_findings(name: str, visibility: Table) -> list[Finding]:
    """Whether it knows what is hidden.

    Args:
        name: Of the tracker.
        visibility: Of ``tracking_tables.visibility``; its last row is over all clips.
    """
    total = visibility.rows[-1]
    findings = []
    if total["false_visibility"] is not None:
        share = float(total["false_visibility"])
        blind = share >= SEES_THROUGH
        what = "says that hidden points are visible" if blind else "knows what is hidden"
        text = (
            f"{what}: {share:.0%} of the hidden frames are said to be visible "
            f"(bar {SEES_THROUGH:.0%})."
        )
        findings.append(Finding("notice" if blind else "good", name, text))
    if total["missed"] is not None and float(total["missed"]) >= GIVES_UP:
        text = (
            f"gives up on visible points: {float(total['missed']):.0%} of the visible frames are "
            f"said to be hidden (bar {GIVES_UP:.0%})."
        )
        findings.append(Finding("fault", name, text))
    return findings


def weak_cells(name: str, worst: Table) -> list[Finding]:
    """The worst cells by name.

    Args:
        name: Of the tracker.
        worst: Of ``tracking_tables.worst_cells``.
    """
    named = [
        f"{row['category']}, {row['aspect']} {row['kind']}: {float(value):.2f}"
        for row in worst.rows
        if (value := row["delta_x_avg"]) is not None and float(value) < WEAK
    ]
    if not named:
        return []
    return [
        Finding("notice", name, f"is weakest on (`delta_x_avg` below {WEAK}): {'; '.join(named)}.")
    ]
