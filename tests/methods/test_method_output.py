"""What a method may return."""

import numpy as np
import pytest

from motionbench.cases import Clip
from motionbench.errors import MethodError
from motionbench.methods.output import check_output


def raw_clip(frames: object, fps: object = 8.0) -> Clip:
    """A clip whose content nobody checked, as a plugin can make it outside the tests."""
    clip = object.__new__(Clip)
    object.__setattr__(clip, "frames", frames)
    object.__setattr__(clip, "fps", fps)
    return clip


def test_a_good_clip_comes_back(clip: Clip) -> None:
    assert check_output(clip, reference=clip) is clip
    assert check_output(clip, reference=None) is clip
    assert check_output(raw_clip(clip.frames, np.float64(8)), reference=clip).fps == 8


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (None, "returned a NoneType, not a motionbench.cases.Clip"),
        (np.zeros((4, 8, 8, 3), np.uint8), "returned a ndarray"),
        (raw_clip([[1]]), "frames of type list"),
        (raw_clip(np.zeros((4, 8, 8, 3))), r"frames float64 \(4, 8, 8, 3\); expected uint8"),
        (raw_clip(np.zeros((4, 3, 8, 8), np.uint8)), r"uint8 \(4, 3, 8, 8\); expected"),
        (raw_clip(np.zeros((8, 8, 3), np.uint8)), r"uint8 \(8, 8, 3\); expected"),
        (raw_clip(np.zeros((4, 8, 8, 4), np.uint8)), r"uint8 \(4, 8, 8, 4\); expected"),
        (raw_clip(np.zeros((0, 8, 8, 3), np.uint8)), "needs 2 frames or more"),
        (raw_clip(np.zeros((1, 8, 8, 3), np.uint8)), "needs 2 frames or more"),
        (raw_clip(np.zeros((4, 0, 8, 3), np.uint8)), "none of them empty"),
        (raw_clip(np.zeros((4, 8, 8, 3), np.uint8), 0.0), "fps = 0.0"),
        (raw_clip(np.zeros((4, 8, 8, 3), np.uint8), float("inf")), "fps = inf"),
        (raw_clip(np.zeros((4, 8, 8, 3), np.uint8), None), "fps = None"),
    ],
)
def test_what_is_wrong_is_said(returned: object, words: str) -> None:
    with pytest.raises(MethodError, match=words):
        check_output(returned, reference=None)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_has_its_own_sentence(bad: float) -> None:
    frames = np.zeros((4, 8, 8, 3), np.float32)
    frames[2, 3] = bad
    with pytest.raises(MethodError, match=r"NaN or infinite pixels \(24 of 768 values.*diverged"):
        check_output(raw_clip(frames), reference=None)


@pytest.mark.parametrize("size", [(480, 848), (240, 426), (464, 832)])
def test_rounding_of_the_size_is_no_other_aspect(size: tuple[int, int]) -> None:
    reference = Clip(np.zeros((2, 480, 854, 3), np.uint8), 8.0)
    check_output(Clip(np.zeros((2, *size, 3), np.uint8), 8.0), reference=reference)


@pytest.mark.parametrize("size", [(480, 720), (480, 960), (854, 480)])
def test_another_aspect_is_refused_with_both_sizes(size: tuple[int, int]) -> None:
    reference = Clip(np.zeros((2, 480, 832, 3), np.uint8), 8.0)
    with pytest.raises(MethodError) as caught:
        check_output(Clip(np.zeros((2, *size, 3), np.uint8), 8.0), reference=reference)
    assert f"{size[0]}x{size[1]}" in str(caught.value)
    assert "480x832" in str(caught.value)


def test_length_and_rate_are_the_methods_own(clip: Clip) -> None:
    longer = Clip(np.concatenate([clip.frames, clip.frames]), 30.0)
    assert check_output(longer, reference=clip) is longer
