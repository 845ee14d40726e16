"""The conformance kit finds each way of breaking the protocol while a method runs."""

import random
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from conforming import Good, broken, failures

from motionbench.cases import Clip
from motionbench.methods.base import Method


def test_an_adapt_that_raises() -> None:
    def adapt(self: Method, *_: Any, **__: Any) -> None:
        raise ValueError("too short")

    found = failures(broken(adapt=adapt))
    assert "ValueError: too short" in found["adapt"]
    assert "test_conformance_behaviour.py" in found["adapt"]
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
