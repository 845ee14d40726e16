from dataclasses import replace

import numpy as np
import pytest

from motionbench.scenes import palette
from motionbench.scenes.textures import PATTERNS, Texture, bake, sample, shrink

CHECKS = Texture("checkered", (100.0, 0.0, 0.0), (200.0, 0.0, 0.0), seed=3, period=2.0)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_tiles_join_without_a_seam(pattern):
    tile = bake(replace(CHECKS, pattern=pattern), 256)
    inner = np.abs(np.diff(tile[..., 0], axis=1)).mean(axis=0)
    seam = np.abs(tile[:, 0, 0] - tile[:, -1, 0]).mean()
    assert seam <= inner.max() + 1e-3


@pytest.mark.parametrize("pattern", PATTERNS)
def test_tiles_have_contrast_in_both_directions(pattern):
    # A tracker needs gradients along x and along y in every window of its size.
    tile = bake(replace(CHECKS, pattern=pattern), 256)[..., 0]
    across, down = np.gradient(tile)
    for gradient in (across, down):
        windows = (gradient**2).reshape(8, 32, 8, 32).mean(axis=(1, 3))
        assert np.sqrt(windows.min()) > 0.5


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_coarse_tile_looks_like_a_fine_one(pattern):
    fine = bake(replace(CHECKS, pattern=pattern), 512)
    coarse = bake(replace(CHECKS, pattern=pattern), 128)
    assert np.abs(shrink(shrink(fine)) - coarse).mean() < 6.0


def test_the_seed_decides():
    first, again = bake(CHECKS, 64), bake(CHECKS, 64)
    assert first.tobytes() == again.tobytes()
    assert np.abs(first - bake(replace(CHECKS, seed=4), 64)).mean() > 1


def test_no_two_periods_of_the_pattern_are_alike():
    tile = bake(CHECKS, 448)[..., 0]
    cells = tile.reshape(7, 64, 7, 64).transpose(0, 2, 1, 3).reshape(49, -1)
    for first in range(48):
        assert np.abs(cells[first] - cells[first + 1]).mean() > 2


def test_sampling_hits_texels_and_interpolates_between_them():
    tile = bake(CHECKS, 32)
    centres = (np.arange(32, dtype=np.float32) + 0.5) / 32
    u, v = np.meshgrid(centres, centres)
    np.testing.assert_allclose(sample(tile, u, v), tile, atol=1e-2)
    between = sample(tile, u + np.float32(1 / 64), v)
    np.testing.assert_allclose(between, (tile + np.roll(tile, -1, axis=1)) / 2, atol=1e-2)
    np.testing.assert_allclose(sample(tile, u + 3, v - 2), tile, atol=0.1)


@pytest.mark.parametrize("colour", palette.COLOURS)
def test_surfaces_keep_their_named_colour(colour):
    # The mean colour of every surface and background is nearest to its own name's.
    means = {
        name: (np.array(dark) + np.array(light)) / 2
        for name, (dark, light) in palette.COLOURS.items()
    }
    for texture in (palette.surface(colour, 5, 1.0), palette.background("brick", colour, 5)):
        mean = bake(texture, 128).mean(axis=(0, 1))
        nearest = min(means, key=lambda name: float(np.abs(means[name] - mean).sum()))
        assert nearest == colour
