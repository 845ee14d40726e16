"""Videos made elsewhere become runs, and their references a suite that anyone can run on."""

import json
from pathlib import Path

import pytest
from runner_doubles import METHODS, Here, moving_square

from motionbench.errors import ManifestError, StoreError
from motionbench.runner.generate import Request, generate
from motionbench.runner.pairs import register_pairs
from motionbench.runner.score import Scoring, score_runs
from motionbench.runner.tasks import MethodReference
from motionbench.store.info import SuiteSource
from motionbench.store.run import Run
from motionbench.store.table import find_runs, read_table
from motionbench.video import encode


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Two methods on two references; one video is broken."""
    folder = tmp_path / "published"
    folder.mkdir()
    encode(moving_square(), folder / "walk.mkv", lossless=True)
    encode(moving_square(step=(0, 2)), folder / "fall.mkv", lossless=True)
    encode(moving_square(frames=5, size=(64, 96)), folder / "a-walk.mp4")
    encode(moving_square(step=(0, 2)), folder / "a-fall.mp4")
    encode(moving_square(step=(0, 1)), folder / "b-walk.mp4")
    (folder / "b-fall.mp4").write_bytes(b"no video")
    rows = [
        {
            "method": method,
            "case": case,
            "category": "single_object",
            "reference": f"{case}.mkv",
            "generated": f"{prefix}-{case}.mp4",
            "prompt": f"a dog, {case}",
            "caption": "a square",
        }
        for method, prefix in (("Method A (Large)", "a"), ("Method B", "b"))
        for case in ("walk", "fall")
    ]
    path = folder / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_each_method_is_a_run(pairs, tmp_path, quick_ruler):
    out = tmp_path / "runs"
    runs = register_pairs(pairs, out, command=("motionbench", "score"))
    assert [Run(run).info().settings.method for run in runs] == ["Method A (Large)", "Method B"]
    assert runs[0].name.startswith("method-a-large--")
    assert find_runs([out]) == sorted(runs)
    first = Run(runs[0]).read_generations()
    assert {record.status for record in first.values()} == {"ok"}
    shapes = {(r.stored.frames, r.stored.height) for r in first.values() if r.stored}
    assert shapes == {(5, 64), (8, 32)}
    videos = {r.stored.video for r in first.values() if r.stored}
    assert videos == {"../../published/a-walk.mp4", "../../published/a-fall.mp4"}
    failed = [r for r in Run(runs[1]).read_generations().values() if r.status == "failed"]
    assert len(failed) == 1
    assert "b-fall.mp4" in (failed[0].error or "")

    summaries = score_runs(runs, Scoring(quick_ruler, cache_dir=tmp_path / "cache"))
    assert [(summary.scored, summary.failed) for summary in summaries] == [(2, ()), (1, ())]
    table = read_table(runs)
    fidelity = table[table["metric"] == "motion_fidelity"].set_index(["method", "case"])
    right, wrong = (
        fidelity.loc[(name, "walk"), "value"] for name in ("Method A (Large)", "Method B")
    )
    assert right > wrong + 0.1
    assert fidelity.loc[("Method B", "fall"), "status"] == "failed"
    assert set(table[table["metric"] == "seconds_generate"]["status"]) == {"unscorable", "failed"}


def test_a_control_joins_the_same_board(pairs, tmp_path, quick_ruler):
    out = tmp_path / "runs"
    runs = register_pairs(pairs, out)
    method = MethodReference(f"{METHODS}:Plain")
    request = Request(method, SuiteSource(str(out / "suite.yaml")))
    summary = generate(request, out, executor=Here(method))
    assert (summary.planned, summary.failed) == (2, ())
    score_runs([*runs, summary.run], Scoring(quick_ruler))
    assert read_table(find_runs([out]))["suite_sha256"].nunique() == 1


def test_repeating_registers_only_what_is_new(pairs, tmp_path):
    out = tmp_path / "runs"
    runs = register_pairs(pairs, out)
    journals = [run / "generations.jsonl" for run in runs]
    before = [journal.read_bytes() for journal in journals]
    encode(moving_square(step=(1, 0)), pairs.parent / "a-fall.mp4")
    encode(moving_square(step=(1, 0)), pairs.parent / "b-fall.mp4")
    assert register_pairs(pairs, out) == runs
    for journal, old in zip(journals, before, strict=True):
        added = journal.read_bytes().removeprefix(old).splitlines()
        assert [json.loads(line)["case"] for line in added] == ["fall"]
    assert {r.status for r in Run(runs[1]).read_generations().values()} == {"ok"}
    assert register_pairs(pairs, out) == runs
    assert all(len(journal.read_text().splitlines()) == 3 for journal in journals)


def test_another_pairs_file_needs_another_folder(pairs, tmp_path):
    out = tmp_path / "runs"
    register_pairs(pairs, out)
    other = pairs.with_name("other.jsonl")
    other.write_text(pairs.read_text().replace("a dog, walk", "a cat"))
    with pytest.raises(StoreError, match=r"suite\.yaml was written for other references or"):
        register_pairs(other, out)


def test_a_wrong_pairs_file_leaves_nothing(pairs, tmp_path):
    pairs.write_text('{"reference": "nowhere.mp4", "generated": "a-walk.mp4"}\n')
    with pytest.raises(ManifestError, match=r"nowhere\.mp4"):
        register_pairs(pairs, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
