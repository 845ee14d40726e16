"""Attention motion flow (DiTFlow): where each token's attention in another frame says it went."""

import torch
from torch.utils.checkpoint import checkpoint

from motionbench.backbones.rotary import grid_positions


def expected_flow(
    query: torch.Tensor, key: torch.Tensor, grid: tuple[int, int, int], temperature: float
) -> torch.Tensor:
    """Displacement of each token to each frame, expected under its attention to that frame.

    Args:
        query: ``(1, N, heads, head width)``, frame by frame, each row by row.
        key: As ``query``.
        grid: Frames, rows, columns; their product is N.
        temperature: Factor of the attention's logits: high looks at the best match alone.

    Returns:
        ``(f, f, n, 2)`` float32, n = rows x columns: from frame, to frame, token, (row, column), in
        tokens. Differentiable; one frame's attention is in memory at a time.

    Source:
        Pondaven et al., Video Motion Transfer with Diffusion Transformers, CVPR 2025.
    """
    places = _places(grid, query.device)
    queries, keys = _by_frame(query, key, grid, temperature)
    # Computed again for the gradient: at Wan's size, all frames' attention is gigabytes.
    flows = [
        checkpoint(_expected, one, keys, places, use_reentrant=False, preserve_rng_state=False)
        for one in queries
    ]
    return torch.stack(flows)


@torch.no_grad()
def nearest_flow(
    query: torch.Tensor, key: torch.Tensor, grid: tuple[int, int, int]
) -> torch.Tensor:
    """As `expected_flow`, but to the token of each frame that is attended to most."""
    places = _places(grid, query.device)
    queries, keys = _by_frame(query, key, grid, 1.0)
    return torch.stack([places[_logits(one, keys).argmax(-1)] - places for one in queries])


def _by_frame(
    query: torch.Tensor, key: torch.Tensor, grid: tuple[int, int, int], temperature: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Queries and keys ``(f, n, heads x head width)``, so scaled that their product is the logits.

    The mean over heads of products is one product of all channels.
    """
    heads, width = query.shape[2:]
    scale = temperature / (heads * width**0.5)
    shape = (grid[0], grid[1] * grid[2], heads * width)
    return query.float().reshape(shape) * scale, key.float().reshape(shape)


def _logits(query: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
    """``(f, n, n)``: to frame, token, token there; of one frame's queries ``(n, D)``."""
    return query @ keys.transpose(1, 2)


def _expected(query: torch.Tensor, keys: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    return _logits(query, keys).softmax(-1) @ places - places


def _places(grid: tuple[int, int, int], device: torch.device) -> torch.Tensor:
    """Rows and columns of a frame's tokens, ``(n, 2)`` float32."""
    return grid_positions(torch.zeros(1), *grid[1:])[:, 1:].float().to(device)
