import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from motionbench.cases import Prompt
from motionbench.errors import ManifestError
from motionbench.manifest import load_suite, write_suite
from motionbench.pairs import Pair, read_pairs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of different bytes; nothing here decodes them."""
    for name in ("bear.mp4", "cows/ref.mp4", "out/a.mp4", "out/b.mp4", "out/c.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def row(generated: str = "out/a.mp4", reference: str = "bear.mp4", **more: Any) -> dict[str, Any]:
    return {"reference": reference, "generated": generated, **more}


def as_json(folder: Path, *rows: Any, name: str = "mine.jsonl") -> Path:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in rows]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


def as_csv(folder: Path, *rows: dict[str, Any]) -> Path:
    columns = list(dict.fromkeys(key for each in rows for key in each))
    with (folder / "mine.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return folder / "mine.csv"


def complaints(path: Path) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        read_pairs(path)
    first, *lines = str(caught.value).splitlines()
    assert first == f"{path} cannot be used. Correct the following:"
    return [line.removeprefix("  - ") for line in lines]


@pytest.mark.parametrize("save", [as_json, as_csv])
def test_only_two_fields_are_required(folder: Path, save: Any) -> None:
    suite, pairs = read_pairs(save(folder, row(), row("out/b.mp4", "cows/ref.mp4")))
    assert pairs == [
        Pair("unnamed", "bear", "p0", 0, folder / "out" / "a.mp4"),
        Pair("unnamed", "cows-ref", "p0", 0, folder / "out" / "b.mp4"),
    ]
    assert [case.id for case in suite.cases] == ["bear", "cows-ref"]
    assert {case.category for case in suite.cases} == {None}
    assert {case.caption for case in suite.cases} == {""}
    assert suite.cases[0].prompts == (Prompt("p0", "free", ""),)
    assert (suite.name, suite.cases[1].source.path) == ("mine", folder / "cows" / "ref.mp4")


@pytest.mark.parametrize("save", [as_json, as_csv])
def test_all_fields(folder: Path, save: Any) -> None:
    said = {"case": "Bear Walk", "category": "single_object", "caption": "a bear"}
    suite, pairs = read_pairs(
        save(
            folder,
            row("out/a.mp4", method="Motion Inversion (ZeroScope)", prompt='a "fox", red', **said),
            row("out/b.mp4", method="SMM", prompt="a bear", note="kept out", **said),
            row("out/c.mp4", method="SMM", prompt='a "fox", red', **said),
        )
    )
    (case,) = suite.cases
    assert (case.id, case.category, case.caption) == ("bear-walk", "single_object", "a bear")
    assert case.prompts == (
        Prompt("p0", "free", 'a "fox", red'),
        Prompt("p1", "caption", "a bear"),
    )
    assert [(pair.method, pair.prompt_id, pair.seed) for pair in pairs] == [
        ("Motion Inversion (ZeroScope)", "p0", 0),
        ("SMM", "p1", 0),
        ("SMM", "p0", 0),
    ]


def test_the_same_job_again_is_another_seed(folder: Path) -> None:
    names = ("out/a.mp4", "out/b.mp4", "out/c.mp4")
    _, pairs = read_pairs(as_json(folder, *(row(name, prompt="x") for name in names)))
    assert [pair.seed for pair in pairs] == [0, 1, 2]


def test_what_one_line_says_of_a_case_holds_for_all(folder: Path) -> None:
    suite, _ = read_pairs(
        as_json(folder, row(), row("out/b.mp4", category="human", caption="a man"))
    )
    assert [(case.category, case.caption) for case in suite.cases] == [("human", "a man")]


def test_copies_of_a_reference_are_one_reference(folder: Path) -> None:
    (folder / "copy.mp4").write_text("bear.mp4")
    path = as_json(folder, row(case="x"), row("out/b.mp4", "copy.mp4", case="x"))
    suite, pairs = read_pairs(path)
    assert len(suite.cases) == 1
    assert len(pairs) == 2


def test_folders_of_frames_are_references_too(folder: Path) -> None:
    suite, _ = read_pairs(as_json(folder, row(reference="cows")))
    assert suite.cases[0].source.path == folder / "cows"
    before = suite.version
    (folder / "cows" / "ref.mp4").write_text("other")
    assert read_pairs(folder / "mine.jsonl")[0].version != before


def test_names_in_another_script_give_an_id(folder: Path) -> None:
    suite, pairs = read_pairs(as_json(folder, row(case="熊")))
    assert re.fullmatch(r"case-[0-9a-f]{8}", suite.cases[0].id)
    assert pairs[0].case_id == suite.cases[0].id


def test_the_version_follows_references_and_prompts_but_not_results(folder: Path) -> None:
    def version(*rows: dict[str, Any]) -> str:
        return read_pairs(as_json(folder, *rows))[0].version

    first = version(row(prompt="x", method="A"))
    assert re.fullmatch("[0-9a-f]{12}", first)
    assert version(row("out/b.mp4", prompt="x", method="B")) == first
    assert version(row(prompt="y", method="A")) != first
    (folder / "bear.mp4").write_text("another bear")
    assert version(row(prompt="x", method="A")) != first


def test_the_references_are_a_suite_of_their_own(folder: Path) -> None:
    rows = (row(category="human", prompt="x"), row("out/b.mp4", "cows/ref.mp4"))
    suite, _ = read_pairs(as_json(folder, *rows))
    write_suite(suite, folder / "runs" / "suite.yaml")
    assert load_suite(folder / "runs" / "suite.yaml") == suite


def test_a_byte_order_mark_and_blank_lines_do_no_harm(folder: Path) -> None:
    path = as_csv(folder, row())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\r\n\r\n")
    assert len(read_pairs(path)[1]) == 1
    path = as_json(folder, "", row(), "   ")
    assert len(read_pairs(path)[1]) == 1


class TestProblems:
    def test_all_are_reported_with_their_lines(self, folder: Path) -> None:
        path = as_json(
            folder,
            row(),
            row("out/none.mp4", "none.mp4"),
            "{not json",
            {"reference": "bear.mp4", "generatd": "out/a.mp4"},
            row(category="humans"),
            row(prompt=3),
            row(""),
            "[1, 2]",
        )
        assert complaints(path) == [
            f"line 2: generated: there is no file 'out/none.mp4' in {folder}.",
            f"line 2: reference: there is no file 'none.mp4' in {folder}.",
            "line 3: it is not a JSON object ('{not json').",
            "line 4: there is no field 'generated' (is it 'generatd'?).",
            "line 5: this pair is already in line 1.",
            "line 5: unknown category 'humans' (is it 'human'?); "
            "allowed: camera, single_object, multi_object, human.",
            "line 6: prompt is 3, not text.",
            "line 6: this pair is already in line 1.",
            "line 7: generated is empty.",
            "line 8: it is not a JSON object ('[1, 2]').",
        ]

    def test_of_a_csv_file(self, folder: Path) -> None:
        path = folder / "mine.csv"
        path.write_text("reference,generatd,case,case\nbear.mp4,out/a.mp4\n")
        assert complaints(path) == [
            "line 1: the column 'case' is there more than once.",
            "line 1: there is no column 'generated' (is it 'generatd'?).",
            "line 2: it has 2 cells, the header has 4.",
        ]

    def test_of_quotes_in_a_csv_file(self, folder: Path) -> None:
        path = folder / "mine.csv"
        path.write_text('reference,generated\nbear.mp4,"out/a.mp4\n')
        assert complaints(path)[0].startswith("line 2: it is not CSV (")

    def test_a_case_with_two_references(self, folder: Path) -> None:
        path = as_json(folder, row(case="x"), row("out/b.mp4", "cows/ref.mp4", case="x"))
        assert complaints(path) == [
            "line 2: the case 'x' has another reference here than in line 1; "
            "give each reference its own case."
        ]

    def test_a_case_with_two_categories_or_captions(self, folder: Path) -> None:
        path = as_json(
            folder,
            row(category="human", caption="a man"),
            row("out/b.mp4", category="camera", caption="a woman"),
        )
        assert complaints(path) == [
            "line 2: caption 'a woman' of the case 'bear' is 'a man' in line 1.",
            "line 2: category 'camera' of the case 'bear' is 'human' in line 1.",
        ]

    def test_the_same_result_twice(self, folder: Path) -> None:
        path = as_json(folder, row(prompt="x"), row("out/b.mp4"), row("./out/a.mp4", prompt="x"))
        assert complaints(path) == ["line 3: this pair is already in line 1."]

    @pytest.mark.parametrize("name", ["mine.jsonl", "mine.csv"])
    def test_an_empty_file(self, folder: Path, name: str) -> None:
        header = "reference,generated\n" if name.endswith("csv") else "\n"
        (folder / name).write_text(header)
        with pytest.raises(ManifestError, match="there are no pairs in this file"):
            read_pairs(folder / name)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ManifestError, match=r"a\.csv: this pairs file cannot be read: .*No"):
            read_pairs(tmp_path / "a.csv")

    def test_another_kind_of_file(self, tmp_path: Path) -> None:
        with pytest.raises(ManifestError, match=r"a\.txt: a pairs file must end in \.csv or"):
            read_pairs(tmp_path / "a.txt")
