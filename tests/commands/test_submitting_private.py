"""Names of a person's folders stay out of bundles and pages, whatever errors and options say."""

import zipfile
from pathlib import Path

import pytest

from motionbench.store.private import without_folders

METHOD = """\
from dataclasses import dataclass

from motionbench.errors import MethodError
from motionbench.methods.base import Method, MethodCard

@dataclass(frozen=True)
class Options:
    weights: str = ""

class Broken(Method):
    card = MethodCard(name="broken", version="1", summary="Fails.", licence="MIT")

    Config = Options

    def adapt(self, reference, caption, *, seed, work_dir):
        return reference

    def generate(self, adapted, prompt, *, seed):
        raise MethodError(f"{self.config.weights} is missing")
"""


@pytest.fixture
def packed(motionbench, suite_file: Path, tmp_path: Path) -> str:
    """All texts of a bundle of a method that fails and names a folder."""
    method = tmp_path / "broken.py"
    method.write_text(METHOD)
    weights = tmp_path / "models" / "a.pt"
    motionbench(
        "eval", "--method", f"{method}:Broken", "--suite", suite_file, "--ruler", "embedded",
        "--set", f"weights={weights}", "--no-cache",
    )  # fmt: skip
    (run,) = (tmp_path / "runs").iterdir()
    assert str(weights) in (run / "generations.jsonl").read_text()
    assert str(weights) in (run / "run.json").read_text()
    done = motionbench("submit", run, "--out", "broken.zip")
    assert done.code == 0, done.err
    verdict = motionbench("verify", "broken.zip", "--suite", suite_file)
    assert verdict.code == 0, verdict.err
    with zipfile.ZipFile(tmp_path / "broken.zip") as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def test_a_bundle_names_no_folder_of_a_person(packed: str, tmp_path: Path) -> None:
    assert str(tmp_path) not in packed
    assert "./models/a.pt is missing" in packed


def test_inner_folders_come_first_and_names_are_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w").mkdir()
    monkeypatch.chdir(tmp_path / "w")
    text = f"{tmp_path}/w/runs/a/x {tmp_path}/w/y {tmp_path}/z {tmp_path}2/z /mnt{tmp_path}/z"
    expected = f"RUN/x ./y ~/z {tmp_path}2/z /mnt{tmp_path}/z"
    assert without_folders({"a": [text, 1, None]}, Path("runs/a")) == {"a": [expected, 1, None]}


def test_homes_of_other_machines_are_known() -> None:
    told = " or ".join(f"/{homes}/ada/x" for homes in ("home", "Users"))
    assert without_folders(told, Path("runs/a")) == "~/x or ~/x"
