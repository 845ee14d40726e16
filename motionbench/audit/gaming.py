"""Gaming: what cheats score, and which flag catches each."""

from collections.abc import Mapping

import numpy as np

from motionbench.audit.cheats import ENTRANTS, Entrant
from motionbench.audit.entries import METRICS, ask, measure
from motionbench.audit.lab import Lab
from motionbench.audit.scale import Scale
from motionbench.audit.sections import Cell, Finding, Section, Table
from motionbench.cases import CATEGORIES
from motionbench.leaderboard.flag_text import evidence_text
from motionbench.leaderboard.flags import FLAGS, MOST, Criterion, flags_of, measured
from motionbench.leaderboard.records import ScoreGrid, read_grid

WHOLE = "all"
"""In place of a category: the row as a board shows it."""


def run(lab: Lab, scale: Scale) -> Section:
    """Cheats beside honest results, on eval scenes of all categories and prompts that change them.

    Args:
        lab: Holds the ruler.
        scale: Sizes; at most ``entries.MOST_SCENES`` scenes of a category are used.
    """
    asked = ask(lab, scale)
    table = measure(lab, asked)
    grids = {WHOLE: read_grid(table)}
    grids |= {name: read_grid(table[table["category"] == name]) for name in CATEGORIES}
    subjects = sum(each.kind == "subject" for each in asked)
    return Section(
        name="gaming",
        title="Gaming",
        text=(
            f"{len(asked)} scenes of the eval split, each with a prompt that asks for another "
            f"subject ({subjects}) or another subject and scene ({len(asked) - subjects}), "
            "answered by cheats and by honest methods: a transfer that is right, one that is "
            "partly right, and the prompt's picture with another motion. Honest pictures have "
            "their own layout and surfaces. All are scored as a run on the `scenes` suite is, and "
            "flagged as on a leaderboard."
        ),
        tables=(_flag_table(grids), _score_table(grids), _bound_table(grids)),
        findings=tuple(_findings(grids)),
    )


def _row_of(grid: ScoreGrid, entrant: Entrant) -> int:
    return [key.method for key in grid.runs].index(entrant.name)


def _letters(grid: ScoreGrid, entrant: Entrant) -> str:
    return " ".join(flag.letter for flag in flags_of(grid)[_row_of(grid, entrant)])


def _flag_table(grids: Mapping[str, ScoreGrid]) -> Table:
    legend = "; ".join(f"{spec.letter}: {spec.name}" for spec in FLAGS)
    return Table(
        "flags",
        "Who is flagged",
        f"Flags on all scenes together, as on a board, and within each category. {legend}.",
        tuple(
            {
                "entrant": entrant.name,
                "honest": entrant.honest,
                "what": entrant.summary,
                **{name: _letters(grid, entrant) for name, grid in grids.items()},
            }
            for entrant in ENTRANTS
        ),
    )


def _score_table(grids: Mapping[str, ScoreGrid]) -> Table:
    return Table(
        "scores",
        "What they score",
        "Means over scenes; empty where no scene could be scored.",
        tuple(
            {
                "entrant": entrant.name,
                "category": name,
                **{metric: _mean(_values(grid, entrant, metric)) for metric in METRICS},
            }
            for entrant in ENTRANTS
            for name, grid in grids.items()
        ),
    )


def _bound_table(grids: Mapping[str, ScoreGrid]) -> Table:
    """How far honest rows stay from every bound."""
    return Table(
        "bounds",
        "Bounds of the flags",
        "Every criterion of a flag, and what honest rows and cheats measure on the prompts that "
        "count: least and greatest over categories and over all. `measured`: the mean that is held "
        f"against the bound, or the share of cases beyond it, of which {MOST:.0%} raise the flag. "
        "A flag needs all its criteria.",
        tuple(
            {
                "flag": spec.letter,
                "metric": criterion.metric,
                "measured": "share" if criterion.one_by_one else "mean",
                "prompts": " ".join(criterion.kinds),
                "side": criterion.side,
                "bound": criterion.bound,
                **_range(grids, criterion, honest=True),
                **_range(grids, criterion, honest=False),
            }
            for spec in FLAGS
            for criterion in spec.criteria
        ),
    )


def _range(
    grids: Mapping[str, ScoreGrid], criterion: Criterion, *, honest: bool
) -> dict[str, Cell]:
    """Least and greatest of what the honest rows measure, or the cheats."""
    found = [
        value
        for grid in grids.values()
        if set(criterion.kinds) & set(grid.kinds)
        for entrant in ENTRANTS
        if entrant.honest == honest
        for value in [_measured(grid, entrant, criterion)]
        if value is not None
    ]
    name = "honest" if honest else "cheats"
    return {f"{name}_low": min(found, default=None), f"{name}_high": max(found, default=None)}


def _values(grid: ScoreGrid, entrant: Entrant, metric: str) -> np.ndarray:
    return grid.case_values[_row_of(grid, entrant), :, grid.metrics.index(metric)]


def _measured(grid: ScoreGrid, entrant: Entrant, criterion: Criterion) -> float | None:
    """What a criterion looks at: a mean, or the share of cases beyond the bound."""
    found = measured(grid, criterion)[_row_of(grid, entrant)]
    if found is None:
        return None
    return found.share if criterion.one_by_one else found.mean


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _findings(grids: Mapping[str, ScoreGrid]) -> list[Finding]:
    """Whether every cheat is flagged and no honest row is; faults first."""
    found = [_finding(grids, entrant) for entrant in ENTRANTS]
    return sorted(found, key=lambda finding: finding.severity != "fault")


def _finding(grids: Mapping[str, ScoreGrid], entrant: Entrant) -> Finding:
    flags = flags_of(grids[WHOLE])[_row_of(grids[WHOLE], entrant)]
    told = "; ".join(f"{flag.name} {evidence_text(flag)}" for flag in flags)
    where = [name for name, grid in grids.items() if _letters(grid, entrant)]
    if entrant.honest:
        if where:
            return Finding("fault", entrant.name, f"is honest and flagged in {', '.join(where)}.")
        return Finding("good", entrant.name, "is honest, and no flag is raised.")
    if not flags:
        return Finding("fault", entrant.name, f"({entrant.summary}) cheats, and no flag is raised.")
    missed = [name for name in grids if name not in where]
    except_in = f"; not flagged within {', '.join(missed)} alone" if missed else ""
    return Finding("good", entrant.name, f"is flagged: {told}{except_in}.")
