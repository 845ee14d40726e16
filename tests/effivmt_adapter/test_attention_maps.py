"""Streaming sums against whole maps, closed forms, and the memory they take."""

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.profiler import ProfilerActivity, profile

from effivmt_adapter.attention_maps import (
    AttentionSums,
    Templates,
    attention_sums,
    band_templates,
    block_rows,
    frame_templates,
    sample_rows,
)
from motionbench.backbones.geometry import Grid
from motionbench.errors import UsageError

GRID = (3, 2, 5)
GRIDS = st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(1, 4))


def draw(
    grid: Grid, *, batch: int = 1, heads: int = 2, seed: int = 0
) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shape = (2, batch, math.prod(grid), heads, 6)
    queries, keys = torch.randn(shape, dtype=torch.float64, generator=generator)
    return 2 * queries, keys


def dense_attention(queries: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
    scores = torch.einsum("bihd,bjhd->bhij", queries, keys) / math.sqrt(queries.shape[-1])
    return scores.softmax(-1)


def dense_maps(grid: Grid, related: Callable[[Grid, Grid], tuple[bool, bool]]) -> torch.Tensor:
    """Both maps, entry by entry, from a rule for two tokens' (frame, row, column)."""
    tokens = [(f, y, x) for f in range(grid[0]) for y in range(grid[1]) for x in range(grid[2])]
    pairs = [[related(one, two) for two in tokens] for one in tokens]
    return torch.tensor(pairs).permute(2, 0, 1).double()


def same(one: Grid, two: Grid) -> tuple[bool, bool]:
    return one[0] == two[0], one[1:] == two[1:]


def dense_cosines(attention: torch.Tensor, maps: torch.Tensor) -> list[torch.Tensor]:
    return [(attention * m).sum((2, 3)) / attention.norm(dim=(2, 3)) / m.norm() for m in maps]


def assert_equal(found: AttentionSums, attention: torch.Tensor, maps: torch.Tensor) -> None:
    for cosine, expected in zip(found.cosines(), dense_cosines(attention, maps), strict=True):
        torch.testing.assert_close(cosine, expected, rtol=0, atol=1e-10)
    for mass, each in zip(found.masses(), maps, strict=True):
        expected = (attention * each).sum(3).mean(2)
        torch.testing.assert_close(mass, expected, rtol=0, atol=1e-10)


@settings(max_examples=40, deadline=None)
@given(grid=GRIDS, budget=st.integers(1, 20_000), seed=st.integers(0, 99))
def test_streaming_equals_the_whole_map(grid: Grid, budget: int, seed: int) -> None:
    queries, keys = draw(grid, batch=2, seed=seed)
    found = attention_sums(queries, keys, frame_templates(grid), budget=budget)
    assert_equal(found, dense_attention(queries, keys), dense_maps(grid, same))


@settings(max_examples=40, deadline=None)
@given(grid=GRIDS, half_width=st.integers(0, 9), block=st.integers(1, 7))
def test_bands_equal_the_whole_map(grid: Grid, half_width: int, block: int) -> None:
    frames, rows, columns = grid

    def near(one: Grid, two: Grid) -> tuple[bool, bool]:
        # The order position by position is the order frame by frame of a grid turned round.
        def spatial(t: Grid) -> int:
            return ((t[0] * rows + t[1]) * columns + t[2]) // block

        def temporal(t: Grid) -> int:
            return ((t[1] * columns + t[2]) * frames + t[0]) // block

        return tuple(abs(order(one) - order(two)) <= half_width for order in (spatial, temporal))

    queries, keys = draw(grid)
    found = attention_sums(queries, keys, band_templates(grid, half_width, block), budget=500)
    assert_equal(found, dense_attention(queries, keys), dense_maps(grid, near))


@pytest.mark.parametrize("templates", [frame_templates(GRID), band_templates(GRID, 4, 2)])
def test_ones_are_those_of_the_mask(templates: Templates) -> None:
    rows = torch.tensor([0, 3, 7, 29])
    for template in templates:
        assert template.ones(rows) == template.mask(rows).sum()


def test_all_rows_sampled_are_all_rows() -> None:
    queries, keys = draw(GRID)
    whole = attention_sums(queries, keys, frame_templates(GRID))
    rows = sample_rows(30, 30, seed=3)
    assert rows.tolist() == list(range(30))
    sampled = attention_sums(queries, keys, frame_templates(GRID), rows=rows)
    torch.testing.assert_close(sampled.cosines(), whole.cosines(), rtol=0, atol=1e-12)


def test_sums_of_parts_are_those_of_the_whole() -> None:
    # So that a random part is an unbiased estimate of each sum.
    queries, keys = draw(GRID)
    templates = frame_templates(GRID)
    order = torch.randperm(30, generator=torch.Generator().manual_seed(0))
    parts = [attention_sums(queries, keys, templates, rows=part) for part in order.split(7)]
    whole = attention_sums(queries, keys, templates)
    for name in ("spatial", "temporal", "squares", "rows", "spatial_ones", "temporal_ones"):
        total = sum(getattr(part, name) for part in parts)
        torch.testing.assert_close(total, getattr(whole, name), rtol=0, atol=1e-10)


def test_sampled_rows_are_by_seed_and_none_twice() -> None:
    rows = sample_rows(1000, 100, seed=1)
    assert torch.equal(rows, sample_rows(1000, 100, seed=1))
    assert not torch.equal(rows, sample_rows(1000, 100, seed=2))
    assert len(set(rows.tolist())) == 100
    with pytest.raises(UsageError, match=r"rows=11 must be in \[1, 10\]"):
        sample_rows(10, 11, seed=0)


def one_hot(numbers: torch.Tensor) -> torch.Tensor:
    """``(1, N, 1, d)``: queries and keys that match where the numbers do, and nowhere else."""
    return 200 * torch.nn.functional.one_hot(numbers).double()[None, :, None]


def test_closed_forms() -> None:
    frames, in_frame = GRID[0], GRID[1] * GRID[2]
    tokens = torch.arange(frames * in_frame)
    templates = frame_templates(GRID)

    def cosines(queries: torch.Tensor) -> list[float]:
        return [cosine.item() for cosine in attention_sums(queries, queries, templates).cosines()]

    # All tokens alike: A is 1 / N everywhere, and <A, M> the share of ones.
    uniform = cosines(torch.zeros(1, len(tokens), 1, 4, dtype=torch.float64))
    assert uniform == pytest.approx([frames**-0.5, in_frame**-0.5])
    assert uniform[0] / uniform[1] == pytest.approx(templates.uniform_ratio)
    # One template exactly: 1; the other shares only each token with itself, 1 / sqrt(N).
    assert cosines(one_hot(tokens // in_frame)) == pytest.approx([1, len(tokens) ** -0.5])
    assert cosines(one_hot(tokens % in_frame)) == pytest.approx([len(tokens) ** -0.5, 1])
    # Only itself: in both.
    assert cosines(one_hot(tokens)) == pytest.approx([in_frame**-0.5, frames**-0.5])


def test_heads_are_independent() -> None:
    queries, keys = draw(GRID, heads=4)
    order = [2, 0, 3, 1]
    found = attention_sums(queries, keys, frame_templates(GRID))
    permuted = attention_sums(queries[:, :, order], keys[:, :, order], frame_templates(GRID))
    assert torch.equal(permuted.squares, found.squares[:, order])
    assert torch.equal(permuted.cosines()[0], found.cosines()[0][:, order])


@pytest.mark.parametrize(("kind", "tolerance"), [(torch.float32, 1e-6), (torch.bfloat16, 1e-2)])
def test_narrow_inputs_are_summed_in_float32(kind: torch.dtype, tolerance: float) -> None:
    queries, keys = draw(GRID)
    exact = attention_sums(queries, keys, frame_templates(GRID)).cosines()
    found = attention_sums(queries.to(kind), keys.to(kind), frame_templates(GRID)).cosines()
    assert found[0].dtype == torch.float64
    torch.testing.assert_close(found, exact, rtol=0, atol=tolerance)


def test_wrong_tokens_and_bands_are_refused() -> None:
    queries, keys = draw(GRID)
    with pytest.raises(UsageError, match="30 tokens, but templates for 24"):
        attention_sums(queries, keys, frame_templates((3, 2, 4)))
    with pytest.raises(UsageError, match="half-width -1 in blocks of 1 tokens"):
        band_templates(GRID, -1)


def peak_bytes(action: Callable[[], object]) -> int:
    """Most bytes that an action had allocated at once."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as watched:
        action()
    events = [e for e in watched.profiler.kineto_results.events() if e.name() == "[memory]"]
    total = peak = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        total += event.nbytes()
        peak = max(peak, total)
    return peak


@pytest.mark.parametrize("budget", [2**20, 2**22])
def test_memory_keeps_to_the_budget(budget: int) -> None:
    grid = (4, 16, 16)
    queries, keys = (each.float() for each in draw(grid))
    templates = frame_templates(grid)
    peak = peak_bytes(lambda: attention_sums(queries, keys, templates, budget=budget))
    assert budget / 2 < peak < 1.1 * budget


def test_rows_of_a_block_at_the_size_of_wan() -> None:
    assert block_rows(32_760, 4, 64 * 2**20) == 128
    assert block_rows(32_760, 4, 1000) == 1


def test_the_size_of_wan_stays_below_a_gibibyte() -> None:
    grid = (21, 30, 52)
    queries, keys = torch.randn(
        2, 1, 32_760, 1, 128, dtype=torch.bfloat16, generator=torch.Generator().manual_seed(0)
    )
    rows = sample_rows(32_760, 300, seed=0)
    templates = frame_templates(grid)
    found: list[AttentionSums] = []
    peak = peak_bytes(lambda: found.append(attention_sums(queries, keys, templates, rows=rows)))
    assert peak < 2**27
    attention = dense_attention(queries[:, rows].float(), keys.float()).double()
    maps = torch.stack([template.mask(rows) for template in templates]).double()
    expected = tuple(dense_cosines(attention, maps))
    torch.testing.assert_close(found[0].cosines(), expected, rtol=1e-5, atol=0)
