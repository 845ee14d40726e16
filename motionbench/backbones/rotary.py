"""Wan's rotary position encoding at any position, whole or fractional.

``diffusers`` looks up tables of whole positions. The tables hold cosines and sines of ``position x
frequency``, which have values between the whole positions too. Each head's channels are split into
three parts, for time, height and width, as ``WanRotaryPosEmbed`` splits them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

Rotary = tuple[torch.Tensor, torch.Tensor]
"""Cosines and sines ``(1, N, 1, head width)``, each told twice, for two neighbouring channels."""

THETA = 10000.0
"""Wan's longest wavelength is about 2 pi times this, positions."""


def grid_positions(frames: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Positions of all tokens, frame by frame.

    Args:
        frames: ``(f,)`` positions in time, in latent frames; need not be whole.
        height: Tokens in a column.
        width: Tokens in a row.

    Returns:
        ``(f * height * width, 3)`` float64: time, row, column.
    """
    sides = (frames.double(), torch.arange(height).double(), torch.arange(width).double())
    return torch.stack(torch.meshgrid(*sides, indexing="ij"), dim=-1).flatten(0, 2)


def rotary_tables(positions: torch.Tensor, head_width: int) -> Rotary:
    """Cosines and sines at positions, as ``WanRotaryPosEmbed`` returns them.

    Args:
        positions: ``(N, 3)``: time, row, column, in tokens.
        head_width: Channels of a head, even.

    Returns:
        Two tables ``(1, N, 1, head_width)`` float64; differentiable with respect to positions.
    """
    side = 2 * (head_width // 6)
    angles = []
    for axis, channels in enumerate((head_width - 2 * side, side, side)):
        exponents = torch.arange(0, channels, 2, dtype=torch.float64, device=positions.device)
        frequencies = THETA ** -(exponents / channels)
        angles.append(positions[:, axis, None].double() * frequencies)
    doubled = torch.cat(angles, dim=1).repeat_interleave(2, dim=1)[None, :, None]
    return doubled.cos(), doubled.sin()


def rotate(x: torch.Tensor, rotary: Rotary) -> torch.Tensor:
    """Turn each pair of channels of ``(B, N, heads, head width)`` by its token's angle."""
    # Tables may be wider than what they turn, as those of `rotary_tables` are, and would widen it.
    wide = torch.promote_types(x.dtype, torch.float32)
    cosines, sines = rotary[0][..., 0::2].to(wide), rotary[1][..., 1::2].to(wide)
    first, second = x.unflatten(-1, (-1, 2)).unbind(-1)
    turned = (first * cosines - second * sines, first * sines + second * cosines)
    return torch.stack(turned, dim=-1).flatten(-2).to(x.dtype)


@contextmanager
def token_positions(rope: Any, positions: torch.Tensor | None) -> Iterator[None]:
    """Let a transformer see its tokens at other positions than 0, 1, 2, ...

    Args:
        rope: ``transformer.rope``.
        positions: ``(N, 3)`` for all tokens, or ``(f,)`` in time alone; None changes nothing.
    """
    if positions is None:
        yield
        return

    def look_up(hidden_states: torch.Tensor) -> Rotary:
        where = positions.to(hidden_states.device)
        if where.ndim == 1:
            _, height, width = rope.patch_size
            size = (hidden_states.shape[3] // height, hidden_states.shape[4] // width)
            where = grid_positions(where.cpu(), *size).to(hidden_states.device)
        tables = rotary_tables(where, rope.attention_head_dim)
        # As wide as the transformer's own tables, or queries and keys would change their type.
        return tables[0].to(rope.freqs_cos.dtype), tables[1].to(rope.freqs_sin.dtype)

    had, own = "forward" in vars(rope), rope.forward
    rope.forward = look_up
    try:
        yield
    finally:
        if had:
            rope.forward = own
        else:
            del rope.forward
