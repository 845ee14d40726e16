"""Encode the pool of rendered clips with the trained autoencoder.

    python -m motionbench.backbones.nano.latents

Measures mean and deviation of each latent channel over the first clips, which become part of the
autoencoder's configuration, then writes normalised latents of every clip, and of every clip
mirrored, in half precision. May run while clips are still being rendered: run it again for those
that come later.
"""

import json
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from motionbench.backbones.nano.architecture import LATENT_CHANNELS, build_vae
from motionbench.backbones.nano.pool import write_shard
from motionbench.backbones.nano.train_vae import Recipe, to_pixels
from motionbench.backbones.nano.whole import WholeClip
from motionbench.training import script_arguments, use_given_threads

STATISTICS_FILE = "latents.json"
_MEASURED = 8
"""Shards that mean and deviation are measured on."""

_BATCH = 8


def load_trained(folder: Path) -> WholeClip:
    """The autoencoder as it was last saved in training.

    Raises:
        ValueError: It was not yet trained to the end.
    """
    state = torch.load(folder / "vae.pt", weights_only=True)
    last = Recipe(**state["recipe"]).last
    if state["step"] < last:
        raise ValueError(
            f"{folder / 'vae.pt'}: {state['step']} of {last} steps are done; latents must wait for "
            "the last one."
        )
    whole = WholeClip(build_vae())
    whole.vae.load_state_dict(state["model"])
    whole.vae.requires_grad_(False)
    return whole


@torch.no_grad()
def encode(whole: WholeClip, frames: np.ndarray) -> torch.Tensor:
    """Latents ``(N, C, f, h, w)`` float32, not normalised, of clips ``(N, T, H, W, 3)`` uint8."""
    with torch.autocast("cpu", torch.bfloat16):
        parts = [
            whole.encode(to_pixels(np.ascontiguousarray(frames[start : start + _BATCH]))).mode()
            for start in range(0, len(frames), _BATCH)
        ]
    return torch.cat(parts)


def statistics(whole: WholeClip, folder: Path) -> tuple[list[float], list[float]]:
    """Mean and deviation of each channel; measured once, then read."""
    path = folder / STATISTICS_FILE
    if not path.is_file():
        shards = sorted((folder / "clips").glob("shard-*.npy"))[:_MEASURED]
        latents = torch.cat([encode(whole, np.load(shard)) for shard in shards])
        channels = latents.transpose(0, 1).reshape(LATENT_CHANNELS, -1)
        found = {"mean": channels.mean(1).tolist(), "std": channels.std(1).tolist()}
        path.write_text(json.dumps(found), encoding="utf-8")
    found = json.loads(path.read_text(encoding="utf-8"))
    return found["mean"], found["std"]


def fill(folder: Path) -> None:
    """Write the latents that are not there yet.

    Args:
        folder: Holds ``vae.pt``, ``clips/`` and ``held-out/``; gets ``latents.json``, ``latents/``
            and ``held-out-latents/``.
    """
    whole = load_trained(folder)
    mean, std = (torch.tensor(v).view(-1, 1, 1, 1) for v in statistics(whole, folder))
    for source, target, mirrored in (
        ("held-out", "held-out-latents", False),
        ("clips", "latents", False),
        ("clips", "latents", True),
    ):
        for shard in tqdm(sorted((folder / source).glob("shard-*.npy")), mininterval=10):
            path = folder / target / f"{shard.stem}{'-mirrored' * mirrored}.npy"
            if not path.is_file():
                frames = np.load(shard)
                latents = encode(whole, frames[:, :, :, ::-1] if mirrored else frames)
                captions = json.loads(shard.with_suffix(".json").read_text(encoding="utf-8"))
                write_shard(path, ((latents - mean) / std).half().numpy(), captions)


def main() -> None:
    """Command line."""
    parser = script_arguments(__doc__, folder="checkpoints/wan-nano")
    arguments = parser.parse_args()
    use_given_threads()
    fill(arguments.folder)


if __name__ == "__main__":
    main()
