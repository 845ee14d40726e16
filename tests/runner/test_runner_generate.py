"""A run continues where it stopped, and everything that happens to a job is a record."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from runner_doubles import METHODS, Here, moving_square

from motionbench.errors import (
    DiskFullError,
    ManifestError,
    MethodError,
    RunLockedError,
    UnknownNameError,
    UsageError,
)
from motionbench.runner.generate import GenerateSummary, Request, generate
from motionbench.runner.plan import Selection
from motionbench.store.run import Run
from motionbench.video import decode, encode


def run_here(request: Request, tmp_path: Path) -> GenerateSummary:
    return generate(request, tmp_path / "runs", executor=Here(request.method))


def lines(run: Path) -> list[dict]:
    text = (run / "generations.jsonl").read_text()
    return [json.loads(line, parse_constant=pytest.fail) for line in text.splitlines()]


def calls(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


def test_a_run_explains_itself(request_for, tmp_path):
    request = request_for(options={"brightness": "4"}, command=("motionbench", "eval", "x"))
    summary = generate(request, tmp_path / "runs")  # with a process of its own
    assert (summary.planned, summary.made, summary.failed) == (4, 4, ())
    assert summary.run.name.startswith("plain--tiny--")
    info = Run(summary.run).info()
    assert info.settings.method == "plain"
    assert info.settings.options == {"log": "", "brightness": 4}
    assert info.reference == f"{METHODS}:Plain"
    assert info.suite_source == request.suite
    assert info.seeds == [0]
    assert info.sessions[0]["command"] == ["motionbench", "eval", "x"]
    around = info.environments[0]
    assert around["encoder"]["codec"] == "libx264"
    assert {"git", "packages", "cpu", "gpus", "python"} <= set(around)
    for line in lines(summary.run):
        assert (line["status"], line["frames"], line["height"]) == ("ok", 6, 32)
        assert line["conform"]["crop"] == [0, 0, 32, 48]
        assert line["seconds_generate"] >= 0
        assert len(decode(summary.run / line["video"])) == 6


def test_repeating_the_command_does_nothing_again(request_for, tmp_path):
    log = tmp_path / "calls.txt"
    request = request_for(options={"log": str(log)})
    first = run_here(request, tmp_path)
    before = (first.run / "generations.jsonl").read_bytes()
    again = run_here(request, tmp_path)
    assert (again.run, again.planned, again.made) == (first.run, 4, 0)
    assert (first.run / "generations.jsonl").read_bytes() == before
    assert calls(log) == [
        "adapt a square 0 0",
        "generate a dog 0",
        "generate a cat 0",
        "adapt a square 1 0",
        "generate a dog 0",
        "generate a cat 0",
    ]


def test_more_seeds_cases_and_prompts_continue_the_run(request_for, tmp_path):
    request = request_for(selection=Selection(limit=1, prompts=("p0",)))
    first = run_here(request, tmp_path)
    assert (first.planned, first.made) == (1, 1)
    more = run_here(replace(request, selection=Selection(), seeds=(0, 1)), tmp_path)
    assert (more.run, more.planned, more.made) == (first.run, 8, 7)
    assert len(Run(first.run).plan()) == 8
    assert Run(first.run).info().seeds == [0, 1]
    assert len(Run(first.run).info().sessions) == 2
    less = run_here(request, tmp_path)
    assert (less.planned, less.made) == (1, 0)
    assert len(Run(first.run).plan()) == 8


def test_other_options_or_storage_are_another_run(request_for, tmp_path):
    request = request_for()
    runs = {
        run_here(other, tmp_path).run
        for other in (
            request,
            replace(request, method=replace(request.method, options={"brightness": "1"})),
            replace(request, lossless=True),
        )
    }
    assert len(runs) == 3
    assert sorted(path.suffix for run in runs for path in run.glob("videos/*/p0-0.*")) == (
        [".mkv"] * 2 + [".mp4"] * 4
    )


class Interrupted(Here):
    """Stops like Ctrl-C once two jobs are done."""

    def run(self, tasks):
        for count, record in enumerate(super().run(tasks)):
            if count == 2:
                raise KeyboardInterrupt
            yield record


def test_an_interrupted_run_goes_on_where_it_stopped(request_for, tmp_path):
    request = request_for()
    executor = Interrupted(request.method)
    with pytest.raises(KeyboardInterrupt):
        generate(request, tmp_path / "runs", executor=executor)
    assert executor.closed
    (run,) = (tmp_path / "runs").iterdir()
    done = lines(run)
    assert [line["prompt_id"] for line in done] == ["p0", "p1"]
    # Its end was torn: as if the power had failed while the third record was written.
    with (run / "generations.jsonl").open("a") as file:
        file.write('{"case": "case1", "pro')
    summary = run_here(request, tmp_path)
    assert summary.made == 2
    assert lines(run)[:2] == done
    assert len(lines(run)) == 4


def test_lost_and_changed_videos_are_made_again(request_for, tmp_path, caplog):
    request = request_for()
    run = run_here(request, tmp_path).run
    (run / "videos" / "case0" / "p0-0.mp4").unlink()
    encode(moving_square(frames=3), run / "videos" / "case1" / "p1-0.mp4")
    assert run_here(request, tmp_path).made == 2
    assert "videos/case0/p0-0.mp4 is gone or was changed" in caplog.text
    assert len(decode(run / "videos" / "case1" / "p1-0.mp4")) == 6
    assert run_here(request, tmp_path).made == 0


def test_failures_are_kept_until_asked_for(request_for, tmp_path):
    log = tmp_path / "calls.txt"
    request = request_for("Repairable", options={"log": str(log)})
    first = run_here(request, tmp_path)
    assert [record.error for record in first.failed] == ["RuntimeError: not yet"] * 4
    again = run_here(request, tmp_path)
    assert (again.made, len(again.failed)) == (0, 4)
    log.touch()
    retried = run_here(replace(request, retry_failed=True), tmp_path)
    assert (retried.run, retried.made, retried.failed) == (first.run, 4, ())
    assert [line["status"] for line in lines(first.run)] == ["failed"] * 4 + ["ok"] * 4


def test_a_method_that_kills_its_process_costs_only_that_job(request_for, tmp_path):
    summary = generate(request_for("Faulty", "a dog", "exit", "a cat"), tmp_path / "runs")
    assert [record.job for record in summary.failed] == [("case0", "p1", 0), ("case1", "p1", 0)]
    assert [line["status"] for line in lines(summary.run)] == ["ok", "failed", "ok"] * 2


def test_a_full_disk_keeps_what_was_complete(request_for, tmp_path):
    request = request_for()
    run = run_here(replace(request, selection=Selection(limit=1)), tmp_path).run
    journal = run / "generations.jsonl"
    kept = journal.read_bytes()
    aside = journal.rename(run / "aside.jsonl")
    journal.symlink_to("/dev/full")
    with pytest.raises(DiskFullError, match=r"disk is full: .*generations\.jsonl.*repeat the same"):
        run_here(request, tmp_path)
    journal.unlink()
    aside.rename(journal)
    assert run_here(request, tmp_path).made == 2
    assert journal.read_bytes().startswith(kept)


HOLD = """
import sys
from pathlib import Path
from motionbench.store.run import Run
with Run(Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_processes_on_one_run(request_for, tmp_path):
    request = request_for()
    run = run_here(request, tmp_path).run
    command = [sys.executable, "-c", HOLD, str(run)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RunLockedError, match=f"pid {holder.pid} "):
            run_here(replace(request, seeds=(5,)), tmp_path)
        holder.stdin.close()
    assert run_here(replace(request, seeds=(5,)), tmp_path).made == 4


def test_wrong_requests_are_refused_before_anything_is_written(request_for, tmp_path):
    request = request_for()
    for wrong, error in (
        (replace(request, selection=Selection(cases=("case9",))), UnknownNameError),
        (replace(request, suite=replace(request.suite, manifest="nowhere.yaml")), ManifestError),
        (replace(request, method=replace(request.method, reference="nobody")), UsageError),
    ):
        with pytest.raises(error):
            generate(wrong, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_folder_of_finished_videos_is_a_method(request_for, tmp_path):
    request = request_for()
    folder = tmp_path / "others"
    folder.mkdir()
    rows = ["case,prompt_id,seed,video"]
    for case in ("case0", "case1"):
        encode(moving_square(), folder / f"{case}.mp4")
        rows.append(f"{case},p0,7,{case}.mp4")
    (folder / "mapping.csv").write_text("\n".join(rows))
    request = replace(request, method=replace(request.method, reference=str(folder)))
    summary = run_here(request, tmp_path)
    assert summary.planned == 4
    assert [record.prompt_id for record in summary.failed] == ["p1", "p1"]
    info = Run(summary.run).info()
    assert info.seeds == [7]
    assert "mapping_sha256" in info.settings.identity


def test_bad_methods_do_not_leave_a_run(request_for, tmp_path):
    with pytest.raises(MethodError, match="exit code 4"):
        generate(request_for("Unloadable"), tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
