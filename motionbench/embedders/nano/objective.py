"""What is minimised in training, and how often a caption wins: on tensors, without files."""

import math
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional


class Batch(NamedTuple):
    """Images and texts of one step.

    Attributes:
        images: ``(B, 3, S, S)`` float32, normalised.
        tokens: ``(B, 1 + K, L)`` int64; the caption first, then texts that differ from it.
        labels: ``(B, 1 + K, A)`` float32, what each text says.
    """

    images: torch.Tensor
    tokens: torch.Tensor
    labels: torch.Tensor


def normalise(frames: np.ndarray, preprocess: dict[str, Any]) -> torch.Tensor:
    """``(B, S, S, 3)`` uint8 to ``(B, 3, S, S)`` float32 as the model's preprocessing does it."""
    pixels = torch.from_numpy(frames).permute(0, 3, 1, 2).float().div_(255)
    mean, std = (torch.tensor(preprocess[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    return ((pixels - mean) / std).contiguous(memory_format=torch.channels_last)


def encode_texts(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """What ``model.encode_text`` computes, without the padding that all texts share.

    Args:
        model: A ``CLIP`` of open_clip with causal text attention: padding comes after the end
            marker and never reaches it.
        tokens: ``(N, L)`` int64.

    Returns:
        ``(N, D)``, not normalised.
    """
    length = int((tokens != 0).sum(dim=1).max())
    x = model.token_embedding(tokens[:, :length]) + model.positional_embedding[:length]
    x = model.transformer(x, attn_mask=model.attn_mask[:length, :length])
    x = model.ln_final(x)
    end = tokens.argmax(dim=1)  # the end marker has the highest number
    ends: torch.Tensor = x[torch.arange(len(x)), end]
    projection: torch.Tensor = model.text_projection
    return ends @ projection


def losses(
    images: torch.Tensor, texts: torch.Tensor, scale: torch.Tensor, keys: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Contrastive loss over the batch, and cross-entropy over each image's own texts.

    Args:
        images: ``(B, D)`` unit length.
        texts: ``(B, 1 + K, D)`` unit length, captions first.
        scale: Inverse temperature.
        keys: ``(B, 1 + K)`` integers, equal where texts are equal: a text that equals an image's
            caption is no negative for it.

    Returns:
        Two scalars.
    """
    count = len(images)
    target = torch.arange(count)
    # 1. every image against every text; captions are the first `count` columns
    order = torch.cat([texts[:, 0], texts[:, 1:].flatten(0, 1)])
    order_keys = torch.cat([keys[:, 0], keys[:, 1:].flatten()])
    same = keys[:, :1] == order_keys[None]
    same[target, target] = False
    logits = (scale * images @ order.T).masked_fill(same, float("-inf"))
    # 2. every caption against every image
    back = (scale * texts[:, 0] @ images.T).masked_fill(same[:, :count], float("-inf"))
    contrastive = (
        functional.cross_entropy(logits, target) + functional.cross_entropy(back, target)
    ) / 2
    # 3. each image against its own texts
    own = scale * torch.einsum("bd,bkd->bk", images, texts)
    return contrastive, functional.cross_entropy(own, torch.zeros(count, dtype=torch.long))


def naming_loss(
    namer: torch.nn.Linear, embeddings: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    """Binary cross-entropy of naming the attributes, summed over labels, averaged over the rest.

    Args:
        namer: From embedding to one logit a label.
        embeddings: ``(..., D)`` unit length.
        labels: ``(..., A)`` 0 or 1.
    """
    # Unit vectors are short for a linear layer: lengthened to the norm of Gaussian ones.
    logits = namer(embeddings * math.sqrt(embeddings.shape[-1]))
    loss = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    return loss.sum(dim=-1).mean()


def spotting_loss(
    spotter: torch.nn.Conv2d, cells: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    """The same for attributes seen at any place of an image: multiple-instance learning.

    Args:
        spotter: From the channels of a place to one logit a label.
        cells: ``(B, C, H, W)`` features.
        labels: ``(B, A)`` 0 or 1.
    """
    logits = spotter(cells.float()).flatten(2)
    # A smooth maximum over places, so that each of them learns.
    logits = logits.logsumexp(dim=-1) - math.log(logits.shape[-1])
    loss = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    return loss.sum(dim=-1).mean()


def text_keys(tokens: torch.Tensor) -> torch.Tensor:
    """One integer a text, equal for equal texts: ``(B, K, L)`` to ``(B, K)``."""
    flat = tokens.flatten(0, 1)
    keys: torch.Tensor = torch.unique(flat, dim=0, return_inverse=True)[1]
    return keys.view(tokens.shape[:2])


@torch.inference_mode()
def rank_first(model: Any, frames: torch.Tensor, tokens: np.ndarray) -> np.ndarray:
    """Whether each frame's caption scores above its other texts.

    Args:
        model: Any open_clip model; evaluated in evaluation mode.
        frames: ``(N, 3, S, S)`` float32, normalised.
        tokens: ``(N, 1 + K, L)`` integers, caption first.

    Returns:
        ``(N,)`` bool.
    """
    model.eval()
    hits = []
    for start in range(0, len(frames), 64):
        images = model.encode_image(frames[start : start + 64], normalize=True)
        some = torch.from_numpy(tokens[start : start + 64].astype(np.int64))
        texts = functional.normalize(encode_texts(model, some.flatten(0, 1)), dim=-1)
        texts = texts.unflatten(0, some.shape[:2])
        scores = torch.einsum("bd,bkd->bk", images, texts)
        hits.append((scores[:, :1] > scores[:, 1:]).all(dim=1))
    return torch.cat(hits).numpy()
