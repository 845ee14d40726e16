import numpy as np
import pytest

from motionbench.embedders.nano.augment import augment
from motionbench.embedders.nano.pool import Pool, Shard, write_shard

SCENES, FRAMES, TEXTS = 5, 3, 4


def make(number):
    """Every pixel, token and label tells its scene; the last axis of tokens and labels the text."""
    scene = np.arange(SCENES) + number * SCENES
    frames = np.broadcast_to(scene[:, None, None, None, None], (SCENES, FRAMES, 8, 8, 3)).copy()
    frames[..., 0] += 100 * np.arange(FRAMES)[:, None, None]
    tokens = np.stack(np.broadcast_arrays(scene[:, None], np.arange(TEXTS)[None]), axis=-1)
    category = np.array(["camera", "human", "camera", "human", "camera"])
    return Shard(
        frames.astype(np.uint8), tokens.astype(np.uint16), tokens.astype(np.uint8), category
    )


@pytest.fixture
def folder(tmp_path):
    for number in range(2):
        write_shard(tmp_path / f"shard-{number:05d}.npz", make(number))
    return tmp_path


def test_draws_keep_frames_and_texts_together(folder):
    pool = Pool(folder)
    drawn = pool.draw(10, 3, np.random.default_rng(0))
    scenes = drawn.frames[:, 0, 0, 1]
    assert sorted(scenes) == list(range(10))
    np.testing.assert_array_equal(drawn.tokens[..., 0], np.tile(scenes, (3, 1)).T)
    np.testing.assert_array_equal(drawn.tokens, drawn.labels)
    # The caption comes first and no other text twice.
    np.testing.assert_array_equal(drawn.tokens[:, 0, 1], 0)
    assert all(len(set(row)) == 3 for row in drawn.tokens[..., 1])
    assert len(set(drawn.frames[:, 0, 0, 0] // 100)) == FRAMES


def test_draws_repeat_for_a_seed(folder):
    pool = Pool(folder)
    one, two = (pool.draw(4, 3, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one.frames, two.frames)
    np.testing.assert_array_equal(one.tokens, two.tokens)


def test_categories_can_be_drawn_more_often(folder):
    pool, rng = Pool(folder), np.random.default_rng(0)
    drawn = [pool.draw(1, 2, rng, {"camera": 6.0}).frames[0, 0, 0, 1] for _ in range(400)]
    # Six camera scenes of weight 6 and four human ones of weight 1: nine in ten are of a camera.
    camera = np.isin(drawn, [0, 2, 4, 5, 7, 9])
    assert 0.85 < camera.mean() < 0.95


def test_new_shards_are_found(folder):
    pool = Pool(folder)
    write_shard(folder / "shard-00002.npz", make(2))
    (folder / "shard-00003.partial").write_bytes(b"half written")
    assert pool.refresh() == 15


def test_everything_repeats_texts_for_each_frame(folder):
    frames, tokens, category = Pool(folder).everything()
    assert frames.shape == (2 * SCENES * FRAMES, 8, 8, 3)
    np.testing.assert_array_equal(frames[:, 0, 0, 1], tokens[:, 0, 0])
    assert list(category[:4]) == ["camera"] * 3 + ["human"]


def test_an_empty_pool_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"python -m motionbench\.embedders\.nano\.data"):
        Pool(tmp_path)


# ---- augmentation


def test_augmentation_repeats_for_a_seed_and_keeps_the_scene():
    frames = np.zeros((12, 64, 64, 3), dtype=np.uint8)
    frames[:, 16:48, 16:48] = (220, 40, 40)
    one, two = (augment(frames, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert one.shape == frames.shape
    assert one.dtype == np.uint8
    assert not np.array_equal(one, frames)
    middle = one[:, 24:40, 24:40].mean(axis=(1, 2))
    np.testing.assert_allclose(middle, np.tile((220, 40, 40), (12, 1)), atol=50)
