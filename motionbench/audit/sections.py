"""What every part of the audit hands to the report: tables, figures, and findings in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Cell = str | float | int | bool | None
"""None where there is no value; never NaN."""

Severity = Literal["good", "notice", "fault"]
"""``good``: holds as claimed. ``notice``: to be known when a score is read. ``fault``: what is
measured is not what the name claims."""


@dataclass(frozen=True)
class Finding:
    """One thing the audit says about one tracker, metric or ruler.

    Attributes:
        severity: How bad.
        subject: Name of the tracker, metric or ruler.
        text: One sentence, with the measured value and the bar it is held against.
    """

    severity: Severity
    subject: str
    text: str


@dataclass(frozen=True)
class Table:
    """Rows of equal keys.

    Attributes:
        name: Unique in its section; lower case, digits and ``_``.
        title: Over the table.
        note: How to read it: units, number of clips, what an interval is.
        rows: In the order shown; every row has the same keys.
    """

    name: str
    title: str
    note: str
    rows: tuple[Mapping[str, Cell], ...]


@dataclass(frozen=True)
class Figure:
    """A picture of numbers that stand in the section's tables.

    Attributes:
        name: Unique in its section; the file's name.
        caption: What is seen, and what it shows.
        draw: Draws on an empty ``matplotlib.figure.Figure``.
        width: Inches.
        height: Inches.
    """

    name: str
    caption: str
    draw: Callable[[Any], None]
    width: float = 7.0
    height: float = 4.0


@dataclass(frozen=True)
class Section:
    """One part of the audit.

    Attributes:
        name: ``trackers``, ``validity``, ...; lower case.
        title: Heading.
        text: Markdown: what was shown to what, how often, and how the values are computed.
        tables: Of all numbers; figures add none.
        figures: Drawn when the report is written.
        findings: Faults first.
    """

    name: str
    title: str
    text: str
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...] = ()
    findings: tuple[Finding, ...] = ()
