"""Features are measured once for each content and backend."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from motionbench.cases import Clip
from motionbench.embedders.base import Embedder, TextEmbeddings
from motionbench.errors import DiskFullError
from motionbench.features import THUMBNAIL, Features, default_cache_dir, spread_evenly
from motionbench.ruler import Ruler
from motionbench.trackers.base import Tracker
from motionbench.tracks import TrackSet
from motionbench.video import content_sha256


class Still(Tracker):
    """Points stay; counts its calls and remembers the size it saw."""

    name = "still"

    def __init__(self, version: int = 1) -> None:
        self.version, self.seen = version, []

    def identity(self):
        return {"name": self.name, "version": self.version}

    def track(self, clip, queries):
        self.seen.append(clip.size)
        tracks = np.repeat(queries[:, None, 1:], len(clip), axis=1)
        visible = np.ones(tracks.shape[:2], bool)
        return TrackSet(tracks, visible, queries, *clip.size, duration=len(clip) / clip.fps)


class Counting(Embedder):
    """Embeds by the first value; remembers what it was asked."""

    name = "counting"

    def __init__(self) -> None:
        self.frames, self.texts = [], []

    def identity(self):
        return {"name": self.name}

    def embed_frames(self, frames):
        self.frames.append(frames[:, 0, 0, 0].tolist())
        return np.tile(np.float32([1, 0]), (len(frames), 1))

    def embed_texts(self, texts: Sequence[str]) -> TextEmbeddings:
        self.texts.append(list(texts))
        angles = np.float32([len(text) for text in texts])
        rows = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        return TextEmbeddings(rows, np.array([len(text) > 3 for text in texts]))


@pytest.fixture
def ruler() -> Ruler:
    return Ruler("test", Still(), Counting(), grid_size=2, working_size=16, max_frames=3)


@pytest.fixture
def clip() -> Clip:
    frames = np.zeros((5, 32, 64, 3), np.uint8)
    frames[:] = np.arange(5, dtype=np.uint8)[:, None, None, None]
    return Clip(frames, 10.0)


def sha(clip: Clip) -> str:
    return content_sha256(clip.frames, clip.fps)


def test_tracks_come_in_the_clips_own_pixels(ruler, clip, tmp_path):
    for _ in range(2):  # measured, then from the cache
        tracks = Features(ruler, tmp_path).tracks(clip, sha(clip))
        assert (tracks.height, tracks.width, tracks.duration) == (32, 64, 0.5)
        assert tracks.tracks[:, 0].tolist() == [
            [15.5, 7.5],
            [47.5, 7.5],
            [15.5, 23.5],
            [47.5, 23.5],
        ]
    assert ruler.tracker.seen == [(8, 16)]


def test_another_backend_or_setting_measures_anew(ruler, clip, tmp_path):
    rulers = [
        ruler,
        replace(ruler, tracker=Still(2)),
        replace(ruler, grid_size=3),
        replace(ruler, working_size=24),
    ]
    for other in rulers:
        Features(other, tmp_path).tracks(clip, sha(clip))
    assert len(list(tmp_path.rglob("*.npz"))) == 4
    Features(ruler, tmp_path).tracks(clip, "0" * 64)
    assert len(list(tmp_path.rglob("*.npz"))) == 5


def test_frames_are_spread_over_the_clip(ruler, clip, tmp_path):
    for _ in range(2):
        assert Features(ruler, tmp_path).frame_embeddings(clip, sha(clip)).shape == (3, 2)
    assert ruler.embedder.frames == [[0, 2, 4]]


def test_thumbnails_are_small_squares_of_the_frames_that_are_embedded(ruler, clip, tmp_path):
    clip.frames[:, :, 32:] += 100
    for _ in range(2):  # measured, then from the cache
        small = Features(ruler, tmp_path).thumbnails(clip, sha(clip))
        assert (small.shape, small.dtype) == ((3, THUMBNAIL, THUMBNAIL, 3), np.uint8)
        assert small[:, 5, 5, 0].tolist() == [0, 2, 4]
        assert small[:, 5, -5, 0].tolist() == [100, 102, 104]
    assert len(list((tmp_path / "features" / "thumbnails").rglob("*.npz"))) == 1


def test_few_frames_are_all_used():
    assert spread_evenly(2, 24).tolist() == [0, 1]
    assert spread_evenly(1, 24).tolist() == [0]
    assert spread_evenly(100, 24)[[0, -1]].tolist() == [0, 99]


def test_each_text_is_embedded_once(ruler, tmp_path):
    features = Features(ruler, tmp_path)
    first = features.text_embeddings(["a", "bb"])
    again = Features(ruler, tmp_path).text_embeddings(["long text", "bb", "a", "bb"])
    assert ruler.embedder.texts == [["a", "bb"], ["long text"]]
    np.testing.assert_array_equal(again.embeddings[[2, 1]], first.embeddings)
    assert again.truncated.tolist() == [True, False, False, False]
    assert again.embeddings.dtype == np.float32


def test_without_a_cache_nothing_is_written(ruler, clip, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    features = Features(ruler, None)
    features.tracks(clip, sha(clip))
    features.tracks(clip, sha(clip))
    features.text_embeddings(["a"])
    assert len(ruler.tracker.seen) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("keep", [0, 10, -10])
def test_a_damaged_file_is_measured_again(ruler, clip, tmp_path, caplog, keep):
    features = Features(ruler, tmp_path)
    expected = features.tracks(clip, sha(clip))
    (path,) = tmp_path.rglob("*.npz")
    whole = path.read_bytes()
    path.write_bytes(whole[:keep])
    np.testing.assert_array_equal(features.tracks(clip, sha(clip)).tracks, expected.tracks)
    assert "is damaged" in caplog.text
    assert path.read_bytes() == whole


def test_flipped_bits_are_noticed(ruler, clip, tmp_path):
    features = Features(ruler, tmp_path)
    expected = features.tracks(clip, sha(clip))
    (path,) = tmp_path.rglob("*.npz")
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)
    np.testing.assert_array_equal(features.tracks(clip, sha(clip)).tracks, expected.tracks)


def test_a_full_disk_is_named(ruler, clip, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DiskFullError, match=r"disk is full: .*\.npz"):
        Features(ruler, tmp_path).tracks(clip, sha(clip))


def test_the_cache_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("MOTIONBENCH_CACHE", str(tmp_path))
    assert default_cache_dir() == tmp_path
    monkeypatch.delenv("MOTIONBENCH_CACHE")
    assert default_cache_dir().parts[-2:] == (".cache", "motionbench")
