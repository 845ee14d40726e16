"""The built wheel, installed away from the checkout, brings all it needs and does the main job."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def call(*command: object, cwd: Path) -> str:
    """Standard output of a program that must succeed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["MOTIONBENCH_CACHE"] = str(cwd / "cache")
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    call(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT,
        cwd=folder,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of a fresh environment that holds the wheel; dependencies are this one's.

    They are reached by a path file, which does not activate the checkout's editable install.
    """
    folder = tmp_path_factory.mktemp("environment")
    call(sys.executable, "-m", "venv", folder / "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    call(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    own = call(
        python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])", cwd=folder
    )
    dependencies = sysconfig.get_paths()["purelib"]
    Path(own.strip(), "dependencies.pth").write_text(dependencies, encoding="utf-8")
    return python.parent


def test_wheel_holds_data_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "data_manifests/scenes.yaml",
        "motionbench/embedders/nano/open_clip_config.json",
        "motionbench/embedders/nano/open_clip_model.safetensors",
        "motionbench/methods/template/method.py.template",
        "motionbench/py.typed",
        "baselines/copy.py",
        "baselines/recipes/dmt.toml",
        "motionbench/leaderboard/site/templates/board.html",
        "motionbench/leaderboard/site/static/site.css",
        "motionbench/backbones/nano/weights/transformer/config.json",
    } <= names
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"motionbench", "baselines", "data_manifests", "effivmt_adapter"}


def test_it_is_the_wheel_that_runs(installed: Path, tmp_path: Path) -> None:
    where = call(
        installed / "python", "-c", "import motionbench; print(motionbench.__file__)", cwd=tmp_path
    )
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_list_and_eval(installed: Path, tmp_path: Path) -> None:
    listed = json.loads(call(installed / "motionbench", "list", "--json", cwd=tmp_path))
    assert {"copy", "still", "other_case"} <= {row["name"] for row in listed["methods"]}
    assert "scenes" in {row["name"] for row in listed["suites"]}
    call(
        installed / "motionbench", "eval", "--method", "copy", "--cases", "human-walk",
        "--prompts", "caption", "--ruler", "embedded", "--offline", "--fail-on-error", cwd=tmp_path,
    )  # fmt: skip
    board = json.loads(call(installed / "motionbench", "leaderboard", "--json", cwd=tmp_path))
    (row,) = board["rows"]
    assert row["method"] == "copy"
