"""Build a backbone from the folder of its pipeline."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import torch

from motionbench.backbones import Offload
from motionbench.backbones.folder import find_folder, weights_hashes
from motionbench.backbones.geometry import Geometry, read_defaults
from motionbench.backbones.wan import Backbone
from motionbench.errors import UsageError, WeightsError

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def load(
    name_or_path: str,
    *,
    dtype: str | None,
    device: str,
    vae_tiling: bool,
    offload: Offload,
    offline: bool,
) -> Backbone:
    """See `motionbench.backbones.load_backbone`."""
    on_cpu = torch.device(device).type == "cpu"
    kind = _choose("dtype", dtype or ("float32" if on_cpu else "bfloat16"), DTYPES)
    _choose("offload", offload, get_args(Offload))
    if on_cpu and offload != "none":
        raise UsageError(f"offload={offload!r} moves weights off a GPU, but device is {device!r}.")
    folder = find_folder(name_or_path, offline=offline)
    pipeline = _build(folder, DTYPES[kind])
    if vae_tiling:
        pipeline.vae.enable_tiling()
    if offload == "model":
        pipeline.enable_model_cpu_offload(device=device)
    elif offload == "layers":
        pipeline.enable_sequential_cpu_offload(device=device)
    else:
        pipeline.to(device)
    vae, transformer = pipeline.vae.config, pipeline.transformer.config
    geometry = Geometry(
        defaults=read_defaults(folder),
        temporal_stride=vae.scale_factor_temporal,
        spatial_stride=vae.scale_factor_spatial,
        patch=tuple(transformer.patch_size),
        channels=vae.z_dim,
    )
    name = "folder" if folder == Path(name_or_path) else name_or_path
    return Backbone(pipeline, geometry, {"backbone": name, "dtype": kind, **weights_hashes(folder)})


def _choose(argument: str, value: str, allowed: Iterable[str]) -> str:
    if value not in allowed:
        raise UsageError(f"{argument}={value!r} must be one of {', '.join(allowed)}.")
    return value


def _build(folder: Path, dtype: torch.dtype) -> Any:
    from diffusers import WanPipeline
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    # Bars for the seconds that loading takes would cut through the caller's own.
    talkative = [
        library
        for library in (diffusers_logging, transformers_logging)
        if library.is_progress_bar_enabled()
    ]
    for library in talkative:
        library.disable_progress_bar()
    try:
        pipeline = WanPipeline.from_pretrained(
            folder, dtype={"default": dtype, "vae": torch.float32}, local_files_only=True
        )
    # A broken folder surfaces as whatever its first bad file makes the libraries raise.
    except Exception as error:
        raise WeightsError(
            f"{folder} cannot be loaded by diffusers.WanPipeline: {error}"
        ) from error
    finally:
        for library in talkative:
            library.enable_progress_bar()
    for part in (pipeline.transformer, pipeline.vae, pipeline.text_encoder):
        part.requires_grad_(False)
        part.eval()
    return pipeline
