"""Write ``wan-nano`` as a folder that ``diffusers.WanPipeline.from_pretrained`` loads.

    python -m motionbench.backbones.nano.export --to motionbench/backbones/nano/weights

Weights are stored in half precision and computed with in single precision; the text encoder, which
the libraries would load as it is stored, in single precision.
"""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import torch
from diffusers import WanPipeline

from motionbench.backbones.geometry import DEFAULTS_FILE, Defaults
from motionbench.backbones.nano.architecture import (
    FPS,
    FRAMES,
    SIDE,
    build_scheduler,
    build_transformer,
    build_vae,
)
from motionbench.backbones.nano.latents import STATISTICS_FILE
from motionbench.backbones.nano.model import Denoiser
from motionbench.training import script_arguments

DEFAULTS = Defaults(height=SIDE, width=SIDE, frames=FRAMES, fps=FPS, steps=20, guidance=4.0)


def export(folder: Path, target: Path) -> None:
    """Write the pipeline, replacing what is there.

    Args:
        folder: Holds ``vae.pt``, ``latents.json`` and ``transformer.pt``.
        target: Of the pipeline.
    """
    told = json.loads((folder / STATISTICS_FILE).read_text(encoding="utf-8"))
    vae = build_vae(told["mean"], told["std"])
    vae.load_state_dict(torch.load(folder / "vae.pt", weights_only=True)["model"])
    denoiser = Denoiser()
    state = torch.load(folder / "transformer.pt", weights_only=True)
    denoiser.load_state_dict(state["average"])
    # A fresh one: the denoiser's own is fitted out for training.
    transformer = build_transformer()
    transformer.load_state_dict(denoiser.transformer.state_dict())
    pipeline = WanPipeline(
        tokenizer=denoiser.tokenizer,
        text_encoder=denoiser.text_encoder,
        vae=vae.half(),
        scheduler=build_scheduler(),
        transformer=transformer.half(),
    )
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    pipeline.save_pretrained(partial)
    defaults = json.dumps(asdict(DEFAULTS), indent=2) + "\n"
    (partial / DEFAULTS_FILE).write_text(defaults, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    partial.replace(target)


def main() -> None:
    """Command line."""
    parser = script_arguments(__doc__, folder="checkpoints/wan-nano")
    parser.add_argument("--to", type=Path, default=Path("checkpoints/wan-nano/model"))
    arguments = parser.parse_args()
    export(arguments.folder, arguments.to)


if __name__ == "__main__":
    main()
