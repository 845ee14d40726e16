"""What the best linear code of 16 numbers makes of blocks of rendered clips.

    python benchmarks/linear_code.py --clips 256

Principal components of blocks of 4 x 8 x 8 and of 4 x 4 x 4 pixels, fitted to training scenes of
``wan-nano`` and measured on held-out ones; quoted in docs/decisions/0009-wan-nano.md.
"""

import argparse

import numpy as np
from tqdm import tqdm

from motionbench.backbones.nano.architecture import LATENT_CHANNELS
from motionbench.backbones.nano.data import draw_scene, render_scene
from motionbench.scenes.captions import Split

HELD_OUT = 64
"""Clips that the codes are measured on."""


def clips(count: int, split: Split) -> np.ndarray:
    """Rendered scenes without their first frame, ``(count, T, H, W, 3)`` float32 in [-1, 1]."""
    frames = [render_scene(draw_scene(n, split))[1:] for n in tqdm(range(count), desc=split)]
    return np.stack(frames).astype(np.float32) / 127.5 - 1


def blocks(frames: np.ndarray, side: int) -> np.ndarray:
    """Blocks of 4 frames and ``side`` x ``side`` pixels, ``(clips, blocks, numbers)``."""
    count, length, height, width, _ = frames.shape
    parts = frames.reshape(count, length // 4, 4, height // side, side, width // side, side, 3)
    return parts.transpose(0, 1, 3, 5, 2, 4, 6, 7).reshape(count, -1, 4 * side * side * 3)


def psnr(fitted: np.ndarray, measured: np.ndarray, numbers: int) -> float:
    """Mean over clips of the code's peak signal-to-noise ratio, dB."""
    rows = fitted.reshape(-1, fitted.shape[-1])
    mean = rows.mean(0)
    _, vectors = np.linalg.eigh(np.cov(rows - mean, rowvar=False))
    basis = vectors[:, -numbers:]
    centred = measured - mean
    errors = np.square(centred - centred @ basis @ basis.T).mean(axis=(1, 2))
    return float(np.mean(-10 * np.log10(errors / 4)))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=256, help="training scenes")
    arguments = parser.parse_args()
    training, held_out = clips(arguments.clips, "train"), clips(HELD_OUT, "eval")
    for side in (8, 4):
        found = psnr(blocks(training, side), blocks(held_out, side), LATENT_CHANNELS)
        print(f"4 x {side} x {side}: {found:.1f} dB")


if __name__ == "__main__":
    main()
