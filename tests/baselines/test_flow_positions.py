"""Positions of tokens from the flow of textures whose motion is known."""

import cv2
import numpy as np
import pytest
import torch

from baselines.flow_positions import chain, origins, token_origins

SIZE = 48


def moving_texture(x: int, y: int, frames: int = 5) -> np.ndarray:
    """``(frames, SIZE, SIZE, 3)`` uint8 of a texture that moves so many pixels a frame."""
    noise = np.random.default_rng(0).uniform(size=(SIZE + 40, SIZE + 40)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2)
    grey = cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    corners = [(20 - frame * x, 20 - frame * y) for frame in range(frames)]
    views = [grey[top : top + SIZE, left : left + SIZE] for left, top in corners]
    return np.stack(views)[..., None].repeat(3, axis=-1)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 0), (0, -2), (-3, 2)])
def test_origins_of_a_moving_texture_lie_where_it_came_from(x: int, y: int) -> None:
    places = origins(moving_texture(x, y))
    assert (places.shape, places.dtype) == ((5, SIZE, SIZE, 2), np.float32)
    moved = places - places[0]
    for frame in range(5):
        inner = np.median(moved[frame], axis=(0, 1))
        np.testing.assert_allclose(inner, [-x * frame, -y * frame], atol=0.1)
    # What came into view has its origin outside the first frame.
    if x == -3:
        assert np.median(places[4, :, -2, 0]) > SIZE + 5


def test_chaining_adds_steps_and_goes_on_beyond_the_border() -> None:
    sides = (np.arange(6, dtype=np.float32), np.arange(4, dtype=np.float32))
    places = np.stack(np.meshgrid(*sides), axis=-1)
    shift = np.array([1.5, -0.5], dtype=np.float32)
    once = chain(places, places + shift)
    np.testing.assert_allclose(once, places + shift, atol=1e-5)
    # Twice: right inside, where the first step is the same everywhere.
    np.testing.assert_allclose(chain(once, places + shift), places + 2 * shift, atol=1e-5)


def test_token_origins_are_means_in_tokens() -> None:
    sides = (np.arange(8, dtype=np.float32), np.arange(4, dtype=np.float32))
    still = np.stack(np.meshgrid(*sides), axis=-1)
    # Five frames, the last four of them one latent frame; 2 x 2 pixels a token.
    moved = np.stack([still + np.array([frame, -2 * frame]) for frame in range(5)])
    found = token_origins(moved, (0, 1, 1, 1, 1), (2, 2, 4), 1.0)
    assert (found.shape, found.dtype) == ((16, 3), torch.float64)
    plain = token_origins(moved, (0, 1, 1, 1, 1), (2, 2, 4), 0.0)
    assert plain[:3].tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 2]]
    assert torch.equal(found[:8], plain[:8])
    # The mean over frames 1 to 4 is 2.5 pixels to the right and 5 up: 1.25 and 2.5 tokens.
    expected = torch.tensor([0.0, -2.5, 1.25], dtype=torch.float64).expand(8, 3)
    torch.testing.assert_close(found[8:] - plain[8:], expected)
    half = token_origins(moved, (0, 1, 1, 1, 1), (2, 2, 4), 0.5)
    torch.testing.assert_close(half - plain, (found - plain) / 2)
