"""Bad input: one clear paragraph, the documented exit code, and nothing lost."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Command

METHODS = """
import os
import numpy as np
from motionbench import Clip, Method, MethodCard


class Base(Method):
    card = MethodCard(name="bad", version="1", summary="A bad method.", licence="none")

    def adapt(self, reference, caption, *, seed, work_dir):
        return reference


class Raises(Base):
    def generate(self, adapted, prompt, *, seed):
        raise RuntimeError("out of ideas")


class Nan(Base):
    def generate(self, adapted, prompt, *, seed):
        return Clip(np.full(adapted.frames.shape, np.nan), 8.0)


class Shape(Base):
    def generate(self, adapted, prompt, *, seed):
        return Clip(adapted.frames[..., 0], 8.0)


class Dies(Base):
    def generate(self, adapted, prompt, *, seed):
        os._exit(7)
"""


@pytest.fixture
def bad_methods(tmp_path: Path) -> Path:
    path = tmp_path / "bad_methods.py"
    path.write_text(METHODS)
    return path


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["eval", "--method", "copi"], 2, ["method 'copi'", "'copy'?"]),
        (["eval", "--method", "copy", "--suite", "scene"], 2, ["suite 'scene'", "'scenes'?"]),
        (["eval", "--method", "copy", "--ruler", "embeded"], 2, ["'embeded'", "'embedded'?"]),
        (["eval", "--method", "copy", "--set", "speed=1"], 2, ["option of copy 'speed'"]),
        (["eval", "--method", "other_case", "--set", "suit=x"], 2, ["'suit'", "'suite'?"]),
        (["eval", "--method", "copy", "--category", "humans"], 2, ["'humans'", "'human'?"]),
        (["eval", "--method", "copy", "--cases", "nope"], 2, ["'nope'"]),
        (["eval", "--method", "copy", "--seeds", "one"], 2, ["--seeds is 'one'"]),
        (["eval", "--method", "missing.py:Thing"], 2, ["missing.py"]),
        (["leaderboard", "nowhere"], 7, ["nowhere"]),
        (["score"], 2, ["--pairs FILE"]),
        (["score", "--reference", "a.mp4", "--generated", "b.mp4"], 4, ["a.mp4"]),
        (["score", "--pairs", "none.csv"], 3, ["none.csv"]),
        (["show", "nothing-here"], 2, ["'nothing-here'"]),
        (["check-method", "copi"], 2, ["'copy'?"]),
        (["new-method", "Not A Name"], 2, ["Not A Name"]),
        (["fetch", "cotraker3"], 2, ["cotraker3"]),
    ],
)
def test_wrong_argument(
    motionbench: Command, arguments: list[str], code: int, words: list[str]
) -> None:
    result = motionbench(*arguments)
    assert result.code == code, result.err
    assert result.out == ""
    assert "Traceback" not in result.err
    for word in words:
        assert word in result.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Raises", "out of ideas"),
        ("Nan", "NaN"),
        ("Shape", "(9, 96, 96)"),
        ("Dies", "exit code 7"),
    ],
)
def test_method_failure_is_a_record(
    motionbench: Command, bad_methods: Path, suite_file: Path, name: str, words: str
) -> None:
    result = motionbench(
        "eval", "--method", f"{bad_methods}:{name}", "--suite", suite_file, "--cases", "right,up",
        "--ruler", "embedded", "--fail-on-error",
    )  # fmt: skip
    assert result.code == 9, result.err
    assert "3 failed" in result.out
    (run,) = Path("runs").iterdir()
    records = (run / "generations.jsonl").read_text()
    assert records.count('"failed"') == 3
    assert words in records
    board = motionbench("leaderboard", "--metrics", "text_alignment")
    assert board.code in {0, 8}


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (("id: left", "id: right"), "right"),
        (("category: multi_object", "category: crowd"), "crowd"),
        (("path: up.mp4", "path: down.mp4"), "down.mp4"),
        (("path: up.mp4", "path: ../up.mp4"), "../up.mp4"),
        (("description:", "descripton:"), "description"),
        (("source: {path: up.mp4}", f"source: {{path: up.mp4}}\n    sha256: {'0' * 64}"), "0000"),
    ],
)
def test_wrong_manifest(
    motionbench: Command, suite_file: Path, edit: tuple[str, str], words: str
) -> None:
    suite_file.write_text(suite_file.read_text().replace(*edit))
    result = motionbench("show", "up", "--suite", suite_file)
    assert result.code == 3, result.err
    assert words in result.err
    assert "squares.yaml" in result.err or "up" in result.err


def test_damaged_video_fails_its_scores_and_no_others(
    motionbench: Command, suite_file: Path, clip_files: Path
) -> None:
    made = motionbench("generate", "--method", "copy", "--suite", suite_file)
    assert made.code == 0, made.err
    (run,) = Path("runs").iterdir()
    damaged = next((run / "videos" / "up").iterdir())
    damaged.write_bytes(damaged.read_bytes()[:300])
    result = motionbench("score", run, "--ruler", "embedded", "--fail-on-error")
    assert result.code == 9
    records = next((run / "scores").glob("*.jsonl")).read_text().splitlines()
    assert len(records) == 4
    assert sum('"status": "ok"' in line or '"status":"ok"' in line for line in records) == 3


def test_a_failed_metric_of_one_pair_counts_too(
    motionbench: Command, clip_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no pictures")

    monkeypatch.setattr("motionbench.features.Features.thumbnails", fails)
    clip = clip_files / "right.mp4"
    result = motionbench(
        "score", "--reference", clip, "--generated", clip, "--ruler", "embedded", "--json",
        "--fail-on-error",
    )  # fmt: skip
    assert result.code == 9
    assert "right.mp4: these metrics failed: structure_leakage." in result.err
    scores = json.loads(result.out)["scores"]
    assert scores["structure_leakage"]["error"] == "RuntimeError: no pictures"
    assert scores["speed_ratio"]["status"] == "ok"
