"""Stage 1 on a small Wan: what is measured is what the transformer attends to."""

import doctest
import importlib
import math

import pytest
import torch

from effivmt_adapter.attention_maps import band_templates, frame_templates
from effivmt_adapter.stage_one import measure_heads
from motionbench.backbones import load_backbone
from motionbench.backbones.capture import capture
from motionbench.backbones.wan import Backbone
from motionbench.errors import MethodError, UsageError
from tests.backbones.tiny import save_tiny

GRID = (3, 2, 4)
SEED = 3


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    folder = tmp_path_factory.mktemp("tiny") / "wan"
    save_tiny(folder)
    return load_backbone(str(folder))


@pytest.fixture(scope="module")
def latents(backbone: Backbone) -> torch.Tensor:
    shape = backbone.geometry.latent_shape(9, 16, 32)
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def text(backbone: Backbone) -> torch.Tensor:
    return backbone.encode_text("a star")


def whole_map(backbone: Backbone, latents: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
    """Attention ``(heads, N, N)`` of the second block at sigma 0.7."""
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(SEED))
    seen: list[torch.Tensor] = []

    def look(queries: torch.Tensor, keys: torch.Tensor) -> None:
        scores = torch.einsum("ihd,jhd->hij", queries[0].double(), keys[0].double())
        seen.append((scores / math.sqrt(queries.shape[-1])).softmax(-1))

    with torch.no_grad(), capture(backbone, attention={1: look}):
        backbone.predict_velocity(backbone.noised(latents, noise, 0.7), 0.7, text)
    return seen[0]


def test_similarities_are_those_of_the_attention(
    backbone: Backbone, latents: torch.Tensor, text: torch.Tensor
) -> None:
    assert backbone.geometry.token_grid(latents.shape) == GRID
    found = measure_heads(backbone, latents, text, sigmas=[0.7], seed=SEED)
    assert found.spatial.shape == (2, 2)
    assert found.spatial.dtype == torch.float64
    attention = whole_map(backbone, latents, text)
    for template, cosine, mass in zip(
        frame_templates(GRID),
        (found.spatial, found.temporal),
        (found.spatial_mass, found.temporal_mass),
        strict=True,
    ):
        ones = template.mask(torch.arange(24)).double()
        expected = (attention * ones).sum((1, 2)) / attention.norm(dim=(1, 2)) / ones.norm()
        torch.testing.assert_close(cosine[1], expected, rtol=0, atol=1e-6)
        torch.testing.assert_close(mass[1], (attention * ones).sum(2).mean(1), rtol=0, atol=1e-6)


def test_the_same_arguments_give_the_same_and_touch_nothing(
    backbone: Backbone, latents: torch.Tensor, text: torch.Tensor
) -> None:
    state, original = torch.get_rng_state(), latents.clone()
    first, again = (
        measure_heads(backbone, latents, text, sigmas=[0.99, 0.3], seed=SEED, rows=10)
        for _ in range(2)
    )
    assert torch.equal(first.spatial, again.spatial)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(latents, original)
    other = measure_heads(backbone, latents, text, sigmas=[0.99, 0.3], seed=SEED + 1, rows=10)
    assert not torch.equal(first.spatial, other.spatial)


def test_noise_levels_are_averaged(
    backbone: Backbone, latents: torch.Tensor, text: torch.Tensor
) -> None:
    both, *each = (
        measure_heads(backbone, latents, text, sigmas=sigmas, seed=SEED)
        for sigmas in ([0.9, 0.2], [0.9], [0.2])
    )
    torch.testing.assert_close(both.temporal, (each[0].temporal + each[1].temporal) / 2)


def test_other_templates_are_taken(
    backbone: Backbone, latents: torch.Tensor, text: torch.Tensor
) -> None:
    found = measure_heads(
        backbone,
        latents,
        text,
        sigmas=[0.5],
        seed=SEED,
        templates=lambda grid: band_templates(grid, math.prod(grid)),
    )
    # A band over everything holds all attention.
    torch.testing.assert_close(found.spatial_mass, torch.ones(2, 2).double())


@pytest.mark.parametrize("sigmas", [[], [1.5], [float("nan")]])
def test_wrong_noise_levels_are_refused(
    backbone: Backbone, latents: torch.Tensor, text: torch.Tensor, sigmas: list[float]
) -> None:
    with pytest.raises(UsageError, match="must be one or more numbers"):
        measure_heads(backbone, latents, text, sigmas=sigmas, seed=SEED)


def test_attention_that_is_not_finite_is_named(
    backbone: Backbone, latents: torch.Tensor, text: torch.Tensor
) -> None:
    broken = torch.full_like(latents, float("nan"))
    with pytest.raises(MethodError, match=r"block 0, head 0 at sigma 0\.7 is not finite"):
        measure_heads(backbone, broken, text, sigmas=[0.7], seed=SEED)


@pytest.mark.parametrize("module", ["attention_maps", "head_classification", "head_statistics"])
def test_examples_in_docstrings(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"effivmt_adapter.{module}"))
    assert (found.failed, found.attempted > 0) == (0, True)
