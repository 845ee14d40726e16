"""Where each token's content was in the first frame, by optical flow."""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
import torch

from motionbench.arrays import Frames
from motionbench.backbones.rotary import grid_positions


def origins(frames: Frames) -> np.ndarray:
    """Where in the first frame what each pixel shows was.

    Flow from each frame back to the one before is chained. What came into view later gets a place
    outside the first frame, as far out as its motion tells.

    Args:
        frames: ``(T, H, W, 3)`` uint8 RGB.

    Returns:
        ``(T, H, W, 2)`` float32 (x, y), pixels, of the first frame.
    """
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    # The largest structure first, down to single pixels: references are small.
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow.setFinestScale(0)
    height, width = frames.shape[1:3]
    sides = (np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    places = np.stack(np.meshgrid(*sides), axis=-1)
    found = [places]
    for before, now in pairwise(grey):
        found.append(chain(found[-1], places + flow.calc(now, before, np.zeros_like(places))))
    return np.stack(found)


def chain(earlier: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Origins of a frame, from those of the frame before and where its pixels were there.

    Args:
        earlier: ``(H, W, 2)`` (x, y): origins of the frame before.
        step: ``(H, W, 2)`` (x, y): where in the frame before each pixel was; may lie outside.

    Returns:
        ``(H, W, 2)`` float32.
    """
    height, width = step.shape[:2]
    inside = np.clip(step, 0, np.array([width - 1, height - 1], dtype=np.float32))
    met = cv2.remap(earlier, inside[..., 0], inside[..., 1], cv2.INTER_LINEAR)
    # Beyond the border, origins go on as far out as the pixel was.
    return np.asarray(met + (step - inside))


def token_origins(
    places: np.ndarray, latent_frames: Sequence[int], grid: tuple[int, int, int], strength: float
) -> torch.Tensor:
    """Positions of all tokens, each at its content's origin.

    Args:
        places: ``(T, H, W, 2)`` from `origins`.
        latent_frames: The latent frame of each frame, ``(T,)``.
        grid: Latent frames, rows and columns of tokens; H and W are multiples of the latter two.
        strength: 0 leaves tokens where they are, 1 moves them to their origins.

    Returns:
        ``(N, 3)`` float64: time, row, column, in tokens.
    """
    frames, rows, columns = grid
    count, height, width = places.shape[:3]
    moved = places - places[0]
    shape = (count, rows, height // rows, columns, width // columns, 2)
    by_token = moved.reshape(shape).mean(axis=(2, 4))
    numbers = np.asarray(latent_frames)
    by_latent = np.stack([by_token[numbers == frame].mean(axis=0) for frame in range(frames)])
    in_tokens = by_latent[..., ::-1] / (height // rows, width // columns)
    positions = grid_positions(torch.arange(frames), rows, columns)
    positions[:, 1:] += strength * torch.from_numpy(in_tokens.reshape(-1, 2).copy())
    return positions
