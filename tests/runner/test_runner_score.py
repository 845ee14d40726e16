"""Scores come from stored files, once for each clip, with a reason where there is none."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from runner_doubles import Here, moving_square

from motionbench.cases import Clip
from motionbench.errors import StoreError, VideoError
from motionbench.features import Features
from motionbench.metrics.catalog import METRICS
from motionbench.runner.generate import Request, generate
from motionbench.runner.measure import Subject, measure
from motionbench.runner.plan import Selection
from motionbench.runner.references import References
from motionbench.runner.score import Scoring, score_pair, score_run
from motionbench.store.run import Run
from motionbench.store.table import read_table
from motionbench.video import encode

STEPS = ((2, 1), (0, 2), (2, 1), (1, 0), (2, 0), (1, 1), (0, 1))


@pytest.fixture
def scoring(quick_ruler, tmp_path) -> Scoring:
    return Scoring(quick_ruler, cache_dir=tmp_path / "cache", command=("motionbench", "score"))


def run_here(request: Request, tmp_path: Path) -> Path:
    return generate(request, tmp_path / "runs", executor=Here(request.method)).run


def lines(run: Path, scoring: Scoring) -> list[dict]:
    text = (run / "scores" / f"{scoring.ruler.id}.jsonl").read_text()
    return [json.loads(line, parse_constant=pytest.fail) for line in text.splitlines()]


def test_every_metric_of_every_clip_has_a_status(request_for, scoring, tmp_path):
    run = run_here(request_for(), tmp_path)
    summary = score_run(run, scoring)
    assert (summary.scored, summary.kept, summary.failed) == (4, 0, ())
    for line in lines(run, scoring):
        assert set(line["scores"]) == set(METRICS)
        assert line["ruler"] == scoring.ruler.id
        for score in line["scores"].values():
            assert set(score) in ({"status", "value"}, {"status", "reason"}), score
        assert line["scores"]["motion_fidelity"]["value"] > 0.9
        assert line["scores"]["seconds_generate"]["status"] == "ok"
        assert line["scores"]["peak_memory"]["value"] > 1
        assert line["notes"]["instants"] == 6
        assert line["notes"]["reference_shape"] == [8, 32, 48]
        assert line["notes"]["generated_shape"] == [6, 32, 48]
    identity = json.loads((run / "scores" / f"{scoring.ruler.id}.json").read_text())
    assert identity["metrics"] == {name: spec.version for name, spec in METRICS.items()}
    assert identity["scored_on"]["command"] == ["motionbench", "score"]
    table = read_table([run])
    assert len(table) == 4 * len(METRICS)
    assert set(table["ruler"]) == {scoring.ruler.id}


def test_scoring_again_changes_nothing(request_for, scoring, tmp_path):
    run = run_here(request_for(), tmp_path)
    score_run(run, scoring)
    journal = run / "scores" / f"{scoring.ruler.id}.jsonl"
    before = journal.read_bytes()
    summary = score_run(run, scoring)
    assert (summary.scored, summary.kept) == (0, 4)
    assert journal.read_bytes() == before


@pytest.mark.parametrize("cache", [True, False])
def test_the_same_clip_gets_the_same_numbers(request_for, scoring, tmp_path, cache):
    run = run_here(request_for(), tmp_path)
    score_run(run, scoring)
    again = replace(scoring, again=True, cache_dir=scoring.cache_dir if cache else None)
    assert score_run(run, again).scored == 4
    found = lines(run, scoring)
    assert [line["scores"] for line in found[:4]] == [line["scores"] for line in found[4:]]


def test_a_clip_that_was_generated_again_is_scored_again(request_for, scoring, tmp_path):
    request = request_for("Fresh")
    run = run_here(request, tmp_path)
    score_run(run, scoring)
    (run / "videos" / "case1" / "p0-0.mp4").unlink()
    run_here(request, tmp_path)
    assert (read_table([run])["status"] == "missing").sum() == len(METRICS)
    summary = score_run(run, scoring)
    assert (summary.scored, summary.kept) == (1, 3)
    assert (read_table([run])["status"] != "missing").all()


def test_failed_generations_are_not_scored(request_for, scoring, tmp_path):
    run = run_here(request_for("Faulty", "a dog", "raise"), tmp_path)
    assert score_run(run, scoring).scored == 2
    table = read_table([run])
    assert set(table[table["prompt_id"] == "p1"]["status"]) == {"failed"}


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_file_that_is_not_the_recorded_one_fails(request_for, scoring, tmp_path, damage):
    request = request_for()
    run = run_here(request, tmp_path)
    score_run(run, scoring)
    path = run / "videos" / "case0" / "p1-0.mp4"
    whole = path.read_bytes()
    path.unlink()
    if damage == "changed":
        path.write_bytes(whole[: len(whole) // 2])
    (broken,) = score_run(run, scoring).failed
    assert broken.job == ("case0", "p1", 0)
    errors = {score.error for score in broken.scores.values()}
    (error,) = errors
    assert ("the clip is gone" if damage == "gone" else "is not the one that was recorded") in error
    path.write_bytes(whole)
    summary = score_run(run, scoring)
    assert (summary.scored, summary.failed) == (1, ())


def test_a_missing_reference_fails_and_the_loop_goes_on(request_for, scoring, tmp_path):
    request = request_for()
    run = run_here(request, tmp_path)
    Path(request.suite.manifest).with_name("case0.mkv").write_bytes(b"no video")
    summary = score_run(run, scoring)
    assert {record.case for record in summary.failed} == {"case0", "case1"}
    good = Run(run).read_scores(scoring.ruler.id)["case1", "p0", 0].scores
    assert good["motion_fidelity"].status == "ok"
    assert good["motion_fidelity_floor"].status == "failed", "its floor needs the other reference"


def test_a_changed_suite_is_refused(request_for, make_suite, scoring, tmp_path):
    run = run_here(request_for(), tmp_path)
    other = make_suite("a horse", name="other")
    with pytest.raises(StoreError, match=r"answers suite tiny 1 .*now is other 1"):
        score_run(run, replace(scoring, suite=other))


def test_chance_does_not_depend_on_what_else_is_scored(request_for, make_suite, scoring, tmp_path):
    request = request_for(suite=make_suite("a dog", "a cat", "a cow", steps=STEPS))
    part = run_here(replace(request, selection=Selection(cases=("case3",))), tmp_path / "part")
    whole = run_here(request, tmp_path / "whole")
    for run in (part, whole):
        score_run(run, replace(scoring, cache_dir=None))
    records = [Run(run).read_scores(scoring.ruler.id)["case3", "p1", 0] for run in (part, whole)]
    keep = [name for name, spec in METRICS.items() if "cost" not in spec.needs]
    assert [records[0].scores[name] for name in keep] == [records[1].scores[name] for name in keep]
    others = records[0].notes["others"]
    assert others == records[1].notes["others"]
    assert len(others) == 4
    assert "case3" not in others
    assert not {"case0", "case2"} <= set(others), "they show the same"
    assert records[0].notes["other_prompts"] == 2


def references(quick_ruler, **clips: Clip) -> References:
    loaders = {name: (lambda clip=clip: clip) for name, clip in clips.items()}
    return References(Features(quick_ruler, None), loaders, ["a dog", "a cat"])


def test_what_is_lacking_takes_only_what_needs_it(quick_ruler):
    tall = moving_square(size=(48, 32), step=(1, 1))
    found = references(quick_ruler, one=moving_square(), two=moving_square(step=(1, 2)))
    scores, notes = measure(Subject("one", tall, "0" * 64, "a dog"), found)
    assert scores["motion_fidelity"].status == "unscorable"
    assert "aspect ratios differ" in (scores["motion_fidelity"].reason or "")
    assert scores["text_alignment"].status == "ok"
    assert scores["appearance_leakage"].status == "ok"
    assert scores["seconds_adapt"].status == "unscorable"
    assert "instants" not in notes


def test_no_prompt_is_unscorable(quick_ruler):
    found = references(quick_ruler, one=moving_square())
    scores, _ = measure(Subject("one", moving_square(), "0" * 64), found)
    assert scores["text_alignment"].reason == "no prompt is given."
    assert scores["motion_fidelity"].status == "ok"
    assert scores["motion_fidelity_floor"].status == "unscorable", "there is no other reference"


def test_a_single_frame_is_unscorable(quick_ruler):
    moving, still = moving_square(), moving_square(frames=1)
    found = references(quick_ruler, one=moving, still=still)
    for subject in (
        Subject("one", still, "0" * 64, "a dog"),
        Subject("still", moving, "1" * 64, "a dog"),
    ):
        scores, _ = measure(subject, found)
        assert "single frame" in (scores["motion_fidelity"].reason or "")
        assert scores["text_alignment"].status == "ok"
    scores, notes = measure(Subject("one", moving, "1" * 64, "a dog"), found)
    assert notes["others"] == [], "a still stands for no motion"


def test_a_backend_that_breaks_fails_what_needs_it(quick_ruler, monkeypatch, caplog):
    def explode(frames):
        raise IndexError("3")

    monkeypatch.setattr(quick_ruler.embedder, "embed_frames", explode)
    found = references(quick_ruler, one=moving_square())
    scores, _ = measure(Subject("one", moving_square(), "0" * 64, "a dog"), found)
    assert scores["text_alignment"].error == "IndexError: 3"
    assert scores["motion_fidelity"].status == "ok"
    assert "frames failed" in caplog.text


def test_the_reference_is_cut_as_the_method_saw_it(quick_ruler, monkeypatch):
    from motionbench.store.records import Cut

    seen = []
    track = quick_ruler.tracker.track

    def watch(clip, queries):
        seen.append(clip)
        return track(clip, queries)

    monkeypatch.setattr(quick_ruler.tracker, "track", watch)
    quick = replace(quick_ruler, working_size=40)
    found = references(quick, one=moving_square())
    cut = Cut(frame_indices=(1, 3, 5), crop=(2, 4, 20, 40), size=(10, 20))
    scores, _ = measure(Subject("one", moving_square(frames=3), "0" * 64, "a dog", cut), found)
    reference = seen[0]
    assert reference.frames.shape == (5, 20, 40, 3)
    np.testing.assert_array_equal(reference.frames, moving_square().frames[1:6, 2:22, 4:44])
    assert scores["motion_fidelity"].status == "unscorable", "3:2 is not 2:1"


def test_one_pair_needs_no_run(quick_ruler, scoring, tmp_path):
    reference, generated = tmp_path / "reference.mkv", tmp_path / "generated.mkv"
    encode(moving_square(), reference, lossless=True)
    encode(moving_square(frames=5), generated, lossless=True)
    scores = score_pair(reference, generated, prompt="a dog", scoring=scoring)
    assert scores["motion_fidelity"].status == "ok"
    assert scores["motion_fidelity_normalised"].status == "unscorable"
    generated.write_bytes(b"")
    with pytest.raises(VideoError, match=r"generated\.mkv"):
        score_pair(reference, generated, prompt="", scoring=scoring)
