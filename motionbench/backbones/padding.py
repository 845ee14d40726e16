"""Attend to a text's padding as one row.

Wan pads every text to 512 rows, zero after the text's end, and attends to all of them. Rows that
are alike get the same attention, so one row whose score is raised by the logarithm of their number
gives the same result. In a small model, or on few frames, the padding is what takes the time.
"""

import math
from typing import Any

import torch
from torch.nn import functional

TEXT_TOKENS = 512
"""Rows of a padded text."""


def fold(text: torch.Tensor) -> torch.Tensor:
    """A padded text ``(B, 512, D)`` up to its first row of padding: ``(B, n, D)``, n <= 512.

    Args:
        text: Zero after each text's end. What is zero for all but a few of a batch stays. Left
            whole where attention computes in less than float32: the raised score would be off by
            up to 1.6 %.
    """
    if text.dtype.itemsize < 4 or torch.is_autocast_enabled(text.device.type):
        return text
    told = text.abs().amax(dim=(0, 2)).nonzero()
    return text[:, : int(told[-1]) + 2] if len(told) else text[:, :1]


class FoldedAttention:
    """Processor of a cross-attention that reads folded texts; whole ones go to the stock one.

    It knows a folded text by its length alone: what it computes again in a backward pass is what it
    computed before.

    Args:
        stock: The processor that was there.
    """

    def __init__(self, stock: Any) -> None:
        self._stock = stock

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        rotary_emb: None = None,
    ) -> torch.Tensor:
        """Tokens ``(B, N, D)`` attend to a text ``(B, n, D)``; gives ``(B, N, D)``."""
        rows = encoder_hidden_states.shape[1]
        if rows == TEXT_TOKENS:
            whole: torch.Tensor = self._stock(
                attn, hidden_states, encoder_hidden_states, attention_mask, rotary_emb
            )
            return whole
        query, key, value = (
            projected.unflatten(2, (attn.heads, -1)).transpose(1, 2)
            for projected in (
                attn.norm_q(attn.to_q(hidden_states)),
                attn.norm_k(attn.to_k(encoder_hidden_states)),
                attn.to_v(encoder_hidden_states),
            )
        )
        raised = value.new_zeros(1, rows)
        raised[0, -1] = math.log(TEXT_TOKENS - rows + 1)
        mixed = functional.scaled_dot_product_attention(
            query.to(value.dtype), key.to(value.dtype), value, attn_mask=raised
        )
        tokens: torch.Tensor = attn.to_out[0](mixed.transpose(1, 2).flatten(2))
        projected: torch.Tensor = attn.to_out[1](tokens)
        return projected
