"""The main job, command by command."""

import json
from pathlib import Path

import pytest

from motionbench.video import decode
from tests.commands.conftest import Command


def evaluate(motionbench: Command, suite: Path, method: str, *more: object) -> None:
    result = motionbench(
        "eval", "--method", method, "--suite", suite, "--ruler", "embedded", "--offline", *more
    )
    assert result.code == 0, result.err


def test_eval_then_board_then_compare(motionbench: Command, suite_file: Path) -> None:
    evaluate(motionbench, suite_file, "copy")
    evaluate(motionbench, suite_file, "still")
    evaluate(motionbench, suite_file, "other_case", "--set", f"suite={suite_file}")

    board = json.loads(motionbench("leaderboard", "--json").out)
    rows = {row["method"]: row for row in board["rows"]}
    fidelity = {name: row["cells"]["motion_fidelity"]["mean"] for name, row in rows.items()}
    assert fidelity["copy"] > 0.97
    assert fidelity["still"] < fidelity["copy"]
    assert fidelity["other_case"] < fidelity["copy"]
    assert board["suite"] == "squares"
    assert board["ruler"].startswith("embedded-")

    for kind in ("table", "csv", "markdown", "latex"):
        result = motionbench("leaderboard", "--format", kind)
        assert result.code == 0, result.err
        assert "copy" in result.out
    written = motionbench("leaderboard", "--format", "latex", "--out", "table.tex")
    assert written.out == ""
    assert "toprule" in Path("table.tex").read_text()

    comparison = json.loads(motionbench("compare", "copy", "still", "--json").out)
    assert comparison["difference"] > 0


def test_the_same_command_continues(motionbench: Command, suite_file: Path) -> None:
    first = motionbench(
        "eval", "-m", "copy", "-s", suite_file, "--ruler", "embedded", "--limit", 1, "--json"
    )
    report = json.loads(first.out)
    assert (report["made"], report["scored"]) == (report["clips"], report["clips"])
    again = json.loads(
        motionbench("eval", "-m", "copy", "-s", suite_file, "--ruler", "embedded", "--json").out
    )
    assert again["run"] == report["run"]
    assert again["clips"] == 4
    assert again["made"] == again["scored"] == 4 - report["clips"]
    assert again["kept"] == report["clips"]


def test_dry_run_does_nothing(motionbench: Command, suite_file: Path) -> None:
    result = motionbench("eval", "-m", "copy", "-s", suite_file, "--dry-run", "--json")
    assert json.loads(result.out)["clips"] == 4
    assert not Path("runs").exists()


def test_score_pairs_and_controls_share_a_board(motionbench: Command, clip_files: Path) -> None:
    pairs = clip_files / "pairs.csv"
    pairs.write_text(
        "method,case,category,reference,generated,prompt\n"
        "Good (v2),right,single_object,right.mp4,right.mp4,a tile\n"
        "Good (v2),up,single_object,up.mp4,up.mp4,a tile\n"
        "Bad,right,single_object,right.mp4,left.mp4,a tile\n"
        "Bad,up,single_object,up.mp4,left.mp4,a tile\n"
    )
    result = motionbench("score", "--pairs", pairs, "--ruler", "embedded", "--out", "runs/pairs")
    assert result.code == 0, result.err
    control = motionbench(
        "eval", "-m", "copy", "-s", "runs/pairs/suite.yaml", "--ruler", "embedded",
        "--out", "runs/pairs",
    )  # fmt: skip
    assert control.code == 0, control.err
    board = json.loads(motionbench("leaderboard", "runs/pairs", "--json").out)
    ranked = [row["method"] for row in board["rows"] if not row["control"]]
    assert ranked == ["Good (v2)", "Bad"]
    assert [row["method"] for row in board["rows"] if row["control"]] == ["copy"]


def test_score_one_pair(motionbench: Command, clip_files: Path) -> None:
    result = motionbench(
        "score", "--reference", clip_files / "right.mp4", "--generated", clip_files / "right.mp4",
        "--prompt", "a tile", "--ruler", "embedded", "--json",
    )  # fmt: skip
    scores = json.loads(result.out)["scores"]
    assert scores["motion_fidelity"]["value"] == pytest.approx(1, abs=0.01)
    assert scores["motion_fidelity_floor"]["status"] == "unscorable"
    assert "seconds" in scores["seconds_generate"]["reason"]


@pytest.mark.parametrize("what", ["methods", "suites", "metrics", "trackers", "embedders"])
def test_list(motionbench: Command, what: str) -> None:
    known = {
        "methods": {"copy", "still", "other_case"},
        "suites": {"scenes"},
        "metrics": {"motion_fidelity", "text_alignment"},
        "trackers": {"lucas_kanade", "cotracker3", "exact"},
        "embedders": {"clip-nano"},
    }[what]
    rows = json.loads(motionbench("list", what, "--json").out)[what]
    assert known <= {row["name"] for row in rows}
    table = motionbench("list", what)
    assert all(name in table.out for name in known)


def test_list_the_options_of_a_method(motionbench: Command) -> None:
    listed = motionbench("list", "options", "--method", "sdedit", "--json")
    options = {option["name"]: option for option in json.loads(listed.out)["options"]}
    assert options["strength"]["default"] == "0.8"
    assert "Noise that the reference" in options["strength"]["help"]
    assert json.loads(motionbench("list", "options", "-m", "copy", "--json").out) == {"options": []}


@pytest.mark.parametrize(
    "wrong", [["list", "options"], ["list", "--method", "copy"], ["list", "suites", "-m", "copy"]]
)
def test_options_are_of_a_method(motionbench: Command, wrong: list[str]) -> None:
    result = motionbench(*wrong)
    assert result.code == 2
    assert "go together" in result.err


def test_show(motionbench: Command, suite_file: Path) -> None:
    result = motionbench("show", "right", "--suite", suite_file, "--out", "right.png")
    assert result.code == 0, result.err
    assert "a circle on a wall" in result.out
    assert Path("right.png").read_bytes().startswith(b"\x89PNG")
    described = json.loads(motionbench("show", "up", "--suite", suite_file, "--json").out)
    assert described["reference"] == {"frames": 9, "height": 96, "width": 96, "fps": 8.0}
    moving = motionbench("show", "right", "--suite", suite_file, "--out", "right.gif")
    assert moving.code == 0
    assert len(decode(Path("right.gif"))) == 9
    clip = motionbench("show", "right", "--suite", suite_file, "--out", "right.mp4")
    assert clip.code == 0, clip.err


def test_check_method(motionbench: Command) -> None:
    result = motionbench("check-method", "copy", "--json")
    assert result.code == 0, result.err
    assert all(check["passed"] for check in json.loads(result.out))


def test_doctor(motionbench: Command) -> None:
    parts = {row["part"]: row for row in json.loads(motionbench("doctor", "--json").out)}
    assert parts["ruler embedded"]["ready"]
    assert parts["torch"]["ready"]
    assert "motionbench fetch" in parts["ruler standard"]["found"]


@pytest.mark.parametrize(
    "command",
    ["eval", "generate", "score", "leaderboard", "compare", "list", "show", "check-method",
     "new-method", "fetch", "doctor"],
)  # fmt: skip
def test_help_teaches_by_example(motionbench: Command, command: str) -> None:
    result = motionbench(command, "--help")
    assert result.code == 0
    assert f"motionbench {command}" in result.out.split("Example")[1]


def test_help_tells_the_exit_codes(motionbench: Command) -> None:
    text = " ".join(motionbench("--help").out.split())
    assert "Exit codes: 0 done; 2 wrong argument" in text
