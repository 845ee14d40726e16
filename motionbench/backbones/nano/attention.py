"""Wan's attention as it is fastest in training on a CPU, with the same results.

Cross-attention leaves out padding. The pipeline pads every prompt to 512 rows, zero after the
prompt's end, and the transformer attends to all of them. Zero rows are all alike, so one row whose
attention score is raised by the logarithm of how many it stands for gives the same result.
"""

import math

import torch
from diffusers import WanTransformer3DModel
from diffusers.models.transformers.transformer_wan import WanAttention
from torch import nn
from torch.nn import functional

from motionbench.backbones.nano.architecture import TEXT_TOKENS
from motionbench.backbones.nano.text import LONGEST

Rotary = tuple[torch.Tensor, torch.Tensor]


class PlainAttention:
    """Attention processor that multiplies matrices: at this size faster than the fused kernel.

    Args:
        padding: Rows that the last row of the text stands for; 0 in self-attention.
    """

    def __init__(self, padding: int) -> None:
        self._padding = padding

    def __call__(
        self,
        attn: WanAttention,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None,
        attention_mask: None,  # noqa: ARG002 - part of a processor's signature
        rotary_emb: Rotary | None,
    ) -> torch.Tensor:
        """``(B, N, D)`` attends to itself or to ``encoder_hidden_states`` ``(B, M, D)``."""
        source = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query = _split(attn, _normalise(attn.norm_q, attn.to_q(hidden_states)))
        key = _split(attn, _normalise(attn.norm_k, attn.to_k(source)))
        value = _split(attn, attn.to_v(source))
        if rotary_emb is not None:
            query, key = _rotate(query, rotary_emb), _rotate(key, rotary_emb)
        scores = (query / math.sqrt(query.shape[-1])) @ key.transpose(1, 2)
        if self._padding:
            raised = scores.new_zeros(scores.shape[-1])
            raised[-1] = math.log(self._padding)
            scores = scores + raised
        mixed = scores.softmax(dim=-1).to(value.dtype) @ value
        merged = mixed.unflatten(0, (-1, attn.heads)).transpose(1, 2).flatten(2)
        projected: torch.Tensor = attn.to_out[0](merged)
        return projected


def use_plain_attention(transformer: WanTransformer3DModel) -> None:
    """Make a transformer read what ``text.encode`` returns."""
    for block in transformer.blocks:
        block.attn1.set_processor(PlainAttention(padding=0))
        block.attn2.set_processor(PlainAttention(padding=TEXT_TOKENS - LONGEST))


def _split(attn: WanAttention, x: torch.Tensor) -> torch.Tensor:
    """``(B, N, H * d)`` to ``(B * H, N, d)``."""
    heads: torch.Tensor = x.unflatten(2, (attn.heads, -1)).transpose(1, 2).flatten(0, 1)
    return heads


def _normalise(norm: nn.RMSNorm, x: torch.Tensor) -> torch.Tensor:
    # With a weight of the same dtype the kernel is fused.
    return functional.rms_norm(x, norm.normalized_shape, norm.weight.to(x.dtype), norm.eps)


def _rotate(x: torch.Tensor, rotary: Rotary) -> torch.Tensor:
    """Rotate pairs of channels of ``(B * H, N, d)``; tables ``(1, N, 1, d)`` tell each twice."""
    cos, sin = (table[0, :, 0, 0::2].to(x.dtype) for table in rotary)
    first, second = x.unflatten(-1, (-1, 2)).unbind(-1)
    turned = (first * cos - second * sin, first * sin + second * cos)
    return torch.stack(turned, dim=-1).flatten(-2)
