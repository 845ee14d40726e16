"""An audit as files: ``audit.json``, ``audit.md`` and the figures."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from motionbench.audit.scale import Scale
from motionbench.audit.sections import Cell, Figure, Finding, Section, Table
from motionbench.files import write_bytes
from motionbench.leaderboard.escape import markdown

FORMAT = 1
"""Version of ``audit.json``."""

MARKS = {"fault": "**FAULT**", "notice": "notice", "good": "good"}

DPI = 110


@dataclass(frozen=True)
class Report:
    """What an audit found.

    Attributes:
        ruler: Name and fingerprint.
        identity: Of the ruler, in full.
        environment: Where it ran.
        command: The command line.
        scale: How much was measured.
        seconds: Wall time by section.
        sections: In the order of the report.
    """

    ruler: str
    identity: dict[str, Any]
    environment: dict[str, Any]
    command: str
    scale: Scale
    seconds: dict[str, float]
    sections: tuple[Section, ...]

    @property
    def findings(self) -> list[Finding]:
        """Of all sections."""
        return [finding for section in self.sections for finding in section.findings]


def write_report(report: Report, folder: Path) -> list[Path]:
    """Write the report; files of an earlier one are replaced.

    Args:
        report: Whole, or with the sections that are done so far.
        folder: Made if missing.

    Returns:
        The files: the Markdown document first.

    Raises:
        DiskFullError: The disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "audit.md": "\n".join(markdown_lines(report)) + "\n",
        "audit.json": json.dumps(document(report), indent=1, allow_nan=False) + "\n",
    }
    for name, text in pages.items():
        write_bytes(folder / name, text.encode())
    drawn = [
        (folder / picture(section, figure), figure)
        for section in report.sections
        for figure in section.figures
    ]
    for path, figure in drawn:
        path.parent.mkdir(exist_ok=True)
        _draw(figure, path)
    return [*(folder / name for name in pages), *(path for path, _ in drawn)]


def document(report: Report) -> dict[str, Any]:
    """The report's content for JSON; figures hold nothing that is not in the tables."""
    return {
        "format": FORMAT,
        "ruler": report.ruler,
        "identity": report.identity,
        "environment": report.environment,
        "command": report.command,
        "scale": asdict(report.scale),
        "seconds": report.seconds,
        "sections": [
            {
                "name": section.name,
                "title": section.title,
                "text": section.text,
                "findings": [asdict(finding) for finding in section.findings],
                "tables": {
                    table.name: {
                        "title": table.title,
                        "note": table.note,
                        "rows": [dict(row) for row in table.rows],
                    }
                    for table in section.tables
                },
                "figures": {
                    figure.name: {"file": picture(section, figure), "caption": figure.caption}
                    for figure in section.figures
                },
            }
            for section in report.sections
        ],
    }


def picture(section: Section, figure: Figure) -> str:
    """Path of a figure's file within the report's folder."""
    return f"figures/{section.name}-{figure.name}.png"


def markdown_lines(report: Report) -> Iterator[str]:
    """Lines of a Markdown document (GitHub's tables)."""
    minutes = sum(report.seconds.values()) / 60
    yield f"# Audit of the ruler `{report.ruler}`"
    yield ""
    yield f"`{report.command}`: {minutes:.1f} minutes on {_machine(report.environment)}."
    yield ""
    yield "## Findings"
    for severity, mark in MARKS.items():
        for section in report.sections:
            chosen = [f for f in section.findings if f.severity == severity]
            if chosen:
                yield ""
            for finding in chosen:
                text = markdown(finding.text)
                yield f"- {mark} ({section.name}) {markdown(finding.subject)}: {text}"
    for section in report.sections:
        yield ""
        yield f"## {section.title}"
        yield ""
        yield section.text
        for figure in section.figures:
            yield ""
            yield f"![{markdown(figure.caption)}]({picture(section, figure)})"
            yield ""
            yield f"*{markdown(figure.caption)}*"
        for table in section.tables:
            yield ""
            yield from table_lines(table)


def table_lines(table: Table) -> Iterator[str]:
    """A table with its title above and its note below."""
    yield f"**{markdown(table.title)}**"
    yield ""
    if not table.rows:
        yield "No rows."
    else:
        keys = list(table.rows[0])
        numeric = {
            key for key in keys if any(isinstance(row[key], int | float) for row in table.rows)
        }
        yield _row(markdown(key) for key in keys)
        yield _row("---:" if key in numeric else ":---" for key in keys)
        for row in table.rows:
            yield _row(markdown(text(row[key])) for key in keys)
    if table.note:
        yield ""
        yield markdown(table.note)


def text(cell: Cell) -> str:
    """A value for people: three decimals; a dash where there is none.

    Example:
        >>> text(0.12345), text(None), text(True), text(250.0)
        ('0.123', '-', 'yes', '250')
    """
    if cell is None:
        return "-"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.3f}"
    return str(cell)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _machine(environment: dict[str, Any]) -> str:
    gpus = "".join(f", {gpu}" for gpu in environment["gpus"])
    return f"{environment['cpu']}, {environment['cores']} cores{gpus}"


def _draw(figure: Figure, path: Path) -> None:
    """Draw a figure without a window and without global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(figure.width, figure.height), layout="constrained")
    FigureCanvasAgg(canvas)
    figure.draw(canvas)
    # No version of the library in the file: the same numbers give the same bytes.
    canvas.savefig(path, dpi=DPI, metadata={"Software": None})
