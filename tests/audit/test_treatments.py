"""What is done to clips does what it says, the same way each time, and nothing else."""

import cv2
import numpy as np
import pytest

from motionbench.audit.lab import Shot, Treatment
from motionbench.audit.treatments import (
    Blurred,
    Brightened,
    Encoded,
    Noisy,
    ReadByOpenCV,
    Recoloured,
    Resized,
    Stored,
    Thinned,
)
from motionbench.cases import Clip
from motionbench.errors import VideoError
from motionbench.scenes.catalogue import SEEDS, build_scene
from motionbench.video import decode, encode

ALL = (
    Stored(),
    Encoded(23),
    Encoded(None),
    ReadByOpenCV(),
    Resized(0.5),
    Thinned(2),
    Recoloured(90.0),
    Brightened(0.6),
    Noisy(5.0),
    Blurred(0.02),
)


@pytest.fixture(scope="module")
def clip() -> Clip:
    scene = build_scene("single_object/line", SEEDS["eval"].start, split="eval")
    return Shot(scene, frames=5, height=64, width=96).clip()


def difference(a: Clip, b: Clip) -> np.ndarray:
    return np.abs(a.frames.astype(int) - b.frames)


@pytest.mark.parametrize("treatment", ALL, ids=lambda treatment: type(treatment).__name__)
def test_the_same_clip_is_treated_alike_and_left_as_it_was(clip, treatment):
    before = clip.frames.copy()
    first, second = treatment(clip), treatment(clip)
    np.testing.assert_array_equal(clip.frames, before)
    np.testing.assert_array_equal(first.frames, second.frames)
    assert isinstance(treatment, Treatment)
    assert first.frames.dtype == np.uint8
    assert hash(treatment) == hash(type(treatment)(**vars(treatment)))


def test_ffv1_loses_nothing(clip):
    back = Encoded(None)(clip)
    np.testing.assert_array_equal(back.frames, clip.frames)
    assert back.fps == clip.fps


def test_larger_rate_factors_lose_more(clip):
    losses = [difference(Encoded(crf)(clip), clip).mean() for crf in (10, 23, 35)]
    assert 0 < losses[0] < losses[1] < losses[2]


def test_a_rate_factor_out_of_range_is_refused(clip):
    with pytest.raises(VideoError, match="crf=60"):
        Encoded(60)(clip)


def test_stored_is_what_the_store_does(clip, tmp_path):
    encode(clip, tmp_path / "a.mp4")
    np.testing.assert_array_equal(Stored()(clip).frames, decode(tmp_path / "a.mp4").frames)


def test_opencv_reads_every_frame_in_the_right_order_and_colour(clip):
    read = ReadByOpenCV()(clip)
    assert read.frames.shape == clip.frames.shape
    # Swapped channels or frames would be tens of grey levels off.
    assert difference(read, Stored()(clip)).mean(axis=(1, 2, 3)).max() < 3


def test_opencv_that_reads_nothing_is_an_error(clip, monkeypatch):
    class Blind:
        def __init__(self, path: str) -> None: ...

        def read(self) -> tuple[bool, None]:
            return False, None

        def release(self) -> None: ...

    monkeypatch.setattr(cv2, "VideoCapture", Blind)
    with pytest.raises(VideoError, match=r"clip\.mp4: OpenCV reads no frame"):
        ReadByOpenCV()(clip)


@pytest.mark.parametrize(("share", "size"), [(0.5, (32, 48)), (0.75, (48, 72)), (1.5, (96, 144))])
def test_resizing_keeps_shape_and_picture(clip, share, size):
    resized = Resized(share)(clip)
    assert resized.size == size
    assert resized.frames.mean() == pytest.approx(clip.frames.mean(), abs=1)
    assert (len(resized), resized.fps) == (len(clip), clip.fps)


def test_thinning_leaves_frames_out_and_shows_the_rest_longer(clip):
    thin = Thinned(2)(clip)
    np.testing.assert_array_equal(thin.frames, clip.frames[[0, 2, 4]])
    assert thin.fps == clip.fps / 2


def test_hues_turn_and_greys_stay():
    red_and_grey = np.zeros((1, 2, 2, 3), np.uint8)
    red_and_grey[0, 0] = (200, 0, 0)
    red_and_grey[0, 1] = 77
    turned = Recoloured(120.0)(Clip(red_and_grey, 8.0)).frames
    np.testing.assert_array_equal(turned[0, 0, 0], (0, 200, 0))
    np.testing.assert_array_equal(turned[0, 1, 0], (77, 77, 77))
    back = Recoloured(-120.0)(Clip(turned, 8.0)).frames
    np.testing.assert_array_equal(back, red_and_grey)


def test_brightness_is_multiplied_and_clipped():
    frames = np.array([0, 10, 100, 200], np.uint8).reshape(1, 2, 2, 1).repeat(3, axis=3)
    brighter = Brightened(1.5)(Clip(frames, 8.0)).frames[..., 0].ravel()
    np.testing.assert_array_equal(brighter, [0, 15, 150, 255])


def test_noise_has_the_spread_asked_for_and_differs_from_clip_to_clip():
    grey = Clip(np.full((4, 64, 64, 3), 128, np.uint8), 8.0)
    other = Clip(np.full((4, 64, 64, 3), 129, np.uint8), 8.0)
    noise = Noisy(6.0)(grey).frames.astype(float) - 128
    assert noise.std() == pytest.approx(6.0, rel=0.02)
    assert abs(noise.mean()) < 0.1
    for unlike in (Noisy(6.0)(other).frames - 129.0, Noisy(6.0, seed=1)(grey).frames - 128.0):
        assert abs(np.corrcoef(noise.ravel(), unlike.ravel())[0, 1]) < 0.02
    # Frames have grain of their own: nothing in it moves or stands still.
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.03


def test_blur_spreads_a_point_as_far_as_asked_for():
    frames = np.zeros((1, 101, 101, 3), np.uint8)
    frames[0, 40:61, 50] = 255
    row = Blurred(0.03)(Clip(frames, 8.0)).frames[0, 50, :, 0].astype(float)
    place = np.arange(101)
    middle = (row * place).sum() / row.sum()
    spread = np.sqrt((row * (place - middle) ** 2).sum() / row.sum())
    assert middle == pytest.approx(50, abs=0.1)
    assert spread == pytest.approx(0.03 * 101, rel=0.1)
