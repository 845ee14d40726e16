"""A new plugin package works as it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from motionbench.errors import UsageError
from motionbench.methods.scaffold import new_method


def test_the_package_installs_and_keeps_the_protocol(tmp_path: Path) -> None:
    folder = tmp_path / "plugin"
    written = new_method("my-first_method2", folder)
    assert {str(path.relative_to(folder)) for path in written} == {
        "pyproject.toml",
        "README.md",
        "motionbench_my_first_method2/__init__.py",
        "motionbench_my_first_method2/method.py",
        "tests/test_method.py",
    }
    target = tmp_path / "site"
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    options += ["--no-build-isolation", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(folder)], check=True)
    code = (
        "from motionbench.methods.registry import load_method\n"
        "method = load_method('my-first_method2', options={'strength': '0.5'})\n"
        "assert method.config.strength == 0.5\n"
        "assert type(method).__name__ == 'MyFirstMethod2'\n"
        "print(method.card.name)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(target)}
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    assert found.stdout == "my-first_method2\n"
    # Its own test is the conformance kit.
    own = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder / "tests")],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert own.returncode == 0, own.stdout
    assert "1 passed" in own.stdout


def test_what_is_written_is_lint_free(tmp_path: Path) -> None:
    folder = tmp_path / "plugin"
    new_method("toy", folder)
    ruff = [sys.executable, "-m", "ruff"]
    rules = ["--select", "E,F,I,B,UP,N,PTH,RUF"]
    width = ["--no-cache", "--isolated", "--line-length", "100"]
    subprocess.run([*ruff, "check", *width, *rules], cwd=folder, check=True)
    subprocess.run([*ruff, "format", *width, "--check"], cwd=folder, check=True)


def test_a_name_may_start_with_a_digit(tmp_path: Path) -> None:
    new_method("3d-paths", tmp_path / "plugin")
    method = (tmp_path / "plugin" / "motionbench_3d_paths" / "method.py").read_text()
    assert "class Method3dPaths(Method):" in method
    assert 'name="3d-paths"' in method


def test_options_out_of_range_are_refused(tmp_path: Path) -> None:
    new_method("toy", tmp_path / "plugin")
    from motionbench.methods.registry import load_method

    reference = f"{tmp_path / 'plugin' / 'motionbench_toy' / 'method.py'}:Toy"
    with pytest.raises(UsageError, match=r"strength is 2\.0; it must lie between 0 and 1"):
        load_method(reference, options={"strength": "2"})


@pytest.mark.parametrize("name", ["My Method", "", "../up", "-x"])
def test_a_name_that_is_not_allowed_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not allowed: use lower case") as caught:
        new_method(name, tmp_path / "plugin")
    assert repr(name) in str(caught.value)
    assert not (tmp_path / "plugin").exists()


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="motionbench already brings a method named 'copy'"):
        new_method("copy", tmp_path / "plugin")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "plugin").mkdir()
    with pytest.raises(UsageError, match="plugin exists; name a folder that does not"):
        new_method("toy", tmp_path / "plugin")
    assert list((tmp_path / "plugin").iterdir()) == []
