"""The maths of guidance: flows, means and motion features of tokens whose motion is known."""

import math

import pytest
import torch

from baselines.attention_flow import expected_flow, nearest_flow
from baselines.moft import motion_channels, without_content
from baselines.smm import Config, difference_loss, low_pass, spatial_means

GRID = (3, 4, 5)
HEADS = 2


def shifted_tokens(rows: int, columns: int, sharpness: float) -> torch.Tensor:
    """Queries, and keys, of a pattern that moves so far from frame to frame, around the border.

    Each token has a code of its own, the same in every frame, at both heads.
    """
    frames, height, width = GRID
    codes = torch.eye(height * width).reshape(height, width, -1) * math.sqrt(sharpness)
    moved = [codes.roll((frame * rows, frame * columns), (0, 1)) for frame in range(frames)]
    return torch.stack(moved).flatten(0, 2)[None, :, None].expand(-1, -1, HEADS, -1)


def random_tokens(seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, math.prod(GRID), HEADS, 6, generator=generator)


@pytest.mark.parametrize(("rows", "columns"), [(0, 0), (0, 1), (1, 0), (1, 2), (0, -1)])
def test_the_flow_of_a_known_shift_is_that_shift(rows: int, columns: int) -> None:
    tokens = shifted_tokens(rows, columns, 1e4)
    flow = nearest_flow(tokens, tokens, GRID).unflatten(2, GRID[1:])
    assert flow.shape == (3, 3, 4, 5, 2)
    # At a place that no such step carries around the border.
    expected = torch.tensor([rows, columns], dtype=torch.float32)
    for frame in range(2):
        assert torch.equal(flow[frame, frame + 1, 1, 2], expected)
        assert torch.equal(flow[frame + 1, frame, 1, 2], -expected)
    assert not flow[[0, 1, 2], [0, 1, 2]].any()
    soft = expected_flow(tokens, tokens, GRID, 2.0).unflatten(2, GRID[1:])
    torch.testing.assert_close(soft, flow, atol=1e-5, rtol=0)


def test_uniform_attention_expects_the_middle() -> None:
    zeros = torch.zeros(1, math.prod(GRID), HEADS, 6)
    flow = expected_flow(zeros, zeros, GRID, 2.0).unflatten(2, GRID[1:])
    assert torch.equal(flow[0, 2, 0, 0], torch.tensor([1.5, 2.0]))
    assert torch.equal(flow[1, 0, 3, 4], torch.tensor([-1.5, -2.0]))


def test_the_flow_is_that_of_the_mean_logits_over_heads() -> None:
    query, key = random_tokens(0), random_tokens(1)
    logits = torch.einsum("bnhd,bmhd->bhnm", query, key).mean(1)[0] / math.sqrt(6)
    attention = (2.0 * logits).unflatten(1, (3, 20)).softmax(-1)
    rows, columns = torch.arange(20) // 5, torch.arange(20) % 5
    places = torch.stack([rows, columns], dim=-1).float()
    expected = (attention @ places - places.repeat(3, 1)[:, None]).unflatten(0, (3, 20))
    found = expected_flow(query, key, GRID, 2.0)
    torch.testing.assert_close(found, expected.transpose(1, 2))


def test_a_sharp_sample_has_the_reference_s_flow() -> None:
    query, key = random_tokens(0), random_tokens(1)
    nearest = nearest_flow(query, key, GRID)
    torch.testing.assert_close(expected_flow(query, key, GRID, 1e5), nearest, atol=1e-3, rtol=0)


def test_the_flow_s_gradient_goes_downhill() -> None:
    target = nearest_flow(random_tokens(2), random_tokens(3), GRID)
    query, key = random_tokens(0).requires_grad_(), random_tokens(1)

    def loss(query: torch.Tensor) -> torch.Tensor:
        return (expected_flow(query, key, GRID, 2.0) - target).square().mean()

    (gradient,) = torch.autograd.grad(loss(query), query)
    with torch.no_grad():
        assert loss(query - 1e-2 * gradient / gradient.norm()) < loss(query)


def test_spatial_means_are_of_each_frame() -> None:
    features = torch.arange(3.0).repeat_interleave(20)[None, :, None].expand(-1, -1, 7)
    assert torch.equal(spatial_means(features, GRID), torch.arange(3.0)[:, None].expand(-1, 7))


def test_the_difference_loss_is_the_mean_over_pairs() -> None:
    generator = torch.Generator().manual_seed(0)
    means, target = (torch.randn(4, 6, generator=generator) for _ in range(2))
    pairs = [
        ((means[i] - means[j]) - (target[i] - target[j])).square().mean()
        for i in range(4)
        for j in range(4)
    ]
    torch.testing.assert_close(difference_loss(means, target), torch.stack(pairs).mean())
    # What all frames share, appearance, is free.
    assert difference_loss(means + torch.randn(6, generator=generator), means) < 1e-12


def test_content_is_what_frames_share() -> None:
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(1, 60, 6, generator=generator)
    content = torch.randn(1, 20, 6, generator=generator).repeat(1, 3, 1)
    plain = without_content(features, GRID)
    assert plain.shape == (3, 20, 6)
    torch.testing.assert_close(without_content(features + content, GRID), plain)
    assert without_content(content, GRID).abs().max() < 1e-6


def test_motion_channels_are_those_that_change_most_together() -> None:
    generator = torch.Generator().manual_seed(0)
    changes = 0.1 * torch.randn(3, 20, 50, generator=generator)
    motion = torch.randn(3, 20, generator=generator)
    changes[..., 7] += motion
    changes[..., 31] -= 2 * motion
    assert motion_channels(changes, 0.04).tolist() == [7, 31]
    assert motion_channels(changes, 0.001).tolist() == [31]
    assert motion_channels(changes, 1.0).tolist() == list(range(50))


def test_low_pass_keeps_what_is_smooth() -> None:
    generator = torch.Generator().manual_seed(0)
    latents = torch.randn(1, 2, 3, 8, 12, generator=generator)
    flat = latents.mean((3, 4), keepdim=True).expand_as(latents)
    torch.testing.assert_close(low_pass(flat, 4), flat)
    torch.testing.assert_close(low_pass(latents, 1), latents)
    # Shrunk to one position: a frame's mean.
    torch.testing.assert_close(low_pass(latents, 100), flat)


def test_low_frequencies_need_an_inverted_reference() -> None:
    with pytest.raises(ValueError, match=r"low_frequencies=4 needs read=inverted, not read=clean"):
        Config(read="clean")
    assert Config(read="clean", low_frequencies=0).read == "clean"
