"""Wan 2.1 text-to-video models of any size, through the classes of ``diffusers``.

Flow matching as Wan has it: latents ``x`` and noise ``n`` mix to ``(1 - sigma) x + sigma n``, sigma
in [0, 1], and the transformer predicts the velocity ``n - x``. Latents here are always normalised:
per channel, by the mean and deviation in the autoencoder's configuration.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from motionbench.arrays import Frames
from motionbench.backbones.geometry import Geometry
from motionbench.backbones.padding import TEXT_TOKENS, FoldedAttention, fold
from motionbench.backbones.rotary import token_positions
from motionbench.errors import UsageError

OnStep = Callable[[int, float, torch.Tensor], torch.Tensor | None]
"""Called after each sampling step with its index, the sigma reached and the latents; what it
returns, if anything, takes the latents' place."""

BeforeStep = Callable[[int, float, torch.Tensor], tuple[torch.Tensor, torch.Tensor | None]]
"""Called before each sampling step with its index, its sigma and the latents; returns the latents
to step from (the same object to leave them alone) and the positions that the step sees."""


class Backbone:
    """A loaded Wan 2.1 pipeline. All weights are frozen; gradients reach inputs and added modules.

    Args:
        pipeline: A ``diffusers.WanPipeline``, already where it shall run.
        geometry: Shapes and defaults.
        identity: Name and hashes of the weights.
    """

    def __init__(self, pipeline: Any, geometry: Geometry, identity: dict[str, str]) -> None:
        self.geometry = geometry
        self._identity = identity
        self._pipeline = pipeline
        self._vae, self._transformer = pipeline.vae, pipeline.transformer
        config = self._vae.config
        for block in self._transformer.blocks:
            block.attn2.set_processor(FoldedAttention(block.attn2.processor))
        shape = (1, -1, 1, 1, 1)
        self._mean = torch.tensor(config.latents_mean).view(shape)
        self._deviation = torch.tensor(config.latents_std).view(shape)

    def identity(self) -> dict[str, str]:
        """Name and hashes of everything that decides a clip."""
        return dict(self._identity)

    @property
    def device(self) -> torch.device:
        """Where latents live."""
        found: torch.device = self._pipeline._execution_device
        return found

    # ---- pixels and latents

    @torch.no_grad()
    def encode(self, frames: Frames) -> torch.Tensor:
        """Latents of a clip: the mean of the autoencoder's posterior, normalised.

        Args:
            frames: ``(T, H, W, 3)`` uint8 RGB; T is ``4k + 1`` (1 for a picture alone).

        Returns:
            ``(1, C, k + 1, H / 8, W / 8)`` float32.

        Raises:
            UsageError: A length or size that the autoencoder does not take.
        """
        self.geometry.latent_shape(*frames.shape[:3])
        pixels = torch.from_numpy(frames).to(self.device).permute(3, 0, 1, 2)[None]
        posterior = self._vae.encode(pixels.float() / 127.5 - 1).latent_dist
        latents: torch.Tensor = posterior.mode()
        return (latents - self._mean.to(latents)) / self._deviation.to(latents)

    @torch.no_grad()
    def decode(self, latents: torch.Tensor) -> Frames:
        """Frames ``(T, H, W, 3)`` uint8 of normalised latents ``(1, C, f, h, w)``."""
        latents = latents.to(self.device, self._vae.dtype)
        pixels = self._vae.decode(latents * self._deviation.to(latents) + self._mean.to(latents))
        (video,) = self._pipeline.video_processor.postprocess_video(pixels.sample, "np")
        return np.asarray((video * 255).round().astype(np.uint8))

    # ---- the denoiser

    @torch.no_grad()
    def encode_text(self, text: str) -> torch.Tensor:
        """What the transformer reads of a text: ``(1, 512, D)``, zero after the text's end."""
        # Under offload of whole models the transformer of the last clip still has the GPU.
        self._pipeline.maybe_free_model_hooks()
        found, _ = self._pipeline.encode_prompt(
            text, do_classifier_free_guidance=False, max_sequence_length=TEXT_TOKENS
        )
        embeddings: torch.Tensor = found.to(self._transformer.dtype)
        return embeddings

    @staticmethod
    def noised(
        latents: torch.Tensor, noise: torch.Tensor, sigma: float | torch.Tensor
    ) -> torch.Tensor:
        """Latents ``(B, C, f, h, w)`` with a share of noise, as large, mixed in.

        Args:
            latents: Normalised.
            noise: Standard normal.
            sigma: In [0, 1], one for all or ``(B,)``.
        """
        share = torch.as_tensor(sigma, dtype=latents.dtype, device=latents.device)
        share = share.reshape(-1, *[1] * (latents.ndim - 1)) if share.ndim else share
        return (1 - share) * latents + share * noise

    @staticmethod
    def velocity_target(latents: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """What ``predict_velocity`` should return for noised latents, whatever sigma."""
        return noise - latents

    def predict_velocity(
        self,
        noised: torch.Tensor,
        sigma: float | torch.Tensor,
        text: torch.Tensor,
        *,
        positions: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """The transformer's velocity; differentiable where gradients are enabled.

        Args:
            noised: ``(B, C, f, h, w)``.
            sigma: In [0, 1], one for all or ``(B,)``.
            text: From `encode_text`, ``(B, 512, D)`` or ``(1, 512, D)`` for all.
            positions: Where the rotary encoding sees the latent frames in time, ``(f,)``, or all
                tokens, ``(N, 3)``; counted from 0 by default. Need not be whole.

        Returns:
            ``(B, C, f, h, w)`` float32.
        """
        share = torch.as_tensor(sigma, dtype=torch.float32, device=noised.device)
        time = share * self._pipeline.scheduler.config.num_train_timesteps
        return self._velocity(noised, time, fold(text), positions)

    def _velocity(
        self,
        noised: torch.Tensor,
        time: torch.Tensor,
        text: torch.Tensor,
        positions: torch.Tensor | None,
    ) -> torch.Tensor:
        with token_positions(self._transformer.rope, positions):
            velocity: torch.Tensor = self._transformer(
                hidden_states=noised.to(self._transformer.dtype),
                timestep=time.expand(len(noised)),
                encoder_hidden_states=text.expand(len(noised), -1, -1),
                return_dict=False,
            )[0]
        return velocity.float()

    @property
    def blocks(self) -> list[torch.nn.Module]:
        """The transformer's blocks, in order; each takes and returns tokens ``(B, N, D)``."""
        return list(self._transformer.blocks)

    @property
    def self_attention(self) -> list[torch.nn.Module]:
        """``WanAttention`` modules that attend among video tokens, in block order."""
        return [block.attn1 for block in self._transformer.blocks]

    @contextmanager
    def recomputed(self) -> Iterator[None]:
        """Backward passes inside compute each block again instead of keeping what it computed.

        The same gradients in much less memory, for about a third more time.
        """
        was_on = self._transformer.is_gradient_checkpointing
        self._transformer.enable_gradient_checkpointing()
        try:
            yield
        finally:
            if not was_on:
                self._transformer.disable_gradient_checkpointing()

    # ---- sampling

    def sigmas(self, steps: int | None = None) -> list[float]:
        """Noise at the start of each sampling step, falling, and 0 after the last."""
        return [float(sigma) for sigma in self._scheduler(steps).sigmas]

    @torch.no_grad()
    def sample(
        self,
        text: str,
        *,
        seed: int,
        frames: int | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        latents: torch.Tensor | None = None,
        first_step: int = 0,
        positions: torch.Tensor | None = None,
        before_step: BeforeStep | None = None,
        on_step: OnStep | None = None,
    ) -> torch.Tensor:
        """Latents of a clip that shows the text; the same as ``WanPipeline`` for the same seed.

        Where a callback gives other latents, the solver starts anew from them: it would otherwise
        correct them by its memory of the path that they left, which undoes most of a change.

        Args:
            text: The prompt.
            seed: Of the noise.
            frames: Of the clip; the model's own number by default.
            steps: Of the sampler; the model's own number by default.
            guidance: Weight of the prompt, 1 for none; the model's own by default.
            latents: To start from instead of noise: ``(1, C, f, h, w)``, noised to
                ``sigmas(steps)[first_step]``. Their shape decides length and size.
            first_step: Steps left out at the start, where noise is highest.
            positions: As in `predict_velocity`.
            before_step: See `BeforeStep`; its positions take the place of ``positions``.
                Gradients are disabled around it and may be enabled within.
            on_step: See `OnStep`; gradients as for ``before_step``.

        Returns:
            ``(1, C, f, h, w)`` float32, for `decode`.

        Raises:
            UsageError: A length that the autoencoder does not take, or ``first_step`` that leaves
                no step.
        """
        defaults = self.geometry.defaults
        guidance = defaults.guidance if guidance is None else guidance
        scheduler = self._scheduler(steps, first_step)
        if not 0 <= first_step < len(scheduler.timesteps):
            raise UsageError(
                f"first_step={first_step} must be in [0, {len(scheduler.timesteps)}), the number "
                "of steps."
            )
        if latents is None:
            latents = self._noise(defaults.frames if frames is None else frames, seed)
        latents = latents.to(self.device, torch.float32)
        texts = [self.encode_text(each) for each in ([text, ""] if guidance > 1 else [text])]
        for step in range(first_step, len(scheduler.timesteps)):
            if before_step is not None:
                found, positions = before_step(step, float(scheduler.sigmas[step]), latents)
                scheduler = scheduler if found is latents else self._scheduler(steps, step)
                latents = found
            time = scheduler.timesteps[step]
            velocity = self._guided(latents, time, texts, guidance, positions)
            latents = scheduler.step(velocity, time, latents, return_dict=False)[0]
            if on_step is not None:
                replaced = on_step(step, float(scheduler.sigmas[step + 1]), latents)
                if replaced is not None:
                    latents, scheduler = replaced, self._scheduler(steps, step + 1)
        return latents

    def _guided(
        self,
        latents: torch.Tensor,
        time: torch.Tensor,
        texts: list[torch.Tensor],
        guidance: float,
        positions: torch.Tensor | None,
    ) -> torch.Tensor:
        # One text at a time, as WanPipeline does: a batch of two rounds differently.
        with_text, *without = (self._velocity(latents, time, text, positions) for text in texts)
        if not without:
            return with_text
        return without[0] + guidance * (with_text - without[0])

    def _noise(self, frames: int, seed: int) -> torch.Tensor:
        defaults = self.geometry.defaults
        shape = self.geometry.latent_shape(frames, defaults.height, defaults.width)
        # Drawn on the CPU, so that a seed means the same noise on every device.
        return torch.randn(shape, generator=torch.Generator().manual_seed(seed))

    def _scheduler(self, steps: int | None, first_step: int = 0) -> Any:
        # A copy: schedulers keep the state of one sampling in themselves.
        scheduler = copy.deepcopy(self._pipeline.scheduler)
        scheduler.set_timesteps(
            self.geometry.defaults.steps if steps is None else steps, device=self.device
        )
        scheduler.set_begin_index(first_step)
        return scheduler
