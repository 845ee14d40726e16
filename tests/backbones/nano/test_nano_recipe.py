"""From scenes to a folder that loads, in a few steps at full architecture and tiny pools."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from motionbench.backbones import load_backbone
from motionbench.backbones.nano import data, latents, train_vae
from motionbench.backbones.nano.architecture import FRAMES, LATENT_CHANNELS, SIDE
from motionbench.backbones.nano.export import export
from motionbench.backbones.nano.model import Recipe, Trainer
from motionbench.backbones.nano.pool import Pool
from motionbench.scenes.captions import is_held_out


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips, latents and checkpoints of two training steps."""
    path = tmp_path_factory.mktemp("recipe")
    patch = pytest.MonkeyPatch()
    patch.setattr(data, "CLIPS", 4)
    for name, split in (("clips", "train"), ("held-out", "eval")):
        data.fill(path / name, split, 1)
    patch.undo()
    recipe = train_vae.Recipe(steps=1, moving_steps=1, batch=FRAMES, window=5)
    train_vae.train(recipe, path, every=1)
    latents.fill(path)
    Trainer(Recipe(steps=1, batch=1), path).save()
    return path


def test_scenes_are_on_their_side_of_the_split() -> None:
    assert not any(is_held_out(data.draw_scene(n, "train").appearance) for n in range(8))
    assert all(is_held_out(data.draw_scene(n, "eval").appearance) for n in range(8))


def test_shards_hold_clips_with_their_captions(folder: Path) -> None:
    frames, captions = Pool(folder / "clips").everything()
    assert (frames.shape, frames.dtype) == ((4, FRAMES, SIDE, SIDE, 3), np.uint8)
    assert len(captions) == 4
    assert captions[3].startswith("a person in ")


def test_the_autoencoder_resumes(folder: Path) -> None:
    assert (folder / "vae.csv").read_text().count("\n") == 3
    assert train_vae.Trainer(train_vae.Recipe(), folder).step == 2


def test_later_steps_see_whole_clips_at_a_rate_that_falls_to_zero(folder: Path) -> None:
    recipe = train_vae.Recipe(steps=2, moving_steps=4, batch=FRAMES, window=5, whole=0.0, warmup=1)
    pool = Pool(folder / "clips")
    assert train_vae.draw_batch(pool, recipe, 1).shape[2] == 5
    assert train_vae.draw_batch(pool, recipe, 2).shape[2] == FRAMES
    rates = [recipe.share(step) for step in range(2, recipe.last)]
    np.testing.assert_allclose(rates, 0.6 * np.array([1, 0.75, 0.5, 0.25]))


def test_half_of_the_weight_lies_where_pixels_change() -> None:
    pixels = torch.zeros(1, 3, 5, 4, 4)
    assert (train_vae.moving_weight(pixels) == 0.5).all()
    pixels[:, :, ::2, 1, 2] = 1.0  # one pixel of 16 flickers
    weight = train_vae.moving_weight(pixels)
    assert weight.shape == (1, 1, 1, 4, 4)
    assert weight.mean().item() == pytest.approx(1.0)
    assert weight[0, 0, 0, 1, 2].item() == pytest.approx(0.5 + 0.5 * 16)


def test_latents_wait_for_the_autoencoder(folder: Path, tmp_path: Path) -> None:
    state = torch.load(folder / "vae.pt", weights_only=True)
    torch.save({**state, "step": 1}, tmp_path / "vae.pt")
    with pytest.raises(ValueError, match="1 of 2 steps"):
        latents.load_trained(tmp_path)


def test_latents_are_normalised_and_mirrored(folder: Path) -> None:
    rows, captions = Pool(folder / "latents").everything()
    assert rows.shape == (8, LATENT_CHANNELS, 9, 12, 12)
    assert captions[:4] == captions[4:]
    channels = rows[:4].astype(np.float32).swapaxes(0, 1).reshape(LATENT_CHANNELS, -1)
    np.testing.assert_allclose(channels.mean(1), 0, atol=0.05)
    np.testing.assert_allclose(channels.std(1), 1, atol=0.05)
    assert not np.array_equal(rows[0], rows[4])


def test_what_is_exported_loads_and_encodes_as_training_did(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "model"
    export(folder, target)
    export(folder, target)  # replaces
    assert json.loads((target / "motionbench.json").read_text())["frames"] == FRAMES
    backbone = load_backbone(str(target))
    frames, _ = Pool(folder / "clips").everything()
    found = backbone.encode(frames[0])
    whole = latents.load_trained(folder)
    raw = whole.encode(train_vae.to_pixels(frames[:1])).mode()
    mean, std = (torch.tensor(v).view(-1, 1, 1, 1) for v in latents.statistics(whole, folder))
    # Stored in half precision; what is left after normalisation is a hundredth of the mean here.
    torch.testing.assert_close(found, (raw - mean) / std, rtol=0.1, atol=0.1)
    assert backbone.decode(found).shape == frames[0].shape
