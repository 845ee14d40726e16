"""The workflow's own script, run on a repository of results, with a stand-in for the command."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

WORKFLOW = (
    Path(__file__).parents[2] / "docs/results-repository/.github/workflows/verify-submissions.yml"
)
BUNDLE = "leaderboards/scenes@1/embedded-0123456789ab/copy--scenes--1.zip"
VERDICT = {"suite": "scenes@1", "ruler": "embedded-0123456789ab"}

pytestmark = pytest.mark.skipif(
    shutil.which("bash") is None or shutil.which("git") is None, reason="needs bash and git"
)


def git(folder: Path, *arguments: str) -> str:
    named = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", *named, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted"
    folder.mkdir()
    git(folder, "init", "-q")
    old = folder / "leaderboards/scenes@1/embedded-0123456789ab/old.zip"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "base")
    return folder


def verify(repository: Path, verdict: dict[str, str] = VERDICT) -> subprocess.CompletedProcess[str]:
    """Run the workflow on what is in the folder now, as on a pull request."""
    base = git(repository, "rev-parse", "HEAD")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "submission")
    tools = repository.parent / "bin"
    tools.mkdir()
    command = tools / "motionbench"
    command.write_text(f"#!/bin/sh\ntouch ../called\necho '{json.dumps(verdict)}'\n")
    command.chmod(0o755)
    steps = yaml.safe_load(WORKFLOW.read_text())["jobs"]["verify"]["steps"]
    environment = {
        **os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "BASE": base, "SEED": "1"
    }  # fmt: skip
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", steps[-1]["run"]],
        cwd=repository, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def add(repository: Path, name: str) -> None:
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"new")


def test_a_bundle_in_its_place_is_verified(repository: Path) -> None:
    add(repository, BUNDLE)
    done = verify(repository)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (repository.parent / "called").exists()


@pytest.mark.parametrize(
    "name",
    [
        "leaderboards/evil.yaml@1/embedded-0123456789ab/a.zip",
        "leaderboards/leaderboards/evil.yaml@1/embedded-0123456789ab/a.zip",
        "leaderboards/evil.yaml",
        "leaderboards/scenes@1/embedded-0123456789ab/a.yaml",
    ],
)
def test_a_suite_of_one_s_own_is_refused(repository: Path, name: str) -> None:
    add(repository, BUNDLE)
    add(repository, name)
    done = verify(repository)
    assert done.returncode == 10
    assert f"refused: {name}" in done.stdout


@pytest.mark.parametrize(
    "verdict",
    [{**VERDICT, "suite": "scenes@2"}, {**VERDICT, "ruler": "embedded-ba9876543210"}],
)
def test_a_bundle_in_another_s_place_is_refused(repository: Path, verdict: dict[str, str]) -> None:
    add(repository, BUNDLE)
    done = verify(repository, verdict)
    assert done.returncode == 10
    assert "is a bundle of" in done.stdout


@pytest.mark.parametrize("kind", ["removed", "link"])
def test_bundles_that_are_there_stay(repository: Path, kind: str) -> None:
    old = repository / "leaderboards/scenes@1/embedded-0123456789ab/old.zip"
    old.unlink()
    if kind == "link":
        old.symlink_to("/etc/passwd")
    done = verify(repository)
    assert done.returncode == 10
    assert "refused: a bundle is removed" in done.stdout
