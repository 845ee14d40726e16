"""The ablation as a table and a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path

from effivmt_adapter.ablation_grid import Setting
from motionbench.files import write_bytes
from motionbench.leaderboard.board import Cell

METRICS = {
    "motion_fidelity": "motion fidelity",
    "motion_fidelity_normalised": "normalised",
    "text_rank": "text rank",
    "appearance_leakage": "leakage",
    "seconds_adapt": "seconds to tune",
    "seconds_generate": "seconds a clip",
}
"""What the table shows, with its headings."""

SHOWN = ("motion_fidelity_normalised", "text_rank", "appearance_leakage")
"""Metrics of the figure."""


@dataclass(frozen=True)
class Row:
    """A setting and what was measured.

    Attributes:
        setting: What was run.
        cells: By metric.
    """

    setting: Setting
    cells: dict[str, Cell]


def table(rows: Sequence[Row], facts: Sequence[str]) -> str:
    """Markdown: one table a section, means over cases with 95 % intervals.

    Args:
        rows: Sections follow each other.
        facts: Sentences about suite, ruler, backbone and machine.
    """
    lines = ["# EffiVMT: what each part does", "", *facts, ""]
    lines += ["Means over cases with 95 % bootstrap intervals. Written by"]
    lines += ["`python -m effivmt_adapter.ablation`; run it again rather than edit this.", ""]
    for section, members in groupby(rows, key=lambda row: row.setting.section):
        lines += [f"## {section}", "", f"| | {' | '.join(METRICS.values())} | clips |"]
        lines += ["|---" * (len(METRICS) + 2) + "|"]
        lines += [_line(row) for row in members]
        lines += [""]
    return "\n".join([*lines, "![Means and intervals](ablation.png)", ""])


def _line(row: Row) -> str:
    told = [_number(row.cells.get(name), name) for name in METRICS]
    counted = next(iter(row.cells.values()), None)
    clips = "" if counted is None else str(counted.n_jobs_planned)
    gaps = row.cells["motion_fidelity"].gaps if "motion_fidelity" in row.cells else ""
    return f"| {row.setting.name} | {' | '.join(told)} | {clips}{f' ({gaps})' if gaps else ''} |"


def _number(cell: Cell | None, metric: str) -> str:
    if cell is None or cell.mean is None:
        return "-"
    digits = 1 if metric.startswith("seconds") else 3
    mean = f"{cell.mean:.{digits}f}"
    if cell.low is None or cell.high is None:
        return mean
    return f"{mean} ({cell.low:.{digits}f} to {cell.high:.{digits}f})"


def draw_figure(rows: Sequence[Row], path: Path) -> None:
    """Write a picture: a panel for each metric of ``SHOWN``, a line for each setting.

    Args:
        rows: As in the table, first on top.
        path: A PNG file.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 0.28 * len(rows) + 1.2), layout="constrained")
    panels = figure.subplots(1, len(SHOWN), sharey=True)
    labels = [f"{row.setting.section}: {row.setting.name}" for row in rows]
    for panel, metric in zip(panels, SHOWN, strict=True):
        for place, row in enumerate(rows):
            cell = row.cells.get(metric)
            if cell is None or cell.mean is None:
                continue
            low = cell.mean if cell.low is None else cell.low
            high = cell.mean if cell.high is None else cell.high
            panel.plot([low, high], [place, place], color="0.6")
            panel.plot([cell.mean], [place], "o", color="tab:purple")
        panel.set_title(METRICS[metric], fontsize=9)
        panel.grid(axis="x", alpha=0.3)
    panels[0].set_yticks(range(len(rows)), labels, fontsize=7)
    panels[0].invert_yaxis()
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=130, metadata={"Software": None})
    write_bytes(path, buffer.getvalue())
