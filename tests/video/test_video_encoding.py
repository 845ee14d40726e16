import re
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.cases import Clip
from motionbench.errors import DiskFullError, VideoError
from motionbench.video import decode, encode, encoder_identity, suffix


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(float) - b) ** 2)))


@settings(deadline=None, max_examples=25)
@given(
    frames=st.integers(1, 5),
    height=st.integers(1, 40),
    width=st.integers(2, 40),
    fps=st.sampled_from(
        [1.0, 7.5, 8.0, 15.0, 23.976, 24000 / 1001, 25.0, 29.97, 30.0, 60.0, 120.0]
    ),
    seed=st.integers(0, 1000),
)
@pytest.mark.parametrize("lossless", [False, True])
def test_any_shape_and_rate_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    lossless: bool,
    frames: int,
    height: int,
    width: int,
    fps: float,
    seed: int,
) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (frames, height, width, 3), np.uint8)
    path = tmp_path_factory.mktemp("clip") / f"clip{suffix(lossless)}"
    encode(Clip(noise, fps), path, lossless=lossless)
    back = decode(path)
    assert back.frames.shape == noise.shape
    assert back.fps == pytest.approx(fps, rel=1e-3)
    if lossless:
        np.testing.assert_array_equal(back.frames, noise)


@pytest.mark.parametrize("lossless", [False, True])
def test_the_same_clip_gives_the_same_bytes(tmp_path: Path, clip: Clip, lossless: bool) -> None:
    paths = [tmp_path / f"{name}{suffix(lossless)}" for name in "ab"]
    for path in paths:
        encode(clip, path, lossless=lossless)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_smooth_clips_are_stored_as_every_browser_plays_them(tmp_path: Path, clip: Clip) -> None:
    encode(clip, tmp_path / "a.mp4")
    with av.open(str(tmp_path / "a.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (int(context.colorspace), int(context.color_range)) == (1, 1)  # BT.709, limited.
    assert psnr(decode(tmp_path / "a.mp4").frames, clip.frames) > 42


def saturated(height: int = 48, width: int = 64) -> np.ndarray:
    """Thin saturated stripes: what halving the chroma resolution cannot hold."""
    frames = np.zeros((4, height, width, 3), np.uint8)
    for t in range(4):
        frames[t, :, t % 3 :: 3, 0] = 255
        frames[t, t::5, :, 2] = 255
    return frames


def test_saturated_edges_keep_their_colour(tmp_path: Path) -> None:
    encode(Clip(saturated(), 8.0), tmp_path / "a.mp4")
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.video[0].codec_context.pix_fmt == "yuv444p"
    assert psnr(decode(tmp_path / "a.mp4").frames, saturated()) > 38


@pytest.mark.parametrize(
    "colour", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (7, 7, 7)]
)
def test_flat_colours_come_back_within_three_levels(
    tmp_path: Path, colour: tuple[int, int, int]
) -> None:
    frames = np.full((2, 32, 32, 3), colour, np.uint8)
    encode(Clip(frames, 8.0), tmp_path / "a.mp4")
    assert np.abs(decode(tmp_path / "a.mp4").frames.astype(int) - frames).max() <= 3


def fill_disk(patch: pytest.MonkeyPatch) -> None:
    """From now on, what is written goes to a device that is always full."""
    real_open = Path.open
    patch.setattr(Path, "open", lambda self, mode="r": real_open(Path("/dev/full"), "wb"))


def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_disk(monkeypatch)
    with pytest.raises(DiskFullError, match=r"a\.mp4 could not be written"):
        encode(clip, tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_keeps_the_file_that_was_there(
    tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"before")
    with monkeypatch.context() as patch:
        fill_disk(patch)
        with pytest.raises(DiskFullError):
            encode(clip, tmp_path / "a.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == b"before"


def test_a_folder_that_cannot_be_is_named(tmp_path: Path, clip: Clip) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(VideoError, match=r"file/a\.mp4: cannot be written: "):
        encode(clip, tmp_path / "file" / "a.mp4")


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(tmp_path: Path, clip: Clip, fps: float) -> None:
    with pytest.raises(VideoError, match=re.escape(f"cannot store a clip at {fps} fps")):
        encode(Clip(clip.frames, fps), tmp_path / "a.mp4")


def test_a_clip_without_frames_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"shape \(0, 4, 4, 3\).*at least 1"):
        encode(Clip(np.zeros((0, 4, 4, 3), np.uint8), 8.0), tmp_path / "a.mp4")


def test_the_suffix_says_how_a_clip_is_stored(tmp_path: Path, clip: Clip) -> None:
    with pytest.raises(VideoError, match=r"near-lossless clips are stored as '\.mp4' files"):
        encode(clip, tmp_path / "a.mkv")
    with pytest.raises(VideoError, match=r"lossless clips are stored as '\.mkv' files"):
        encode(clip, tmp_path / "a.mp4", lossless=True)


def test_the_record_tells_the_two_ways_apart() -> None:
    assert encoder_identity(False)["codec"] == "libx264"
    assert encoder_identity(True)["codec"] == "ffv1"


def test_what_a_codec_cannot_hold_is_refused(tmp_path: Path) -> None:
    frames = np.zeros((2, 1, 17000, 3), np.uint8)
    with pytest.raises(VideoError, match=r"a\.mp4: cannot encode 2 frames of 17000 x 1 at 8 fps"):
        encode(Clip(frames, 8.0), tmp_path / "a.mp4")


def test_a_higher_rate_factor_gives_a_smaller_and_worse_file(tmp_path: Path, clip: Clip) -> None:
    paths = [tmp_path / f"{crf}.mp4" for crf in (10, 23, 35)]
    for path in paths:
        encode(clip, path, crf=int(path.stem))
    sizes = [path.stat().st_size for path in paths]
    losses = [psnr(decode(path).frames, clip.frames) for path in paths]
    assert sizes == sorted(sizes, reverse=True)
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > losses[2] + 5


def test_a_rate_factor_that_means_nothing_is_refused(tmp_path: Path, clip: Clip) -> None:
    with pytest.raises(VideoError, match=r"a\.mp4: cannot store at crf=52: it must be in \[0, 51"):
        encode(clip, tmp_path / "a.mp4", crf=52)
    with pytest.raises(VideoError, match=r"crf=23: a lossless clip has none"):
        encode(clip, tmp_path / "a.mkv", lossless=True, crf=23)
