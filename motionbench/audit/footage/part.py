"""What one kind of known footage says."""

from dataclasses import dataclass

from motionbench.audit.sections import Figure, Finding, Table


@dataclass(frozen=True)
class Part:
    """A part of the section on real footage.

    Attributes:
        text: Markdown, one paragraph: what was compared with what.
        tables: See ``sections.Section``.
        findings: See ``sections.Section``.
        figures: See ``sections.Section``.
    """

    text: str
    tables: tuple[Table, ...]
    findings: tuple[Finding, ...]
    figures: tuple[Figure, ...] = ()
