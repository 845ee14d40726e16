"""Names, cards and video specs."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.cases import VideoSpec
from motionbench.methods.base import MethodCard
from motionbench.methods.declarations import card_problems, name_problem, spec_problems

CARD = MethodCard(name="toy", version="1", summary="A toy.", licence="MIT")


@pytest.mark.parametrize("name", ["a", "0", "two_stage-lora", "x2"])
def test_good_names(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize("name", ["", "Toy", "-a", "_a", "a b", "a/b", "é", "a\n", None, 3])
def test_bad_names(name: object) -> None:
    assert repr(name) in str(name_problem(name))


def test_a_complete_card_has_no_problem() -> None:
    assert card_problems(CARD) == []


def test_every_problem_of_a_card_is_told() -> None:
    problems = card_problems(replace(CARD, name="Toy", version=" ", summary="", licence=""))
    assert len(problems) == 4
    assert "'Toy'" in problems[0]
    assert "version is ' '" in problems[1]


def test_types_of_a_card_are_checked() -> None:
    card = replace(CARD)
    object.__setattr__(card, "needs_gpu", "yes")
    object.__setattr__(card, "version", 2)
    object.__setattr__(card, "citation", None)
    problems = " ".join(card_problems(card))
    assert "needs_gpu is 'yes'" in problems
    assert "version is 2" in problems
    assert "citation is None" in problems
    assert card_problems({"name": "toy"}) == ["the card is a dict, not a MethodCard"]


@pytest.mark.parametrize(
    "spec",
    [
        VideoSpec(),
        VideoSpec(max_frames=49, frame_step=4, frame_offset=1, size=(480, 832), size_multiple=16),
        VideoSpec(max_frames=2, min_frames=2, fps=8.0),
        VideoSpec(max_frames=5, min_frames=5, frame_step=4, frame_offset=1),
    ],
)
def test_good_specs(spec: VideoSpec) -> None:
    assert spec_problems(spec) == []


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (VideoSpec(max_frames=1), "max_frames is 1"),
        (VideoSpec(min_frames=0), "min_frames is 0"),
        (VideoSpec(frame_step=0), "frame_step is 0"),
        (VideoSpec(frame_offset=-1), "frame_offset is -1"),
        (VideoSpec(size_multiple=0), "size_multiple is 0"),
        (VideoSpec(fps=0.0), "fps is 0.0"),
        (VideoSpec(fps=float("nan")), "fps is nan"),
        (VideoSpec(max_frames=8, min_frames=9), "no length of 2 frames"),
        (VideoSpec(max_frames=8, min_frames=6, frame_step=4, frame_offset=1), "4k + 1"),
        (VideoSpec(max_frames=4, frame_step=8, frame_offset=1), "no length of 2 frames"),
        (VideoSpec(size=(481, 832), size_multiple=16), "multiples of 16"),
        (VideoSpec(size=(0, 8)), "size is (0, 8)"),
    ],
)
def test_bad_specs_are_told(spec: VideoSpec, words: str) -> None:
    assert words in " ".join(spec_problems(spec))


def test_something_else_is_no_spec() -> None:
    assert spec_problems(None) == ["video_spec is a NoneType, not a VideoSpec"]


@settings(deadline=None)
@given(st.integers(2, 40), st.integers(1, 40), st.integers(1, 9), st.integers(0, 9))
def test_a_spec_is_refused_exactly_when_no_length_fits(
    longest: int, shortest: int, step: int, offset: int
) -> None:
    spec = VideoSpec(longest, shortest, step, offset)
    lengths = {step * k + offset for k in range(longest + 1)}
    fits = any(max(2, shortest) <= length <= longest for length in lengths)
    assert (spec_problems(spec) == []) == fits
