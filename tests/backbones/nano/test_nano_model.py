"""Text and transformer in training are what ``WanPipeline`` runs; training resumes as it was."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import WanPipeline

from motionbench.backbones.nano import train as training
from motionbench.backbones.nano.architecture import (
    LATENT_CHANNELS,
    build_scheduler,
    build_transformer,
    build_vae,
)
from motionbench.backbones.nano.model import Denoiser, Recipe, Trainer, draw_batch
from motionbench.backbones.nano.pool import Pool, write_shard
from motionbench.backbones.nano.tokenizer import build_tokenizer
from motionbench.training import course

CAPTIONS = [
    "a red star on a blue dotted background",
    "a person in a cyan shirt, purple trousers and an orange hat on a white chevron background",
    "",
]
RECIPE = Recipe(steps=4, batch=2, warmup=1)

# torch says that a norm in mixed precision has no fused kernel.
pytestmark = pytest.mark.filterwarnings("ignore:Mismatch dtype between input and weight")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((3, LATENT_CHANNELS, 2, 2, 2)).astype(np.float16)
    for name in ("latents", "held-out-latents"):
        write_shard(tmp_path / name / "shard-00000.npy", rows, CAPTIONS)
    return tmp_path


def test_words_are_one_token_and_other_text_is_spelled() -> None:
    tokenizer = build_tokenizer()
    assert tokenizer.tokenize(CAPTIONS[0]) == [f"▁{word}" for word in CAPTIONS[0].split()]
    unknown = tokenizer.convert_tokens_to_ids("<unk>")
    assert unknown not in tokenizer("Two dogs, 3 cats!")["input_ids"]
    assert tokenizer("")["input_ids"] == [tokenizer.eos_token_id]


@torch.no_grad()
def test_velocities_are_those_of_the_pipelines_parts() -> None:
    torch.manual_seed(0)
    denoiser = Denoiser()
    transformer = build_transformer()
    transformer.load_state_dict(denoiser.transformer.state_dict())
    pipeline = WanPipeline(
        tokenizer=denoiser.tokenizer,
        text_encoder=denoiser.text_encoder,
        vae=build_vae(),
        scheduler=build_scheduler(),
        transformer=transformer,
    )
    noised, sigma = torch.randn(3, LATENT_CHANNELS, 3, 2, 2), torch.tensor([0.2, 0.6, 0.95])
    text, _ = pipeline.encode_prompt(
        CAPTIONS, do_classifier_free_guidance=False, max_sequence_length=512
    )
    expected = transformer(noised, 1000 * sigma, text).sample
    found = denoiser(noised, sigma, CAPTIONS)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_a_caption_that_would_be_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="over 32 tokens: 'red red"):
        Denoiser()(torch.zeros(1, LATENT_CHANNELS, 1, 2, 2), torch.ones(1), ["red " * 40])


def test_batches_follow_from_seed_and_step(folder: Path) -> None:
    pool = Pool(folder / "latents")
    first, again = (draw_batch(pool, RECIPE, 3) for _ in range(2))
    assert torch.equal(first.noise, again.noise)
    assert first.captions == again.captions
    assert not torch.equal(first.noise, draw_batch(pool, RECIPE, 4).noise)
    assert not torch.equal(first.noise, draw_batch(pool, RECIPE, 3, watching=True).noise)
    assert ((first.sigma > 0) & (first.sigma < 1)).all()


def test_training_resumes_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    pool = Pool(folder / "latents")
    whole = Trainer(RECIPE, tmp_path / "whole")
    parts = Trainer(RECIPE, tmp_path / "parts")
    for step in range(2):
        whole.advance(draw_batch(pool, RECIPE, step))
        parts.advance(draw_batch(pool, RECIPE, step))
    parts.save()
    parts = Trainer(RECIPE, tmp_path / "parts")
    assert parts.step == 2
    for trainer in (whole, parts):
        trainer.advance(draw_batch(pool, RECIPE, 2))
    expected = whole.average.state_dict()
    for name, value in parts.average.state_dict().items():
        torch.testing.assert_close(value, expected[name], msg=name)


def test_a_run_logs_and_saves(folder: Path) -> None:
    training.train(RECIPE, folder, every=2)
    with (folder / "transformer.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["2", "4"]
    assert all(float(row["watched"]) > 0 for row in rows)
    assert (folder / "transformer.pt").is_file()


def test_the_rate_rises_stays_and_falls() -> None:
    shares = [course(step, steps=10, warmup=2, decay=0.5) for step in range(10)]
    np.testing.assert_allclose(shares, [0.5, 1, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2])
