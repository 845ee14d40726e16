"""What tuning minimises. Velocities are ``(B, C, f, h, w)`` floating point."""

import math
from typing import Literal

import torch
from torch.nn import functional

MotionForm = Literal["signed", "absolute"]
"""``signed`` compares differences as they are (the paper's formula), ``absolute`` their sizes along
time at each channel and place (the published code)."""

MOTION_FRAMES: dict[MotionForm, int] = {"signed": 2, "absolute": 3}
"""Latent frames that a form needs: one size along time has the same direction as any other."""


def velocity_loss(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean squared error of the velocity: flow matching (Lipman et al., ICLR 2023)."""
    return functional.mse_loss(predicted, target)


def motion_loss(
    predicted: torch.Tensor, target: torch.Tensor, form: MotionForm = "signed"
) -> torch.Tensor:
    """One minus the mean cosine of differences between neighbouring latent frames.

    Args:
        predicted: Velocity of `MOTION_FRAMES` or more latent frames; the loss is in [0, 2].
        target: As ``predicted``.
        form: What the cosine is taken over: all channels and places of a pair of neighbouring
            latent frames (``signed``), or time, of absolute differences (``absolute``).

    Raises:
        ValueError: Fewer latent frames.
    """
    frames, least = predicted.shape[2], MOTION_FRAMES[form]
    if frames < least:
        raise ValueError(f"{form} motion needs {least} latent frames or more, not {frames}.")
    of_prediction, of_target = predicted.diff(dim=2), target.diff(dim=2)
    if form == "absolute":
        cosine = functional.cosine_similarity(of_prediction.abs(), of_target.abs(), dim=2)
    else:
        of_prediction, of_target = (
            x.transpose(1, 2).flatten(2) for x in (of_prediction, of_target)
        )
        cosine = functional.cosine_similarity(of_prediction, of_target, dim=2)
    return 1 - cosine.mean()


def debias(velocity: torch.Tensor, anchor: int, beta: float = 1.0) -> torch.Tensor:
    """Take out what a clip's latent frames share: ``sqrt(beta^2 + 1) v_i - beta v_anchor``.

    From Zhao et al., "MotionDirector", ECCV 2024, where it is applied to noise; latent frames share
    appearance, so what is left is mostly motion.

    Args:
        velocity: Of a clip.
        anchor: The latent frame that is subtracted.
        beta: How much of it.
    """
    return math.sqrt(beta**2 + 1) * velocity - beta * velocity[:, :, anchor : anchor + 1]


def debiased_loss(
    predicted: torch.Tensor, target: torch.Tensor, anchor: int, beta: float = 1.0
) -> torch.Tensor:
    """Velocity loss of `debias`-ed velocities: MotionDirector's appearance-debiased loss."""
    return velocity_loss(debias(predicted, anchor, beta), debias(target, anchor, beta))
