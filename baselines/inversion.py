"""From a clip's latents back to noise, along the model's own path."""

import torch

from motionbench.backbones.wan import Backbone


@torch.no_grad()
def invert(
    backbone: Backbone, latents: torch.Tensor, text: torch.Tensor, steps: int | None
) -> list[torch.Tensor]:
    """Latents from which each sampling step would set out to end at the given ones.

    Euler steps along rising sigma without guidance, as DDIM inversion does for diffusion: sampling
    from the first gives back the given latents up to the error of the steps.

    Args:
        backbone: Whose path it is.
        latents: ``(1, C, f, h, w)``, clean.
        text: From ``Backbone.encode_text``.
        steps: Of the sampler; the backbone's own if None.

    Returns:
        One for each step, in sampling order; the first belongs to the highest sigma.
    """
    sigmas = backbone.sigmas(steps)
    path = [latents]
    for lower, higher in zip(sigmas[:0:-1], sigmas[-2::-1], strict=True):
        velocity = backbone.predict_velocity(path[-1], lower, text)
        path.append(path[-1] + (higher - lower) * velocity)
    return path[:0:-1]
