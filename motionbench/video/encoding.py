"""Clips into files: near-lossless H.264 that browsers play, or FFV1 without any loss."""

import io
import math
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from motionbench.arrays import Frames
from motionbench.cases import Clip
from motionbench.errors import VideoError
from motionbench.files import write_bytes
from motionbench.video.colour import FromRgb, ToRgb

QP: Final = 8
"""x264's constant quantiser: 44 to 48 dB. (Its other scale, crf, stores low frame rates better.)"""

MIN_CHROMA_PSNR: Final = 40.0
"""dB; a clip that halving the chroma resolution leaves below this keeps full chroma resolution."""

_BT709: Final = 1  # The number of the matrix, the primaries and the transfer curve in H.264.


def suffix(lossless: bool) -> str:
    """The file name suffix ``encode`` asks for."""
    return ".mkv" if lossless else ".mp4"


def encoder_identity(lossless: bool) -> dict[str, str]:
    """How ``encode`` stores clips, for a run's record."""
    video = {"codec": "ffv1", "pixel_format": "bgr0"}
    if not lossless:
        video = {
            "codec": "libx264",
            "qp": str(QP),
            "pixel_format": f"yuv420p; yuv444p if that costs PSNR < {MIN_CHROMA_PSNR:g} dB or odd",
        }
    versions = {"libavcodec": ".".join(map(str, av.library_versions["libavcodec"]))}
    return {
        "container": suffix(lossless).removeprefix("."),
        **video,
        "av": av.__version__,
    } | versions


def encode(clip: Clip, path: Path, *, lossless: bool = False, crf: int | None = None) -> None:
    """Write a clip to a file that decodes to the same shape; the same clip gives the same bytes.

    The file appears under its name only when it is complete.

    Args:
        clip: T >= 1 frames.
        path: Ends in ``suffix(lossless)``; its folder is made if need be; a file there is replaced.
        lossless: FFV1 in Matroska, bit exact, instead of H.264 in MP4.
        crf: x264's constant rate factor, in [0, 51], instead of the quantiser that clips are stored
            at: to measure what storing costs. Not together with ``lossless``.

    Raises:
        VideoError: The clip, the name or ``crf`` is not fit for storing, or the file cannot be
            written.
        DiskFullError: No space is left; nothing remains of the file.
    """
    path = Path(path)
    _check(clip, path, lossless)
    quality = {"qp": str(QP)} if crf is None else _crf(path, crf, lossless)
    # Encoded in memory: libav does not report every failed write when it closes a file.
    buffer = io.BytesIO()
    try:
        mux(clip, buffer, lossless=lossless, quality=quality)
    except av.FFmpegError as error:
        raise VideoError(f"{path}: cannot encode {_describe(clip)}: {error}.") from error
    try:
        write_bytes(path, buffer.getvalue())
    except OSError as error:
        raise VideoError(f"{path}: cannot be written: {error.strerror}.") from error


def _check(clip: Clip, path: Path, lossless: bool) -> None:
    frames = clip.frames
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3 or 0 in frames.shape:
        raise VideoError(
            f"{path}: cannot store frames of shape {frames.shape} and type {frames.dtype}; "
            "expected (T, H, W, 3) uint8 RGB with T, H and W at least 1."
        )
    if not (math.isfinite(clip.fps) and clip.fps > 0):
        raise VideoError(f"{path}: cannot store a clip at {clip.fps} fps; it must be positive.")
    if path.suffix != suffix(lossless):
        kind = "lossless" if lossless else "near-lossless"
        raise VideoError(f"{path}: {kind} clips are stored as {suffix(lossless)!r} files.")


def _crf(path: Path, crf: int, lossless: bool) -> dict[str, str]:
    if lossless or not 0 <= crf <= 51:
        kind = "a lossless clip has none" if lossless else "it must be in [0, 51]"
        raise VideoError(f"{path}: cannot store at crf={crf}: {kind}.")
    return {"crf": str(crf)}


def _describe(clip: Clip) -> str:
    height, width = clip.size
    return f"{len(clip)} frames of {width} x {height} at {clip.fps:g} fps"


def mux(
    clip: Clip,
    buffer: io.BytesIO,
    *,
    lossless: bool,
    quality: dict[str, str],
    pixel_format: str | None = None,
) -> None:
    """Write a clip's file into memory.

    Args:
        clip: Frames fit for the pixel format.
        buffer: Gets the file.
        lossless: FFV1 in Matroska instead of H.264 in MP4.
        quality: x264's options.
        pixel_format: Of H.264; None for 4:2:0 where it is good enough, else 4:4:4.
    """
    # bitexact keeps dates, versions and random identifiers out of the file.
    container_format = "matroska" if lossless else "mp4"
    with av.open(buffer, "w", format=container_format, options={"fflags": "+bitexact"}) as output:
        rate = Fraction(clip.fps).limit_denominator(1001)
        stream: Any = output.add_stream("ffv1" if lossless else "libx264", rate=rate)
        stream.height, stream.width = clip.size
        stream.codec_context.thread_count = 1  # More threads: other bytes.
        if lossless:
            stream.pix_fmt = "bgr0"
        else:
            stream.pix_fmt = pixel_format or _h264_pixel_format(clip.frames)
            _set_h264(stream, quality)
        from_rgb = FromRgb(clip.size, stream.pix_fmt)
        for index, rgb in enumerate(clip.frames):
            frame = from_rgb(rgb)
            frame.pts, frame.time_base = index, 1 / rate
            output.mux(stream.encode(frame))
        output.mux(stream.encode())


def _h264_pixel_format(frames: Frames) -> str:
    return "yuv420p" if _survives_halved_chroma(frames) else "yuv444p"


def _set_h264(stream: Any, quality: dict[str, str]) -> None:
    stream.options = {**quality, "preset": "medium"}
    context = stream.codec_context
    context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
    context.color_primaries = context.color_trc = _BT709


def _survives_halved_chroma(frames: Frames) -> bool:
    """Whether 4:2:0, which every browser plays, is good enough for these frames.

    Small and colourful clips lose their edges in it (24 dB); footage does not (above 40 dB).
    Frames of odd size do not fit it.
    """
    if frames.shape[1] % 2 or frames.shape[2] % 2:
        return False
    height, width = frames.shape[1:3]
    from_rgb, to_rgb = FromRgb((height, width), "yuv420p"), ToRgb("h264")
    squares = 0.0
    for rgb in frames:
        halved = to_rgb(from_rgb(rgb), width=width)
        squares += float(np.square(rgb.astype(np.int32) - halved).sum())
    return squares / frames.size <= 255**2 / 10 ** (MIN_CHROMA_PSNR / 10)
