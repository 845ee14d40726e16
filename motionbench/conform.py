"""The one policy by which clips are cut to what a method accepts and to what a ruler measures at.

In time, frames are chosen evenly from the first to the last, so that the whole motion is kept,
faster if need be. In space, the centre is kept: a method with a size of its own gets the largest
part of the picture that has the shape it needs, resized; another loses only the few rows and
columns beyond its size multiple. What was cut is recorded, so that scoring can cut the reference
likewise. Pictures are reduced by area and enlarged by cubic interpolation.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from motionbench.arrays import Frames
from motionbench.cases import Clip, VideoSpec
from motionbench.errors import VideoError

Crop = tuple[int, int, int, int]
"""(top, left, height, width) in pixels of the whole picture."""


@dataclass(frozen=True, eq=False)
class Conformed:
    """A reference as a method gets it.

    Attributes:
        clip: Frames chosen, cropped and resized; its rate is that of the chosen frames.
        frame_indices: Which frames of the reference, strictly increasing.
        crop: Which part of each frame.
        size: (height, width) that the part was resized to.
    """

    clip: Clip
    frame_indices: tuple[int, ...]
    crop: Crop
    size: tuple[int, int]


def conform(reference: Clip, spec: VideoSpec) -> Conformed:
    """Cut a reference to what a method accepts.

    Raises:
        VideoError: The reference has fewer frames than the method needs.
    """
    indices = _choose_frames(reference, spec)
    size, crop = _choose_part(reference.size, spec)
    part = apply_crop(replace(reference, frames=reference.frames[list(indices)]), crop)
    steps, chosen_steps = len(reference) - 1, len(indices) - 1
    fps = reference.fps * chosen_steps / steps if chosen_steps else reference.fps
    return Conformed(Clip(resize(part.frames, size), fps), indices, crop, size)


def apply_crop(clip: Clip, crop: Crop) -> Clip:
    """The part of each frame that a method saw, at the clip's own resolution.

    Raises:
        VideoError: The part reaches beyond the frame.
    """
    top, left, height, width = crop
    inside = min(top, left) >= 0 and min(height, width) >= 1
    if not inside or top + height > clip.size[0] or left + width > clip.size[1]:
        raise VideoError(
            f"the crop (top, left, height, width) = {crop} reaches beyond frames of "
            f"{clip.size[0]} x {clip.size[1]} pixels. Is this the clip that was cropped?"
        )
    return replace(clip, frames=clip.frames[:, top : top + height, left : left + width])


def to_working_size(clip: Clip, long_side: int) -> Clip:
    """The clip enlarged or reduced so that its longer side has ``long_side`` pixels."""
    longest = max(clip.size)
    height, width = (max(1, round(side * long_side / longest)) for side in clip.size)
    return replace(clip, frames=resize(clip.frames, (height, width)))


def _choose_frames(reference: Clip, spec: VideoSpec) -> tuple[int, ...]:
    """Indices of the frames to keep: as many as allowed, evenly from the first to the last."""
    length = len(reference)
    most = length if spec.max_frames is None else min(length, spec.max_frames)
    allowed = [
        count
        for count in range(max(spec.min_frames, 1), most + 1)
        if count >= spec.frame_offset and (count - spec.frame_offset) % spec.frame_step == 0
    ]
    if not allowed:
        raise VideoError(
            f"the reference has {length} frames; the method needs {_describe_lengths(spec)}. "
            "Use a longer reference."
        )
    at_rate = length
    if spec.fps is not None:
        at_rate = round((length - 1) / reference.fps * spec.fps) + 1
    # A clip too short at the rate asked for is given at a higher one rather than not at all.
    count = max((each for each in allowed if each <= at_rate), default=allowed[0])
    return tuple(int(index) for index in np.round(np.linspace(0, length - 1, count)))


def _describe_lengths(spec: VideoSpec) -> str:
    words = [f"at least {max(spec.min_frames, 1)}"]
    if spec.max_frames is not None:
        words.append(f"at most {spec.max_frames}")
    if spec.frame_step > 1:
        words.append(f"{spec.frame_step}k + {spec.frame_offset}")
    return ", ".join(words)


def _choose_part(size: tuple[int, int], spec: VideoSpec) -> tuple[tuple[int, int], Crop]:
    """The (height, width) a method gets, and the part of the picture that becomes it."""
    multiple = spec.size_multiple
    if spec.size is not None:
        target, part = spec.size, _largest(size, spec.size)
    elif min(size) >= multiple:
        target = part = _whole_multiples(size, multiple)  # Trimmed, not resized.
    else:
        # A side below one multiple has to be enlarged, and the other with it.
        long_side = max(size) * multiple // min(size) // multiple * multiple
        target = (multiple, long_side) if size[0] <= size[1] else (long_side, multiple)
        part = _largest(size, target)
    (height, width), (kept_height, kept_width) = size, part
    return target, (
        (height - kept_height) // 2,
        (width - kept_width) // 2,
        kept_height,
        kept_width,
    )


def _whole_multiples(size: tuple[int, int], multiple: int) -> tuple[int, int]:
    return size[0] // multiple * multiple, size[1] // multiple * multiple


def _largest(size: tuple[int, int], target: tuple[int, int]) -> tuple[int, int]:
    """(height, width) of the largest part of a picture that has the target's shape."""
    height, width = size
    if width * target[0] >= height * target[1]:
        return height, min(width, max(1, round(height * target[1] / target[0])))
    return min(height, max(1, round(width * target[0] / target[1]))), width


def resize(frames: Frames, size: tuple[int, int]) -> Frames:
    """Frames of another (height, width): reduced by area, or enlarged by cubic interpolation."""
    old, (height, width) = frames.shape[1:3], size
    if old == size:
        return frames
    method = cv2.INTER_AREA if height * width < old[0] * old[1] else cv2.INTER_CUBIC
    resized = [
        cv2.resize(np.ascontiguousarray(frame), (width, height), interpolation=method)
        for frame in frames
    ]
    return np.stack(resized).astype(np.uint8, copy=False)
