"""Tables of how each metric follows true motion."""

from collections.abc import Mapping, Sequence

from motionbench.audit.sections import Cell, Table
from motionbench.audit.statistics import Estimate
from motionbench.audit.validity_data import HEADLINE, ValidityData
from motionbench.audit.validity_results import EVERYTHING, SPAN, Difference, Measured, Shift

_INTERVAL = "Intervals are 95 %, over base scenes."

Row = Mapping[str, Cell]


def tables(
    data: ValidityData,
    measured: Sequence[Measured],
    exact: Sequence[Measured],
    differences: Sequence[Difference],
) -> tuple[Table, ...]:
    """All tables of the section.

    Args:
        data: All pairs.
        measured: One for each metric.
        exact: Of the headline metric from exact tracks; empty if it was not computed.
        differences: Of the headline metric to others.
    """
    found = [
        _overview(data, measured),
        _signals(measured),
        _differences(differences),
        _groups(measured),
        _axes(measured),
        _noticed(data, measured),
        _nuisances(measured),
    ]
    headline = [each for each in measured if each.metric.name == HEADLINE]
    for from_found, from_exact in zip(headline, exact, strict=True):
        found += [_tracker_or_formula(from_found, from_exact), _levels(from_found)]
    return tuple(found)


def _overview(data: ValidityData, measured: Sequence[Measured]) -> Table:
    rows = []
    for each in measured:
        row: dict[str, Cell] = {"metric": each.metric.name}
        row |= _interval("all", each.overall.similarity)
        row["unscored last"] = each.overall.with_worst.value
        row |= dict.fromkeys(data.groups)  # some metrics are judged on some of them
        for found in each.correlations:
            if found.group != EVERYTHING:
                row[found.group] = found.similarity.value if found.similarity else None
        row["pairs"], row["scored"] = each.overall.pairs, each.overall.scored
        rows.append(row)
    return Table(
        "spearman",
        "Rank correlation with true similarity",
        "Spearman of likeness (a lower-is-better metric turned round) with true similarity over "
        "nulls and all axes but place. 'unscored last': pairs without a score rank below all "
        f"others; elsewhere they are left out. {_INTERVAL}",
        tuple(rows),
    )


def _groups(measured: Sequence[Measured]) -> Table:
    rows = [
        {
            "metric": each.metric.name,
            "group": found.group,
            "pairs": found.pairs,
            "scored": found.scored,
            **_interval("similarity", found.similarity),
            **_interval("unscored last", found.with_worst),
            **_interval("slow counts too", found.evenly),
            **_interval("direction", found.direction),
        }
        for each in measured
        for found in each.correlations
    ]
    return Table(
        "spearman_by_group",
        "Rank correlation with true similarity, by group",
        "Spearman with true similarity, with the one in which slow points count as well, and with "
        f"the one that is blind to overall speed. {_INTERVAL}",
        tuple(rows),
    )


def _axes(measured: Sequence[Measured]) -> Table:
    rows = []
    for each in measured:
        for found in each.responses:
            mean = found.mean
            rows.append(
                {
                    "metric": each.metric.name,
                    "axis": found.axis,
                    "claimed": found.axis in each.metric.claims,
                    "scenes": found.scenes,
                    "pairs": found.pairs,
                    "scored": found.scored,
                    "median": found.median,
                    **_interval("mean", Estimate(mean.mean, mean.low, mean.high) if mean else None),
                    **_interval("pooled", found.pooled),
                    "falling": found.falling,
                    "drop": found.drop,
                    "drop in noise": found.drop_in_noise,
                }
            )
    return Table(
        "axes",
        "Response along each axis",
        "Spearman between dose and fall of likeness: median and mean over base scenes, and over "
        "all pairs at once. 'falling': share of pairs of doses in which the higher one scores "
        "lower. 'drop': from the nulls to the largest dose, in spans of the metric (distance "
        f"between the {SPAN[0]:.0%} and {SPAN[1]:.0%} quantiles of its values over all motions), "
        f"and in standard deviations between nulls. {_INTERVAL}",
        tuple(rows),
    )


def _noticed(data: ValidityData, measured: Sequence[Measured]) -> Table:
    rows = []
    for axis in data.axes:
        row: dict[str, Cell] = {"axis": axis}
        for each in measured:
            found = each.response(axis)
            row[each.metric.name] = found.noticed if found else None
            if each.metric.name == HEADLINE:
                row["true similarity there"] = found.noticed_similarity if found else None
        rows.append(row)
    return Table(
        "just_noticeable",
        "The smallest change that is noticed",
        "The dose from which on a result scores below an independent null of the same base scene "
        "in at least 95 % of the comparisons, in a straight line between doses; '-' where the "
        "largest dose is not noticed that often. A result without a score is not noticed. For the "
        "headline metric also the true similarity at that dose.",
        tuple(rows),
    )


def _nuisances(measured: Sequence[Measured]) -> Table:
    rows = [
        {"metric": each.metric.name, "nuisance": found.nuisance, **_shift(found)}
        for each in measured
        for found in each.shifts
        if not found.level
    ]
    return Table(
        "nuisances",
        "What moves a score though the motion stays",
        "Change of likeness against the same pair without the nuisance, in spans of the metric: "
        "mean, standard deviation, mean absolute value. Appearance and texture are held against a "
        "copy of the reference, everything else happens to a result of another appearance.",
        tuple(rows),
    )


def _levels(headline: Measured) -> Table:
    rows = [
        {"nuisance": found.nuisance, "level": found.level, **_shift(found)}
        for found in headline.shifts
        if found.level
    ]
    return Table(
        "nuisance_levels",
        f"What moves {headline.metric.name}, by level",
        "As above.",
        tuple(rows),
    )


def _signals(measured: Sequence[Measured]) -> Table:
    rows = [
        {
            "metric": each.metric.name,
            "span": each.signal.span,
            "noise": each.signal.noise,
            "variance by motion": each.signal.motion,
            "variance by appearance": each.signal.appearance,
            "ratio": each.signal.ratio,
        }
        for each in measured
    ]
    return Table(
        "signal",
        "Motion or appearance?",
        "In the metric's own units. Noise is the standard deviation between nulls of one base "
        "scene, which differ in appearance only; its square is the variance by appearance. What "
        "results along the axes that the metric claims (all, if it claims none) vary more than "
        "that is the variance by motion. A ratio below 1: it sees appearance more than motion.",
        tuple(rows),
    )


def _differences(differences: Sequence[Difference]) -> Table:
    rows = [
        {
            "metric": found.metric.name,
            "pairs": found.pairs,
            HEADLINE: found.headline,
            "metric's": found.other,
            **_interval("difference", found.difference),
        }
        for found in differences
    ]
    return Table(
        "headline_against_others",
        f"{HEADLINE} against the others",
        "Spearman with true similarity over the pairs that both score, and the difference, scenes "
        f"drawn alike for both. {_INTERVAL}",
        tuple(rows),
    )


def _tracker_or_formula(found: Measured, exact: Measured) -> Table:
    rows: list[Row] = []
    for ours, true in zip(found.correlations, exact.correlations, strict=True):
        rows.append(
            {
                "over": ours.group,
                **_interval("found tracks", ours.similarity),
                **_interval("exact tracks", true.similarity),
            }
        )
    for response, true_response in zip(found.responses, exact.responses, strict=True):
        rows.append(
            {
                "over": f"axis {response.axis}",
                **_interval("found tracks", response.pooled),
                **_interval("exact tracks", true_response.pooled),
            }
        )
    return Table(
        "tracker_or_formula",
        f"{found.metric.name} from found and from exact tracks",
        "Groups: Spearman with true similarity; axes: Spearman between dose and fall over all "
        "pairs. Where exact tracks do no better, the formula is to blame, not the tracker. "
        f"{_INTERVAL}",
        tuple(rows),
    )


def _shift(found: Shift) -> dict[str, Cell]:
    return {
        "pairs": found.pairs,
        "scored": found.scored,
        "shift": found.mean,
        "spread": found.spread,
        "size": found.size,
    }


def _interval(name: str, found: Estimate | None) -> dict[str, Cell]:
    return {
        name: found.value if found else None,
        f"{name} low": found.low if found else None,
        f"{name} high": found.high if found else None,
    }
