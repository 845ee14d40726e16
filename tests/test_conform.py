import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.cases import Clip, VideoSpec
from motionbench.conform import apply_crop, conform, to_working_size
from motionbench.errors import VideoError

SIDES = st.integers(8, 60)


def noise(frames: int, height: int, width: int, fps: float = 24.0) -> Clip:
    rng = np.random.default_rng(0)
    return Clip(rng.integers(0, 256, (frames, height, width, 3), np.uint8), fps)


@st.composite
def specs(draw: st.DrawFn) -> VideoSpec:
    step = draw(st.integers(1, 8))
    most = draw(st.none() | st.integers(20, 50))
    multiple = draw(st.sampled_from([1, 2, 8, 16]))
    size = draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    return VideoSpec(
        max_frames=most,
        min_frames=draw(st.integers(1, 5)),
        frame_step=step,
        frame_offset=draw(st.integers(0, step - 1)),
        size=None if size is None else (size[0] * multiple, size[1] * multiple),
        size_multiple=multiple,
        fps=draw(st.none() | st.floats(1, 60)),
    )


@settings(deadline=None)
@given(spec=specs(), frames=st.integers(20, 60), height=SIDES, width=SIDES)
def test_what_comes_out_obeys_the_spec(
    spec: VideoSpec, frames: int, height: int, width: int
) -> None:
    reference = noise(frames, height, width)
    result = conform(reference, spec)
    count, (out_height, out_width) = len(result.clip), result.clip.size
    assert spec.min_frames <= count <= min(frames, spec.max_frames or frames)
    assert (count - spec.frame_offset) % spec.frame_step == 0
    assert out_height % spec.size_multiple == out_width % spec.size_multiple == 0
    assert min(out_height, out_width) >= 1
    assert result.size == (out_height, out_width) == (spec.size or result.size)


@settings(deadline=None)
@given(spec=specs(), frames=st.integers(20, 60), height=SIDES, width=SIDES)
def test_the_record_says_what_was_done(
    spec: VideoSpec, frames: int, height: int, width: int
) -> None:
    reference = noise(frames, height, width)
    result = conform(reference, spec)
    indices, (top, left, cut_height, cut_width) = result.frame_indices, result.crop
    assert len(indices) == len(result.clip)
    assert all(first < second for first, second in pairwise(indices))
    assert indices[0] == 0
    assert indices[-1] == (frames - 1 if len(indices) > 1 else 0)
    # Inside the frame, in its centre, and of the target's shape to within a pixel.
    assert 0 <= top <= top + cut_height <= height
    assert 0 <= left <= left + cut_width <= width
    assert abs(2 * top + cut_height - height) <= 1
    assert abs(2 * left + cut_width - width) <= 1
    across, down = cut_width * result.size[0], cut_height * result.size[1]
    assert abs(across - down) <= max(result.size)
    if (cut_height, cut_width) == result.size:
        cut = apply_crop(reference, result.crop).frames[list(indices)]
        np.testing.assert_array_equal(result.clip.frames, cut)


def test_a_clip_that_conforms_is_returned_as_it_is() -> None:
    reference = noise(17, 32, 48)
    spec = VideoSpec(
        max_frames=17, frame_step=4, frame_offset=1, size=(32, 48), size_multiple=16, fps=24.0
    )
    result = conform(reference, spec)
    np.testing.assert_array_equal(result.clip.frames, reference.frames)
    assert result.clip.fps == 24.0
    assert (result.frame_indices, result.crop, result.size) == (
        tuple(range(17)),
        (0, 0, 32, 48),
        (32, 48),
    )


def test_frames_are_chosen_evenly_and_the_rate_follows() -> None:
    result = conform(noise(41, 8, 8), VideoSpec(max_frames=24, frame_step=4, frame_offset=1))
    assert result.frame_indices == tuple(range(0, 41, 2))
    assert result.clip.fps == pytest.approx(12.0)


def test_a_lower_rate_drops_frames_and_a_higher_one_changes_nothing() -> None:
    reference = noise(49, 8, 8)
    assert conform(reference, VideoSpec(fps=8.0)).frame_indices == tuple(range(0, 49, 3))
    assert conform(reference, VideoSpec(fps=60.0)).frame_indices == tuple(range(49))


def test_a_clip_too_short_at_the_rate_asked_for_keeps_more_frames() -> None:
    spec = VideoSpec(min_frames=16, fps=8.0)
    assert len(conform(noise(30, 8, 8), spec).frame_indices) == 16


def test_one_frame_keeps_its_rate() -> None:
    result = conform(noise(9, 8, 8), VideoSpec(max_frames=1))
    assert (result.frame_indices, result.clip.fps) == ((0,), 24.0)


def test_too_few_frames_are_refused_with_numbers() -> None:
    spec = VideoSpec(max_frames=81, min_frames=9, frame_step=4, frame_offset=1)
    message = "the reference has 8 frames; the method needs at least 9, at most 81, 4k + 1."
    with pytest.raises(VideoError, match=re.escape(message)):
        conform(noise(8, 8, 8), spec)


def test_a_method_with_a_size_gets_the_centre_in_its_shape() -> None:
    assert conform(noise(1, 48, 85), VideoSpec(size=(48, 64))).crop == (0, 10, 48, 64)
    assert conform(noise(1, 90, 60), VideoSpec(size=(20, 40))).crop == (30, 0, 30, 60)


def test_a_method_with_a_multiple_gets_a_trimmed_picture() -> None:
    result = conform(noise(1, 50, 37), VideoSpec(size_multiple=16))
    assert (result.crop, result.size) == ((1, 2, 48, 32), (48, 32))


def test_a_picture_below_one_multiple_is_enlarged() -> None:
    result = conform(noise(1, 10, 21), VideoSpec(size_multiple=16))
    assert (result.crop, result.size) == ((0, 0, 10, 20), (16, 32))


def test_reducing_averages_over_the_area() -> None:
    reference = noise(2, 32, 48)
    expected = reference.frames.reshape(2, 16, 2, 24, 2, 3).mean((2, 4))
    reduced = to_working_size(reference, 24).frames
    assert reduced.shape == (2, 16, 24, 3)
    assert np.abs(reduced - expected).max() <= 0.5


def test_enlarging_keeps_the_place_of_pixel_centres() -> None:
    """``x' = (x + 0.5) * scale - 0.5``, as ``tracks.rescale`` assumes: a ramp stays that ramp."""
    ramp = np.empty((1, 32, 48, 3), np.uint8)
    ramp[:] = 4 * np.arange(48)[:, None]
    clip = Clip(ramp, 8.0)
    large = to_working_size(clip, 144).frames[0, 50, 12:-12, 0].astype(float)
    place = (np.arange(12, 132) + 0.5) / 3 - 0.5
    assert np.abs(large - 4 * place).max() <= 0.6


@settings(deadline=None)
@given(height=st.integers(1, 60), width=st.integers(1, 60), long_side=st.integers(4, 90))
def test_the_working_size_keeps_the_shape(height: int, width: int, long_side: int) -> None:
    reference = noise(1, height, width)
    result = to_working_size(reference, long_side)
    assert max(result.size) == long_side
    assert abs(result.size[0] * width - result.size[1] * height) <= max(height, width)
    assert result.fps == reference.fps
    if max(height, width) == long_side:
        assert result.frames is reference.frames


@pytest.mark.parametrize("crop", [(-1, 0, 4, 4), (0, 0, 9, 4), (0, 5, 4, 4), (0, 0, 0, 4)])
def test_a_crop_beyond_the_frame_is_refused(crop: tuple[int, int, int, int]) -> None:
    with pytest.raises(VideoError, match=r"reaches beyond frames of 8 x 8 pixels"):
        apply_crop(noise(1, 8, 8), crop)
