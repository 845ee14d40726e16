"""A sheet of samples for people to look at.

    python -m motionbench.backbones.nano.sheet --out sheet.png

Held-out captions of each category: in each block the first line is a rendered scene of that
caption, the next two are samples with different seeds; five frames from the first to the last.
"""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from tqdm import tqdm

from motionbench.arrays import Frames
from motionbench.backbones import load_backbone
from motionbench.backbones.nano.measures import held_out_scene, render_for
from motionbench.backbones.wan import Backbone
from motionbench.cases import CATEGORIES
from motionbench.features import spread_evenly
from motionbench.scenes.captions import caption
from motionbench.training import script_arguments

COLOURS = 128
SCALE, SHOWN, SEEDS, LINE, GAP = 2, 5, 2, 18, 8
"""Enlargement, frames shown of a clip, samples of a caption, and heights in pixels."""


def block(backbone: Backbone, number: int) -> np.ndarray:
    """A caption, its scene and its samples, ``(H, W, 3)`` uint8."""
    scene = held_out_scene(number)
    text = caption(scene.appearance)
    clips = [render_for(backbone, scene).frames]
    clips += [backbone.decode(backbone.sample(text, seed=seed)) for seed in range(SEEDS)]
    strips = [_strip(clip) for clip in clips]
    title = np.full((LINE, strips[0].shape[1], 3), 255, np.uint8)
    words = text.replace(" background", "")
    cv2.putText(title, words, (2, LINE - 5), cv2.FONT_HERSHEY_PLAIN, 0.7, (0, 0, 0), 1, cv2.LINE_AA)
    gap = np.full((GAP, strips[0].shape[1], 3), 255, np.uint8)
    return np.concatenate([title, *strips, gap])


def _strip(frames: Frames) -> np.ndarray:
    chosen = frames[spread_evenly(len(frames), SHOWN)]
    return np.concatenate(list(chosen), axis=1).repeat(SCALE, axis=0).repeat(SCALE, axis=1)


def sheet(backbone: Backbone, rows: int, columns: int) -> np.ndarray:
    """Blocks in columns, a category's captions below each other, ``(H, W, 3)`` uint8."""
    blocks = [block(backbone, number) for number in tqdm(range(rows * columns), desc="captions")]
    filled = [np.concatenate(blocks[column::columns]) for column in range(columns)]
    margin = np.full((len(filled[0]), GAP, 3), 255, np.uint8)
    return np.concatenate([part for column in filled for part in (column, margin)], axis=1)


def main() -> None:
    """Command line."""
    parser = script_arguments(__doc__)
    parser.add_argument("--backbone", default="nano", help="as in load_backbone")
    parser.add_argument("--rows", type=int, default=3, help="captions of each category")
    parser.add_argument("--out", type=Path, default=Path("wan-nano.png"))
    arguments = parser.parse_args()
    picture = sheet(load_backbone(arguments.backbone), arguments.rows, len(CATEGORIES))
    # A tenth of the size of all colours, and no difference to the eye.
    Image.fromarray(picture).quantize(COLOURS).save(arguments.out, optimize=True)


if __name__ == "__main__":
    main()
