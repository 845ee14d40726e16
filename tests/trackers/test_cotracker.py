import hashlib
import os
import random
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from motionbench.cases import Clip
from motionbench.errors import UsageError, WeightsError
from motionbench.trackers import cotracker, grid_queries, load_tracker
from motionbench.trackers.cotracker import CODE_SHA256, COMMIT, CoTracker3, code_sha256

CHECKOUT = Path(__file__).parent / "hub_double"
REAL_CHECKOUT = os.environ.get("MOTIONBENCH_COTRACKER_CHECKOUT")
FRAMES = 5
QUERIES = np.float32([[0, 4, 3], [0, 8.5, 6], [0, 2, 9], [0, 12, 7], [0, 5, 5]])


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "weights.pth"
    torch.save({"velocity": torch.tensor([1.5, -0.5])}, path)
    return path


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """An empty cache of torch.hub."""
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch" / "hub"


def load(checkpoint, **settings):
    return CoTracker3(checkout=CHECKOUT, checkpoint=checkpoint, offline=True, **settings)


def bright_clip():
    return Clip(np.full((FRAMES, 16, 20, 3), 255, np.uint8), fps=10.0)


def random_states():
    return random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002


def assert_same_states(first, second):
    assert first[0] == second[0]
    np.testing.assert_equal(first[1], second[1])
    assert torch.equal(first[2], second[2])


def moved(queries, points):
    """Where the double puts points that are tracked together with so many."""
    steps = np.arange(FRAMES)[None, :, None] - queries[:, :1, None]
    return queries[:, None, 1:] + steps * (np.array([1.5, -0.5]) + 0.001 * points)


def test_points_are_followed_with_the_weights_of_the_checkpoint(checkpoint):
    found = load(checkpoint).track(bright_clip(), QUERIES)
    np.testing.assert_allclose(found.tracks, moved(QUERIES, 5), atol=1e-5)
    assert (found.tracks.dtype, found.visibility.dtype) == (np.float32, bool)
    assert (found.height, found.width, found.duration) == (16, 20, 0.5)
    np.testing.assert_array_equal(found.queries, QUERIES)


def test_weights_may_lie_under_the_key_model(tmp_path):
    path = tmp_path / "nested.pth"
    torch.save({"model": {"velocity": torch.tensor([1.5, -0.5])}}, path)
    found = load(path).track(bright_clip(), QUERIES)
    np.testing.assert_allclose(found.tracks, moved(QUERIES, 5), atol=1e-5)


def test_chunks_are_tracked_on_their_own_and_put_together_in_order(checkpoint):
    found = load(checkpoint, chunk_size=2).track(bright_clip(), QUERIES)
    expected = np.concatenate([moved(QUERIES[:4], 2), moved(QUERIES[4:], 1)])
    np.testing.assert_allclose(found.tracks, expected, atol=1e-5)


def test_later_queries_are_followed_backwards_too(checkpoint):
    queries = np.float32([[3, 8, 8], [0, 8, 8]])
    found = load(checkpoint).track(bright_clip(), queries)
    np.testing.assert_allclose(found.tracks, moved(queries, 2), atol=1e-5)


def test_x_runs_right_y_down_and_frames_are_in_order(checkpoint):
    frames = np.zeros((FRAMES, 16, 20, 3), np.uint8)
    frames[2, 4, 9] = 255
    queries = np.float32([[2, 9, 4], [2, 4, 9]])
    found = load(checkpoint).track(Clip(frames, 10.0), queries)
    assert np.argwhere(found.visibility).tolist() == [[0, 2]]


def test_no_queries_give_no_tracks(checkpoint):
    found = load(checkpoint).track(bright_clip(), np.zeros((0, 3), np.float32))
    assert found.tracks.shape == (0, FRAMES, 2)


def test_random_state_is_given_back(checkpoint):
    before = random_states()
    tracker = load(checkpoint)
    assert_same_states(before, random_states())
    tracker.track(bright_clip(), QUERIES)
    assert_same_states(before, random_states())


def test_identity_tells_weights_code_and_chunk_but_no_paths(checkpoint, tmp_path):
    identity = load(checkpoint, chunk_size=7).identity()
    assert identity["weights_sha256"] == hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    assert identity["code_sha256"] == code_sha256(CHECKOUT)
    assert identity["commit"] == "other"
    assert identity["chunk_size"] == 7
    assert identity["visibility_threshold"] == 0.9
    assert (identity["model_height"], identity["model_width"]) == (384, 512)
    assert str(tmp_path) not in str(identity)


def test_the_hash_of_code_sees_names_and_content(tmp_path):
    hashes = {code_sha256(CHECKOUT)}
    for index, (name, text) in enumerate([("a", "x = 1"), ("b", "x = 1"), ("a", "x = 2")]):
        copy = tmp_path / str(index)
        shutil.copytree(CHECKOUT, copy)
        (copy / "cotracker").mkdir()
        (copy / "cotracker" / f"{name}.py").write_text(text)
        hashes.add(code_sha256(copy))
    assert len(hashes) == 4


def test_offline_without_files_says_what_goes_where(hub):
    with pytest.raises(WeightsError) as caught:
        load_tracker("cotracker3", offline=True)
    text = str(caught.value)
    assert f"CoTracker3's code are not at {hub / f'facebookresearch_co-tracker_{COMMIT}'}" in text
    assert "`motionbench fetch cotracker3`" in text
    assert f"https://github.com/facebookresearch/co-tracker at commit {COMMIT}" in text
    assert f"scaled_offline.pth at {hub / 'checkpoints' / 'scaled_offline.pth'}" in text


def test_offline_without_weights_says_so(hub):
    with pytest.raises(WeightsError, match="CoTracker3's weights are not at"):
        CoTracker3(checkout=CHECKOUT, offline=True)


@pytest.mark.parametrize("setting", ["checkout", "checkpoint"])
def test_a_given_path_that_does_not_exist_is_named(setting, checkpoint, tmp_path):
    settings = {"checkout": CHECKOUT, "checkpoint": checkpoint, setting: tmp_path / "nowhere"}
    with pytest.raises(WeightsError, match=r"there is no file .*nowhere"):
        CoTracker3(**settings)


def test_other_code_in_the_cache_is_refused(hub, checkpoint):
    shutil.copytree(CHECKOUT, hub / f"facebookresearch_co-tracker_{COMMIT}")
    with pytest.raises(WeightsError, match=f"is not that of commit {COMMIT[:7]}"):
        CoTracker3(checkpoint=checkpoint, offline=True)


@pytest.mark.parametrize("content", [b"", b"no weights", {"speed": torch.zeros(2)}, [1, 2]])
def test_a_file_without_the_right_weights_is_named(content, tmp_path):
    path = tmp_path / "broken.pth"
    path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
    with pytest.raises(WeightsError, match=r"broken\.pth does not hold weights of CoTracker3"):
        load(path)


def test_code_in_a_checkpoint_is_not_run(tmp_path):
    path = tmp_path / "evil.pth"
    torch.save({"velocity": Path("x")}, path)
    with pytest.raises(WeightsError, match=r"evil\.pth does not hold weights"):
        load(path)


def test_a_chunk_needs_a_point(checkpoint):
    with pytest.raises(UsageError, match="chunk_size is 0; at least 1"):
        load(checkpoint, chunk_size=0)


def test_one_frame_is_refused(checkpoint):
    clip = Clip(bright_clip().frames[:1], 10.0)
    with pytest.raises(UsageError, match="at least two frames"):
        load(checkpoint).track(clip, QUERIES)


def test_two_copies_in_one_process_are_not_mixed_up(tmp_path, checkpoint, monkeypatch):
    """Python imports a package once: a second checkout would silently run the first one's code."""
    package = "cotracker_double"
    for name in ("first", "second"):
        (tmp_path / name / package).mkdir(parents=True)
        source = (CHECKOUT / "hubconf.py").read_text()
        (tmp_path / name / package / "__init__.py").write_text(source)
        (tmp_path / name / "hubconf.py").write_text(
            f"from {package} import Predictor\n"
            "def cotracker3_offline(*, pretrained=True): return Predictor()\n"
        )
    monkeypatch.delitem(sys.modules, package, raising=False)
    CoTracker3(checkout=tmp_path / "first", checkpoint=checkpoint)
    with pytest.raises(WeightsError, match=r"already imported another copy of CoTracker, .*first"):
        CoTracker3(checkout=tmp_path / "second", checkpoint=checkpoint)


def test_fetch_downloads_the_weights_once(hub, checkpoint, monkeypatch):
    monkeypatch.setattr(cotracker, "WEIGHTS_URL", checkpoint.as_uri())
    _, fetched = cotracker.fetch(code=False)
    assert fetched == hub / "checkpoints" / "weights.pth"
    assert fetched.read_bytes() == checkpoint.read_bytes()
    checkpoint.unlink()
    assert cotracker.fetch(code=False)[1] == fetched


def test_a_failed_download_says_how_to_do_without(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(cotracker, "WEIGHTS_URL", (tmp_path / "gone.pth").as_uri())
    with pytest.raises(WeightsError, match=r"could not be downloaded .* or put the code of"):
        CoTracker3(checkout=CHECKOUT)
    assert not list((hub / "checkpoints").iterdir())


@pytest.mark.slow
@pytest.mark.skipif(
    REAL_CHECKOUT is None, reason="MOTIONBENCH_COTRACKER_CHECKOUT names no checkout of co-tracker"
)
def test_the_real_code_runs_with_random_weights(tmp_path):
    path = tmp_path / "random.pth"
    with cotracker.preserved_random_state():
        real = torch.hub.load(REAL_CHECKOUT, cotracker.ENTRY, source="local", pretrained=False)
    torch.save(real.model.state_dict(), path)
    before = random_states()
    tracker = CoTracker3(checkout=REAL_CHECKOUT, checkpoint=path, chunk_size=10, offline=True)
    rng = np.random.default_rng(0)
    clip = Clip(rng.integers(0, 256, (6, 48, 64, 3), dtype=np.uint8), 8.0)
    queries = np.concatenate([grid_queries(48, 64, 3), grid_queries(48, 64, 2, frame=4)])
    found = tracker.track(clip, queries)
    assert_same_states(before, random_states())
    assert found.tracks.shape == (13, 6, 2)
    assert np.isfinite(found.tracks).all()
    asked = np.arange(13), queries[:, 0].astype(int)
    np.testing.assert_allclose(found.tracks[asked], queries[:, 1:], atol=1e-4)
    assert found.visibility[asked].all()
    identity = tracker.identity()
    assert identity["code_sha256"] == CODE_SHA256
    assert identity["commit"] == COMMIT
    again = tracker.track(clip, queries)
    np.testing.assert_array_equal(again.tracks, found.tracks)
