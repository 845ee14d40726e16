from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from motionbench.cases import Clip
from motionbench.errors import VideoError
from motionbench.video import FOLDER_FPS, content_sha256, decode, decoder_identity, encode


@pytest.fixture
def stored(tmp_path: Path, clip: Clip) -> Path:
    encode(clip, tmp_path / "a.mkv", lossless=True)
    return tmp_path / "a.mkv"


@pytest.mark.parametrize(("start", "stop"), [(0, None), (3, None), (0, 5), (2, 5), (7, 8)])
def test_a_range_of_frames(stored: Path, clip: Clip, start: int, stop: int | None) -> None:
    np.testing.assert_array_equal(
        decode(stored, start=start, stop=stop).frames, clip.frames[start:stop]
    )


def test_a_range_beyond_the_end_is_refused(stored: Path) -> None:
    with pytest.raises(VideoError, match=r"frames 2 to 9 were asked for, but it has 8\."):
        decode(stored, start=2, stop=9)
    with pytest.raises(VideoError, match=r"frames 8 to the end were asked for, but it has 8\."):
        decode(stored, start=8)


@pytest.mark.parametrize(("start", "stop"), [(-1, None), (3, 3), (3, 1)])
def test_a_range_that_is_none_is_refused(stored: Path, start: int, stop: int | None) -> None:
    with pytest.raises(VideoError, match="is no range of frames"):
        decode(stored, start=start, stop=stop)


def test_the_content_hash_does_not_depend_on_how_a_clip_is_kept(
    stored: Path, clip: Clip, tmp_path: Path
) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    for index, frame in enumerate(clip.frames):
        Image.fromarray(frame).save(folder / f"{index}.png")
    hashes = {content_sha256(c.frames, c.fps) for c in (clip, decode(stored))}
    hashes.add(content_sha256(decode(folder, folder_fps=8.0).frames, 8.0))
    assert len(hashes) == 1


def test_a_folder_is_read_in_natural_order(tmp_path: Path) -> None:
    for number in (10, 9, 2, 1):
        Image.new("RGB", (6, 4), (number, 0, 0)).save(tmp_path / f"frame{number}.PNG")
    (tmp_path / "notes.txt").write_text("not a frame")
    clip = decode(tmp_path)
    assert clip.frames[:, 0, 0, 0].tolist() == [1, 2, 9, 10]
    assert clip.fps == FOLDER_FPS


def test_a_folder_of_jpegs_and_grey_pictures(tmp_path: Path) -> None:
    Image.new("RGB", (16, 16), (200, 100, 50)).save(tmp_path / "1.jpg", quality=98)
    Image.new("L", (16, 16), 77).save(tmp_path / "2.jpeg", quality=98)
    first, second = decode(tmp_path).frames.astype(int)
    assert np.abs(first - [200, 100, 50]).max() <= 2
    assert np.abs(second - 77).max() <= 1


def test_a_folder_with_two_sizes_names_the_frame(tmp_path: Path) -> None:
    Image.new("RGB", (6, 4)).save(tmp_path / "1.png")
    Image.new("RGB", (8, 4)).save(tmp_path / "2.png")
    with pytest.raises(VideoError, match=r"2\.png: this frame is 8 x 4, the first .* is 6 x 4"):
        decode(tmp_path)


@pytest.mark.parametrize("name", ["1.png", "1.jpg"])
@pytest.mark.parametrize("missing", [2, 40, 1000])
def test_a_truncated_picture_is_refused(tmp_path: Path, name: str, missing: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    assert decode(tmp_path).frames.shape == (1, 48, 64, 3)
    (tmp_path / name).write_bytes(data[:-missing])
    with pytest.raises(VideoError, match=rf"{name}: .*truncated or corrupt"):
        decode(tmp_path)


def test_a_folder_without_frames_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"no frames in this folder.*\.png, \.jpg, \.jpeg"):
        decode(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"nothing\.mp4: no such file or folder\. Check the path"):
        decode(tmp_path / "nothing.mp4")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    with pytest.raises(VideoError, match=r"a\.mp4: the file is empty\. Make or download it again"):
        decode(tmp_path / "a.mp4")


def test_the_identity_names_the_decoder() -> None:
    identity = decoder_identity()
    assert identity["av"] == av.__version__
    assert identity["libavcodec"].count(".") == 2
