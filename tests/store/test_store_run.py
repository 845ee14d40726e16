"""Run folders: one writer, one set of settings, nothing half written."""

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from motionbench.errors import DiskFullError, RunLockedError, StoreError
from motionbench.files import disk_full_cause, read_json, write_json
from motionbench.store.info import RunInfo, RunSettings, SuiteSource, slug
from motionbench.store.records import Job, PlannedJob
from motionbench.store.run import Run

SETTINGS = RunSettings("copy", "1", {"scale": 2}, "tiny", "1", "ab" * 32)


def fresh(settings: RunSettings = SETTINGS) -> RunInfo:
    return RunInfo.start(
        settings,
        card={"name": "copy", "control": True},
        reference="copy",
        device="cpu",
        suite_source=SuiteSource("tiny"),
    )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "run")


def test_settings_name_the_folder():
    name = SETTINGS.folder_name()
    assert name.startswith("copy--tiny--")
    assert replace(SETTINGS, options={"scale": 3}).folder_name() != name
    assert replace(SETTINGS, lossless=True).folder_name() != name
    assert RunSettings(**vars(SETTINGS)).folder_name() == name


def test_a_slug_is_a_file_name():
    assert slug("Motion Inversion (ZeroScope)") == "motion-inversion-zeroscope"
    assert slug("../Ü/") == "unnamed"


def test_run_file_reads_back(run):
    info = fresh().with_session(["motionbench", "eval"], [0, 1], {"python": "3.11"})
    run.write_info(info)
    assert run.info() == info
    assert run.open(fresh()) == info


def test_sessions_share_what_is_the_same_around_them(run):
    first = fresh().with_session(["a"], [1], {"python": "3.11"})
    second = first.with_session(["b"], [0], {"python": "3.11"})
    third = second.with_session(["c"], [0], {"python": "3.12"})
    assert third.environments == [{"python": "3.11"}, {"python": "3.12"}]
    assert [session["environment"] for session in third.sessions] == [0, 0, 1]
    assert third.seeds == [0, 1]
    assert third.created == first.created


def test_other_settings_are_refused(run):
    run.write_info(fresh())
    other = replace(SETTINGS, version="2", options={"scale": 3, "depth": 1})
    with pytest.raises(StoreError) as caught:
        run.open(fresh(other))
    assert "options.depth was None, now 1" in str(caught.value)
    assert "options.scale was 2, now 3" in str(caught.value)
    assert "version was '1', now '2'" in str(caught.value)


def test_a_broken_run_file_is_named(run):
    run.path.mkdir()
    (run.path / "run.json").write_text('{"settings": {}}')
    with pytest.raises(StoreError, match=r"run\.json: .*settings\.method"):
        run.info()
    (run.path / "run.json").write_text("{")
    with pytest.raises(StoreError, match=r"run\.json is not valid JSON"):
        run.info()
    (run.path / "run.json").unlink()
    with pytest.raises(StoreError, match="not a complete run"):
        run.info()


def test_the_plan_only_grows(run):
    a, b = (PlannedJob("one", "camera", f"p{i}", "free", 0) for i in range(2))
    run.add_to_plan([a])
    run.add_to_plan([b, a])
    run.add_to_plan([a])
    assert run.plan() == [a, b]


def test_broken_records_are_named(run):
    run.generations.append({"case": "one"})
    with pytest.raises(StoreError, match=r"generations\.jsonl, line 1: category: Field required"):
        run.read_generations()


def test_paths_stay_inside(run):
    job = Job("one", "caption", 3)
    assert run.video(job, ".mp4") == run.path / "videos" / "one" / "caption-3.mp4"
    assert run.work_dir("one", 3) == run.path / "work" / "one-3"


HOLD = """
import sys
from pathlib import Path
from motionbench.store.run import Run
with Run(Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holding(run):
    """A process that holds the run's lock until its standard input is closed."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(run.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        yield holder


def test_a_second_process_is_refused(run):
    with holding(run) as holder:
        with pytest.raises(RunLockedError) as caught, run.writing():
            pytest.fail("two processes hold the lock")
        assert f"pid {holder.pid} on " in str(caught.value)
        assert str(run.path / ".lock") in str(caught.value)
        holder.stdin.close()
    assert holder.returncode == 0
    with run.writing():
        pass


def test_a_killed_holder_leaves_no_lock(run):
    with holding(run) as holder:
        holder.kill()
    with run.writing():
        pass


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "run.json"
    write_json(path, {"a": 1})

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DiskFullError, match=r"disk is full: .*run\.json"):
        write_json(path, {"a": 2})
    assert read_json(path) == {"a": 1}
    assert [child.name for child in tmp_path.iterdir()] == ["run.json"]


def test_a_full_disk_is_known_behind_other_errors():
    def fail():
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise RuntimeError("could not save") from error

    with pytest.raises(RuntimeError) as caught:
        fail()
    assert disk_full_cause(caught.value) is caught.value.__cause__
    assert disk_full_cause(ValueError("other")) is None
