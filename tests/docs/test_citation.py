"""How to cite the software, under which licence it is, and that the files about it agree."""

import hashlib
import re
from typing import Any

import pytest
import yaml

import motionbench
from tests.docs.pages import ROOT

# Of https://www.apache.org/licenses/LICENSE-2.0.txt
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"

# Of the format's schema, version 1.2.0: what must be there, and what may be.
REQUIRED = {"authors", "cff-version", "message", "title"}
ALLOWED = REQUIRED | {
    "abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license",
    "license-url", "preferred-citation", "references", "repository", "repository-artifact",
    "repository-code", "type", "url", "version",
}  # fmt: skip
PERSON = {"family-names", "given-names"}


@pytest.fixture(scope="module")
def citation() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    return content


def test_the_citation_keeps_the_format(citation: dict[str, Any]) -> None:
    assert citation["cff-version"] == "1.2.0"
    assert REQUIRED <= citation.keys() <= ALLOWED
    assert all(author.keys() == {"name"} for author in citation["authors"])
    assert citation["type"] == "software"


def test_the_citation_names_this_version_and_the_paper(citation: dict[str, Any]) -> None:
    assert citation["version"] == motionbench.__version__
    (paper,) = citation["references"]
    assert {"type", "title", "authors"} <= paper.keys()
    assert paper["title"].startswith("EffiVMT: ")
    assert all(author.keys() == PERSON for author in paper["authors"])
    assert paper["identifiers"][0].keys() == {"type", "value", "description"}


def test_the_licence_is_whole_and_named_everywhere(citation: dict[str, Any]) -> None:
    text = (ROOT / "LICENSE").read_bytes()
    assert hashlib.sha256(text).hexdigest() == APACHE_2
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'license = "Apache-2.0"' in project
    assert citation["license"] == "Apache-2.0"
    assert "Apache 2.0" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_changelog_keeps_its_form() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, re.M)
    assert headings[0] == "Unreleased" or headings[0].startswith(motionbench.__version__)
    kinds = set(re.findall(r"^### (.*)$", text, re.M))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
