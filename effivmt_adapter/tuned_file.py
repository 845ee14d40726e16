"""What tuning on a reference gives, and the file that keeps it for other prompts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from effivmt_adapter.head_classification import HeadSplit
from effivmt_adapter.lora import AttentionShape, GroupLora, attention_shape
from motionbench.backbones.wan import Backbone
from motionbench.errors import StoreError, UsageError
from motionbench.files import write_bytes

FORMAT = "effivmt-2"


@dataclass(frozen=True, eq=False)
class Tuned:
    """Two LoRAs of one reference; good for any number of prompts.

    Attributes:
        split: Which heads are temporal; None where both LoRAs are on all heads.
        spatial: Of stage 2.
        temporal: Of stage 3.
    """

    split: HeadSplit | None
    spatial: GroupLora
    temporal: GroupLora

    @property
    def temporal_heads(self) -> torch.Tensor | None:
        """``(blocks, heads)`` bool; None where heads are not told apart."""
        return None if self.split is None else self.split.temporal


def new_lora(
    group: str,
    split: HeadSplit | None,
    shape: AttentionShape,
    *,
    rank: int,
    alpha: float,
    seed: int = 0,
) -> GroupLora:
    """A fresh LoRA.

    Args:
        group: ``spatial`` or ``temporal``.
        split: Which heads these are; None for all heads.
        shape: Of the attention.
        rank: Of each projection.
        alpha: Strength.
        seed: Of the initial weights.
    """
    heads = torch.ones(shape.blocks, shape.heads, dtype=torch.bool)
    if split is not None:
        heads = split.temporal if group == "temporal" else ~split.temporal
    return GroupLora(heads, shape, rank=rank, alpha=alpha, seed=seed)


def save_tuned(path: Path, tuned: Tuned, backbone: Backbone, settings: Mapping[str, Any]) -> None:
    """Write a safetensors file: weights, and in its metadata all that is needed to use them.

    Args:
        path: Replaced as a whole.
        tuned: What to keep.
        backbone: What it was tuned on.
        settings: How, as JSON can hold it; for people.

    Raises:
        DiskFullError: The disk is full.
    """
    groups = {"spatial": tuned.spatial, "temporal": tuned.temporal}
    tensors = {
        f"{group}.{name}": value.detach().cpu().contiguous()
        for group, lora in groups.items()
        for name, value in lora.state_dict().items()
    }
    shape = attention_shape(backbone)
    told = {
        "backbone": backbone.identity(),
        "shape": [shape.blocks, shape.heads, shape.head_width],
        "split": None if tuned.split is None else tuned.split.to_json(),
        "loras": {group: {"rank": x.rank, "alpha": x.alpha} for group, x in groups.items()},
        "settings": dict(settings),
    }
    metadata = {"format": FORMAT, **{key: json.dumps(value) for key, value in told.items()}}
    write_bytes(path, save(tensors, metadata))


def load_tuned(path: Path, backbone: Backbone) -> Tuned:
    """Read what `save_tuned` wrote, onto the backbone's device.

    Raises:
        StoreError: The file is missing or broken, or was tuned on another backbone.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = dict(file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if metadata.pop("format", None) != FORMAT:
            raise ValueError(f"its format is not {FORMAT}")
        told = {key: json.loads(value) for key, value in metadata.items()}
        _check_backbone(path, told, backbone)
        return _build(told, tensors, backbone)
    except (OSError, SafetensorError, ValueError, KeyError, RuntimeError, UsageError) as error:
        raise StoreError(
            f"{path} is no file of tuned heads ({error}). Remove it to tune again."
        ) from error


def _check_backbone(path: Path, told: Mapping[str, Any], backbone: Backbone) -> None:
    shape = attention_shape(backbone)
    here: dict[str, Any] = {
        "shape": [shape.blocks, shape.heads, shape.head_width],
        "backbone": backbone.identity(),
    }
    for key, value in here.items():
        if told[key] != value:
            raise StoreError(
                f"{path} was tuned on another backbone: its {key} is {told[key]}, that of the one "
                f"loaded is {value}. Load the one it was tuned on, or tune again."
            )


def _build(
    told: Mapping[str, Any], tensors: Mapping[str, torch.Tensor], backbone: Backbone
) -> Tuned:
    shape = attention_shape(backbone)
    split = None if told["split"] is None else HeadSplit.from_json(told["split"])
    loras = {}
    for group in ("spatial", "temporal"):
        lora = new_lora(group, split, shape, **told["loras"][group])
        prefix = f"{group}."
        lora.load_state_dict(
            {
                name.removeprefix(prefix): value
                for name, value in tensors.items()
                if name.startswith(prefix)
            }
        )
        loras[group] = lora.to(backbone.device)
    return Tuned(split, loras["spatial"], loras["temporal"])
