"""A sheet as a Markdown or LaTeX table."""

from collections.abc import Iterable, Iterator

from motionbench.leaderboard.escape import latex, markdown
from motionbench.leaderboard.sheet import DAGGER, Entry, Header, Line, Sheet


def markdown_lines(sheet: Sheet) -> Iterator[str]:
    """Lines of a Markdown document (GitHub's tables)."""
    yield f"**{markdown(sheet.title)}** ({markdown(sheet.provenance)})"
    yield ""
    headers = [markdown(_header(header)) for header in sheet.headers]
    yield _markdown_row(["tier", "method", "cases", *headers])
    yield "| ---: | :--- | ---: |" + " ---: |" * len(sheet.headers)
    for section in sheet.sections:
        if section.title:
            yield f"| | *{section.title}* |" + " |" * (len(sheet.headers) + 1)
        for line in section.lines:
            names = map(markdown, [line.tier, line.name, _coverage(line)])
            # Numbers are our own text; escaped brackets would only make them hard to read.
            yield _markdown_row([*names, *map(_entry, line.entries)])
    for note in sheet.footnotes:
        yield ""
        yield markdown(note)


def latex_lines(sheet: Sheet) -> Iterator[str]:
    """Lines of a LaTeX tabular; the document loads ``booktabs``."""
    yield f"% {sheet.title}; {sheet.provenance}"
    yield r"\begin{tabular}{rlr" + "r" * len(sheet.headers) + "}"
    yield r"\toprule"
    yield _latex_row(["tier", "method", "cases", *map(_header, sheet.headers)])
    for section in sheet.sections:
        yield r"\midrule"
        if section.title:
            yield rf" & \emph{{{section.title}}}" + " &" * (len(sheet.headers) + 1) + r" \\"
        for line in section.lines:
            yield _latex_row([line.tier, line.name, _coverage(line), *map(_entry, line.entries)])
    yield r"\bottomrule"
    yield r"\end{tabular}"
    for note in (sheet.provenance, *sheet.footnotes):
        yield rf"\par{{\footnotesize {latex(note)}}}"


def _markdown_row(texts: Iterable[str]) -> str:
    return "| " + " | ".join(texts) + " |"


def _latex_row(texts: Iterable[str]) -> str:
    return " & ".join(map(latex, texts)) + r" \\"


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
