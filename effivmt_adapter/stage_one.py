"""Stage 1: look at every self-attention head of the frozen backbone while it sees the reference."""

import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
from tqdm import tqdm

from effivmt_adapter.attention_maps import (
    Templates,
    attention_sums,
    frame_templates,
    sample_rows,
)
from effivmt_adapter.head_classification import Similarities
from motionbench.backbones.capture import capture
from motionbench.backbones.geometry import Grid
from motionbench.backbones.wan import Backbone
from motionbench.errors import MethodError, UsageError


@torch.no_grad()
def measure_heads(
    backbone: Backbone,
    latents: torch.Tensor,
    text: torch.Tensor,
    *,
    sigmas: Sequence[float],
    seed: int,
    rows: int | None = None,
    templates: Callable[[Grid], Templates] = frame_templates,
) -> Similarities:
    """Similarities of all heads, a mean over noise levels; one forward pass for each.

    Args:
        backbone: Not changed.
        latents: Of the reference, ``(1, C, f, h, w)``, from ``Backbone.encode``.
        text: Of the reference's caption, from ``Backbone.encode_text``.
        sigmas: Noise levels, each in [0, 1], at least one. The paper gives none; a partial release
            of its code looks once, near 1.
        seed: Of the noise, the same at all levels, and of the sampled rows.
        rows: Estimate from so many random query rows; all by default.
        templates: Makes the maps to compare with.

    Raises:
        UsageError: No or a wrong sigma, or more rows than tokens.
        MethodError: Attention is not finite.
    """
    if not sigmas or not all(0 <= sigma <= 1 for sigma in sigmas):
        raise UsageError(f"sigmas={list(sigmas)} must be one or more numbers in [0, 1].")
    grid = backbone.geometry.token_grid(latents.shape)
    maps = templates(grid)
    chosen = None if rows is None else sample_rows(math.prod(grid), rows, seed)
    # Drawn on the CPU, so that a seed means the same noise on every device.
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(seed))
    noise = noise.to(backbone.device)
    measured = []
    total = len(sigmas) * len(backbone.self_attention)
    with tqdm(total=total, desc="heads", unit="block", leave=False) as bar:
        for sigma in sigmas:
            noised = backbone.noised(latents.to(noise), noise, sigma)
            measured.append(_one_pass(backbone, noised, sigma, text, maps, chosen, bar))
    return Similarities.mean(measured)


def _one_pass(
    backbone: Backbone,
    noised: torch.Tensor,
    sigma: float,
    text: torch.Tensor,
    templates: Templates,
    rows: torch.Tensor | None,
    bar: tqdm,
) -> Similarities:
    found: dict[int, list[torch.Tensor]] = {}

    def look(block: int, queries: torch.Tensor, keys: torch.Tensor) -> None:
        sums = attention_sums(queries, keys, templates, rows=rows)
        found[block] = [each.mean(0).cpu() for each in (*sums.cosines(), *sums.masses())]
        bar.update()

    hooks = {block: partial(look, block) for block in range(len(backbone.self_attention))}
    with capture(backbone, attention=hooks):
        backbone.predict_velocity(noised, sigma, text)
    measured = Similarities(
        *(torch.stack(blocks) for blocks in zip(*(found[b] for b in hooks), strict=True))
    )
    broken = measured.not_finite()
    if broken is not None:
        raise MethodError(
            f"The attention of block {broken[0]}, head {broken[1]} at sigma {sigma} is not finite. "
            "Load the backbone with dtype=float32; if that changes nothing, its weights are broken."
        )
    return measured
