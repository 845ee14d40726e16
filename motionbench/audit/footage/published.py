"""Do metrics tell a result's own reference from others?"""

from collections.abc import Mapping, Sequence

import numpy as np

from motionbench.audit.footage.pairs_file import PublishedPair, read_published
from motionbench.audit.footage.part import Part
from motionbench.audit.footage.reel import Reel
from motionbench.audit.footage.scoring import likenesses
from motionbench.audit.footage.separation import Separation, choose_others
from motionbench.audit.footage.sources import PairsSource
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.sections import Cell, Finding, Table
from motionbench.cases import CATEGORIES
from motionbench.leaderboard.bootstrap import Interval, bootstrap_mean
from motionbench.runner.progress import progress

OTHERS = 5
"""Other references that each result is scored against."""

TEXT = (
    "Results of motion transfer with their references: each result is scored against its own "
    f"reference and against {OTHERS} others. A metric of motion must tell which is its own; on "
    "which side the methods' faults lie does not matter. Results that were made worse on purpose "
    "(`dose`, `ablation`) are left out."
)


def published_part(
    reel: Reel, sources: Sequence[PairsSource], metrics: Sequence[AuditedMetric]
) -> Part:
    """Table by metric, and which metrics of motion cannot tell."""
    tables, findings = [], []
    for number, source in enumerate(sources, start=1):
        pairs = [pair for pair in read_published(source.pairs) if pair.faithful]
        found = separate(reel, pairs, metrics)
        rows = [
            _row(metric, separation, pairs)
            for metric, separation in zip(metrics, found, strict=True)
        ]
        name = "published" if number == 1 else f"published_{number}"
        tables.append(
            Table(
                name,
                f"Own reference against others: {source.pairs.name}",
                "`auc` is the share of the other references that a result's own one beats, the "
                "mean over references, with its 95 % interval over references; 0.5 is chance. A "
                "result that is unscorable against its own loses. `pooled`: over all couples "
                "of all results, as if one threshold had to tell. The categories' are means over "
                "results.",
                tuple(rows),
            )
        )
        findings += [_finding(metric, row) for metric, row in zip(metrics, rows, strict=True)]
    return Part(text=TEXT, tables=tuple(tables), findings=tuple(filter(None, findings)))


def separate(
    reel: Reel, pairs: Sequence[PublishedPair], metrics: Sequence[AuditedMetric]
) -> list[Separation]:
    """Scores of results against their own and other references, by metric."""
    clips = [path for pair in pairs for path in (pair.row.reference, pair.row.generated)]
    embed = any(metric.needs_frames for metric in metrics)
    reel.measure(clips, embed=embed, what="published clips")
    others = choose_others(
        [pair.row.case_id for pair in pairs],
        [pair.group for pair in pairs],
        count=OTHERS,
        seed=0,
    )
    own = np.full((len(pairs), len(metrics)), np.nan)
    other = np.full((len(pairs), OTHERS, len(metrics)), np.nan)
    for i, pair in enumerate(progress(pairs, total=len(pairs), what="published pairs")):
        row = pair.row
        own[i] = likenesses(reel, metrics, row.reference, row.generated, own=True)
        for k, j in enumerate(others[i]):
            stranger = pairs[j].row.reference
            other[i, k] = likenesses(reel, metrics, stranger, row.generated, own=False)
    return [Separation(own[:, m], other[:, :, m]) for m in range(len(metrics))]


def _row(
    metric: AuditedMetric, separation: Separation, pairs: Sequence[PublishedPair]
) -> Mapping[str, Cell]:
    paired = separation.paired()
    cases = np.array([pair.row.case_id for pair in pairs])
    categories = np.array([pair.row.category for pair in pairs])
    means = [
        float(paired[mine].mean())
        for case in dict.fromkeys(cases)
        if (mine := (cases == case) & np.isfinite(paired)).any()
    ]
    auc = bootstrap_mean(np.array(means), seed=0) if means else None
    low, high = (None, None) if auc is None else (auc.low, auc.high)
    return {
        "metric": metric.name,
        "results": len(pairs),
        "unscorable": int(np.isnan(separation.own).sum()),
        "auc": None if auc is None else auc.mean,
        "low": low,
        "high": high,
        "pooled": separation.pooled(),
        **{
            category: float(paired[mine].mean())
            if (mine := (categories == category) & np.isfinite(paired)).any()
            else None
            for category in CATEGORIES
        },
    }


def _finding(metric: AuditedMetric, row: Mapping[str, Cell]) -> Finding | None:
    """None for a metric that does not claim to see motion."""
    if not metric.claims:
        return None
    auc = _interval(row)
    if auc is None:
        text = "no published result can be scored against another reference."
        return Finding("notice", metric.name, text)
    tells = auc.low is not None and auc.low > 0.5
    shown = "no interval" if auc.low is None else f"{auc.low:.2f} to {auc.high:.2f}"
    return Finding(
        "good" if tells else "fault",
        metric.name,
        f"{'tells' if tells else 'cannot tell'} a published result's own reference from others: it "
        f"scores higher against its own in {auc.mean:.0%} of comparisons ({shown}; chance 50%).",
    )


def _interval(row: Mapping[str, Cell]) -> Interval | None:
    auc, low, high = row["auc"], row["low"], row["high"]
    if not isinstance(auc, float):
        return None
    return Interval(
        auc, low if isinstance(low, float) else None, high if isinstance(high, float) else None
    )
