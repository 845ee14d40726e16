"""Which latent frames a step sees, and where in time."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from effivmt_adapter.adaptive_rope import spread_positions, temporal_positions
from effivmt_adapter.drawing import (
    ClipFrames,
    Material,
    SingleFrames,
    draw,
    draw_sigmas,
)
from effivmt_adapter.sparse_sampling import draw_frames
from motionbench.backbones.rotary import grid_positions, rotary_tables, rotate
from motionbench.backbones.wan import Backbone
from motionbench.errors import UsageError

PATTERNS = ("uniform", "offset", "random")
COUNTS = st.integers(1, 30).flatmap(lambda total: st.tuples(st.just(total), st.integers(1, total)))


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(COUNTS, st.sampled_from(PATTERNS), st.integers(0, 1000))
def test_frames_are_distinct_and_in_order(sizes, pattern, seed) -> None:
    total, count = sizes
    frames = draw_frames(total, count, pattern, rng(seed))
    assert len(frames) == count
    assert list(frames) == sorted(set(frames))
    assert frames[0] >= 0
    assert frames[-1] < total


def test_patterns() -> None:
    assert draw_frames(21, 5, "uniform", rng()) == (0, 4, 8, 13, 17)
    assert draw_frames(9, 3, "uniform", rng()) == (0, 3, 6)
    drawn = {draw_frames(9, 3, "offset", rng(seed)) for seed in range(40)}
    assert drawn == {(0, 3, 6), (1, 4, 7), (2, 5, 8)}
    assert len({draw_frames(9, 3, "random", rng(seed)) for seed in range(40)}) > 20


def test_too_many_frames_are_refused() -> None:
    with pytest.raises(UsageError, match="10 latent frames cannot be sampled of 9: give 1 to 9"):
        draw_frames(9, 10, "uniform", rng())


def test_the_papers_positions() -> None:
    # 81 frames are 21 latent frames, 17 are 5: F/2 + F/F_samp (i - F_samp/2), written out.
    expected = [10.5 + 4.2 * (i - 2.5) for i in range(5)]
    torch.testing.assert_close(spread_positions(21, 5), torch.tensor(expected, dtype=torch.float64))
    torch.testing.assert_close(spread_positions(21, 5), 4.2 * torch.arange(5, dtype=torch.float64))


@given(COUNTS)
def test_the_papers_positions_are_the_true_ones_where_frames_divide(sizes) -> None:
    total, count = sizes
    frames = draw_frames(total, count, "uniform", rng())
    papers = temporal_positions(frames, total, "uniform", adaptive=True)
    true = temporal_positions(frames, total, "offset", adaptive=True)
    assert true.tolist() == list(frames)
    if total % count == 0:
        torch.testing.assert_close(papers, true)
    assert (papers - true).abs().max() <= 0.5 + 1e-9


def test_without_adaptive_rope_time_is_counted() -> None:
    found = temporal_positions((0, 3, 6), 9, "uniform", adaptive=False)
    assert found.tolist() == [0, 1, 2]


def test_attention_depends_on_differences_of_positions_alone() -> None:
    generator = torch.Generator().manual_seed(0)
    query, key = torch.randn(2, 1, 6, 1, 24, generator=generator, dtype=torch.float64)

    def scores(frames: torch.Tensor) -> torch.Tensor:
        tables = rotary_tables(grid_positions(frames, 1, 2), 24)
        return rotate(query, tables)[0, :, 0] @ rotate(key, tables)[0, :, 0].T

    papers = spread_positions(10, 3)
    torch.testing.assert_close(scores(papers), scores(papers + 2.6), rtol=0, atol=1e-12)
    assert not torch.allclose(scores(papers), scores(torch.arange(3.0)))


def test_sigmas_are_shifted_towards_noise() -> None:
    for kind in ("uniform", "logit_normal"):
        plain, shifted = (draw_sigmas(4000, kind, shift, rng()) for shift in (1.0, 5.0))
        assert plain.mean().item() == pytest.approx(0.5, abs=0.01)
        torch.testing.assert_close(shifted, 5 * plain / (1 + 4 * plain), rtol=1e-4, atol=1e-6)
        assert 0 < shifted.min() < shifted.max() < 1
    uniform = draw_sigmas(4000, "uniform", 1.0, rng())
    assert uniform.std().item() == pytest.approx(12**-0.5, abs=0.01)
    logits = torch.logit(draw_sigmas(4000, "logit_normal", 1.0, rng()).double())
    assert logits.std().item() == pytest.approx(1, abs=0.02)


@pytest.fixture
def numbered() -> Material:
    """Latents that say which latent frame they are."""
    clip = torch.arange(9.0).view(1, 1, 9, 1, 1).expand(1, 2, 9, 2, 2)
    singles = 100 + torch.arange(33.0).view(33, 1, 1, 1, 1).expand(33, 2, 1, 2, 2)
    return Material(clip, singles, torch.zeros(1, 512, 4))


def drawn(material: Material, frames, seed: tuple[int, ...] = (0, 0), batch: int = 4):
    return draw(material, frames, batch=batch, sigma_draw="uniform", sigma_shift=1.0, seed=seed)


def test_single_frames_are_drawn_one_by_one(numbered: Material) -> None:
    found = drawn(numbered, SingleFrames(), batch=64)
    assert found.latents.shape == (64, 2, 1, 2, 2) == found.noise.shape
    assert found.positions is None
    assert found.anchor == 0
    assert len(set(found.latents[:, 0, 0, 0, 0].tolist())) > 20


def test_sparse_steps_see_fewer_latent_frames_at_their_positions(numbered: Material) -> None:
    found = drawn(numbered, ClipFrames(3, "random"))
    assert found.latents.shape == (4, 2, 3, 2, 2)
    assert found.positions.tolist() == found.latents[0, 0, :, 0, 0].tolist()
    counted = drawn(numbered, ClipFrames(3, "random", adaptive_rope=False))
    assert counted.positions.tolist() == [0, 1, 2]
    for frames in (ClipFrames(None), ClipFrames(9), ClipFrames(40), ClipFrames(3, full_share=1.0)):
        whole = drawn(numbered, frames)
        assert whole.latents.shape[2] == 9
        assert whole.positions is None


def test_a_share_of_the_steps_is_full_length(numbered: Material) -> None:
    frames = ClipFrames(3, "offset", full_share=0.25)
    lengths = [drawn(numbered, frames, seed=(0, step)).latents.shape[2] for step in range(200)]
    assert set(lengths) == {3, 9}
    assert 30 < lengths.count(9) < 70


def test_draws_depend_on_the_seed_alone(numbered: Material) -> None:
    before = torch.get_rng_state()
    one, again, other = (
        drawn(numbered, ClipFrames(3, "random"), seed=(7, step)) for step in (3, 3, 4)
    )
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(one.noise, again.noise)
    assert torch.equal(one.sigma, again.sigma)
    assert not torch.equal(one.noise, other.noise)
    assert one.noise.std().item() == pytest.approx(1, abs=0.3)


@torch.no_grad()
def test_the_backbone_takes_fractional_positions(backbone: Backbone, material: Material) -> None:
    few = material.clip[:, :, [0, 2]]
    text = material.text
    counted = backbone.predict_velocity(few, 0.5, text)
    spread = backbone.predict_velocity(few, 0.5, text, positions=spread_positions(3, 2))
    assert spread.shape == few.shape
    assert not torch.equal(counted, spread)
