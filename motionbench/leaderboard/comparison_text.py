"""A comparison of two runs for the terminal or as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from motionbench.errors import UnknownNameError
from motionbench.leaderboard.bootstrap import CONFIDENCE
from motionbench.leaderboard.compare import CaseDifference, Comparison
from motionbench.leaderboard.escape import plain
from motionbench.leaderboard.numbers import number
from motionbench.leaderboard.render import without_colour
from motionbench.leaderboard.statistics import ALPHA

COMPARISON_FORMATS = ("table", "json")

_LISTED = 5
"""Cases that a terminal lists for either side."""


def render_comparison(
    comparison: Comparison,
    format: str,  # noqa: A002
    *,
    width: int = 120,
) -> str:
    """A comparison as text.

    Args:
        comparison: From ``compare_methods``.
        format: ``table``, or ``json`` with all cases.
        width: Characters in a line of a ``table``.

    Returns:
        Text that ends with a line break.

    Raises:
        UnknownNameError: There is no such format.
    """
    if format == "table":
        return without_colour(renderable_comparison(comparison), width=width)
    if format != "json":
        raise UnknownNameError("format", format, COMPARISON_FORMATS)
    content = {**asdict(comparison), "confidence": CONFIDENCE}
    return json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def renderable_comparison(comparison: Comparison) -> Group:
    """The ``table`` format for ``rich.console.Console.print``."""
    ahead = [case for case in comparison.cases if case.difference > 0]
    behind = [case for case in comparison.cases if case.difference < 0]
    if comparison.direction == "lower":
        ahead, behind = behind, ahead
    a, b = plain(comparison.a), plain(comparison.b)
    titles = (f"{a} is better", f"{b} is better")
    if comparison.direction == "none":
        titles = (f"{a} is higher", f"{b} is higher")
    return Group(
        Text(f"{comparison.metric}: {a} against {b}", style="bold"),
        *(Text(line, style="dim") for line in _scope(comparison)),
        Text(),
        Text(_verdict(comparison)),
        *_listing(comparison, titles[0], ahead),
        *_listing(comparison, titles[1], behind),
    )


def _scope(comparison: Comparison) -> Iterator[str]:
    yield f"suite {plain(comparison.suite)}, ruler {plain(comparison.ruler)}"
    jobs = comparison.n_jobs_planned
    yield (
        f"{comparison.n_cases} common cases of {comparison.n_cases_planned}; jobs with a score: "
        f"{plain(comparison.a)} {comparison.ok_a}/{jobs}, "
        f"{plain(comparison.b)} {comparison.ok_b}/{jobs}"
    )


def _verdict(comparison: Comparison) -> str:
    a, b = plain(comparison.a), plain(comparison.b)
    unit = f" {comparison.unit}" if comparison.unit else ""
    interval = "no interval from one case"
    if comparison.low is not None and comparison.high is not None:
        interval = f"[{number(comparison.low)}, {number(comparison.high)}]"
    numbers = (
        f"{a} {number(comparison.mean_a)}, {b} {number(comparison.mean_b)}; mean difference "
        f"{number(comparison.difference)}{unit} {interval}, p = {comparison.pvalue:.4f}. "
    )
    if comparison.pvalue > ALPHA:
        return numbers + "They cannot be told apart." + _advice(comparison.cases_needed)
    higher = comparison.difference > 0
    if comparison.direction == "none":
        return numbers + f"{a if higher else b} is higher."
    return numbers + f"{a if higher == (comparison.direction == 'higher') else b} is better."


def _advice(cases: int | None) -> str:
    return f" About {cases} cases would show such a difference (80 % power)." if cases else ""


def _listing(
    comparison: Comparison, title: str, cases: Sequence[CaseDifference]
) -> Iterator[Text | Table]:
    """The largest differences in one direction, if there are any."""
    if not cases:
        return
    yield Text()
    yield Text(f"{title} in {len(cases)} of {comparison.n_cases} cases", style="italic")
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for head in ("case", "category"):
        table.add_column(head, overflow="fold")
    for head in (comparison.a, comparison.b, "difference"):
        table.add_column(Text(plain(head)), justify="right", overflow="fold")
    for case in cases[:_LISTED]:
        values = map(number, (case.a, case.b, case.difference))
        table.add_row(Text(plain(case.case)), Text(plain(case.category)), *values)
    yield table
