"""The plugin: classify heads, tune the spatial ones, tune the temporal ones; then sample."""

import logging
import math
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar

import torch
from tqdm import tqdm

from effivmt_adapter.attention_maps import make_templates
from effivmt_adapter.checkpoint import Progress
from effivmt_adapter.config import EffiVMTConfig, resolve, tuning_options
from effivmt_adapter.decoupled_attention import Branch
from effivmt_adapter.drawing import Material
from effivmt_adapter.head_classification import HeadSplit, classify
from effivmt_adapter.lora import GroupLora, attention_shape
from effivmt_adapter.sampling import sample
from effivmt_adapter.stage_one import measure_heads
from effivmt_adapter.stages import given, lora_options, spatial_stage, temporal_stage
from effivmt_adapter.tuned_file import Tuned, new_lora
from effivmt_adapter.tuning import no_heads, tune
from effivmt_adapter.workplace import Workplace
from motionbench.backbones.on_backbone import OnBackbone
from motionbench.cases import Clip
from motionbench.errors import MethodError
from motionbench.methods.base import MethodCard
from motionbench.video import content_sha256

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Adapted:
    """A reference that was tuned on.

    Attributes:
        tuned: Its LoRAs.
        frames: Its length.
        fps: Its rate.
    """

    tuned: Tuned
    frames: int
    fps: float


class EffiVMT(OnBackbone):
    """Video motion transfer by efficient spatial-temporal decoupled finetuning."""

    card = MethodCard(
        name="effivmt",
        version="1",
        summary="LoRA on spatial heads, then on temporal heads with few frames; one tuning a clip.",
        licence="Apache-2.0",
        citation="EffiVMT: Video Motion Transfer via Efficient Spatial-Temporal Decoupled "
        "Finetuning, ICLR 2026 (arXiv 2506.05207)",
        tunes_per_reference=True,
    )
    Config: ClassVar[type] = EffiVMTConfig

    def __init__(self, config: Any = None, *, device: str = "cpu") -> None:
        """Load the backbone.

        Raises:
            UnknownNameError, UsageError, WeightsError: See ``load_backbone``.
        """
        super().__init__(config, device=device)
        # Runs record what the preset decided too.
        self.config = self.resolved(self.config)

    def resolved(self, config: Any) -> Any:
        """The options with nothing left to the preset."""
        return resolve(config, self.backbone.geometry)

    @cached_property
    def recipe(self) -> EffiVMTConfig:
        """The options in the form that tuning and sampling take."""
        config: EffiVMTConfig = self.config
        return config

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Adapted:
        """Tune on a reference, or take up what was tuned in ``work_dir`` before.

        Raises:
            MethodError: A group to be tuned has no heads, attention or a loss is not finite.
            StoreError: A file in ``work_dir`` is broken.
        """
        place = self._workplace(reference, caption, seed, work_dir)
        tuned = place.tuned(self.backbone)
        if tuned is None:
            material = self._material(reference, caption)
            split = self._classify_heads(material, place, seed)
            self._check_groups(split)
            spatial, spatial_progress = self._tune_spatial(material, split, place, seed)
            temporal, temporal_progress = self._tune_temporal(material, split, spatial, place, seed)
            tuned = Tuned(split, spatial, temporal)
            progress = {"spatial": spatial_progress, "temporal": temporal_progress}
            place.keep(tuned, self.backbone, progress)
        return Adapted(tuned, len(reference), reference.fps)

    def generate(self, adapted: Adapted, prompt: str, *, seed: int) -> Clip:
        """Sample from the prompt with the reference's LoRAs."""
        frames = sample(
            self.backbone,
            adapted.tuned,
            prompt,
            seed=seed,
            frames=adapted.frames,
            spatial_scale=self.recipe.spatial_lora_scale,
            temporal_scale=self.recipe.temporal_lora_scale,
            steps=self.recipe.steps,
            guidance=self.recipe.guidance,
        )
        return Clip(frames, adapted.fps)

    def _workplace(self, reference: Clip, caption: str, seed: int, work_dir: Path) -> Workplace:
        return Workplace(
            work_dir,
            {
                "reference": content_sha256(reference.frames, reference.fps),
                "caption": caption,
                "seed": seed,
                "backbone": self.backbone.identity(),
                "options": tuning_options(self.recipe),
            },
        )

    def _material(self, reference: Clip, caption: str) -> Material:
        frames = tqdm(reference.frames, desc="encode", unit="frame", leave=False)
        return Material(
            clip=self.backbone.encode(reference.frames),
            singles=torch.cat([self.backbone.encode(frame[None]) for frame in frames]),
            text=self.backbone.encode_text(caption),
        )

    def _classify_heads(self, material: Material, place: Workplace, seed: int) -> HeadSplit | None:
        """Stage 1; None where heads are not told apart."""
        recipe = self.recipe
        if not recipe.decoupled:
            return None
        split = place.split()
        if split is None:
            rows = given(recipe, "heads_rows")
            tokens = math.prod(self.backbone.geometry.token_grid(material.clip.shape))
            similarities = measure_heads(
                self.backbone,
                material.clip,
                material.text,
                sigmas=recipe.heads_sigmas,
                seed=seed,
                rows=rows if 0 < rows < tokens else None,
                templates=partial(make_templates, band=recipe.heads_band, block=recipe.heads_block),
            )
            control = recipe.heads_control
            split = classify(
                similarities,
                rule=recipe.heads_rule if control == "none" else control,
                of=recipe.heads_rule,
                alpha=recipe.alpha,
                share=recipe.heads_share,
                seed=seed,
            )
            place.keep_split(split)
        log.info("%d of %d heads are temporal", split.temporal.sum(), split.temporal.numel())
        return split

    def _check_groups(self, split: HeadSplit | None) -> None:
        """Refuse an empty group before the other one is tuned for nothing."""
        if split is None:
            return
        for group, heads in (("spatial", split.spatial), ("temporal", split.temporal)):
            if given(self.recipe, f"{group}_steps") and not heads.any():
                raise MethodError(no_heads(group))

    def _tune_spatial(
        self, material: Material, split: HeadSplit | None, place: Workplace, seed: int
    ) -> tuple[GroupLora, Progress]:
        """Stage 2."""
        lora = self._new_lora("spatial", split, seed)
        progress = tune(
            self.backbone,
            spatial_stage(self.recipe),
            material,
            lora,
            temporal=None if split is None else split.temporal,
            seed=seed,
            checkpoint=place.checkpoint("spatial"),
        )
        return lora, progress

    def _tune_temporal(
        self,
        material: Material,
        split: HeadSplit | None,
        spatial: GroupLora,
        place: Workplace,
        seed: int,
    ) -> tuple[GroupLora, Progress]:
        """Stage 3, with the spatial LoRA frozen."""
        lora = self._new_lora("temporal", split, seed)
        progress = tune(
            self.backbone,
            temporal_stage(self.recipe),
            material,
            lora,
            frozen=[Branch(spatial.requires_grad_(False))],
            temporal=None if split is None else split.temporal,
            seed=seed,
            checkpoint=place.checkpoint("temporal"),
        )
        return lora, progress

    def _new_lora(self, group: Any, split: HeadSplit | None, seed: int) -> GroupLora:
        lora = new_lora(
            group,
            split,
            attention_shape(self.backbone),
            seed=2 * seed + (group == "temporal"),
            **lora_options(self.recipe, group),
        )
        return lora.to(self.backbone.device)
