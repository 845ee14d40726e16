"""What may happen to a clip between the method that made it and the ruler: none of it is motion."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from motionbench.arrays import Frames
from motionbench.cases import Clip
from motionbench.conform import to_working_size
from motionbench.errors import VideoError
from motionbench.video import decode, encode, suffix


@dataclass(frozen=True)
class Stored:
    """Written to a file and read back as a run does it, at the store's own quality."""

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        with _written(clip) as path:
            return decode(path)


@dataclass(frozen=True)
class Encoded:
    """Written to a file and read back.

    Attributes:
        crf: Constant rate factor of H.264 by x264, in [0, 51], larger for smaller and worse files;
            None for FFV1, which loses nothing.
    """

    crf: int | None

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        with _written(clip, lossless=self.crf is None, crf=self.crf) as path:
            return decode(path)


@dataclass(frozen=True)
class ReadByOpenCV:
    """Written as a run does it, and read back by ``cv2.VideoCapture`` instead of the harness."""

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        with _written(clip) as path:
            return replace(clip, frames=_read_by_opencv(path))


@dataclass(frozen=True)
class Resized:
    """Enlarged or reduced.

    Attributes:
        share: New length of a side over the old one, > 0.
    """

    share: float

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        return to_working_size(clip, max(1, round(self.share * max(clip.size))))


@dataclass(frozen=True)
class Thinned:
    """Shown at a lower frame rate: frames left out, the rest shown longer.

    Attributes:
        keep_every: The first frame of each group of so many stays, >= 1.
    """

    keep_every: int

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        return Clip(clip.frames[:: self.keep_every], clip.fps / self.keep_every)


@dataclass(frozen=True)
class Recoloured:
    """All hues turned; what is grey stays grey.

    Attributes:
        hue: Degrees on the colour circle; 120 makes red green.
    """

    hue: float

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        import cv2

        turned = []
        for frame in clip.frames:
            hsv = cv2.cvtColor(frame.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
            hsv[..., 0] = (hsv[..., 0] + self.hue) % 360
            turned.append(255 * cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB))
        return replace(clip, frames=_to_bytes(np.stack(turned)))


@dataclass(frozen=True)
class Brightened:
    """Made brighter or darker.

    Attributes:
        factor: On every channel, >= 0; what exceeds 255 is clipped.
    """

    factor: float

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        return replace(clip, frames=_to_bytes(self.factor * clip.frames.astype(np.float32)))


@dataclass(frozen=True)
class Noisy:
    """Grain: independent normal noise on every channel of every pixel of every frame.

    Attributes:
        spread: Standard deviation, in grey levels of 255.
        seed: Of the noise; two clips never share theirs.
    """

    spread: float
    seed: int = 0

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        content = zlib.crc32(np.ascontiguousarray(clip.frames).data)
        rng = np.random.default_rng((self.seed, content))
        grain = rng.standard_normal(clip.frames.shape, dtype=np.float32)
        return replace(clip, frames=_to_bytes(clip.frames + self.spread * grain))


@dataclass(frozen=True)
class Blurred:
    """Out of focus.

    Attributes:
        spread: Standard deviation of the Gaussian, as a share of the picture's shorter side, > 0.
    """

    spread: float

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        import cv2

        sigma = self.spread * min(clip.size)
        blurred = [cv2.GaussianBlur(frame, (0, 0), sigma) for frame in clip.frames]
        return replace(clip, frames=np.stack(blurred))


@contextmanager
def _written(clip: Clip, *, lossless: bool = False, crf: int | None = None) -> Iterator[Path]:
    """A file of the clip, gone after the block."""
    with TemporaryDirectory(prefix="motionbench-") as folder:
        path = Path(folder) / f"clip{suffix(lossless)}"
        encode(clip, path, lossless=lossless, crf=crf)
        yield path


def _read_by_opencv(path: Path) -> Frames:
    """All frames that OpenCV finds in a file, RGB.

    Raises:
        VideoError: It finds none.
    """
    import cv2

    frames = []
    capture = cv2.VideoCapture(str(path))
    try:
        while True:
            found, frame = capture.read()
            if not found:
                break
            frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    finally:
        capture.release()
    if not frames:
        raise VideoError(
            f"{path}: OpenCV reads no frame of it. Install a build with FFmpeg, such as that of "
            "opencv-python-headless from PyPI."
        )
    return np.stack(frames)


def _to_bytes(values: np.ndarray) -> Frames:
    rounded: Frames = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rounded
