"""Self-attention in two paths, spatial and temporal, with LoRA on either or both.

The paper rearranges the rows of ``q, k, v`` and the columns of ``o`` into a spatial and a temporal
projection, concatenates their results for one attention over all heads, splits what it gives, and
adds the two output projections. Heads do not see each other within attention, so the order in which
they stand changes nothing, and rows of a product are a product with rows. Here the frozen layers
stay as they are and each group's LoRA is added to that group's channels where they stand: the same
function (a test builds the rearranged form and compares), no second copy of the weights, and
whatever hooks sit on the layers, such as those that fetch weights from main memory, keep working.

The norm is where groups meet. Wan normalises queries and keys over the channels of *all* heads, so
LoRA on one group's heads would rescale the other group's. Here each group is normalised over its
own channels with its LoRA and the other's *without*: exact before training, and neither stage can
move the other group's queries and keys. For the same tokens the temporal heads are then the same
whether the spatial LoRA is present, as in stage 3, or dropped, as when sampling; later blocks see
other tokens. See docs/decisions/0010.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from effivmt_adapter.lora import BlockLora, GroupLora, Projection
from motionbench.backbones.rotary import Rotary, rotate
from motionbench.backbones.wan import Backbone


@dataclass(frozen=True)
class Branch:
    """A LoRA at work.

    Attributes:
        lora: Of one group of heads.
        scale: How much of it acts: 0 nothing, 1 all.
    """

    lora: GroupLora
    scale: float = 1.0


@contextmanager
def attached(
    backbone: Backbone, branches: Sequence[Branch], *, temporal: torch.Tensor | None
) -> Iterator[None]:
    """Let a backbone attend with LoRA inside the block; it is as before afterwards.

    Args:
        backbone: Frozen; nothing of it is changed but which function its attention calls.
        branches: LoRAs that act together, at most one for each group.
        temporal: Which heads are temporal, ``(blocks, heads)`` bool; None where heads are not told
            apart, so that there is one group and one ordinary norm.
    """
    active = [branch for branch in branches if branch.scale]
    modules: list[Any] = list(backbone.self_attention)
    before = [module.processor for module in modules]
    try:
        for index, module in enumerate(modules):
            parts = [(branch.lora.block(index), branch.scale) for branch in active]
            own = None if temporal is None else temporal[index].to(backbone.device)
            module.set_processor(
                DecoupledAttention([(lora, scale) for lora, scale in parts if lora], own)
            )
        yield
    finally:
        for module, processor in zip(modules, before, strict=True):
            module.set_processor(processor)


class DecoupledAttention:
    """Attention processor of a self-attention ``WanAttention``.

    Args:
        parts: LoRAs of this block with their scales.
        temporal: Which heads are temporal, ``(H,)`` bool; None for one group of all.
    """

    def __init__(
        self, parts: Sequence[tuple[BlockLora, float]], temporal: torch.Tensor | None
    ) -> None:
        self._parts = parts
        one_group = temporal is None or bool(temporal.all()) or not bool(temporal.any())
        self._temporal = None if one_group else temporal

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        encoder_hidden_states: None,  # noqa: ARG002 - part of a processor's signature
        attention_mask: None,  # noqa: ARG002
        rotary_emb: Rotary,
    ) -> torch.Tensor:
        """Tokens ``(B, N, D)`` attend to each other; gives ``(B, N, D)``."""
        mixed = self.mix(attn, hidden_states, rotary_emb)
        tokens: torch.Tensor = attn.to_out[0](mixed.flatten(2))
        for lora, scale in self._parts:
            tokens = tokens + scale * lora.out_of_heads(mixed)
        result: torch.Tensor = attn.to_out[1](tokens)
        return result

    def mix(self, attn: Any, tokens: torch.Tensor, rotary: Rotary) -> torch.Tensor:
        """What each head gathers, before it is projected back: ``(B, N, H, head width)``."""
        query, key = self.queries_and_keys(attn, tokens, rotary)
        value = self._tuned("v", attn.to_v(tokens).unflatten(2, (attn.heads, -1)), tokens)
        mixed = functional.scaled_dot_product_attention(
            query.to(value.dtype).transpose(1, 2),
            key.to(value.dtype).transpose(1, 2),
            value.transpose(1, 2),
        )
        return mixed.transpose(1, 2)

    def queries_and_keys(
        self, attn: Any, tokens: torch.Tensor, rotary: Rotary
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What heads compare, after norm and rotation: two tensors ``(B, N, H, head width)``."""
        query, key = (
            layer(tokens).unflatten(2, (attn.heads, -1)) for layer in (attn.to_q, attn.to_k)
        )
        return (
            rotate(self._normalised("q", attn.norm_q, query, tokens), rotary),
            rotate(self._normalised("k", attn.norm_k, key, tokens), rotary),
        )

    def _tuned(
        self, projection: Projection, frozen: torch.Tensor, tokens: torch.Tensor
    ) -> torch.Tensor:
        """Frozen projections ``(B, N, H, d)`` with each LoRA added to its own heads."""
        for lora, scale in self._parts:
            added = scale * lora.into_heads(projection, tokens)
            frozen = frozen.index_add(2, lora.heads, added.to(frozen.dtype))
        return frozen

    def _normalised(
        self, projection: Projection, norm: Any, frozen: torch.Tensor, tokens: torch.Tensor
    ) -> torch.Tensor:
        tuned = self._tuned(projection, frozen, tokens)
        normal: torch.Tensor = norm(tuned.flatten(2)).unflatten(2, tuned.shape[2:])
        if self._temporal is None or not self._parts:
            return normal
        return (normal * group_rescale(frozen, tuned, self._temporal, norm.eps)).to(normal.dtype)


def group_rescale(
    frozen: torch.Tensor, tuned: torch.Tensor, temporal: torch.Tensor, eps: float
) -> torch.Tensor:
    """From a norm over all tuned channels to one over own tuned and other frozen channels.

    Working on the norm's result leaves its weight alone, which may be elsewhere until it is called.

    Args:
        frozen: Projections without LoRA, ``(B, N, H, d)``.
        tuned: With LoRA.
        temporal: Which heads are temporal, ``(H,)`` bool.
        eps: The norm's.

    Returns:
        Factors ``(B, N, H, 1)``, float32 or wider.
    """
    wide = torch.promote_types(tuned.dtype, torch.float32)
    before, after = (x.to(wide).square().sum(-1) for x in (frozen, tuned))
    of_temporal = torch.where(temporal, after, before).sum(-1, keepdim=True)
    of_spatial = torch.where(temporal, before, after).sum(-1, keepdim=True)
    own = torch.where(temporal, of_temporal, of_spatial)
    floor = eps * tuned.shape[2] * tuned.shape[3]
    factors: torch.Tensor = ((after.sum(-1, keepdim=True) + floor) / (own + floor)).sqrt()
    return factors[..., None]
