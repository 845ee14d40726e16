"""Encode captions in training."""

import torch
from transformers import T5TokenizerFast, UMT5EncoderModel

LONGEST = 32
"""Tokens of the longest caption, at least."""


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
