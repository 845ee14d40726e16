"""What the leaderboard reads: every planned job counts, whatever became of it."""

import json
from pathlib import Path

import pandas as pd
import pytest

from motionbench.errors import StoreError
from motionbench.files import write_json
from motionbench.store.info import RunInfo, RunSettings, SuiteSource
from motionbench.store.records import (
    Cut,
    GenerationRecord,
    PlannedJob,
    Score,
    ScoreRecord,
    Stored,
)
from motionbench.store.run import Run
from motionbench.store.table import COLUMNS, find_runs, read_table

RULER = "embedded-0123456789ab"


def make_run(path: Path, *, rulers: tuple[str, ...] = (RULER,), name: str = "copy") -> Run:
    run = Run(path)
    info = RunInfo.start(
        RunSettings(name, "1", {}, "tiny", "2", "cd" * 32),
        card={"name": name, "control": True},
        reference=name,
        device="cpu",
        suite_source=SuiteSource("tiny"),
    )
    run.write_info(info)
    run.add_to_plan([PlannedJob("one", "human", f"p{i}", "subject", 0) for i in range(5)])
    for ruler in rulers:
        write_json(run.ruler_file(ruler), {"metrics": {"speed_ratio": 1, "text_rank": 1}})
        run.scores(ruler).path.touch()
    return run


def generation(prompt: str, content: str | None) -> GenerationRecord:
    stored = content and Stored("videos/x.mp4", content, "ff", 8, 16, 16, 8.0)
    return GenerationRecord(
        case="one",
        category="human",
        prompt_id=prompt,
        kind="subject",
        prompt="a dog",
        seed=0,
        status="ok" if stored else "failed",
        finished="2025-01-01T00:00:00+00:00",
        stored=stored or None,
        conform=Cut((0, 1), (0, 0, 16, 16), (16, 16)) if stored else None,
        error=None if stored else "ValueError: no",
    )


def scored(prompt: str, content: str, **scores: Score) -> ScoreRecord:
    return ScoreRecord(
        case="one",
        category="human",
        prompt_id=prompt,
        kind="subject",
        prompt="a dog",
        seed=0,
        ruler=RULER,
        content_sha256=content,
        reference_sha256="ee",
        scores=scores,
        notes={"instants": 8},
        finished="2025-01-01T00:00:00+00:00",
    )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = make_run(tmp_path / "runs" / "copy--tiny--1")
    for record in (
        generation("p0", None),
        generation("p0", "aa"),
        generation("p1", None),
        generation("p2", "bb"),
        generation("p3", "cc"),
    ):
        run.generations.append(record.to_json())
    for record in (
        scored("p0", "aa", speed_ratio=Score("ok", 0.25)),
        scored("p2", "b0", speed_ratio=Score("ok", 0.5), text_rank=Score("ok", 1.0)),
        scored(
            "p3",
            "cc",
            speed_ratio=Score("unscorable", reason="no tracks"),
            text_rank=Score("failed", error="IndexError: 3"),
        ),
    ):
        run.scores(RULER).append(record.to_json())
    return run


def test_every_planned_job_has_a_row_per_metric(run):
    table = read_table([run.path], "embedded")
    assert tuple(table.columns) == COLUMNS
    got = {
        (row.prompt_id, row.metric): (row.status, None if pd.isna(row.value) else row.value)
        for row in table.itertuples()
    }
    assert got == {
        ("p0", "speed_ratio"): ("ok", 0.25),
        ("p0", "text_rank"): ("missing", None),
        ("p1", "speed_ratio"): ("failed", None),
        ("p1", "text_rank"): ("failed", None),
        ("p2", "speed_ratio"): ("missing", None),
        ("p2", "text_rank"): ("missing", None),
        ("p3", "speed_ratio"): ("unscorable", None),
        ("p3", "text_rank"): ("failed", None),
        ("p4", "speed_ratio"): ("missing", None),
        ("p4", "text_rank"): ("missing", None),
    }
    assert table["control"].all()
    assert set(table["method"]) == {"copy"}
    assert set(table["suite_version"]) == {"2"}
    assert set(table["category"]) == {"human"}


def test_reasons_are_told(run):
    table = read_table([run.path]).set_index(["prompt_id", "metric"])["reason"]
    assert table["p0", "speed_ratio"] == ""
    assert table["p1", "speed_ratio"] == "generation failed: ValueError: no"
    assert table["p2", "speed_ratio"] == "generated again since it was scored"
    assert table["p3", "speed_ratio"] == "no tracks"
    assert table["p3", "text_rank"] == "IndexError: 3"
    assert table["p4", "speed_ratio"] == "not generated yet"


def test_records_are_plain_json_and_read_back(run):
    for journal, kind in ((run.generations, GenerationRecord), (run.scores(RULER), ScoreRecord)):
        for line in journal.path.read_text().splitlines():
            again = json.dumps(kind.from_json(json.loads(line)).to_json())
            assert json.loads(again) == json.loads(line)


def test_a_run_that_a_ruler_did_not_measure_is_missing(run, tmp_path):
    other = make_run(tmp_path / "runs" / "still--tiny--2", rulers=(), name="still")
    table = read_table([run.path, other.path])
    unmeasured = table[table["method"] == "still"]
    assert set(unmeasured["status"]) == {"missing"}
    assert len(unmeasured) == 10


def test_rulers_are_chosen_by_name_or_fingerprint(run, tmp_path):
    second = "embedded-ba9876543210"
    other = make_run(tmp_path / "runs" / "b", rulers=(second, "standard-000000000000"))
    runs = [run.path, other.path]
    assert set(read_table(runs)["ruler"]) == {RULER, second, "standard-000000000000"}
    assert set(read_table(runs, "embedded")["ruler"]) == {RULER, second}
    assert set(read_table(runs, second)["ruler"]) == {second}
    with pytest.raises(StoreError, match=r"no scores|has scores by ruler 'exact'.*embedded-01"):
        read_table(runs, "exact")


def test_a_ruler_file_without_metrics_is_named(run):
    write_json(run.ruler_file(RULER), {"name": "embedded"})
    with pytest.raises(StoreError, match=rf"{RULER}\.json does not say which metrics"):
        read_table([run.path])


def test_runs_without_scores_are_refused(tmp_path):
    run = make_run(tmp_path / "a", rulers=())
    with pytest.raises(StoreError, match=r"None of the 1 runs has scores.*motionbench score"):
        read_table([run.path])


def test_runs_are_found_alone_and_in_folders(run, tmp_path):
    other = make_run(tmp_path / "runs" / "still--tiny--2")
    (tmp_path / "runs" / "suite.yaml").touch()
    assert find_runs([tmp_path / "runs"]) == [run.path, other.path]
    assert find_runs([other.path, tmp_path / "runs"]) == [other.path, run.path]
    with pytest.raises(StoreError, match="is no run"):
        find_runs([tmp_path])
