"""The surroundings that a run records."""

import json
import sys

import numpy as np

from motionbench.runner import environment as module
from motionbench.runner.environment import environment


def test_surroundings_are_plain_json():
    found = environment()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["packages"]["numpy"] == np.__version__
    assert found["cores"] >= 1
    assert found["memory_mib"] > 100


def test_what_a_broken_installation_left_is_no_package(tmp_path, monkeypatch):
    (tmp_path / "half-1.0.dist-info").mkdir()
    whole = tmp_path / "whole-2.0.dist-info"
    whole.mkdir()
    (whole / "METADATA").write_text("Metadata-Version: 2.1\nName: whole\nVersion: 2.0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert module._packages.__wrapped__() == {"whole": "2.0"}


def test_an_installed_package_has_no_commit(tmp_path):
    assert module._git(tmp_path) is None


def test_a_checkout_names_its_commit_and_whether_it_is_dirty(tmp_path):
    def git(*words: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        assert module._output("git", *identity, "-C", str(tmp_path), *words) is not None

    package = tmp_path / "package"
    package.mkdir()
    source = package / "code.py"
    source.write_text("1")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    clean = module._git(package)
    assert clean is not None
    assert len(clean["commit"]) == 40
    assert clean["dirty"] is False
    source.write_text("2")
    assert module._git(package) == {"commit": clean["commit"], "dirty": True}
