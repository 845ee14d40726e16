"""Look into a transformer while it runs: queries and keys of self-attention, features of blocks.

Everything is handed to callbacks as it is computed and kept by nobody else: at Wan's size the
queries and keys of all blocks would fill a graphics card. Gradients flow through what is handed
out, where they are enabled.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Protocol, runtime_checkable

import torch
from torch import nn

from motionbench.backbones.rotary import Rotary, rotate
from motionbench.backbones.wan import Backbone

OnAttention = Callable[[torch.Tensor, torch.Tensor], None]
"""Gets queries and keys ``(B, N, heads, head width)`` as they meet: after norm and rotation."""

OnFeatures = Callable[[torch.Tensor], None]
"""Gets a block's output ``(B, N, D)``."""


@runtime_checkable
class ComparesItsOwn(Protocol):
    """An attention processor that compares other queries and keys than the module's own."""

    def queries_and_keys(
        self, attn: Any, tokens: torch.Tensor, rotary: Rotary
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What it compares; arguments and result as of `queries_and_keys`."""


class Enough(Exception):  # noqa: N818 - not an error
    """Raised by a callback that has all it wants; `capture` ends the forward pass there."""


@contextmanager
def capture(
    backbone: Backbone,
    *,
    attention: Mapping[int, OnAttention] | None = None,
    features: Mapping[int, OnFeatures] | None = None,
) -> Iterator[None]:
    """Call back from within every forward pass of the transformer.

    Tokens are in the transformer's order: frame by frame, each row by row. A callback may raise
    `Enough`, which ends the ``with`` block.

    Args:
        backbone: Whose transformer to look into.
        attention: Callback by block, counted from 0.
        features: As ``attention``, for the output of the block.
    """
    with ExitStack() as hooks:
        for index, on_attention in (attention or {}).items():
            module = backbone.self_attention[index]
            hook = module.register_forward_pre_hook(_attending(on_attention), with_kwargs=True)
            hooks.callback(hook.remove)
        for index, on_features in (features or {}).items():
            hook = backbone.blocks[index].register_forward_hook(_passing(on_features))
            hooks.callback(hook.remove)
        with suppress(Enough):
            yield


def queries_and_keys(
    module: Any, hidden_states: torch.Tensor, rotary: Rotary
) -> tuple[torch.Tensor, torch.Tensor]:
    """What a ``WanAttention`` compares, or its processor where that knows better.

    Args:
        module: A self-attention module of the transformer.
        hidden_states: Its input ``(B, N, D)``.
        rotary: Tables of cosines and sines.

    Returns:
        Two tensors ``(B, N, heads, head width)``.
    """
    if isinstance(module.processor, ComparesItsOwn):
        return module.processor.queries_and_keys(module, hidden_states, rotary)
    query = module.norm_q(module.to_q(hidden_states)).unflatten(2, (module.heads, -1))
    key = module.norm_k(module.to_k(hidden_states)).unflatten(2, (module.heads, -1))
    return rotate(query, rotary), rotate(key, rotary)


def _attending(on_attention: OnAttention) -> Callable[..., None]:
    def hook(module: nn.Module, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        # The block passes hidden states, text (None), mask (None) and rotary tables, by position.
        values = dict(zip(("hidden_states", "text", "mask", "rotary_emb"), arguments, strict=False))
        values |= named
        on_attention(*queries_and_keys(module, values["hidden_states"], values["rotary_emb"]))

    return hook


def _passing(on_features: OnFeatures) -> Callable[..., None]:
    def hook(_module: nn.Module, _inputs: object, output: torch.Tensor) -> None:
        on_features(output)

    return hook
