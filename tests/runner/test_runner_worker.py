"""What goes wrong inside a method becomes a record, and nothing else."""

from pathlib import Path

import pytest
from runner_doubles import METHODS, moving_square

from motionbench.cases import Case, FileSource, Prompt
from motionbench.methods.registry import load_method
from motionbench.runner.tasks import Task
from motionbench.runner.worker import Message, attempt, describe
from motionbench.store.records import GenerationRecord
from motionbench.video import content_sha256, decode, encode, file_sha256


@pytest.fixture
def make_task(tmp_path: Path):
    path = tmp_path / "reference.mkv"
    encode(moving_square(), path, lossless=True)

    def make(*prompts: str, caption: str = "a square", lossless: bool = False) -> Task:
        asked = tuple(Prompt(f"p{index}", "free", text) for index, text in enumerate(prompts))
        case = Case("one", "camera", caption, asked, FileSource(path))
        return Task(case, 3, asked, tmp_path / "run", lossless)

    return make


def records(messages: list[Message]) -> list[GenerationRecord]:
    return [message.content for message in messages if message.kind == "record"]


def test_a_clip_is_stored_and_described_as_stored(make_task, tmp_path):
    method = load_method(f"{METHODS}:Plain")
    messages = list(attempt(method, make_task("a dog", "a cat")))
    assert [message.kind for message in messages] == ["generating", "record"] * 2
    first, _ = records(messages)
    path = tmp_path / "run" / "videos" / "one" / "p0-3.mp4"
    stored = first.stored
    assert stored is not None
    assert stored.video == "videos/one/p0-3.mp4"
    clip = decode(path)
    assert stored.content_sha256 == content_sha256(clip.frames, clip.fps)
    assert stored.file_sha256 == file_sha256(path)
    assert (stored.frames, stored.height, stored.width, stored.fps) == (6, 32, 48, clip.fps)
    assert first.conform is not None
    assert len(first.conform.frame_indices) == 6
    assert first.conform.crop == (0, 0, 32, 48)
    assert first.seconds_adapt is not None
    assert first.peak_rss_mib is not None
    assert first.peak_rss_mib > 1
    assert (tmp_path / "run" / "work" / "one-3" / "seen.txt").read_text() == "a square"


def test_lossless_clips_come_back_bit_by_bit(make_task, tmp_path):
    method = load_method(f"{METHODS}:Plain", options={"brightness": "9"})
    (record,) = records(list(attempt(method, make_task("a dog", lossless=True))))
    assert record.stored is not None
    clip = decode(tmp_path / "run" / record.stored.video)
    expected = moving_square().frames.astype(int) + 9 + 8 * 3
    assert (clip.frames[0] == expected[0].clip(0, 255)).all()


@pytest.mark.parametrize(
    ("prompt", "error"),
    [
        ("raise", "ValueError: no good"),
        ("nan", "generate returned NaN or infinite pixels"),
        ("shape", "generate returned frames uint8 (6, 32, 48, 1)"),
    ],
)
def test_a_bad_clip_costs_only_its_own_prompt(make_task, prompt, error):
    method = load_method(f"{METHODS}:Faulty")
    before, bad, after = records(list(attempt(method, make_task("a dog", prompt, "a cat"))))
    assert (before.status, bad.status, after.status) == ("ok", "failed", "ok")
    assert bad.error is not None
    assert bad.error.startswith(error)
    assert bad.stored is None
    assert bad.traceback is not None
    assert "Traceback" in bad.traceback


def test_a_failed_adaptation_costs_all_its_prompts(make_task):
    method = load_method(f"{METHODS}:FaultyAdapt")
    found = records(list(attempt(method, make_task("a dog", "a cat", caption="raise"))))
    assert [(record.prompt_id, record.error) for record in found] == [
        ("p0", "ValueError: no good"),
        ("p1", "ValueError: no good"),
    ]
    assert "adapt" in (found[0].traceback or "")


def test_a_reference_that_cannot_be_read_is_a_failure(make_task):
    task = make_task("a dog")
    task.case.source.path.write_bytes(b"no video")
    (record,) = records(list(attempt(load_method(f"{METHODS}:Plain"), task)))
    assert record.status == "failed"
    assert "reference.mkv" in (record.error or "")


def test_a_full_disk_is_no_failure_of_the_method(make_task):
    messages = list(attempt(load_method(f"{METHODS}:Faulty"), make_task("full")))
    assert [message.kind for message in messages] == ["generating", "disk_full"]


def test_a_method_describes_itself():
    reference = f"{METHODS}:Plain"
    found = describe(load_method(reference, options={"brightness": "9"}), reference)
    assert found.card["name"] == "plain"
    assert found.options == {"log": "", "brightness": 9}
    assert (found.identity, found.seeds) == ({"file_sha256": file_sha256(METHODS)}, (0,))
    assert describe(load_method("baselines.copy:Copy"), "baselines.copy:Copy").identity == {}


def test_the_time_of_a_resumed_adapt_is_not_known(make_task):
    method = load_method(f"{METHODS}:Plain")
    (first,), (again,) = (records(list(attempt(method, make_task("a dog")))) for _ in range(2))
    assert first.seconds_adapt is not None
    assert (again.status, again.seconds_adapt) == ("ok", None)
    assert again.seconds_generate is not None


def test_folders_that_a_method_leaves_empty_are_removed(make_task, tmp_path):
    list(attempt(load_method("baselines.copy:Copy"), make_task("a dog")))
    assert (tmp_path / "run" / "videos").exists()
    assert list((tmp_path / "run" / "work").iterdir()) == []


def test_finished_videos_are_found_by_job(make_task, tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    encode(moving_square(frames=5), folder / "a.mp4")
    (folder / "broken.mp4").write_bytes(b"no video")
    (folder / "mapping.csv").write_text(
        "case,prompt,seed,video\none,a dog,3,a.mp4\none,a cat,3,broken.mp4\n"
    )
    source = load_method(str(folder))
    described = describe(source, str(folder))
    assert described.seeds == (3,)
    assert described.identity["mapping_sha256"]
    good, bad, absent = records(list(attempt(source, make_task("a dog", "a cat", "a cow"))))
    assert good.stored is not None
    assert good.stored.video == "../elsewhere/a.mp4"
    assert (good.stored.frames, good.conform, good.seconds_adapt) == (5, None, None)
    assert "broken.mp4" in (bad.error or "")
    assert "lists no video of case 'one'" in (absent.error or "")
