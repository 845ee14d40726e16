"""Wan's autoencoder on a whole clip at once.

``AutoencoderKLWan`` walks through a clip four frames at a time and carries what its causal
convolutions need in caches, which bounds memory for long clips. For small ones the walk itself is
what takes time, and its caches are in the way of gradients. The same modules applied to all frames
at once compute the same numbers: causal convolutions pad with zeros, and only the resampling in
time treats the first frame apart.
"""

from types import MethodType

import torch
from diffusers import AutoencoderKLWan
from diffusers.models.autoencoders.autoencoder_kl_wan import (
    WanResample,
    WanRMS_norm,
    patchify,
    unpatchify,
)
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution


class WholeClip:
    """Encodes and decodes whole clips with the weights of an autoencoder.

    Args:
        vae: Is changed: its own ``encode`` and ``decode`` no longer work, only its weights count.
    """

    def __init__(self, vae: AutoencoderKLWan) -> None:
        self.vae = vae
        for module in vae.modules():
            if isinstance(module, WanResample):
                module.forward = MethodType(_resample, module)
            elif isinstance(module, WanRMS_norm):
                module.forward = MethodType(_normalise, module)

    def encode(self, pixels: torch.Tensor) -> DiagonalGaussianDistribution:
        """Posterior of the latents.

        Args:
            pixels: ``(B, 3, 4k + 1, H, W)`` in [-1, 1].

        Returns:
            Of shape ``(B, C, k + 1, H / 4, W / 4)``, not normalised.
        """
        patches = patchify(pixels, self.vae.config.patch_size or 1)
        return DiagonalGaussianDistribution(self.vae.quant_conv(self.vae.encoder(patches)).float())

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Pixels ``(B, 3, 4k + 1, H, W)``, not clamped, of latents not normalised."""
        patches = self.vae.decoder(self.vae.post_quant_conv(latents), first_chunk=True)
        pixels: torch.Tensor = unpatchify(patches.float(), self.vae.config.patch_size or 1)
        return pixels


def _normalise(module: WanRMS_norm, x: torch.Tensor) -> torch.Tensor:
    """``WanRMS_norm.forward`` without leaving half precision, which takes a sixth of the time."""
    inverse = (x.square().mean(dim=1, keepdim=True) + 1e-12).rsqrt()
    normalised: torch.Tensor = x * inverse * module.gamma.to(x.dtype)
    return normalised


def _resample(
    module: WanResample, x: torch.Tensor, *_caches: object, **_more: object
) -> torch.Tensor:
    """``WanResample.forward`` for all frames: the first one is never mixed with others."""
    if module.mode == "upsample3d" and x.shape[2] > 1:
        doubled = module.time_conv(x[:, :, 1:])
        doubled = doubled.unflatten(1, (2, -1)).permute(0, 2, 3, 1, 4, 5).flatten(2, 3)
        x = torch.cat([x[:, :, :1], doubled], dim=2)
    batch = len(x)
    x = module.resample(x.transpose(1, 2).flatten(0, 1)).unflatten(0, (batch, -1)).transpose(1, 2)
    if module.mode == "downsample3d" and x.shape[2] > 1:
        x = torch.cat([x[:, :, :1], module.time_conv(x)], dim=2)
    return x
