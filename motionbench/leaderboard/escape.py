"""Names come from third parties: make them plain text, then safe for each format."""

import re
import unicodedata

_MARKDOWN = re.compile(r"([\\`*_\[\]|~$])")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "†": r"\textdagger{}",
}


def plain(text: str) -> str:
    """One line without control or invisible characters (terminal escapes, bidi marks)."""
    spaced = " ".join(text.split())
    if spaced.isascii() and spaced.isprintable():
        return spaced  # most texts
    return "".join("?" if unicodedata.category(c) in {"Cc", "Cf", "Cs"} else c for c in spaced)


def markdown(text: str) -> str:
    """Literal text inside a Markdown table cell or paragraph."""
    entities = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", entities)


def latex(text: str) -> str:
    """Literal text inside a LaTeX tabular."""
    return "".join(_LATEX.get(c, c) for c in text)


def spreadsheet(text: str) -> str:
    """Text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
