"""What files and decoders do to the pictures themselves."""

from collections.abc import Mapping, Sequence

import numpy as np

from motionbench.arrays import Frames
from motionbench.audit.lab import Shot
from motionbench.audit.sections import Cell
from motionbench.audit.settings import CRFS, STORED
from motionbench.audit.treatments import Encoded, ReadByOpenCV, Stored

FFV1, OPENCV = "FFV1", "OpenCV"


def picture_rows(shots: Sequence[Shot]) -> list[dict[str, Cell]]:
    """Differences of pixels, over all frames and channels of some shots.

    Returns:
        A row for each way in which a clip comes back from a file: the largest difference in grey
        levels of 255, and the peak signal to noise ratio in dB, None where no pixel differs.
    """
    found = [_ways(shot) for shot in shots]
    rows: list[dict[str, Cell]] = []
    for way in found[0]:
        largest = max(of_shot[way][0] for of_shot in found)
        squares = float(np.mean([of_shot[way][1] for of_shot in found]))
        rows.append(
            {
                "clip": way,
                "beside": "the same file read by PyAV" if way == OPENCV else "the rendered clip",
                "clips": len(shots),
                "largest_difference": largest,
                "psnr_db": float(10 * np.log10(255**2 / squares)) if squares else None,
            }
        )
    return rows


def _ways(shot: Shot) -> Mapping[str, tuple[int, float]]:
    """Largest and mean squared difference, by what was done to the clip."""
    clip = shot.clip()
    stored = Stored()(clip).frames
    return {
        FFV1: _difference(Encoded(None)(clip).frames, clip.frames),
        STORED: _difference(stored, clip.frames),
        **{f"crf {crf}": _difference(Encoded(crf)(clip).frames, clip.frames) for crf in CRFS},
        OPENCV: _difference(ReadByOpenCV()(clip).frames, stored),
    }


def _difference(one: Frames, other: Frames) -> tuple[int, float]:
    difference = one.astype(np.int32) - other
    return int(np.abs(difference).max()), float(np.square(difference).mean())
