"""Do metrics put results in the order that their authors give?"""

from collections.abc import Mapping, Sequence

import numpy as np

from motionbench.audit.footage.pairs_file import PublishedPair, read_published
from motionbench.audit.footage.part import Part
from motionbench.audit.footage.reel import Reel
from motionbench.audit.footage.scoring import likenesses
from motionbench.audit.footage.sources import SeriesSource
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.sections import Cell, Finding, Table
from motionbench.errors import ManifestError, UnknownNameError

BAR = 0.8
"""Kendall's tau below which a metric of motion is said to miss the order: one couple of ten the
wrong way round."""

TEXT = (
    "Series of results on one reference whose order is known, such as rising noise or a part of "
    "the method left out. `tau` is Kendall's: couples of results in the right order less those in "
    "the wrong one, over all couples whose order is known; equal and unscorable values are neither."
)


def series_part(
    reel: Reel, sources: Sequence[SeriesSource], metrics: Sequence[AuditedMetric]
) -> Part:
    """Tables by series, of tau and of the values, and which metrics of motion miss the order."""
    series = [find(source) for source in sources]
    clips = [
        path
        for steps in series
        for step in steps
        for pair in step
        for path in (pair.row.reference, pair.row.generated)
    ]
    embed = any(metric.needs_frames for metric in metrics)
    reel.measure(clips, embed=embed, what="series")
    rows: list[Mapping[str, Cell]] = []
    tables = []
    for number, (source, steps) in enumerate(zip(sources, series, strict=True), start=1):
        pairs = [pair for step in steps for pair in step]
        ranks = np.array([rank for rank, step in enumerate(steps) for _ in step])
        values = np.array(
            [
                likenesses(reel, metrics, pair.row.reference, pair.row.generated, own=True)
                for pair in pairs
            ]
        )
        taus = [tau(ranks, column) for column in values.T]
        worst = [loses(ranks, column) for column in values.T]
        rows += [
            {"series": source.group, "metric": metric.name, "tau": found, "last is last": last}
            for metric, found, last in zip(metrics, taus, worst, strict=True)
        ]
        tables.append(_values_table(number, source, pairs, metrics, values))
    overview = Table(
        "series",
        "Series with a known order",
        "`tau`: 1 for the known order, -1 for the reverse. `last is last`: all results of the last "
        "step are below all others.",
        tuple(rows),
    )
    findings = tuple(_finding(metric.name, rows) for metric in metrics if metric.claims)
    return Part(text=TEXT, tables=(overview, *tables), findings=findings)


def find(source: SeriesSource) -> list[list[PublishedPair]]:
    """The results of a series, step by step.

    Raises:
        ManifestError: The file has no such group or method, or one twice; or the series has fewer
            than two steps, or results on several references.
    """
    where = f"{source.pairs}, series {source.group!r}"
    pairs = read_published(source.pairs)
    mine = [pair for pair in pairs if pair.group == source.group]
    if not mine:
        groups = {pair.group for pair in pairs if pair.group}
        raise ManifestError(f"{where}: {UnknownNameError('group', source.group, groups)}")
    by_method: dict[str, list[PublishedPair]] = {}
    for pair in mine:
        by_method.setdefault(pair.row.method, []).append(pair)
    named = [method for step in source.order for method in step]
    for method in named:
        if method not in by_method:
            raise ManifestError(f"{where}: {UnknownNameError('method', method, by_method)}")
        if len(by_method[method]) > 1 or named.count(method) > 1:
            raise ManifestError(f"{where}: the method {method!r} must be there once, not more.")
    if len(source.order) < 2 or not all(source.order):
        raise ManifestError(f"{where}: order needs two or more steps, none of them empty.")
    steps = [[by_method[method][0] for method in step] for step in source.order]
    cases = {pair.row.case_id for step in steps for pair in step}
    if len(cases) > 1:
        raise ManifestError(f"{where}: results on several references: {sorted(cases)}.")
    return steps


def tau(ranks: np.ndarray, values: np.ndarray) -> float:
    """Kendall's tau between a known order and values, -1 to 1.

    Args:
        ranks: ``(N,)`` steps of the order, the first most alike; equal within a step.
        values: ``(N,)`` likenesses, NaN where unscorable.

    Example:
        >>> tau(np.array([0, 1, 1]), np.array([0.9, 0.5, 0.7]))
        1.0
    """
    first, second = np.nonzero(ranks[:, None] < ranks)
    signs = np.sign(values[first] - values[second])
    return float(np.nan_to_num(signs).mean())


def loses(ranks: np.ndarray, values: np.ndarray) -> bool | None:
    """Whether all values of the last step are below all others; None where one is unscorable."""
    if np.isnan(values).any():
        return None
    last = ranks == ranks.max()
    return bool(values[last].max() < values[~last].min())


def _values_table(
    number: int,
    source: SeriesSource,
    pairs: Sequence[PublishedPair],
    metrics: Sequence[AuditedMetric],
    values: np.ndarray,
) -> Table:
    steps = {method: k for k, step in enumerate(source.order, start=1) for method in step}
    rows = tuple(
        {
            "step": steps[pair.row.method],
            "method": pair.row.method,
            **{
                metric.name: None if np.isnan(value) else float(value)
                for metric, value in zip(metrics, row, strict=True)
            },
        }
        for pair, row in zip(pairs, values, strict=True)
    )
    return Table(
        f"series_{number}",
        f"Series {source.group}",
        "In the known order, the best first; equal steps are not ordered. Values are turned so "
        "that more means more alike: distances are negative.",
        rows,
    )


def _finding(metric: str, rows: Sequence[Mapping[str, Cell]]) -> Finding:
    taus = {str(row["series"]): float(row["tau"] or 0) for row in rows if row["metric"] == metric}
    keeps = all(found >= BAR for found in taus.values())
    shown = ", ".join(f"{series} {found:.2f}" for series, found in taus.items())
    return Finding(
        "good" if keeps else "notice",
        metric,
        f"{'keeps' if keeps else 'misses'} the known order of published series: Kendall's tau "
        f"{shown} (bar {BAR:.2f} in each).",
    )
