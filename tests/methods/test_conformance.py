"""The conformance kit passes what keeps the protocol and finds each way of breaking it."""

import random
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from motionbench.cases import Clip, VideoSpec
from motionbench.errors import UnknownNameError
from motionbench.methods.base import Method, MethodCard
from motionbench.methods.conformance import CHECKS, CheckResult, check_method
from motionbench.methods.precomputed import Precomputed
from motionbench.methods.registry import load_method
from motionbench.video import encode


@dataclass(frozen=True)
class Config:
    """Options.

    Attributes:
        level: Brightness.
    """

    level: int = 3


class Good(Method):
    """Adds seeded noise to the reference; everything a method may do."""

    card = MethodCard(name="good", version="1", summary="Noise.", licence="MIT")
    Config = Config

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Any:
        np.save(work_dir / "frames.npy", reference.frames)
        return work_dir, reference.fps

    def generate(self, adapted: Any, prompt: str, *, seed: int) -> Clip:
        work_dir, fps = adapted
        frames = np.load(work_dir / "frames.npy")
        noise = np.random.default_rng(seed).integers(0, self.config.level, frames.shape)
        return Clip((frames // 2 + noise).astype(np.uint8), fps)


def failures(method: Any) -> dict[str, str]:
    return {result.name: result.detail for result in check_method(method) if not result.passed}


@pytest.mark.parametrize(
    "spec",
    [
        VideoSpec(),
        VideoSpec(max_frames=13, frame_step=4, frame_offset=1, size=(64, 96), size_multiple=16),
        VideoSpec(min_frames=8, max_frames=8, fps=4.0, size_multiple=32),
        VideoSpec(min_frames=49, frame_step=4, frame_offset=1),
    ],
)
def test_a_good_method_passes_everything(spec: VideoSpec) -> None:
    class Specified(Good):
        video_spec = spec

    results = check_method(Specified)
    assert [result.name for result in results] == list(CHECKS)
    assert [result for result in results if not result.passed] == []
    assert all(result.detail for result in results)


def test_a_method_or_a_loader_is_taken() -> None:
    assert failures(Good()) == {}
    assert failures(lambda: Good(Config(level=9))) == {}


def test_a_relative_path_can_be_loaded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "still_here.py").write_text(
        "from baselines.copy import Copy\n\nclass Mine(Copy):\n    pass\n"
    )
    monkeypatch.chdir(tmp_path)
    assert failures(lambda: load_method("still_here.py:Mine")) == {}


def test_a_name_that_does_not_exist_is_the_callers_mistake() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'copy'"):
        check_method(lambda: load_method("coppy"))


def test_a_second_construction_that_fails() -> None:
    loads = [Good()]
    found = failures(lambda: loads.pop())
    assert set(found) == {"reproducible"}
    assert "IndexError: pop from empty list" in found["reproducible"]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    here = Path.cwd()
    check_method(Good)
    assert Path.cwd() == here
    assert list(tmp_path.iterdir()) == []


class Broken(Good):
    """A good method but for what a test replaces."""


def broken(**members: Any) -> type[Method]:
    return type("Broken", (Good,), members)


def test_a_constructor_that_raises() -> None:
    def fail(self: Method, config: Any = None, *, device: str = "cpu") -> None:
        raise RuntimeError("no weights")

    results = check_method(broken(__init__=fail))
    assert len(results) == len(CHECKS)
    assert not any(result.passed for result in results)
    assert "RuntimeError: no weights" in results[0].detail
    assert results[1].detail == "Not run, because 'loads' failed."


def test_something_that_is_no_method() -> None:
    assert "It is a dict, not a Method." in failures(dict)["loads"]  # type: ignore[arg-type]


def test_a_card_that_says_nothing() -> None:
    found = failures(broken(card=replace(Good.card, name="Good", licence="")))
    assert set(found) == {"card"}
    assert "'Good'" in found["card"]
    assert "licence" in found["card"]


def test_no_card() -> None:
    assert "NoneType, not a MethodCard" in failures(broken(card=None))["card"]


def test_a_video_spec_that_allows_nothing() -> None:
    found = failures(broken(video_spec=VideoSpec(max_frames=1)))
    assert "max_frames is 1" in found["video_spec"]
    assert "Not run" in found["adapt"]


def test_an_identity_that_raises() -> None:
    found = failures(broken(identity=lambda self: {}["weights"]))
    assert set(found) == {"identity"}
    assert "KeyError" in found["identity"]


def test_an_identity_that_is_no_text() -> None:
    found = failures(broken(identity=lambda self: {"weights": 3}))
    assert set(found) == {"identity"}
    assert "{'weights': 3}" in found["identity"]


@dataclass(frozen=True)
class Undocumented:
    """Options nobody explained."""

    level: int = 3


@dataclass(frozen=True)
class WrongDefault:
    """Options.

    Attributes:
        level: Brightness.
    """

    level: int = "three"  # type: ignore[assignment]


@dataclass(frozen=True)
class Unrecordable:
    """Options.

    Attributes:
        level: Brightness.
    """

    level: float = float("inf")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (Undocumented, "Not documented under Attributes: in the docstring of Config: level"),
        (WrongDefault, "'level' cannot be 'three'"),
        (Unrecordable, "cannot be recorded as JSON"),
    ],
)
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_options_that_are_wrong(config: type, words: str) -> None:
    class Optioned(Good):
        Config = config

        def generate(self, adapted: Any, prompt: str, *, seed: int) -> Clip:
            return Clip(np.load(adapted[0] / "frames.npy"), adapted[1])

    found = failures(Optioned)
    assert set(found) == {"options"}
    assert words in found["options"]


def test_an_adapt_that_raises() -> None:
    def adapt(self: Method, *_: Any, **__: Any) -> None:
        raise ValueError("too short")

    found = failures(broken(adapt=adapt))
    assert "ValueError: too short" in found["adapt"]
    assert "test_conformance.py" in found["adapt"]
    assert found["generate"] == "Not run, because 'adapt' failed."


def test_a_generate_that_works_only_once() -> None:
    class Once(Good):
        def generate(self, adapted: Any, prompt: str, *, seed: int) -> Clip:
            clip = super().generate(adapted, prompt, seed=seed)
            (adapted[0] / "frames.npy").unlink()
            return clip

    found = failures(Once)
    assert found["generate"].startswith("Call 2 (")
    assert "FileNotFoundError" in found["generate"]


def raw_clip(frames: Any) -> Clip:
    """A clip whose content nobody checked, as a plugin can make it outside the tests."""
    clip = object.__new__(Clip)
    object.__setattr__(clip, "frames", frames)
    object.__setattr__(clip, "fps", 8.0)
    return clip


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (np.zeros((4, 64, 96, 3), np.uint8), "returned a ndarray"),
        (raw_clip(np.full((4, 64, 96, 3), np.nan)), "NaN or infinite pixels"),
        (raw_clip(np.zeros((4, 3, 64, 96), np.uint8)), "expected uint8 (T, H, W, 3)"),
        (raw_clip(np.zeros((1, 64, 96, 3), np.uint8)), "motion needs 2 frames"),
        (Clip(np.zeros((4, 96, 96, 3), np.uint8), 8.0), "for a reference of 64x96"),
    ],
)
def test_an_output_that_is_wrong(returned: Any, words: str) -> None:
    def generate(self: Method, adapted: Any, prompt: str, *, seed: int) -> Any:
        return returned

    found = failures(broken(generate=generate))
    assert words in found["output"]
    assert found["memory"] == "Not run, because 'output' failed."


def test_a_seed_that_is_ignored_by_a_random_method() -> None:
    def generate(self: Method, adapted: Any, prompt: str, *, seed: int) -> Clip:
        frames = np.load(adapted[0] / "frames.npy")
        noise = np.random.default_rng().integers(0, 9, frames.shape)
        return Clip((frames // 2 + noise).astype(np.uint8), adapted[1])

    found = failures(broken(generate=generate))
    assert set(found) == {"reproducible"}
    assert "after other calls in between" in found["reproducible"]


def test_chance_in_the_constructor() -> None:
    class Lottery(Good):
        draws: ClassVar[list[int]] = [0]

        def __init__(self, config: Any = None, *, device: str = "cpu") -> None:
            super().__init__(config, device=device)
            self.draws[0] += 1
            self.mine = self.draws[0]

        def generate(self, adapted: Any, prompt: str, *, seed: int) -> Clip:
            return super().generate(adapted, prompt, seed=seed + self.mine)

    found = failures(Lottery)
    assert set(found) == {"reproducible"}
    assert "Constructed and adapted again" in found["reproducible"]


def test_a_reference_written_into() -> None:
    class Scribbler(Good):
        def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Any:
            reference.frames[0] //= 2
            return super().adapt(reference, caption, seed=seed, work_dir=work_dir)

    assert set(failures(Scribbler)) == {"reference"}


def test_global_random_state_touched() -> None:
    class Seeder(Good):
        def generate(self, adapted: Any, prompt: str, *, seed: int) -> Clip:
            random.seed(seed)
            np.random.seed(seed)  # noqa: NPY002 - what must be found
            return super().generate(adapted, prompt, seed=seed)

    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        found = failures(Seeder)
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
    assert set(found) == {"random_state"}
    assert "numpy.random and random changed" in found["random_state"]


def test_files_written_elsewhere(tmp_path: Path) -> None:
    class Litterer(Good):
        def generate(self, adapted: Any, prompt: str, *, seed: int) -> Clip:
            Path("here.txt").write_text("x")
            (tmp_path / "there.txt").write_text("x")
            return super().generate(adapted, prompt, seed=seed)

    found = failures(Litterer)
    assert set(found) == {"writes"}
    assert "here.txt" in found["writes"]
    assert str(tmp_path / "there.txt") in found["writes"]


def test_writing_into_the_work_dir_of_another_reference() -> None:
    class Nostalgic(Good):
        first: Path | None = None

        def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Any:
            self.first = self.first or work_dir
            (self.first / "note.txt").write_text("x")
            return super().adapt(reference, caption, seed=seed, work_dir=work_dir)

    assert "0/work/note.txt" in failures(Nostalgic)["writes"]


def test_temporary_files_are_fine() -> None:
    class Tidy(Good):
        def generate(self, adapted: Any, prompt: str, *, seed: int) -> Clip:
            with tempfile.TemporaryFile() as file:
                file.write(b"x")
            return super().generate(adapted, prompt, seed=seed)

    assert failures(Tidy) == {}


def test_clips_that_are_kept() -> None:
    class Hoarder(Good):
        def __init__(self, config: Any = None, *, device: str = "cpu") -> None:
            super().__init__(config, device=device)
            self.kept: list[Clip] = []

        def generate(self, adapted: Any, prompt: str, *, seed: int) -> Clip:
            self.kept.append(super().generate(adapted, prompt, seed=seed))
            return self.kept[-1]

    found = failures(Hoarder)
    assert set(found) == {"memory"}
    assert "keeps what each call made" in found["memory"]


def test_a_failure_on_a_later_call() -> None:
    class Tired(Good):
        calls: ClassVar[list[int]] = [0]

        def generate(self, adapted: Any, prompt: str, *, seed: int) -> Clip:
            self.calls[0] += 1
            if self.calls[0] == 9:  # while memory is measured
                raise RuntimeError("out of handles")
            return super().generate(adapted, prompt, seed=seed)

    found = failures(Tired)
    assert set(found) == {"memory"}
    assert "RuntimeError: out of handles" in found["memory"]


def test_the_videos_of_a_folder_are_decoded(tmp_path: Path, clip: Clip) -> None:
    folder = tmp_path / "finished"
    folder.mkdir()
    encode(clip, folder / "a.mp4")
    (folder / "b.mp4").write_bytes(b"nonsense" * 99)
    mapping = folder / "mapping.csv"
    mapping.write_text("case,prompt_id,video\npan,a,a.mp4\n")
    assert check_method(lambda: Precomputed(folder)) == [
        CheckResult("videos", True, "1 videos decode.")
    ]
    mapping.write_text("case,prompt_id,video\npan,a,a.mp4\npan,b,b.mp4\n")
    (result,) = check_method(lambda: Precomputed(folder))
    assert not result.passed
    assert result.detail.startswith("b.mp4: ")
