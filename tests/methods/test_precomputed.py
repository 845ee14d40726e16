"""Folders of finished videos."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from motionbench.cases import Clip, Prompt
from motionbench.errors import MethodError, UsageError
from motionbench.methods.precomputed import Precomputed, is_precomputed
from motionbench.video import encode

DUCK = Prompt("duck", "subject", "a duck on a pond")


@pytest.fixture
def folder(tmp_path: Path, clip: Clip) -> Path:
    """Two finished videos in a folder whose name can be a method's."""
    made = tmp_path / "their-method"
    made.mkdir()
    for name in ("a.mp4", "b.mp4"):
        encode(clip, made / name)
    return made


def write_rows(folder: Path, *rows: dict[str, object]) -> Path:
    path = folder / "mapping.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_job_is_answered_by_prompt_id_or_text(folder: Path) -> None:
    (folder / "mapping.csv").write_text(
        'case,prompt_id,prompt,seed,video\npan,duck,,0,a.mp4\npan,,"a duck, on a pond",3,b.mp4\n'
    )
    source = Precomputed(folder)
    assert source.video_for("pan", DUCK, 0) == folder / "a.mp4"
    assert source.video_for("pan", Prompt("x", "free", "a duck, on a pond"), 3) == folder / "b.mp4"
    assert source.seeds == (0, 3)
    assert source.card.name == "their-method"
    assert not source.card.control


def test_an_id_goes_before_a_text(folder: Path) -> None:
    write_rows(
        folder,
        {"case": "pan", "prompt": DUCK.text, "video": "b.mp4"},
        {"case": "pan", "prompt_id": DUCK.id, "video": "a.mp4"},
    )
    assert Precomputed(folder).video_for("pan", DUCK, 0) == folder / "a.mp4"


def test_a_spreadsheets_byte_order_mark_and_a_left_out_seed_are_fine(folder: Path) -> None:
    (folder / "mapping.csv").write_text("\ufeffcase,prompt_id,video\npan,duck,a.mp4\n")
    assert Precomputed(folder).seeds == (0,)


def test_a_job_that_is_not_listed_is_named_with_what_there_is(folder: Path) -> None:
    write_rows(folder, {"case": "pan", "prompt_id": "duck", "video": "a.mp4", "seed": 1})
    source = Precomputed(folder)
    with pytest.raises(
        MethodError, match=r"'pan', prompt 'duck'.*seed 0.*it has 'duck' with seed 1"
    ):
        source.video_for("pan", DUCK, 0)
    with pytest.raises(MethodError, match="no row of that case; its cases: pan"):
        source.video_for("tilt", DUCK, 1)


def test_the_card_can_be_written_down(folder: Path, write: Callable[[str, str], Path]) -> None:
    write_rows(folder, {"case": "pan", "prompt_id": "duck", "video": "a.mp4"})
    (folder / "card.toml").write_text(
        'name = "ours"\nversion = "2"\nsummary = "S."\n'
        'licence = "MIT"\ntunes_per_reference = true\n'
    )
    card = Precomputed(folder).card
    assert (card.name, card.version, card.tunes_per_reference) == ("ours", "2", True)


def test_an_edited_mapping_is_another_identity(folder: Path) -> None:
    row = {"case": "pan", "prompt_id": "duck", "video": "a.mp4"}
    write_rows(folder, row)
    first = Precomputed(folder).identity()
    write_rows(folder, {**row, "video": "b.mp4"})
    assert Precomputed(folder).identity() != first


def test_all_problems_of_a_mapping_are_told_at_once(folder: Path) -> None:
    (folder / "card.toml").write_text('name = "Ours"\nversion = "2"\nlicense = "MIT"\n')
    path = write_rows(
        folder,
        {"case": "pan", "prompt_id": "duck", "video": "a.mp4"},
        {"case": "pan", "prompt_id": "duck", "video": "b.mp4", "seed": 0},
        {"case": "pan", "prompt_id": "cow", "video": "c.mp4"},
        {"case": "pan", "prompt_id": "cow", "prompt": "a cow", "video": "a.mp4"},
        {"prompt_id": "cow", "video": "../a.mp4"},
        {"case": 3, "prompt_id": "cow", "video": "a.mp4", "seed": 1.5},
        {"case": "tilt", "prompt": "a cow", "vidoe": "a.mp4"},
    )
    with path.open("a") as file:
        file.write("{torn\n[1]\n\n")
    with pytest.raises(UsageError) as caught:
        Precomputed(folder)
    message = str(caught.value)
    for words in [
        str(path),
        "Line 2: case 'pan', prompt 'duck', seed 0 is already on line 1",
        "Line 3: there is no video 'c.mp4'",
        "Line 4 needs one of prompt_id and prompt, and not both",
        "Line 5 has no case",
        "Line 5: the video '../a.mp4' lies outside",
        "Line 6: case is 3, not text",
        "Line 6: the seed 1.5 is not a whole number",
        "Line 7 has no video",
        "Unknown column 'vidoe'. Did you mean 'video'?",
        "Line 8 is not JSON",
        "Line 9 is not a JSON object",
        "Unknown key of card.toml 'license'. Did you mean 'licence'?",
        "The key of card.toml 'summary' is missing",
    ]:
        assert words in message, words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no rows"),
        ("case,prompt_id,video\n", "has no rows"),
        ("case,prompt_id,video\npan,duck,a.mp4,extra\n", "more values than columns: ['extra']"),
        ("case,prompt_id,video\npan,duck\n", "Line 2 has no video"),
        ("case,prompt_id,seed,video\npan,duck,x,a.mp4\n", "the seed 'x' is not a whole number"),
    ],
)
def test_a_wrong_csv_is_named(folder: Path, text: str, words: str) -> None:
    (folder / "mapping.csv").write_text(text)
    with pytest.raises(UsageError) as caught:
        Precomputed(folder)
    assert words in str(caught.value)


def test_a_mapping_that_is_no_text_is_named(folder: Path) -> None:
    (folder / "mapping.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read"):
        Precomputed(folder)


def test_a_folder_that_cannot_name_a_method_asks_for_a_card(folder: Path) -> None:
    renamed = folder.rename(folder.parent / "Their Method")
    write_rows(renamed, {"case": "pan", "prompt_id": "duck", "video": "a.mp4"})
    with pytest.raises(UsageError, match=r"'Their Method' cannot be the method's.*card\.toml"):
        Precomputed(renamed)


def test_one_mapping_is_needed(folder: Path) -> None:
    assert not is_precomputed(folder)
    with pytest.raises(UsageError, match=r"needs one of mapping\.csv and mapping\.jsonl.*neither"):
        Precomputed(folder)
    (folder / "mapping.csv").touch()
    (folder / "mapping.jsonl").touch()
    assert is_precomputed(folder)
    with pytest.raises(UsageError, match="has both"):
        Precomputed(folder)


def test_a_prompt_may_hold_a_line_break(folder: Path) -> None:
    (folder / "mapping.csv").write_text('case,prompt,video\npan,"two\nlines",a.mp4\n')
    source = Precomputed(folder)
    assert source.video_for("pan", Prompt("x", "free", "two\nlines"), 0) == folder / "a.mp4"


def test_a_value_beyond_what_csv_holds_is_named(folder: Path) -> None:
    (folder / "mapping.csv").write_text(f"case,prompt,video\npan,{'x' * 200_000},a.mp4\n")
    with pytest.raises(UsageError, match="is not CSV: field larger than"):
        Precomputed(folder)
