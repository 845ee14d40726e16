import csv
import json
import math

import numpy as np
import open_clip
import pytest
import torch
from safetensors.torch import load_file

from motionbench.embedders import NANO_FOLDER, load_embedder
from motionbench.embedders.nano import train as training
from motionbench.embedders.nano.labels import LABELS
from motionbench.embedders.nano.objective import (
    encode_texts,
    losses,
    naming_loss,
    normalise,
    rank_first,
    text_keys,
)
from motionbench.embedders.nano.pool import Shard, write_shard
from motionbench.embedders.nano.train import Recipe, Trainer, learning_rate, train

TINY = Recipe(steps=4, batch=4, negatives=2, warmup=2)


@pytest.fixture(scope="module")
def tokenizer():
    return open_clip.get_tokenizer(f"local-dir:{NANO_FOLDER}")


@pytest.fixture
def folder(tmp_path, tokenizer):
    rng = np.random.default_rng(0)
    texts = [[f"{noun} {count}" for count in range(4)] for noun in "abcdef"]
    shard = Shard(
        rng.integers(0, 256, (6, 2, 64, 64, 3), dtype=np.uint8),
        np.stack([tokenizer(row).numpy() for row in texts]).astype(np.uint16),
        rng.integers(0, 2, (6, 4, len(LABELS)), dtype=np.uint8),
        np.array(["camera", "human"] * 3),
    )
    write_shard(tmp_path / "pool" / "shard-00000.npz", shard)
    write_shard(tmp_path / "held-out" / "shard-00000.npz", shard)
    return tmp_path


# ---- the objective


def test_losses_of_a_perfect_and_of_a_blind_model():
    images = torch.eye(3)
    texts = torch.stack([torch.eye(3), -torch.eye(3)], dim=1)
    keys = torch.arange(6).view(3, 2)
    assert max(losses(images, texts, torch.tensor(50.0), keys)) < 1e-6
    blind = torch.ones(3, 2, 3) / math.sqrt(3)
    contrastive, own = losses(images, blind, torch.tensor(1.0), keys)
    # Six texts for an image, three images for a caption; then two texts of its own.
    assert contrastive == pytest.approx((math.log(6) + math.log(3)) / 2)
    assert own == pytest.approx(math.log(2))


def test_a_text_equal_to_the_caption_is_no_negative():
    images = torch.eye(2)
    texts = torch.eye(2)[[0, 0]][:, None]
    one = losses(images[[0, 0]], texts, torch.tensor(10.0), torch.tensor([[7], [7]]))[0]
    two = losses(images[[0, 0]], texts, torch.tensor(10.0), torch.tensor([[7], [8]]))[0]
    assert one == pytest.approx(0)
    assert two == pytest.approx(math.log(2))


def test_text_keys_are_equal_where_texts_are():
    tokens = torch.tensor([[[1, 2], [3, 4]], [[3, 4], [1, 0]]])
    keys = text_keys(tokens)
    assert keys[0, 1] == keys[1, 0]
    assert len(keys.unique()) == 3


def test_naming_loss_is_the_summed_cross_entropy():
    namer = torch.nn.Linear(4, 3)
    torch.nn.init.zeros_(namer.weight)
    torch.nn.init.zeros_(namer.bias)
    loss = naming_loss(namer, torch.ones(2, 5, 4), torch.ones(2, 5, 3))
    assert loss.item() == pytest.approx(3 * math.log(2))


def test_short_texts_are_encoded_as_open_clip_does(tokenizer):
    model = open_clip.CLIP(
        **json.loads((NANO_FOLDER / "open_clip_config.json").read_text())["model_cfg"]
    )
    tokens = tokenizer(["a red star on a blue dotted background", "a dog", "a " * 100])
    with torch.no_grad():
        want = model.encode_text(tokens)
        torch.testing.assert_close(encode_texts(model, tokens), want)
        torch.testing.assert_close(encode_texts(model, tokens[:2]), want[:2], atol=1e-5, rtol=1e-4)


def test_frames_are_normalised_as_the_preprocessing_says():
    frames = np.array([0, 128, 255], dtype=np.uint8).reshape(1, 1, 1, 3)
    pixels = normalise(frames, {"mean": (0.5, 0.5, 0.5), "std": (0.25, 0.5, 1.0)})
    np.testing.assert_allclose(pixels.flatten(), [-2.0, (128 / 255 - 0.5) / 0.5, 0.5], atol=1e-6)


def test_a_constant_model_never_ranks_first(tokenizer):
    config = json.loads((NANO_FOLDER / "open_clip_config.json").read_text())["model_cfg"]
    model = open_clip.CLIP(**config)
    torch.nn.init.zeros_(model.text_projection)
    tokens = tokenizer(["a star", "a ring"]).numpy()[None]
    assert not rank_first(model, torch.zeros(1, 3, 64, 64), tokens).any()


# ---- the loop


def test_the_rate_rises_stays_and_falls():
    recipe = Recipe(steps=1000, warmup=100, decay=0.2, learning_rate=1.0)
    rates = [learning_rate(recipe, step) for step in (0, 49, 99, 500, 800, 900, 999)]
    assert rates == pytest.approx([0.01, 0.5, 1.0, 1.0, 1.0, 0.5, 0.005])


def test_training_repeats_and_goes_on_where_it_stopped(folder, tmp_path):
    train(TINY, folder, every=2)
    whole = load_file(folder / "model" / "open_clip_model.safetensors")
    again = Trainer(TINY, folder)
    assert again.step == 4

    for name in ("state.pt", "log.csv"):
        (folder / name).unlink()
    stopped = Trainer(TINY, folder)
    pool = training.Pool(folder / "pool")
    for step in range(2):
        stopped.advance(training.draw_batch(pool, TINY, step, stopped.model.visual.preprocess_cfg))
    stopped.save()
    train(TINY, folder, every=2)
    resumed = load_file(folder / "model" / "open_clip_model.safetensors")
    assert whole.keys() == resumed.keys()
    for name, value in whole.items():
        torch.testing.assert_close(value, resumed[name], atol=0, rtol=0, msg=name)
    # Two lines the first time would be 2 and 4; after the stop only step 4 was left.
    with (folder / "log.csv").open() as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["4"]


def test_the_exported_folder_is_an_embedder(folder):
    train(TINY, folder, every=4)
    embedder = load_embedder(f"local-dir:{folder / 'model'}")
    frames = np.random.default_rng(0).integers(0, 256, (2, 48, 80, 3), dtype=np.uint8)
    assert embedder.embed_frames(frames).shape == (2, 128)
    assert np.isfinite(embedder.embed_texts(["a red star"]).embeddings).all()
