"""Arguments that would be ignored are refused, and files that cannot be written are named."""

import errno
import zipfile
from pathlib import Path

import numpy as np
import pytest

from motionbench.cases import Clip
from motionbench.video import encode
from tests.commands.conftest import Command


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("runs", "--root", "."), "--root needs --suite"),
        (("runs", "--generated", "a.mp4"), "they need --reference"),
        (("runs", "--prompt", "a dog"), "they need --reference"),
        (("--pairs", "a.csv", "--suite", "scenes"), "--suite is that of runs"),
    ],
)
def test_score_refuses_what_it_would_ignore(
    motionbench: Command, arguments: tuple[str, ...], words: str
) -> None:
    result = motionbench("score", *arguments)
    assert (result.code, words in result.err) == (2, True), result.err


@pytest.mark.parametrize(("option", "value"), [("--sample", 3), ("--seed", 3)])
def test_a_sample_needs_a_seed(motionbench: Command, option: str, value: int) -> None:
    result = motionbench("verify", "a.zip", option, value)
    assert (result.code, "go together" in result.err) == (2, True)


@pytest.mark.parametrize("seeds", [",", "", "1,x"])
def test_seeds_are_numbers(motionbench: Command, seeds: str) -> None:
    result = motionbench("eval", "--method", "copy", "--dry-run", "--seeds", seeds)
    assert (result.code, "give whole numbers" in result.err) == (2, True)


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A folder of one finished video, of seeds 3 and 4."""
    folder = tmp_path / "finished"
    frames = np.zeros((4, 32, 32, 3), np.uint8)
    encode(Clip(frames, 8.0), folder / "a.mp4")
    (folder / "mapping.csv").write_text(
        "case,prompt_id,seed,video\nright,caption,3,a.mp4\nright,caption,4,a.mp4\n"
    )
    (folder / "card.toml").write_text(
        'name = "theirs"\nversion = "1"\nsummary = "Found."\nlicence = "MIT"\n'
    )
    return folder


def test_finished_videos_keep_their_seeds(
    motionbench: Command, finished: Path, suite_file: Path
) -> None:
    ask = ("eval", "--method", finished, "--suite", suite_file, "--cases", "right", "--dry-run")
    counted = motionbench(*ask, "--prompts", "caption", "--json")
    assert '"clips": 2' in counted.out, counted.err
    preset = motionbench(*ask, "--preset", "ditflow")
    assert "seeds 3,4" in preset.err


def test_seeds_of_a_preset_are_not_told_where_nothing_is_made(motionbench: Command) -> None:
    result = motionbench("score", "runs", "--preset", "ditflow")
    assert "preset ditflow" in result.err
    assert "seeds" not in result.err.partition("not public")[0]


def test_a_board_and_a_sheet_get_their_folder(
    motionbench: Command, suite_file: Path, tmp_path: Path
) -> None:
    made = motionbench(
        "eval", "--method", "copy", "--suite", suite_file, "--ruler", "embedded", "--limit", "1"
    )
    assert made.code == 0, made.err
    out = tmp_path / "no" / "such" / "board.csv"
    assert motionbench("leaderboard", "--format", "csv", "--out", out).code == 0
    assert out.read_text().startswith("standing")
    (tmp_path / "file").touch()
    for command in (("leaderboard",), ("show", "right", "--suite", suite_file)):
        refused = motionbench(*command, "--out", tmp_path / "file" / "a.png")
        assert (refused.code, "could not be written" in refused.err) == (2, True), refused.err


def test_a_full_disk_is_told(
    motionbench: Command, suite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = motionbench(
        "eval", "--method", "copy", "--suite", suite_file, "--ruler", "embedded", "--limit", "1"
    )
    assert made.code == 0, made.err
    (run,) = Path("runs").iterdir()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    refused = motionbench("submit", run, "--out", "a.zip")
    assert (refused.code, "The disk is full: a.zip" in refused.err) == (7, True), refused.err
    assert not Path("a.zip").exists()


def test_a_run_by_a_preset_is_verified_by_it(motionbench: Command, suite_file: Path) -> None:
    measure = ("--suite", suite_file, "--ruler", "embedded")
    made = motionbench("eval", "--method", "copy", *measure, "--preset", "ditflow")
    assert made.code == 0, made.err
    (run,) = Path("runs").iterdir()
    motionbench("submit", run, "--out", "a.zip")
    ask = ("verify", "a.zip", *measure, "--allow-control", "--sample", 1, "--seed", 3)
    plain = motionbench(*ask)
    assert (plain.code, "this board's is embedded-" in plain.err) == (10, True)
    accepted = motionbench(*ask, "--preset", "ditflow")
    assert accepted.code == 0, accepted.err
    assert "suite squares@1, ruler embedded-" in accepted.out
