import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from motionbench.errors import VideoError
from motionbench.video import decode

Moving = Callable[..., np.ndarray]
WriteVideo = Callable[..., Path]


def difference(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b).mean())


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format", "tolerance"),
    [
        ("a.mp4", "libx264", "yuv420p", 4),
        ("a.mp4", "libx264", "yuv420p10le", 4),
        ("a.mp4", "libx264", "yuvj420p", 4),
        ("a.mov", "png", "rgba", 0),
        ("a.mov", "png", "rgb48be", 1),
        ("a.mkv", "ffv1", "gbrp10le", 1),
        ("a.mkv", "ffv1", "bgra", 0),
        ("a.webm", "libvpx-vp9", "yuv444p", 6),
        ("a.avi", "mpeg4", "yuv420p", 8),
        ("a.avi", "mjpeg", "yuvj420p", 6),
        ("a.gif", "gif", "rgb8", 25),
    ],
)
def test_formats_of_other_programs(
    moving: Moving,
    write_video: WriteVideo,
    name: str,
    codec: str,
    pixel_format: str,
    tolerance: float,
) -> None:
    frames = moving()
    clip = decode(write_video(name, frames, codec, pixel_format))
    assert clip.frames.shape == frames.shape
    assert clip.fps == pytest.approx(8, rel=0.01)
    assert difference(clip.frames, frames) <= tolerance


@pytest.mark.parametrize("pixel_format", ["gray", "gray10le", "gray16le"])
def test_grey_is_repeated(moving: Moving, write_video: WriteVideo, pixel_format: str) -> None:
    frames = np.repeat(moving()[..., :1], 3, -1)
    clip = decode(write_video("a.mkv", frames, "ffv1", pixel_format))
    assert (clip.frames == clip.frames[..., :1]).all()
    assert difference(clip.frames, frames) <= 1


def test_odd_sizes(moving: Moving, write_video: WriteVideo) -> None:
    clip = decode(write_video("a.mp4", moving(5, 31, 45), pixel_format="yuv444p"))
    assert clip.frames.shape == (5, 31, 45, 3)


def test_one_frame(moving: Moving, write_video: WriteVideo) -> None:
    clip = decode(write_video("a.mp4", moving(1)))
    assert (len(clip), clip.fps) == (1, 8.0)


def test_variable_frame_rate_keeps_every_frame_and_states_the_average(
    moving: Moving,
    write_video: WriteVideo,
) -> None:
    times = [0, 1, 2, 10, 11, 12, 20, 21]  # Eighths of a second: 7 steps in 21 / 8 s.
    clip = decode(write_video("a.mkv", moving(), times=times))
    assert len(clip) == 8
    assert clip.fps == pytest.approx(7 / (21 / 8), rel=0.02)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_the_display_matrix_is_applied(
    moving: Moving, write_video: WriteVideo, quarters: int
) -> None:
    frames = moving(2, 32, 48)
    path = write_video("a.mov", frames, "png", "rgb24")
    # The 3 x 3 matrix of the track header, 16.16 fixed point, row by row; identity as written.
    identity = b"".join(n.to_bytes(4, "big") for n in (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30))
    cos, sin = [(0, 1), (-1, 0), (0, -1)][quarters - 1]
    turn = [cos << 16, sin << 16, 0, -sin << 16, cos << 16, 0, 0, 0, 1 << 30]
    data = path.read_bytes()
    start = data.index(identity, data.index(b"tkhd"))
    matrix = b"".join(n.to_bytes(4, "big", signed=True) for n in turn)
    path.write_bytes(data[:start] + matrix + data[start + len(identity) :])
    # The matrix turns clockwise (y points down), numpy counterclockwise.
    np.testing.assert_array_equal(decode(path).frames, np.rot90(frames, -quarters, axes=(1, 2)))


def test_pixels_become_square(moving: Moving, write_video: WriteVideo) -> None:
    path = write_video("a.mp4", moving(2, 32, 48), aspect=Fraction(4, 3))
    assert decode(path).frames.shape == (2, 32, 64, 3)


def test_a_rounded_aspect_is_no_reason_to_stretch(moving: Moving, write_video: WriteVideo) -> None:
    path = write_video("a.mp4", moving(2, 32, 48), aspect=Fraction(1215, 1216))
    assert decode(path).frames.shape == (2, 32, 48, 3)


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("a.mkv", "ffv1", "bgr0"),
        ("a.mkv", "libx264", "yuv420p"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.gif", "gif", "rgb8"),
    ],
)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.85])
def test_a_truncated_file_is_refused_not_scored_in_part(
    moving: Moving,
    write_video: WriteVideo,
    name: str,
    codec: str,
    pixel_format: str,
    share: float,
) -> None:
    path = write_video(name, moving(24), codec, pixel_format)
    assert len(decode(path)) == 24
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(VideoError, match=rf"{name}: .*(truncated or corrupt|no video)"):
        decode(path)


def test_a_damaged_frame_is_refused_not_guessed(moving: Moving, write_video: WriteVideo) -> None:
    path = write_video("a.mp4", moving(24, 96, 96))
    data = bytearray(path.read_bytes())
    start, end = data.index(b"x264"), data.index(b"moov")  # Pictures, and x264's settings first.
    damage = slice(end - (end - start) // 3, end - 20)
    data[damage] = bytes(byte ^ 0x5A for byte in data[damage])
    path.write_bytes(data)
    with pytest.raises(VideoError, match="truncated or corrupt"):
        decode(path)


@pytest.mark.parametrize("content", [b"hello world " * 50, bytes(range(256)) * 20])
@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.mkv", "a.avi", "a.png"])
def test_what_is_no_video_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(VideoError, match=rf"{name}: it does not decode as a video"):
        decode(tmp_path / name)


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(8000))
    with pytest.raises(VideoError, match=r"there is no video in this file, only audio"):
        decode(tmp_path / "a.wav")


def test_a_playlist_does_not_reach_out(tmp_path: Path) -> None:
    (tmp_path / "a.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"
    )
    with pytest.raises(VideoError, match="does not decode"):
        decode(tmp_path / "a.m3u8")


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {}\n",
    ],
    ids=["hls", "concat"],
)
def test_a_playlist_does_not_read_another_file(
    moving: Moving, write_video: WriteVideo, tmp_path: Path, text: str
) -> None:
    other = write_video("other.ts", moving())
    for name in ("a.m3u8", "a.mp4"):
        (tmp_path / name).write_text(text.format(other.name))
        with pytest.raises(VideoError, match="does not decode"):
            decode(tmp_path / name)
