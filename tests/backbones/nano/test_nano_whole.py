"""Encoding a clip at once is what the library does piece by piece."""

import copy

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKLWan

from motionbench.backbones.nano.whole import WholeClip


@pytest.fixture(scope="module", params=[(None, [True, True], False), (2, [False, True], True)])
def vae(request: pytest.FixtureRequest) -> AutoencoderKLWan:
    patch, halvings, residual = request.param
    torch.manual_seed(0)
    return AutoencoderKLWan(
        base_dim=4,
        z_dim=3,
        dim_mult=[1, 2, 2],
        num_res_blocks=1,
        temperal_downsample=halvings,
        is_residual=residual,
        in_channels=3 * (patch or 1) ** 2,
        out_channels=3 * (patch or 1) ** 2,
        patch_size=patch,
        latents_mean=[0.0] * 3,
        latents_std=[1.0] * 3,
    )


@pytest.mark.parametrize("frames", [1, 5, 13])
@torch.no_grad()
def test_it_equals_the_stock_walk(vae: AutoencoderKLWan, frames: int) -> None:
    rng = np.random.default_rng(0)
    pixels = torch.from_numpy(rng.uniform(-1, 1, (2, 3, frames, 16, 16)).astype(np.float32))
    expected = vae.encode(pixels).latent_dist
    whole = WholeClip(copy.deepcopy(vae))
    found = whole.encode(pixels)
    torch.testing.assert_close(found.mean, expected.mean, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found.logvar, expected.logvar, rtol=1e-4, atol=1e-5)
    decoded = whole.decode(expected.mean).clamp(-1, 1)
    torch.testing.assert_close(decoded, vae.decode(expected.mean).sample, rtol=1e-4, atol=1e-5)


def test_gradients_reach_the_first_layer(vae: AutoencoderKLWan) -> None:
    whole = WholeClip(copy.deepcopy(vae))
    pixels = torch.zeros(1, 3, 5, 16, 16)
    whole.decode(whole.encode(pixels).sample()).square().sum().backward()
    gradient = whole.vae.encoder.conv_in.weight.grad
    assert gradient is not None
    assert torch.isfinite(gradient).all()
