"""The control methods."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from baselines.copy import Copy
from baselines.other_case import Config, OtherCase
from baselines.still import Still
from motionbench.cases import Case, Clip, Prompt, SceneSource, Suite
from motionbench.errors import MethodError, UnknownNameError
from motionbench.manifest import load_reference, load_suite, write_suite
from motionbench.methods.base import Method
from motionbench.methods.conformance import check_method
from motionbench.methods.registry import load_card, load_method
from motionbench.scenes.catalogue import names

EVALUATION_SEED = 2**31

CASE = Case(
    id="pan",
    category="camera",
    caption="a wall",
    prompts=(Prompt("caption", "caption", "a wall"),),
    source=SceneSource(names("camera")[0], EVALUATION_SEED, 8, 32, 48, 8.0),
)


@pytest.fixture
def make_suite(tmp_path: Path) -> Callable[..., Path]:
    """Write a suite of small scenes, one for each source."""

    def make(*sources: SceneSource) -> Path:
        cases = tuple(
            replace(CASE, id=f"case-{index}", source=source) for index, source in enumerate(sources)
        )
        path = tmp_path / f"suite-{len(cases)}.yaml"
        write_suite(Suite("small", "1", "", cases), path)
        return path

    return make


@pytest.fixture
def suite(make_suite: Callable[..., Path]) -> Path:
    """Three different references."""
    return make_suite(*(replace(CASE.source, seed=EVALUATION_SEED + seed) for seed in range(3)))


def run(method: Method, reference: Clip, work_dir: Path, seed: int = 0) -> Clip:
    adapted = method.adapt(reference, "a wall", seed=seed, work_dir=work_dir)
    return method.generate(adapted, "a duck", seed=seed)


@pytest.mark.parametrize("name", ["copy", "still", "other_case"])
def test_cards_mark_them_as_controls(name: str) -> None:
    card = load_card(name)
    assert card.control
    assert not card.needs_gpu
    assert not card.tunes_per_reference


@pytest.mark.parametrize("method", [Copy, Still])
def test_they_keep_the_protocol(method: type[Method]) -> None:
    assert [result for result in check_method(method) if not result.passed] == []


def test_other_case_keeps_the_protocol(suite: Path) -> None:
    # In a process without the shape checker, which draws from the global generator itself.
    code = (
        "import sys\n"
        "from motionbench.methods.conformance import check_method\n"
        "from motionbench.methods.registry import load_method\n"
        "load = lambda: load_method('other_case', options={'suite': sys.argv[1]})\n"
        "print(*(result for result in check_method(load) if not result.passed))\n"
    )
    command = [sys.executable, "-c", code, str(suite)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    assert found.stdout == "\n"


def test_copy_gives_the_reference(tmp_path: Path) -> None:
    reference = load_reference(CASE)
    clip = run(Copy(), reference, tmp_path)
    assert np.array_equal(clip.frames, reference.frames)
    assert clip.fps == reference.fps


def test_still_holds_the_first_frame(tmp_path: Path) -> None:
    reference = load_reference(CASE)
    clip = run(Still(), reference, tmp_path)
    assert clip.frames.shape == reference.frames.shape
    assert np.array_equal(clip.frames[0], reference.frames[0])
    assert not np.diff(clip.frames.astype(int), axis=0).any()
    assert np.diff(reference.frames.astype(int), axis=0).any()


def test_other_case_never_gives_the_reference(suite: Path, tmp_path: Path) -> None:
    method = OtherCase(Config(suite=str(suite)))
    references = [load_reference(case) for case in load_suite(suite).cases]
    chosen = set()
    for reference in references:
        for seed in range(3):
            clip = run(method, reference, tmp_path, seed)
            assert not np.array_equal(clip.frames, reference.frames)
            chosen.add(clip.frames.tobytes())
    # Every reference of the suite is chosen by someone, and nothing else is.
    assert chosen == {reference.frames.tobytes() for reference in references}


def test_other_case_depends_on_seed_and_reference_alone(suite: Path, tmp_path: Path) -> None:
    reference = load_reference(CASE)
    method = OtherCase(Config(suite=str(suite)))
    again = OtherCase(Config(suite=str(suite)))
    clips = [run(method, reference, tmp_path, seed).frames for seed in range(4)]
    for seed, frames in enumerate(clips):
        assert np.array_equal(run(again, reference, tmp_path, seed).frames, frames)
    assert len({frames.tobytes() for frames in clips}) > 1


def test_other_case_fits_the_reference(suite: Path, tmp_path: Path) -> None:
    method = OtherCase(Config(suite=str(suite)))
    shorter = Clip(np.zeros((5, 40, 24, 3), np.uint8), 10.0)
    assert run(method, shorter, tmp_path).frames.shape == shorter.frames.shape
    longer = Clip(np.zeros((20, 32, 48, 3), np.uint8), 10.0)
    assert run(method, longer, tmp_path).frames.shape == (8, 32, 48, 3)


@pytest.mark.parametrize("copies", [1, 2])
def test_other_case_needs_another_case(
    copies: int, make_suite: Callable[..., Path], tmp_path: Path
) -> None:
    path = make_suite(*[CASE.source] * copies)
    method = OtherCase(Config(suite=str(path)))
    with pytest.raises(MethodError, match=r"no case whose reference differs.*--set suite=NAME"):
        run(method, load_reference(CASE), tmp_path)


def test_other_case_refuses_a_suite_that_does_not_exist() -> None:
    with pytest.raises(UnknownNameError, match="suite 'scenez'"):
        load_method("other_case", options={"suite": "scenez"})
