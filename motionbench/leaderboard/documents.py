"""A sheet as a Markdown or LaTeX table."""

from collections.abc import Iterable, Iterator

from motionbench.leaderboard.escape import latex, markdown
from motionbench.leaderboard.sheet import DAGGER, Entry, Header, Line, Sheet


def markdown_lines(sheet: Sheet) -> Iterator[str]:
    """Lines of a Markdown document (GitHub's tables)."""
    yield f"**{markdown(sheet.title)}** ({markdown(sheet.provenance)})"
    yield ""
    headers = [markdown(_header(header)) for header in sheet.headers]
    first = ["tier", "method", "cases", *_flags(sheet, "flags")]
    columns = len(first) - 3 + len(sheet.headers)
    yield _markdown_row([*first, *headers])
    yield "| ---: | :--- | ---: |" + " ---: |" * columns
    for section in sheet.sections:
        if section.title:
            yield f"| | *{section.title}* |" + " |" * (columns + 1)
        for line in section.lines:
            names = map(markdown, [line.tier, line.name, _coverage(line)])
            flags = _flags(sheet, line.flags)
            # Numbers are our own text; escaped brackets would only make them hard to read.
            yield _markdown_row([*names, *flags, *map(_entry, line.entries)])
    for note in sheet.footnotes:
        yield ""
        yield markdown(note)


def latex_lines(sheet: Sheet) -> Iterator[str]:
    """Lines of a LaTeX tabular; the document loads ``booktabs``."""
    yield f"% {sheet.title}; {sheet.provenance}"
    first = ["tier", "method", "cases", *_flags(sheet, "flags")]
    columns = len(first) - 3 + len(sheet.headers)
    yield r"\begin{tabular}{rlr" + "r" * columns + "}"
    yield r"\toprule"
    yield _latex_row([*first, *map(_header, sheet.headers)])
    for section in sheet.sections:
        yield r"\midrule"
        if section.title:
            yield rf" & \emph{{{section.title}}}" + " &" * (columns + 1) + r" \\"
        for line in section.lines:
            names = [line.tier, line.name, _coverage(line), *_flags(sheet, line.flags)]
            yield _latex_row([*names, *map(_entry, line.entries)])
    yield r"\bottomrule"
    yield r"\end{tabular}"
    for note in (sheet.provenance, *sheet.footnotes):
        yield rf"\par{{\footnotesize {latex(note)}}}"


def _markdown_row(texts: Iterable[str]) -> str:
    return "| " + " | ".join(texts) + " |"


def _latex_row(texts: Iterable[str]) -> str:
    return " & ".join(map(latex, texts)) + r" \\"


def _flags(sheet: Sheet, text: str) -> list[str]:
    """A cell of the column of flags, where there is one."""
    return [text] if sheet.flagged else []


def _header(header: Header) -> str:
    better = f"{header.better} is better" if header.better else ""
    details = ", ".join(filter(None, [header.unit, better]))
    title = header.title + (DAGGER if header.marked else "")
    return f"{title} ({details})" if details else title


def _entry(entry: Entry) -> str:
    covered = f"({entry.covered})" if entry.covered else ""
    return " ".join(filter(None, [entry.mean, entry.interval, covered]))


def _coverage(line: Line) -> str:
    return f"{line.coverage} ({line.gaps})" if line.gaps else line.coverage
