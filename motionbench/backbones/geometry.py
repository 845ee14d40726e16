"""Shapes and rates of a backbone's clips, and what it samples with unless told otherwise."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from motionbench.cases import VideoSpec
from motionbench.errors import UsageError, WeightsError

DEFAULTS_FILE = "motionbench.json"
"""Optional file of a pipeline's folder with the fields of `Defaults`."""

_PIPELINE_MULTIPLE = 16
"""``WanPipeline`` takes heights and widths that are multiples of this, whatever the model."""


SMALL_CLIP = 4096
"""Tokens up to which a clip is cheap: wan-nano's own has 324, Wan 2.1's 32,760."""

Grid = tuple[int, int, int]
"""Tokens of a clip: (latent frames, rows, columns)."""


@dataclass(frozen=True)
class Defaults:
    """What a model was trained for; the values here are those of Wan 2.1.

    Attributes:
        height: Pixels.
        width: Pixels.
        frames: Of a clip.
        fps: Frames per second.
        steps: Of the sampler.
        guidance: Weight of the prompt; 1 samples without guidance.
    """

    height: int = 480
    width: int = 832
    frames: int = 81
    fps: float = 16.0
    steps: int = 50
    guidance: float = 5.0


@dataclass(frozen=True)
class Geometry:
    """Shapes of clips and latents.

    Attributes:
        defaults: What the model was trained for.
        temporal_stride: Frames to a latent frame, after the first, which has one of its own.
        spatial_stride: Pixels to a latent position, in height and width.
        patch: (frames, height, width) of latent positions to a token.
        channels: Of latents.
    """

    defaults: Defaults
    temporal_stride: int
    spatial_stride: int
    patch: tuple[int, int, int]
    channels: int

    @property
    def size_multiple(self) -> int:
        """Heights and widths are multiples of this many pixels."""
        return math.lcm(
            _PIPELINE_MULTIPLE, *(self.spatial_stride * side for side in self.patch[1:])
        )

    @property
    def video_spec(self) -> VideoSpec:
        """The clips that a method on this backbone accepts."""
        told = self.defaults
        return VideoSpec(
            max_frames=told.frames,
            min_frames=self.temporal_stride + 1,
            frame_step=self.temporal_stride,
            frame_offset=1,
            size=(told.height, told.width),
            size_multiple=self.size_multiple,
            fps=told.fps,
        )

    def token_grid(self, shape: Sequence[int]) -> Grid:
        """Tokens of latents of shape ``(B, C, f, h, w)``."""
        frames, rows, columns = (
            side // patch for side, patch in zip(shape[2:], self.patch, strict=True)
        )
        return frames, rows, columns

    @property
    def default_tokens(self) -> int:
        """Tokens of a clip as the model makes them by default."""
        told = self.defaults
        return math.prod(self.token_grid(self.latent_shape(told.frames, told.height, told.width)))

    def latent_frames(self, frames: int) -> tuple[int, ...]:
        """The latent frame that each frame of a clip is encoded in, ``(frames,)``."""
        return tuple(math.ceil(frame / self.temporal_stride) for frame in range(frames))

    def latent_shape(self, frames: int, height: int, width: int) -> tuple[int, int, int, int, int]:
        """Shape ``(1, C, f, h, w)`` of a clip's latents.

        Raises:
            UsageError: Wan's autoencoder takes no clip of this length or size.
        """
        stride, multiple = self.temporal_stride, self.size_multiple
        if frames < 1 or frames % stride != 1:
            near = max(0, round((frames - 1) / stride)) * stride + 1
            raise UsageError(f"{frames} frames: must be {stride}k + 1, for example {near}.")
        if height < 1 or width < 1 or height % multiple or width % multiple:
            raise UsageError(
                f"frames of {height} x {width} pixels: height and width must be multiples of "
                f"{multiple}."
            )
        size = (height // self.spatial_stride, width // self.spatial_stride)
        return (1, self.channels, (frames - 1) // stride + 1, *size)


def read_defaults(folder: Path) -> Defaults:
    """What a pipeline's folder says about itself; Wan 2.1's values where it says nothing.

    Raises:
        WeightsError: The file is there and is wrong.
    """
    path = folder / DEFAULTS_FILE
    if not path.is_file():
        return Defaults()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        known = {field.name for field in fields(Defaults)}
        if not isinstance(found, dict) or not set(found) <= known:
            raise ValueError(f"it must be an object with fields among {', '.join(sorted(known))}")
        return Defaults(**found)
    except ValueError as error:
        raise WeightsError(f"{path} cannot be used: {error}.") from error
