"""The conformance kit passes what keeps the protocol, and finds what is declared wrongly."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conforming import Config, Good, broken, failures

from motionbench.cases import Clip, VideoSpec
from motionbench.errors import UnknownNameError
from motionbench.methods.base import Method
from motionbench.methods.conformance import CHECKS, CheckResult, check_method
from motionbench.methods.precomputed import Precomputed
from motionbench.methods.registry import load_method
from motionbench.video import encode


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
