"""The tree is what the README says it is, and holds nothing of one machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".md", ".toml", ".yaml", ".json", ".cff", ".template", ""}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/\w+")


def tracked() -> list[Path]:
    """Files that git tracks, or would."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / line for line in done.stdout.splitlines()]
    return [path for path in paths if path.is_file()]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    return tracked()


def test_no_path_of_a_machine(files: list[Path]) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {hit.group()}"
        for path in files
        if path.suffix in TEXT and path != Path(__file__)
        for hit in MACHINE_PATH.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_top_level_folder_is_in_the_readme(files: list[Path]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    folders = {path.relative_to(ROOT).parts[0] for path in files if path.parent != ROOT}
    assert [name for name in sorted(folders) if f"{name}/" not in readme] == []


def test_files_stay_small(files: list[Path]) -> None:
    lines = {
        path.relative_to(ROOT): len(path.read_text().splitlines())
        for path in files
        if path.suffix == ".py"
    }
    most = {path: 450 if path.parts[0] == "tests" else 350 for path in lines}
    assert {str(path): count for path, count in lines.items() if count > most[path]} == {}
