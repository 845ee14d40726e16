"""See what one block computes, run no block after it, and keep little for the gradient."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Literal

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from motionbench.backbones.capture import Enough, capture
from motionbench.backbones.wan import Backbone

What = Literal["attention", "features"]
"""Queries and keys of a block's self-attention, or its output."""

Shown = tuple[torch.Tensor, ...]
"""Queries and keys ``(1, N, heads, head width)``, or the output alone ``(1, N, D)``."""


def look(
    backbone: Backbone,
    what: What,
    block: int,
    noised: torch.Tensor,
    sigma: float,
    text: torch.Tensor,
    *,
    positions: torch.Tensor | None = None,
    recompute: bool = False,
) -> Shown:
    """What a block shows of noised latents; differentiable where gradients are enabled.

    Args:
        backbone: Its transformer is run up to the block.
        what: To see.
        block: Counted from 0.
        noised: ``(1, C, f, h, w)``.
        sigma: In [0, 1], of the latents.
        text: From ``Backbone.encode_text``.
        positions: See ``Backbone.predict_velocity``.
        recompute: Keep nothing of the blocks before for the gradient, and compute them again.
    """
    found: list[Shown] = []

    def keep(*tensors: torch.Tensor) -> None:
        found.append(tensors)
        raise Enough

    before = backbone.blocks[:block] if recompute else []
    with recomputed(before), capture(backbone, **{what: {block: keep}}):
        backbone.predict_velocity(noised, sigma, text, positions=positions)
    return found[0]


@contextmanager
def recomputed(blocks: Iterable[nn.Module]) -> Iterator[None]:
    """Let blocks keep only their inputs for the gradient."""
    with ExitStack() as undo:
        for block in blocks:
            undo.callback(_restore, block, vars(block).get("forward"))
            block.forward = partial(
                checkpoint, block.forward, use_reentrant=False, preserve_rng_state=False
            )
        yield


def _restore(block: nn.Module, own: object) -> None:
    # Offloading puts a forward of its own on the instance; others have the class's.
    if own is None:
        del block.forward
    else:
        vars(block)["forward"] = own
