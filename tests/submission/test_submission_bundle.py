"""Whose scores a bundle holds, where several rulers measured the run or none did."""

import json
import zipfile
from pathlib import Path

import pytest

from motionbench.errors import UnknownNameError, UsageError
from motionbench.files import write_json
from motionbench.store.info import RunInfo, RunSettings, SuiteSource
from motionbench.store.run import Run
from motionbench.submission.bundle import write_bundle

FIRST, SECOND, OTHER = "embedded-0123456789ab", "embedded-ba9876543210", "standard-000000000000"


def measured_by(path: Path, *rulers: str) -> Path:
    run = Run(path)
    settings = RunSettings("mine", "1", {}, "tiny", "1", "ab" * 32)
    card = {"name": "mine"}
    run.write_info(
        RunInfo.start(
            settings, card=card, reference="mine", device="cpu", suite_source=SuiteSource("tiny")
        )
    )
    write_json(path / "plan.json", {"jobs": []})
    for ruler in rulers:
        write_json(run.ruler_file(ruler), {"metrics": {}})
        run.scores(ruler).path.touch()
    return path


def ruler_in(bundle: Path) -> str:
    with zipfile.ZipFile(bundle) as archive:
        return str(json.loads(archive.read("bundle.json"))["ruler"])


def test_the_only_ruler_need_not_be_named(tmp_path: Path) -> None:
    write_bundle(measured_by(tmp_path / "run", OTHER), tmp_path / "a.zip")
    assert ruler_in(tmp_path / "a.zip") == OTHER


def test_one_of_several_is_named(tmp_path: Path) -> None:
    run, bundle = measured_by(tmp_path / "run", FIRST, OTHER), tmp_path / "a.zip"
    with pytest.raises(UsageError, match=f"scores of 2 rulers: {FIRST}, {OTHER}. Name one by --"):
        write_bundle(run, bundle)
    with pytest.raises(UnknownNameError, match=r"'embeded'\. .*Known: embedded-01"):
        write_bundle(run, bundle, ruler="embeded")
    assert not bundle.exists()
    write_bundle(run, bundle, ruler="embedded")
    assert ruler_in(bundle) == FIRST


def test_rulers_of_one_name_need_the_fingerprint(tmp_path: Path) -> None:
    run, bundle = measured_by(tmp_path / "run", FIRST, SECOND), tmp_path / "a.zip"
    with pytest.raises(UsageError, match=f"2 rulers: {FIRST}, {SECOND}.*fingerprint"):
        write_bundle(run, bundle, ruler="embedded")
    write_bundle(run, bundle, ruler=SECOND)
    assert ruler_in(bundle) == SECOND


def test_a_run_without_scores_has_nothing_to_hand_in(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no scores to hand in"):
        write_bundle(measured_by(tmp_path / "run"), tmp_path / "a.zip")
