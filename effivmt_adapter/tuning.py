"""One loop for stages 2 and 3: LoRA on a group of heads, everything else frozen."""

import time
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from tqdm import tqdm

from effivmt_adapter.checkpoint import Progress, load_checkpoint, save_checkpoint
from effivmt_adapter.decoupled_attention import Branch, attached
from effivmt_adapter.drawing import Draw, Frames, Material, SigmaDraw, draw
from effivmt_adapter.lora import GroupLora
from effivmt_adapter.losses import (
    MOTION_FRAMES,
    MotionForm,
    debiased_loss,
    motion_loss,
    velocity_loss,
)
from motionbench.backbones.wan import Backbone
from motionbench.errors import MethodError

SAVE_SECONDS = 30.0
"""Time between checkpoints: what a kill can cost."""

STAGE_NUMBERS = {"spatial": 2, "temporal": 3}


@dataclass(frozen=True)
class Stage:
    """How one LoRA is tuned.

    Attributes:
        name: ``spatial`` (stage 2) or ``temporal`` (stage 3).
        frames: What a step sees of the reference.
        steps: Optimiser steps.
        learning_rate: AdamW's peak rate.
        weight_decay: AdamW's.
        warmup_steps: Steps over which the rate rises linearly.
        decay_share: Share of the steps, at the end, over which the rate falls linearly to zero.
        batch: Draws of noise and sigma in a pass.
        accumulation: Passes to a step.
        gradient_norm: Gradients are scaled down to this norm.
        sigma_draw: How noise levels are drawn.
        sigma_shift: How far they are moved towards noise.
        motion_weight: Weight of the motion loss.
        motion_form: Its form.
        debiased_weight: Weight of the appearance-debiased loss.
        autocast: Whether passes compute in bfloat16 where that is safe.
        recompute: Whether blocks are computed again in the backward pass, to save memory.
    """

    name: Literal["spatial", "temporal"]
    frames: Frames
    steps: int
    learning_rate: float
    weight_decay: float
    warmup_steps: int
    decay_share: float
    batch: int
    accumulation: int
    gradient_norm: float
    sigma_draw: SigmaDraw
    sigma_shift: float
    motion_weight: float = 0.0
    motion_form: MotionForm = "signed"
    debiased_weight: float = 0.0
    autocast: bool = False
    recompute: bool = False


def no_heads(group: str) -> str:
    """What to say where a group of heads is to be tuned and is empty."""
    return (
        f"No head is {group}, so there is nothing to tune for {group}_steps. Set "
        "heads_rule=quantile, which gives each group its share; or another alpha; or "
        f"{group}_steps=0."
    )


def rate_share(step: int, stage: Stage) -> float:
    """Share of the learning rate at a step, counted from 0: up, constant, down to almost zero."""
    rising = (step + 1) / max(1, stage.warmup_steps)
    falling = (stage.steps - step) / max(1.0, stage.decay_share * stage.steps)
    return min(1.0, rising, falling)


def tune(
    backbone: Backbone,
    stage: Stage,
    material: Material,
    lora: GroupLora,
    *,
    frozen: Sequence[Branch] = (),
    temporal: torch.Tensor | None,
    seed: int,
    checkpoint: Path,
) -> Progress:
    """Tune a LoRA in place; continue from the checkpoint if there is one.

    Args:
        backbone: Frozen, and as before afterwards.
        stage: What to do.
        material: The reference.
        lora: Fresh, on the backbone's device.
        frozen: LoRAs of other stages that act meanwhile.
        temporal: The split of heads, ``(blocks, heads)`` bool; None where there is none.
        seed: Of every step's draw.
        checkpoint: File that is written now and then and at the end. What it holds must belong to
            the same stage, reference and seed: give each its own.

    Returns:
        Seconds and losses of all steps, those before an interruption included.

    Raises:
        MethodError: There are steps to do and the LoRA has no heads, or the loss is not finite any
            more.
        StoreError: The checkpoint is broken.
        DiskFullError: The disk is full.
    """
    if not stage.steps:
        return Progress()
    parameters = list(lora.parameters())
    if not parameters:
        raise MethodError(no_heads(stage.name))
    optimizer = torch.optim.AdamW(
        parameters, lr=stage.learning_rate, weight_decay=stage.weight_decay
    )
    progress = load_checkpoint(checkpoint, lora, optimizer)
    branches = [*frozen, Branch(lora)]
    saved = time.monotonic()
    with (
        warnings.catch_warnings(),
        attached(backbone, branches, temporal=temporal),
        backbone.recomputed() if stage.recompute else nullcontext(),
        torch.enable_grad(),
        tqdm(total=stage.steps, initial=progress.steps, desc=stage.name, leave=False) as bar,
    ):
        # On a CPU autocast gives Wan's norms bfloat16 inputs beside float32 weights: right, and
        # told by a warning that it could be faster.
        warnings.filterwarnings("ignore", message="Mismatch dtype between input and weight")
        while progress.steps < stage.steps:
            started = time.monotonic()
            _step(backbone, stage, material, optimizer, progress, seed)
            now = time.monotonic()
            progress.seconds += now - started
            bar.update()
            if now - saved >= SAVE_SECONDS or progress.steps == stage.steps:
                save_checkpoint(checkpoint, lora, optimizer, progress)
                saved = time.monotonic()
    return progress


def _step(
    backbone: Backbone,
    stage: Stage,
    material: Material,
    optimizer: torch.optim.Optimizer,
    progress: Progress,
    seed: int,
) -> None:
    """One optimiser step, of ``stage.accumulation`` passes."""
    step = progress.steps
    found: dict[str, list[float]] = {}
    for number in range(stage.accumulation):
        drawn = draw(
            material,
            stage.frames,
            batch=stage.batch,
            sigma_draw=stage.sigma_draw,
            sigma_shift=stage.sigma_shift,
            seed=(seed, STAGE_NUMBERS[stage.name], step, number),
        )
        terms = losses_of(backbone, stage, drawn, material.text)
        (terms["loss"] / stage.accumulation).backward()
        for name, value in terms.items():
            found.setdefault(name, []).append(value.item())
    # Of the passes that had the term: too few frames have no motion.
    means = {name: sum(values) / len(values) for name, values in found.items()}
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    norm = torch.nn.utils.clip_grad_norm_(parameters, stage.gradient_norm)
    if not torch.isfinite(norm):
        raise MethodError(
            f"Tuning the {stage.name} heads diverged at step {step}: the loss is "
            f"{means['loss']}. Lower learning_rate (it is {stage.learning_rate})."
        )
    for group in optimizer.param_groups:
        group["lr"] = stage.learning_rate * rate_share(step, stage)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    progress.add(means)


def losses_of(
    backbone: Backbone, stage: Stage, drawn: Draw, text: torch.Tensor
) -> dict[str, torch.Tensor]:
    """The terms of the loss of a draw, unweighted, and their weighted sum ``loss``."""
    noised = backbone.noised(drawn.latents, drawn.noise, drawn.sigma)
    target = backbone.velocity_target(drawn.latents, drawn.noise)
    with torch.autocast(noised.device.type, torch.bfloat16, enabled=stage.autocast):
        predicted = backbone.predict_velocity(noised, drawn.sigma, text, positions=drawn.positions)
    terms = {"velocity": velocity_loss(predicted, target)}
    loss = terms["velocity"]
    if stage.motion_weight and predicted.shape[2] >= MOTION_FRAMES[stage.motion_form]:
        terms["motion"] = motion_loss(predicted, target, stage.motion_form)
        loss = loss + stage.motion_weight * terms["motion"]
    if stage.debiased_weight:
        terms["debiased"] = debiased_loss(predicted, target, drawn.anchor)
        loss = loss + stage.debiased_weight * terms["debiased"]
    return {"loss": loss, **terms}
