"""A loaded backbone computes what ``diffusers`` computes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import WanPipeline

from motionbench.backbones import NANO_FOLDER, load_backbone
from motionbench.backbones.wan import Backbone
from motionbench.errors import UsageError

PROMPT = "a red star on a blue dotted background"


def stock(folder: Path) -> Any:
    pipeline = WanPipeline.from_pretrained(folder)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def clip(frames: int = 9) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (frames, 16, 32, 3), dtype=np.uint8)


@pytest.fixture
def latents(backbone: Backbone) -> torch.Tensor:
    return backbone.encode(clip())


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_sampling_equals_the_stock_pipeline(
    folder: Path, backbone: Backbone, guidance: float
) -> None:
    ours = backbone.decode(backbone.sample(PROMPT, seed=5, guidance=guidance))
    (theirs,) = stock(folder)(
        prompt=PROMPT,
        height=16,
        width=32,
        num_frames=9,
        num_inference_steps=3,
        guidance_scale=guidance,
        generator=torch.Generator().manual_seed(5),
    ).frames
    assert ours.shape == (9, 16, 32, 3)
    np.testing.assert_array_equal(ours, (theirs * 255).round().astype(np.uint8))


@pytest.mark.skipif(not (NANO_FOLDER / "model_index.json").is_file(), reason="no weights here")
def test_nano_samples_as_the_stock_pipeline_does() -> None:
    ours = load_backbone("nano")
    (theirs,) = stock(NANO_FOLDER)(
        prompt=PROMPT,
        height=ours.geometry.defaults.height,
        width=ours.geometry.defaults.width,
        num_frames=5,
        num_inference_steps=2,
        guidance_scale=4.0,
        generator=torch.Generator().manual_seed(1),
    ).frames
    found = ours.decode(ours.sample(PROMPT, seed=1, frames=5, steps=2, guidance=4.0))
    np.testing.assert_array_equal(found, (theirs * 255).round().astype(np.uint8))


def test_models_make_room_before_a_text_is_read(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline, calls = backbone._pipeline, []
    read = pipeline.encode_prompt
    monkeypatch.setattr(pipeline, "maybe_free_model_hooks", lambda: calls.append("free"))
    monkeypatch.setattr(
        pipeline, "encode_prompt", lambda *a, **named: (calls.append(a[0]), read(*a, **named))[1]
    )
    backbone.sample(PROMPT, seed=0, steps=1, guidance=1.0)
    assert calls == ["free", PROMPT]
    calls.clear()
    backbone.sample(PROMPT, seed=0, steps=1, guidance=2.0)
    assert calls == ["free", PROMPT, "free", ""]


def test_a_seed_means_a_clip_and_leaves_global_randomness_alone(backbone: Backbone) -> None:
    before = torch.get_rng_state()
    first = backbone.sample(PROMPT, seed=1)
    assert torch.equal(first, backbone.sample(PROMPT, seed=1))
    assert not torch.equal(first, backbone.sample(PROMPT, seed=2))
    assert torch.equal(before, torch.get_rng_state())


def test_latents_are_normalised_and_decoded_again(folder: Path, latents: torch.Tensor) -> None:
    vae = stock(folder).vae
    pixels = torch.from_numpy(clip()).permute(3, 0, 1, 2)[None] / 127.5 - 1
    with torch.no_grad():
        raw = vae.encode(pixels).latent_dist.mean
    mean, std = (
        torch.tensor(v).view(1, -1, 1, 1, 1)
        for v in (vae.config.latents_mean, vae.config.latents_std)
    )
    assert latents.shape == (1, 4, 3, 2, 4)
    torch.testing.assert_close(latents * std + mean, raw)


def test_a_picture_alone_is_one_latent_frame(backbone: Backbone) -> None:
    found = backbone.encode(clip(1))
    assert found.shape == (1, 4, 1, 2, 4)
    assert backbone.decode(found).shape == (1, 16, 32, 3)


def test_decoding_gives_bytes_of_all_frames(backbone: Backbone, latents: torch.Tensor) -> None:
    frames = backbone.decode(latents)
    assert (frames.shape, frames.dtype) == ((9, 16, 32, 3), np.uint8)


def test_wrong_length_and_size_are_refused(backbone: Backbone) -> None:
    with pytest.raises(UsageError, match=r"8 frames: must be 4k \+ 1, for example 9"):
        backbone.encode(clip(8))
    with pytest.raises(UsageError, match=r"12 x 32 pixels: .* multiples of 16"):
        backbone.encode(clip()[:, :12])
    with pytest.raises(UsageError, match="6 frames"):
        backbone.sample(PROMPT, seed=0, frames=6)


def test_velocity_of_the_clean_and_of_the_noisy(backbone: Backbone, latents: torch.Tensor) -> None:
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(0))
    target = backbone.velocity_target(latents, noise)
    torch.testing.assert_close(backbone.noised(latents, noise, 1.0), noise)
    # A step from the noised latents against the velocity, as long as sigma, is the clean ones.
    found = backbone.noised(latents, noise, 0.3) - 0.3 * target
    torch.testing.assert_close(found, latents)


def test_prediction_is_the_transformers_own(
    folder: Path, backbone: Backbone, latents: torch.Tensor
) -> None:
    text = backbone.encode_text(PROMPT)
    assert text.shape == (1, 512, 16)
    assert not text[:, 9:].any()
    found = backbone.predict_velocity(latents.expand(2, -1, -1, -1, -1), 0.25, text)
    with torch.no_grad():
        expected = stock(folder).transformer(latents, torch.tensor([250.0]), text).sample
    torch.testing.assert_close(found, expected.expand(2, -1, -1, -1, -1))


def test_gradients_reach_inputs_and_no_weights(backbone: Backbone, latents: torch.Tensor) -> None:
    leaf = latents.clone().requires_grad_()
    backbone.predict_velocity(leaf, 0.5, backbone.encode_text(PROMPT)).square().sum().backward()
    assert leaf.grad is not None
    assert leaf.grad.abs().sum() > 0
    assert not any(p.requires_grad for m in backbone.self_attention for p in m.parameters())


def test_self_attention_modules_in_block_order(backbone: Backbone, latents: torch.Tensor) -> None:
    called: list[int] = []
    hooks = [
        module.register_forward_hook(lambda *_, number=number: called.append(number))
        for number, module in enumerate(backbone.self_attention)
    ]
    with torch.no_grad():
        backbone.predict_velocity(latents, 0.5, backbone.encode_text(PROMPT))
    for hook in hooks:
        hook.remove()
    assert called == [0, 1]


def test_steps_are_reported_and_may_be_replaced(backbone: Backbone) -> None:
    seen: list[tuple[int, float]] = []

    def watch(step: int, sigma: float, latents: torch.Tensor) -> None:
        seen.append((step, sigma))

    plain = backbone.sample(PROMPT, seed=0, on_step=watch)
    assert [step for step, _ in seen] == [0, 1, 2]
    assert [sigma for _, sigma in seen] == backbone.sigmas()[1:]
    zeroed = backbone.sample(PROMPT, seed=0, on_step=lambda *given: torch.zeros_like(given[2]))
    assert plain.any()
    assert not zeroed.any()


def test_latents_and_positions_may_be_changed_before_each_step(backbone: Backbone) -> None:
    seen: list[tuple[int, float]] = []
    plain = backbone.sample(PROMPT, seed=0)

    def leave(
        step: int, sigma: float, latents: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        seen.append((step, sigma))
        return latents, None

    assert torch.equal(backbone.sample(PROMPT, seed=0, before_step=leave), plain)
    assert seen == list(enumerate(backbone.sigmas()[:-1]))
    stretched = torch.tensor([0.0, 0.5, 1.0])
    moved = backbone.sample(PROMPT, seed=0, before_step=lambda *given: (given[2], stretched))
    assert torch.equal(moved, backbone.sample(PROMPT, seed=0, positions=stretched))
    assert not torch.equal(moved, plain)


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_change_of_latents_lasts(backbone: Backbone, step: int) -> None:
    """Each step adds a velocity of about 1: a shift by 100 must still be there at the end."""

    def shift(
        at: int, sigma: float, latents: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        return (latents + 100 if at == step else latents), None

    def shift_after(at: int, sigma: float, latents: torch.Tensor) -> torch.Tensor | None:
        return latents + 100 if at + 1 == step else None

    before = backbone.sample(PROMPT, seed=0, before_step=shift)
    assert float(before.mean()) == pytest.approx(100, abs=5)
    if step:
        assert torch.equal(backbone.sample(PROMPT, seed=0, on_step=shift_after), before)


def test_sampling_from_the_middle_continues_what_was_begun(backbone: Backbone) -> None:
    """With a first-order first step on both sides there is no history to miss."""
    kept: dict[int, torch.Tensor] = {}

    def keep(step: int, sigma: float, latents: torch.Tensor) -> None:
        kept[step] = latents

    backbone.sample(PROMPT, seed=0, steps=2, on_step=keep)
    rest = backbone.sample(PROMPT, seed=9, steps=2, latents=kept[0], first_step=1)
    assert rest.shape == kept[1].shape
    with pytest.raises(UsageError, match=r"first_step=2 must be in \[0, 2\)"):
        backbone.sample(PROMPT, seed=0, steps=2, first_step=2)


def test_given_latents_decide_the_length(backbone: Backbone) -> None:
    noise = torch.randn(1, 4, 2, 2, 2)
    assert backbone.sample(PROMPT, seed=0, latents=noise).shape == noise.shape


def test_identity_is_the_weights_and_not_the_place(folder: Path, backbone: Backbone) -> None:
    identity = backbone.identity()
    assert identity["backbone"] == "folder"
    assert set(identity) >= {
        "transformer",
        "vae",
        "text_encoder",
        "tokenizer",
        "scheduler",
        "dtype",
    }
    assert load_backbone(str(folder)).identity() == identity
    assert str(folder) not in str(identity)
