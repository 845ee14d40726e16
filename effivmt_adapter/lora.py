"""Low-rank adaptation (LoRA) of the self-attention of one group of heads.

Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022. A projection ``W x``
becomes ``W x + (alpha / rank) up(down(x))``. For q, k and v, ``up`` has rows for the channels of
the group's heads alone; for o, ``down`` has columns for them alone. Heads of other groups are
therefore neither read nor written.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, cast

import torch
from torch import nn
from torch.nn import functional

from motionbench.backbones.wan import Backbone

Projection = Literal["q", "k", "v"]
"""The projections into heads; the one out of them is ``o``."""


@dataclass(frozen=True)
class AttentionShape:
    """Sizes of a transformer's self-attention.

    Attributes:
        blocks: Transformer blocks, one self-attention each.
        heads: Of each block.
        head_width: Channels of a head.
    """

    blocks: int
    heads: int
    head_width: int

    @property
    def width(self) -> int:
        """Channels of a token."""
        return self.heads * self.head_width


def attention_shape(backbone: Backbone) -> AttentionShape:
    """The sizes of a backbone's self-attention."""
    modules: list[Any] = list(backbone.self_attention)
    heads = int(modules[0].heads)
    return AttentionShape(len(modules), heads, int(modules[0].inner_dim) // heads)


class LowRank(nn.Module):
    """``up(down(x))``; zero until it is trained.

    Args:
        inputs: Channels in.
        outputs: Channels out.
        rank: Channels between.
        generator: Draws ``down``: uniform, as wide as a linear layer's own initial weights.
    """

    def __init__(self, inputs: int, outputs: int, rank: int, generator: torch.Generator) -> None:
        super().__init__()
        drawn = torch.rand(rank, inputs, generator=generator)
        self.down = nn.Parameter((2 * drawn - 1) / math.sqrt(inputs))
        self.up = nn.Parameter(torch.zeros(outputs, rank))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``(..., inputs)`` to ``(..., outputs)``; float32 weights compute in the dtype of x."""
        inner = functional.linear(x, self.down.to(x.dtype))
        return functional.linear(inner, self.up.to(inner.dtype))


class BlockLora(nn.Module):
    """LoRA on the paths of one group of heads in one block.

    Args:
        heads: Indices of the group's heads, ``(n,)`` int64, n >= 1.
        shape: Of the attention.
        rank: Of each projection.
        alpha: Strength: projections are scaled by ``alpha / rank``.
        generator: Of the initial weights.
    """

    heads: torch.Tensor

    def __init__(
        self,
        heads: torch.Tensor,
        shape: AttentionShape,
        *,
        rank: int,
        alpha: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.register_buffer("heads", heads, persistent=False)
        self._head_width, self._strength = shape.head_width, alpha / rank
        own = len(heads) * shape.head_width
        self.q = LowRank(shape.width, own, rank, generator)
        self.k = LowRank(shape.width, own, rank, generator)
        self.v = LowRank(shape.width, own, rank, generator)
        self.o = LowRank(own, shape.width, rank, generator)

    def into_heads(self, projection: Projection, tokens: torch.Tensor) -> torch.Tensor:
        """What is added to the group's heads: tokens ``(B, N, D)`` to ``(B, N, n, head width)``."""
        found: torch.Tensor = getattr(self, projection)(tokens)
        heads: torch.Tensor = found.unflatten(2, (-1, self._head_width))
        return self._strength * heads

    def out_of_heads(self, mixed: torch.Tensor) -> torch.Tensor:
        """What the group's heads add to the tokens: ``(B, N, H, head width)`` to ``(B, N, D)``."""
        found: torch.Tensor = self.o(mixed.index_select(2, self.heads).flatten(2))
        return self._strength * found


class GroupLora(nn.Module):
    """LoRA on one group of heads in all blocks.

    Args:
        heads: Which heads belong to the group, ``(blocks, heads)`` bool. A block may have none.
        shape: Of the attention.
        rank: Of each projection.
        alpha: Strength: projections are scaled by ``alpha / rank``.
        seed: Of the initial weights.
    """

    def __init__(
        self,
        heads: torch.Tensor,
        shape: AttentionShape,
        *,
        rank: int,
        alpha: float,
        seed: int,
    ) -> None:
        super().__init__()
        self.rank, self.alpha = rank, alpha
        generator = torch.Generator().manual_seed(seed)
        self.blocks = nn.ModuleDict(
            {
                str(block): BlockLora(
                    own.nonzero()[:, 0], shape, rank=rank, alpha=alpha, generator=generator
                )
                for block, own in enumerate(heads)
                if own.any()
            }
        )

    def block(self, index: int) -> BlockLora | None:
        """The LoRA of a block; None where the group has no head."""
        key = str(index)
        return cast("BlockLora", self.blocks[key]) if key in self.blocks else None
