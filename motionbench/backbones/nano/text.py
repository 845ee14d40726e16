"""Texts for training: as ``WanPipeline`` presents them, without computing its padding.

The pipeline pads every prompt to 512 rows, zero after the prompt's end, and the transformer attends
to all of them. Zero rows are all alike, so one row whose attention score is raised by the logarithm
of how many it stands for gives the same result.
"""

import math
from typing import Any

import torch
from diffusers import WanTransformer3DModel
from diffusers.models.transformers.transformer_wan import WanAttention, WanAttnProcessor
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import T5TokenizerFast, UMT5EncoderModel

from motionbench.backbones.nano.architecture import TEXT_TOKENS

LONGEST = 32
"""Tokens of the longest caption, at least."""


class CountedPadding(WanAttnProcessor):
    """Cross-attention whose last text row stands for all rows of padding that were left out."""

    def __call__(
        self, attn: WanAttention, hidden_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> torch.Tensor:
        """As the base class, with the raised score."""
        bias = hidden_states.new_zeros(1, 1, 1, LONGEST + 1)
        bias[..., -1] = math.log(TEXT_TOKENS - LONGEST)
        encoded, _, rotary = args
        # With so few keys the plain kernel's backward pass is several times faster.
        with sdpa_kernel(SDPBackend.MATH):
            found: torch.Tensor = super().__call__(
                attn, hidden_states, encoded, bias, rotary, **kwargs
            )
        return found


def count_padding(transformer: WanTransformer3DModel) -> None:
    """Make a transformer read what `encode` returns."""
    for block in transformer.blocks:
        block.attn2.set_processor(CountedPadding())


def encode(
    tokenizer: T5TokenizerFast, text_encoder: UMT5EncoderModel, captions: list[str]
) -> torch.Tensor:
    """Encoded captions ``(B, LONGEST + 1, D)``, zero after each one's end.

    Raises:
        ValueError: A caption is longer than `LONGEST`; it would be cut.
    """
    tokens = tokenizer(captions, padding="max_length", max_length=LONGEST, return_tensors="pt")
    if tokens.input_ids.shape[1] > LONGEST:
        raise ValueError(f"a caption has over {LONGEST} tokens: {max(captions, key=len)!r}.")
    encoded = text_encoder(tokens.input_ids, tokens.attention_mask).last_hidden_state
    encoded = encoded * tokens.attention_mask[..., None]
    return torch.nn.functional.pad(encoded, (0, 0, 0, 1))
