"""``effivmt heads``, called as a user calls it, in this process."""

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from effivmt_adapter.cli import main
from effivmt_adapter.head_classification import HeadSplit, Similarities, classify
from effivmt_adapter.head_study import Measurement, Study
from motionbench.cases import Clip
from motionbench.video import encode

CASES = "camera-pan,human-walk"


class Result(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Result]


@pytest.fixture
def heads(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    folder: Path,
) -> Command:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "dumb")

    def call(*arguments: object) -> Result:
        words = ["effivmt", "heads", "--backbone", str(folder), *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", words)
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        return Result(code, *capsys.readouterr())

    return call


def test_what_is_printed_is_written(heads: Command) -> None:
    result = heads("--cases", CASES, "--sigma", "0.9,0.3", "--rule", "quantile", "--share", 0.25)
    assert result.code == 0, result.err
    content = json.loads(Path("heads/heads.json").read_text())
    assert [each["name"] for each in content["references"]] == ["camera-pan", "human-walk"]
    assert content["references"][0]["grid"] == [3, 2, 4]
    assert content["settings"]["sigmas"] == [0.9, 0.3]
    split = HeadSplit.from_json(content["split"])
    assert split.share == content["share"] == 0.25
    assert "1 of 4 heads are temporal (quantile)." in result.out
    for row in content["shares"]:
        cells = [f"{cell:.3f}" for cell in row.values()]
        assert any(line.split() == cells for line in result.out.splitlines())
    for row in content["agreement"]:
        assert any(
            line.split()[:4] == [row["between"], row["first"], row["second"], f"{row['equal']:.3f}"]
            for line in result.out.splitlines()
        )
    for block, row in enumerate(content["similarities"]["spatial"]):
        shown = " ".join(f"{value:.2f}" for value in row)
        assert any(
            line.startswith(f"{block} ") and shown in line for line in result.out.splitlines()
        )
    assert Path("heads/heads.png").read_bytes().startswith(b"\x89PNG")
    with Path("heads/heads.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 2 * 4
    first = [float(r["spatial"]) for r in rows if (r["block"], r["head"]) == ("0", "0")]
    assert np.mean(first) == pytest.approx(content["similarities"]["spatial"][0][0])


def test_json_is_what_the_file_says_and_repeats(heads: Command) -> None:
    arguments = ("--cases", "camera-pan", "--sigma", 0.5, "--rows", 7, "--json")
    first = heads(*arguments)
    assert json.loads(first.out) == json.loads(Path("heads/heads.json").read_text())
    picture = Path("heads/heads.png").read_bytes()
    assert heads(*arguments, "--out", "again").out == first.out
    assert Path("again/heads.png").read_bytes() == picture


def test_video_files_and_bands(heads: Command) -> None:
    frames = np.random.default_rng(0).integers(0, 255, (9, 32, 64, 3)).astype(np.uint8)
    encode(Clip(frames, 8.0), Path("clip.mp4"))
    told = ("--reference", "clip.mp4", "--sigma", 0.5, "--json")
    exact = json.loads(heads(*told, "--caption", "a star").out)
    assert exact["references"][0]["name"] == "clip.mp4"
    assert exact["references"][0]["caption"] == "a star"
    bands = json.loads(heads(*told, "--caption", "a star", "--band", 1, "--block", 4).out)
    assert bands["similarities"] != exact["similarities"]
    assert bands["references"][0]["uniform_ratio"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--rule", "ration"), "Did you mean 'ratio'"),
        (("--sigma", "1.2"), "--sigma 1.2: give numbers in [0, 1]"),
        (("--block", "4"), "block=4 is the step of a band"),
        (("--caption", "a star"), "give that, too"),
        (("--reference", "a.mp4", "--limit", "1"), "Give one or the other"),
        (("--reference", "a.mp4", "--caption", "a", "--caption", "b"), "2 captions for 1"),
        (("--reference", "a.mp4", "--reference", "a.mp4"), "twice"),
        (("--cases", "camera-pann"), "Did you mean 'camera-pan'"),
    ],
)
def test_wrong_arguments_are_named(
    heads: Command, arguments: tuple[str, ...], message: str
) -> None:
    result = heads(*arguments)
    assert result.code == 2
    assert message in result.err
    assert not Path("heads").exists()


def test_help_teaches(heads: Command) -> None:
    text = heads("--help").out
    for word in ("same frame", "--sigma", "quantile", "Examples", "kappa"):
        assert word in text


def similarities(spatial: list[float]) -> Similarities:
    one = torch.tensor([spatial], dtype=torch.float64)
    return Similarities(one, torch.full_like(one, 0.4), one, one)


def test_a_study_averages_over_what_is_not_asked() -> None:
    study = Study(
        [
            Measurement("a", 0.9, similarities([0.1, 0.9])),
            Measurement("a", 0.3, similarities([0.3, 0.9])),
            Measurement("b", 0.9, similarities([0.9, 0.1])),
            Measurement("b", 0.3, similarities([0.9, 0.3])),
        ],
        classify,
    )
    assert study.mean(reference="a").spatial.tolist() == [[pytest.approx(0.2), 0.9]]
    assert study.mean(sigma=0.9).spatial.tolist() == [[0.5, 0.5]]
    assert study.split(reference="a").temporal.tolist() == [[True, False]]
    by_pair = {(row["first"], row["second"]): row for row in study.agreements()}
    assert by_pair["a", "b"]["equal"] == 0
    assert by_pair["a", "b"]["kappa"] == -1
    assert study.shares([1.3])[0] == {"alpha": 1.3, "sigma 0.9": 1.0, "sigma 0.3": 0.0}
