"""Tracks drawn over frames, and frames laid side by side: for people's eyes only."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from motionbench.arrays import Frames
from motionbench.tracks import TrackSet

GAP = 4
"""Pixels between pictures and around text."""

TEXT_SIZE = 13
"""Pixels."""

TAIL = 8
"""Frames of past motion that each point drags behind it."""


def draw_tracks(frames: Frames, track_set: TrackSet) -> Frames:
    """Visible points as dots with tails, each in a colour of its own all along.

    Args:
        frames: ``(T, H, W, 3)`` uint8 RGB; left as it is.
        track_set: T frames, in the pixels of ``frames``.

    Returns:
        A new array of the same shape.
    """
    colours = _colours(len(track_set))
    return np.stack([_draw_frame(frame, track_set, t, colours) for t, frame in enumerate(frames)])


def contact_sheet(frames: Frames, columns: int) -> np.ndarray:
    """Frames in rows of ``columns``, in reading order, black where there are too few.

    Returns:
        ``(rows * H, columns * W, 3)`` uint8.
    """
    t, h, w, _ = frames.shape
    rows = -(-t // columns)
    padded = np.zeros((rows * columns, h, w, 3), np.uint8)
    padded[:t] = frames
    return padded.reshape(rows, columns, h, w, 3).swapaxes(1, 2).reshape(rows * h, columns * w, 3)


def side_by_side(*clips: Frames) -> Frames:
    """Clips of the same frames and height next to each other, a thin white line between them.

    Returns:
        ``(T, H, sum of widths + lines, 3)`` uint8.
    """
    line = np.full((*clips[0].shape[:2], GAP, 3), 255, np.uint8)
    parts = [part for clip in clips for part in (line, clip)]
    return np.concatenate(parts[1:], axis=2)


def with_text(frames: Frames, lines: Sequence[str]) -> Frames:
    """Frames with lines of text below, wrapped to the picture's width, black on white.

    Args:
        frames: ``(T, H, W, 3)`` uint8.
        lines: Any characters; those that the font lacks are drawn as boxes.

    Returns:
        ``(T, H + text, W, 3)`` uint8.
    """
    font = ImageFont.load_default(size=TEXT_SIZE)
    width = frames.shape[2]
    wrapped = [part for line in lines for part in _wrapped(line, font, width - 2 * GAP)]
    step = TEXT_SIZE + 4
    strip = Image.new("RGB", (width, step * len(wrapped) + 2 * GAP), "white")
    draw = ImageDraw.Draw(strip)
    for place, line in enumerate(wrapped):
        draw.text((GAP, GAP + place * step), line, fill="black", font=font)
    below = np.broadcast_to(np.asarray(strip), (len(frames), *np.asarray(strip).shape))
    return np.concatenate([frames, below], axis=1)


def write_gif(frames: Frames, fps: float, path: Path) -> None:
    """An animation that repeats for ever; GIF rounds frame times to 10 ms.

    Raises:
        OSError: It cannot be written.
    """
    first, *others = (Image.fromarray(frame).quantize(128) for frame in frames)
    milliseconds = max(20, round(100 / fps) * 10)
    first.save(path, save_all=True, append_images=others, duration=milliseconds, loop=0)


def _wrapped(line: str, font: Any, width: int) -> list[str]:
    """A line broken between words where it gets too wide."""
    rows = [""]
    for word in line.split():
        longer = f"{rows[-1]} {word}".strip()
        if rows[-1] and font.getlength(longer) > width:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows


def _colours(n: int) -> list[tuple[int, int, int]]:
    """``n`` bright colours around the hue circle, by steps that keep neighbours apart."""
    hues = (np.arange(n) * 67 % 180).astype(np.uint8)
    hsv = np.stack([hues, np.full(n, 230), np.full(n, 255)], axis=1).astype(np.uint8)
    rgb = cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0] if n else hsv
    return [(int(r), int(g), int(b)) for r, g, b in rgb]


def _draw_frame(
    frame: np.ndarray, track_set: TrackSet, t: int, colours: list[tuple[int, int, int]]
) -> np.ndarray:
    canvas = np.ascontiguousarray(frame.copy())
    size = max(frame.shape[:2])
    radius, thickness = max(1, size // 200), max(1, size // 400)
    first = max(0, t - TAIL)
    for track, seen, colour in zip(track_set.tracks, track_set.visibility, colours, strict=True):
        if not seen[t]:
            continue
        # The tail ends at the last frame in which the point was hidden.
        start = max([first, *(k + 1 for k in range(first, t) if not seen[k])])
        tail = np.round(track[start : t + 1]).astype(np.int32)
        cv2.polylines(canvas, [tail], False, colour, thickness, cv2.LINE_AA)
        cv2.circle(canvas, (int(tail[-1, 0]), int(tail[-1, 1])), radius, colour, -1, cv2.LINE_AA)
    return canvas
