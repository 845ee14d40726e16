"""Links, anchors and file names on the pages lead somewhere."""

import os
import re
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, links, name_of, spans

INDEX = ROOT / "docs" / "README.md"
OWN_FILE = re.compile(
    r"(?:motionbench|baselines|effivmt_adapter|data_manifests|tests|benchmarks|docs)/[\w./-]+"
)
OWN_VARIABLE = re.compile(r"MOTIONBENCH_[A-Z_]+")


def broken(page: Path) -> list[str]:
    """Relative links that lead nowhere."""
    found = []
    for link in links(page):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = Path(os.path.normpath(page.parent / path)) if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_anchors_resolve(page: Path) -> None:
    assert broken(page) == []


def test_broken_links_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One's heading\n[a](#ones-heading) [b](#other) [c](no.md) [d](page.md#x) [e](page.md)\n"
        "```text\n[f](nowhere.md)\n```\n`[g](nowhere.md)`\n"
    )
    assert broken(page) == ["#other", "no.md", "page.md#x"]


def test_the_index_has_every_page() -> None:
    linked = {
        Path(os.path.normpath(INDEX.parent / link.partition("#")[0])) for link in links(INDEX)
    }
    assert {page for page in PAGES if ROOT / "docs" in page.parents} - {INDEX} - linked == set()
    assert "docs/README.md" in links(ROOT / "README.md")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_and_variables_that_are_named_exist(page: Path) -> None:
    text = " ".join(spans(page))
    named = {span for span in spans(page) if OWN_FILE.fullmatch(span)}
    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert {name for name in OWN_VARIABLE.findall(text) if name not in in_sources()} == set()


@cache
def in_sources() -> str:
    """Everything that is said of the environment's variables in code and tests."""
    files = [*(ROOT / "motionbench").rglob("*.py"), *(ROOT / "tests" / "trackers").rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)
