"""Positions that the library's tables do not hold."""

import pytest
import torch
from diffusers.models.transformers.transformer_wan import WanRotaryPosEmbed
from hypothesis import given
from hypothesis import strategies as st

from motionbench.backbones.rotary import grid_positions, rotary_tables, rotate
from motionbench.backbones.wan import Backbone


@pytest.mark.parametrize("head_width", [12, 32, 128])
def test_whole_positions_have_the_library_s_tables(head_width: int) -> None:
    rope = WanRotaryPosEmbed(head_width, (1, 2, 2), 32)
    theirs = rope(torch.zeros(1, 4, 5, 6, 8))
    ours = rotary_tables(grid_positions(torch.arange(5), 3, 4), head_width)
    for found, expected in zip(ours, theirs, strict=True):
        torch.testing.assert_close(found, expected.double(), rtol=0, atol=1e-6)


@given(st.floats(0, 20), st.floats(0, 20), st.floats(-5, 5))
def test_only_differences_of_positions_count(first: float, second: float, shift: float) -> None:
    torch.manual_seed(0)
    query, key = torch.randn(2, 1, 1, 1, 32, dtype=torch.float64)

    def score(at: float, to: float) -> float:
        where = torch.tensor([[at, 1.0, 2.0], [to, 3.0, 0.0]])
        cosines, sines = rotary_tables(where, 32)
        turned = rotate(query, (cosines[:, :1], sines[:, :1]))
        met = rotate(key, (cosines[:, 1:], sines[:, 1:]))
        return float((turned * met).sum())

    assert score(first, second) == pytest.approx(score(first + shift, second + shift), abs=1e-5)


def velocity(backbone: Backbone, positions: torch.Tensor | None) -> torch.Tensor:
    torch.manual_seed(0)
    noised = torch.randn(backbone.geometry.latent_shape(9, 16, 32))
    with torch.no_grad():
        return backbone.predict_velocity(
            noised, 0.5, backbone.encode_text("a star"), positions=positions
        )


def test_positions_reach_the_transformer_and_leave_it_as_it_was(backbone: Backbone) -> None:
    plain = velocity(backbone, None)
    torch.testing.assert_close(velocity(backbone, torch.arange(3)), plain)
    # Rotary encoding is relative: a common shift changes nothing, stretching does.
    torch.testing.assert_close(velocity(backbone, torch.arange(3) + 0.5), plain)
    assert (velocity(backbone, torch.arange(3) * 3.5) - plain).abs().max() > 1e-5
    assert torch.equal(velocity(backbone, None), plain)


def test_tokens_may_have_positions_of_their_own(backbone: Backbone) -> None:
    grid = grid_positions(torch.arange(3), 2, 4)
    torch.testing.assert_close(velocity(backbone, grid), velocity(backbone, None))
    moved = grid.clone().requires_grad_()
    noised = torch.randn(backbone.geometry.latent_shape(9, 16, 32))
    text = backbone.encode_text("a star")
    backbone.predict_velocity(noised, 0.5, text, positions=moved).square().sum().backward()
    assert moved.grad is not None
    assert moved.grad.abs().sum() > 0
