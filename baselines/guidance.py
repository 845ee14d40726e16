"""Guidance: move what is being sampled until one block shows of it what it shows of the reference.

One loop for all methods of this kind. The reference is read once, by ``adapt``; then, before each
of the first sampling steps, a few steps of Adam on the method's loss change the latents, or the
positions that rotary encoding gives the tokens. A method says what it looks at, what of it is the
target, and its loss.

The reference is read with an empty text, so that its caption, which may be missing, decides
nothing; the sample with its prompt.
"""

# ruff: noqa: ARG002 - the protocol hands over a caption.

import math
from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import Field

from baselines.inversion import invert
from baselines.look import Shown, What, look
from motionbench.backbones.geometry import SMALL_CLIP, Grid
from motionbench.backbones.on_backbone import BackboneOptions, OnBackbone
from motionbench.backbones.rotary import grid_positions
from motionbench.backbones.wan import BeforeStep
from motionbench.cases import Clip

EPSILON = 1e-15
"""Adam's; its usual 1e-8 exceeds what a mean over a large clip gives to a single latent."""

Share = Annotated[
    float,
    Field(gt=0, le=1, description="Share of the sampling steps that are guided, from the first."),
]
Rate = Annotated[
    float,
    Field(gt=0, description="Of Adam at the first guided step; falls linearly to half of it."),
]
Read = Annotated[
    Literal["clean", "noised", "inverted"],
    Field(
        description="The reference that is looked at: its latents as they are, with as much noise "
        "as the guided step's, or inverted to the guided step."
    ),
]


class GuidanceOptions(BackboneOptions, frozen=True):
    """Options of all guidance methods."""

    depth: float = Field(
        0.5, ge=0, le=1, description="Which block is looked at: 0 the first, 1 the last."
    )
    guided_steps: Share = 0.2
    updates: int = Field(5, ge=1, description="Steps of Adam before each guided sampling step.")
    learning_rate: Rate = 0.002
    optimise: Literal["latents", "positions"] = Field(
        "latents",
        description="What Adam changes: the latents, or the tokens' positions (rotary encoding).",
    )
    read: Read = "clean"
    recompute: bool | None = Field(
        None,
        description="Compute blocks twice instead of keeping them for the gradient: slower, in far "
        f"less memory. If None, for clips of more than {SMALL_CLIP} tokens.",
    )


@dataclass(frozen=True)
class Adapted:
    """What is kept of a reference.

    Attributes:
        shape: Of its latents, ``(1, C, f, h, w)``.
        fps: Frames per second.
        targets: The method's target at each guided step.
        inverted: Its latents at the first step's sigma, where it was inverted.
    """

    shape: tuple[int, ...]
    fps: float
    targets: tuple[Any, ...]
    inverted: torch.Tensor | None


class Guided(OnBackbone):
    """A guidance method: `what`, `target` and `loss` make it one."""

    Config: ClassVar[type] = GuidanceOptions
    what: ClassVar[What]

    @abstractmethod
    def target(self, seen: Shown, grid: Grid) -> Any:
        """What of the reference is to be found in the sample.

        Args:
            seen: From ``look``.
            grid: Of the tokens.
        """

    @abstractmethod
    def loss(self, seen: Shown, target: Any, grid: Grid) -> torch.Tensor:
        """How far a sample is from the target: a scalar, differentiable, 0 where it is reached."""

    def start(self, adapted: Adapted, noise: torch.Tensor) -> torch.Tensor:
        """The latents to sample from, given noise of that shape."""
        return noise

    @torch.no_grad()
    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Adapted:
        """Read the reference's targets."""
        latents = self.backbone.encode(reference.frames)
        text = self.backbone.encode_text("")
        path = self._path(latents, text)
        grid = self.backbone.geometry.token_grid(latents.shape)
        targets = [
            self.target(self._look(read, sigma, text), grid)
            for read, sigma in self._readings(latents, path, seed)
        ]
        if self.config.read == "clean":
            targets *= self._guided
        inverted = path[0] if path else None
        return Adapted(tuple(latents.shape), reference.fps, tuple(targets), inverted)

    def generate(self, adapted: Adapted, prompt: str, *, seed: int) -> Clip:
        """Sample, guided through the first steps."""
        noise = torch.randn(adapted.shape, generator=torch.Generator().manual_seed(seed))
        latents = self.backbone.sample(
            prompt,
            seed=seed,
            steps=self.config.steps,
            guidance=self.config.guidance,
            latents=self.start(adapted, noise.to(self.backbone.device)),
            before_step=self._steering(adapted, self.backbone.encode_text(prompt)),
        )
        return Clip(self.backbone.decode(latents), adapted.fps)

    @property
    def _guided(self) -> int:
        """Number of guided steps, at least one."""
        steps = len(self.backbone.sigmas(self.config.steps)) - 1
        share: float = self.config.guided_steps
        return max(1, round(share * steps))

    def _path(self, latents: torch.Tensor, text: torch.Tensor) -> list[torch.Tensor]:
        """The reference inverted to each step, where that is wanted."""
        if self.config.read != "inverted":
            return []
        return invert(self.backbone, latents, text, self.config.steps)

    def _readings(
        self, latents: torch.Tensor, path: list[torch.Tensor], seed: int
    ) -> Iterator[tuple[torch.Tensor, float]]:
        """Latents of the reference to look at, and their sigmas."""
        if self.config.read == "clean":
            yield latents, 0.0
            return
        sigmas = self.backbone.sigmas(self.config.steps)[: self._guided]
        if path:
            yield from zip(path, sigmas, strict=False)
            return
        noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(seed))
        for sigma in sigmas:
            yield self.backbone.noised(latents, noise.to(latents), sigma), sigma

    def _look(
        self,
        noised: torch.Tensor,
        sigma: float,
        text: torch.Tensor,
        positions: torch.Tensor | None = None,
    ) -> Shown:
        blocks = len(self.backbone.blocks)
        recompute = self.config.recompute
        if recompute is None:
            tokens = math.prod(self.backbone.geometry.token_grid(noised.shape))
            recompute = tokens > SMALL_CLIP
        return look(
            self.backbone,
            self.what,
            min(int(self.config.depth * blocks), blocks - 1),
            noised,
            sigma,
            text,
            positions=positions,
            recompute=recompute,
        )

    def _steering(self, adapted: Adapted, text: torch.Tensor) -> BeforeStep:
        """What is done before each sampling step. Positions are moved on from step to step."""
        positions: torch.Tensor | None = None

        def steer(
            step: int, sigma: float, latents: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor | None]:
            nonlocal positions
            count = len(adapted.targets)
            if step >= count:
                return latents, None
            grid, target = self.backbone.geometry.token_grid(latents.shape), adapted.targets[step]
            told = self.config
            rate = told.learning_rate * (1 - step / (2 * max(1, count - 1)))

            def loss_of(moved: torch.Tensor) -> torch.Tensor:
                if told.optimise == "latents":
                    seen = self._look(moved, sigma, text)
                else:
                    seen = self._look(latents, sigma, text, moved)
                return self.loss(seen, target, grid)

            if told.optimise == "latents":
                return descend(latents, loss_of, updates=told.updates, rate=rate), None
            if positions is None:
                whole = torch.arange(grid[0])
                positions = grid_positions(whole, *grid[1:]).to(latents.device)
            positions = descend(positions, loss_of, updates=told.updates, rate=rate)
            return latents, positions

        return steer


def descend(
    start: torch.Tensor,
    loss_of: Callable[[torch.Tensor], torch.Tensor],
    *,
    updates: int,
    rate: float,
) -> torch.Tensor:
    """Where a few steps of Adam lead; each element moves by at most about ``updates * rate``.

    Args:
        start: Any shape; left alone.
        loss_of: A differentiable scalar.
        updates: Number of steps.
        rate: Learning rate.
    """
    with torch.enable_grad():
        moved = start.detach().clone().requires_grad_()
        optimiser = torch.optim.Adam([moved], lr=rate, eps=EPSILON)
        for _ in range(updates):
            (moved.grad,) = torch.autograd.grad(loss_of(moved), moved)
            optimiser.step()
    return moved.detach()
