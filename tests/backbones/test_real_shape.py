"""Wan 2.1 1.3B in its exact configuration, with random weights, on small clips."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import (
    AutoencoderKLWan,
    UniPCMultistepScheduler,
    WanPipeline,
    WanTransformer3DModel,
)
from transformers import UMT5Config, UMT5EncoderModel

from motionbench.backbones import load_backbone
from motionbench.backbones.nano.tokenizer import build_tokenizer

NEEDED = 8 * 2**30
"""Bytes: weights in the making and once more loaded, activations, and room to breathe."""


def available() -> int:
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def half_precision() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    yield
    torch.set_default_dtype(before)


def save_wan(folder: Path) -> None:
    """The pipeline; the text encoder is as wide as UMT5-XXL, and one thin layer deep."""
    tokenizer = build_tokenizer()
    text = UMT5Config(
        vocab_size=len(tokenizer), d_model=4096, d_kv=64, d_ff=64, num_layers=1, num_heads=1
    )
    WanPipeline(
        tokenizer=tokenizer,
        text_encoder=UMT5EncoderModel(text),
        vae=AutoencoderKLWan(),
        transformer=WanTransformer3DModel(num_attention_heads=12, ffn_dim=8960, num_layers=30),
        scheduler=UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
        ),
    ).save_pretrained(folder)


@pytest.mark.slow
@pytest.mark.skipif("MOTIONBENCH_LARGE_TESTS" not in os.environ, reason="takes minutes: opt in")
@pytest.mark.skipif(available() < NEEDED, reason="too little memory")
@pytest.mark.usefixtures("half_precision")
def test_encode_train_and_denoise(tmp_path: Path) -> None:
    save_wan(tmp_path)
    torch.set_default_dtype(torch.float32)
    backbone = load_backbone(str(tmp_path), dtype="bfloat16")
    assert len(backbone.self_attention) == 30
    assert backbone.geometry.video_spec.size == (480, 832)

    frames = np.random.default_rng(0).integers(0, 256, (9, 64, 96, 3), dtype=np.uint8)
    latents = backbone.encode(frames)
    assert latents.shape == (1, 16, 3, 8, 12)

    text = backbone.encode_text("a red star")
    assert text.shape == (1, 512, 4096)
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(0))
    weight = backbone.self_attention[0].to_q.weight.requires_grad_()
    before = weight.detach().clone()
    optimizer = torch.optim.AdamW([weight], lr=1e-2)
    predicted = backbone.predict_velocity(backbone.noised(latents, noise, 0.7), 0.7, text)
    (predicted - backbone.velocity_target(latents, noise)).square().mean().backward()
    optimizer.step()
    assert not torch.equal(weight, before)

    denoised = backbone.sample("a red star", seed=0, steps=1, latents=noise)
    assert torch.isfinite(denoised).all()
    assert backbone.decode(denoised).shape == frames.shape
