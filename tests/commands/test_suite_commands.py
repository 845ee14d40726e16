"""``suite`` and the footage part of ``fetch``, as a user calls them."""

import json
from pathlib import Path

from tests.commands.conftest import Command

TABLE = """\
video,caption,prompt,category
right.mp4,a square,a circle,single_object
left.mp4,a box,a ball,single_object
"""


def write_table(folder: Path, text: str = TABLE) -> Path:
    (folder / "clips.csv").write_text(text)
    return folder / "clips.csv"


def test_from_a_folder_to_a_board(motionbench: Command, clip_files: Path) -> None:
    write_table(clip_files)
    made = motionbench("suite", "import", "folder", clip_files, "--out", "mine.yaml")
    assert (made.code, made.out.splitlines()[0]) == (0, "mine.yaml: 2 cases, 2 prompts.")
    assert Path("mine.yaml").read_text().count("sha256: ") == 2
    checked = motionbench("suite", "validate", "mine.yaml")
    assert checked.code == 0
    assert "its reference has 9 frames" in checked.out
    run = motionbench("eval", "--method", "copy", "--suite", "mine.yaml", "--ruler", "embedded")
    assert (run.code, run.err) == (0, run.err)
    assert "copy" in motionbench("leaderboard").out


def test_a_table_is_checked_by_line(motionbench: Command, clip_files: Path) -> None:
    (clip_files / "left.mp4").write_bytes(b"no video")
    table = write_table(clip_files)
    result = motionbench("suite", "validate", table, "--json")
    assert result.code == 3
    assert "1 cases" in result.err
    (problem,) = (row for row in json.loads(result.out)["findings"] if row["kind"] == "problem")
    assert (problem["line"], problem["case"]) == (3, "left")


def test_categories_are_suggested(motionbench: Command, suite_file: Path) -> None:
    result = motionbench("suite", "suggest-categories", suite_file, "--no-cache", "--json")
    assert result.code == 0
    cases = json.loads(result.out)["cases"]
    assert [case["suggested"] for case in cases] == ["single_object or human"] * 3
    assert {case["sure"] for case in cases} <= {True, False}


def test_a_manifest_needs_its_suffix(motionbench: Command, clip_files: Path) -> None:
    write_table(clip_files)
    result = motionbench("suite", "import", "folder", clip_files, "--out", "mine.txt")
    assert (result.code, "must end in .yaml" in result.err) == (2, True)


def test_a_preset_says_where_it_is_from(motionbench: Command, suite_file: Path) -> None:
    result = motionbench(
        "eval", "--method", "copy", "--suite", suite_file, "--preset", "ditflow", "--dry-run"
    )
    assert result.code == 0
    assert "CVPR 2025" in result.err
    assert "not public:" in result.err
    assert "seeds 1" in result.err


def test_a_manifest_that_says_something_else_is_kept(
    motionbench: Command, clip_files: Path
) -> None:
    write_table(clip_files)
    ask = ("suite", "import", "folder", clip_files, "--out", "mine.yaml")
    assert [motionbench(*ask).code for _ in range(2)] == [0, 0]
    before = Path("mine.yaml").read_text()
    write_table(clip_files, TABLE.replace("a ball", "a star"))
    refused = motionbench(*ask)
    assert (refused.code, "says something else already" in refused.err) == (2, True)
    assert Path("mine.yaml").read_text() == before


def test_footage_in_another_place_is_checked(motionbench: Command, tmp_path: Path) -> None:
    result = motionbench("fetch", "davis", "--root", tmp_path)
    assert (result.code, "lacks frames of 74 sequences" in result.err) == (6, True)


def test_weights_have_no_root(motionbench: Command, tmp_path: Path) -> None:
    result = motionbench("fetch", "cotracker3", "--root", tmp_path)
    assert (result.code, "--root is for footage" in result.err) == (2, True)
