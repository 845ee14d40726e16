"""What stands on the pages of the documentation: blocks, commands, links, headings."""

import re
import shlex
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs", "data_manifests", "baselines", "motionbench", "effivmt_adapter", "tests")
PAGES = sorted({*ROOT.glob("*.md"), *(p for name in FOLDERS for p in (ROOT / name).rglob("*.md"))})

PROGRAMS = {
    "motionbench", "effivmt", "make", "python", "python3", "pip", "git", "cp", ".", "hf",
    "pre-commit",
}  # fmt: skip
"""First words of commands; anything else in a block of commands is a mistake."""

_FENCE = re.compile(r"^```(\w*) ?(\S*)\n(.*?)^```$", re.M | re.S)
_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_SETTING = re.compile(r"[A-Z_]+=\S*")


class Block(NamedTuple):
    """A fenced block: its language, the file it shows (or nothing), its text."""

    language: str
    file: str
    text: str


def name_of(page: Path) -> str:
    """The page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """All fenced blocks."""
    return [Block(*groups) for groups in _FENCE.findall(page.read_text(encoding="utf-8"))]


def commands_in(block: Block) -> list[str]:
    """Commands of a block of them, comments taken off; none of other blocks."""
    if block.language not in {"bash", "console"}:
        return []
    return [line for text in block.text.splitlines() if (line := _without_comment(text))]


def commands(page: Path) -> list[str]:
    """Commands of fenced and of indented blocks, in order."""
    found = []
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        found += [(match.start(), line) for line in commands_in(Block(*match.groups()))]
    for match in re.finditer(r"^    (.*)$", _blanked(text), re.M):
        line = _without_comment(match[1])
        if program(line) in PROGRAMS:
            found.append((match.start(), line))
    return [line for _, line in sorted(found, key=itemgetter(0))]


def spans(page: Path) -> Iterator[str]:
    """Code within sentences, its line breaks as spaces."""
    text = re.sub(r"^ {4}.*$", "", _blanked(page.read_text(encoding="utf-8")), flags=re.M)
    yield from (" ".join(match.split()) for match in _SPAN.findall(text))


def program(command: str) -> str:
    """Its first word that is no setting of the environment."""
    words = [word for word in command.split() if not _SETTING.fullmatch(word)]
    return words[0] if words else ""


def words_of(command: str) -> list[str]:
    """Its words, without the environment's settings."""
    words = shlex.split(command)
    return words[words.index(program(command)) :]


def links(page: Path) -> list[str]:
    """Targets of all links and images."""
    text = _SPAN.sub("", _blanked(page.read_text(encoding="utf-8")))
    return re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(page: Path) -> set[str]:
    """What its headings are called in links, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _blanked(page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-") for text in headings}


def _blanked(text: str) -> str:
    """The text with fenced blocks as blanks, each character in its place."""
    return _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _without_comment(line: str) -> str:
    return re.sub(r"(^|\s)#.*$", "", line).strip()
