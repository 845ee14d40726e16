"""The video stream of one file, through libav."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.stream import Disposition

from motionbench.errors import VideoError
from motionbench.video.colour import ToRgb

# Writers round sizes to even numbers and note a ratio like 1215:1216: nothing to stretch for.
_SQUARE_PIXEL_TOLERANCE: Final = 0.02

_FORMATS: Final = (
    "mov,matroska,webm,avi,gif,apng,image2,png_pipe,jpeg_pipe,webp_pipe,mpeg,mpegts,mpegvideo,m4v,"
    "h264,hevc,av1,ivf,ogg,flv,asf,nut,yuv4mpegpipe,mxf,wav"
)
"""Formats that hold what they show, by libav's names: no playlists, lists or patterns of names.
``wav`` is there to be told that it has no video."""


@dataclass
class _Reading:
    """What is gathered while a stream is decoded.

    Attributes:
        path: For messages.
        frames: ``(H, W, 3)`` uint8 each.
        times: Of the frames that have one, seconds.
        end: Seconds at which the last frame ends, as far as frames have durations.
    """

    path: Path
    frames: list[np.ndarray] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    end: float = 0.0


def read_stream(path: Path, stop: int | None = None) -> tuple[list[np.ndarray], float]:
    """The frames of a file, at most the first ``stop``, and its frame rate.

    Raises:
        VideoError: The file has no video, does not decode, or ends before it says it does.
    """
    reading = _Reading(path)
    try:
        # A playlist posing as a video must not make us read other places, nor other files.
        options = {
            "protocol_whitelist": "file",
            "format_whitelist": _FORMATS,
            "pattern_type": "none",  # of image2: the name is that of one file
        }
        with av.open(str(path.absolute()), options=options) as container:
            stream = _video_stream(container, path)
            ended = _decode_frames(container, stream, reading, stop)
            if not reading.frames:
                raise damaged(path, "not one frame could be decoded")
            fps = _rate(stream, reading)
            if ended:
                _check_complete(container, stream, reading, fps)
    except (av.FFmpegError, ValueError) as error:
        # ValueError is PyAV's answer to pixel formats and matrices it does not know.
        reason = getattr(error, "strerror", None) or str(error)
        raise damaged(path, f"it does not decode as a video ({reason})") from error
    return reading.frames, fps


def damaged(path: Path, what: str) -> VideoError:
    """The error for a file that is not whole."""
    return VideoError(f"{path}: {what}. It is truncated or corrupt: make or download it again.")


def _video_stream(container: Any, path: Path) -> Any:
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:  # A cover is no video.
            # A player hides damage by guessing; a score must not rest on a guess.
            stream.codec_context.options = {"err_detect": "explode"}
            return stream
    kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
    raise VideoError(f"{path}: there is no video in this file, only {kinds}. Give a video file.")


def _decode_frames(container: Any, stream: Any, reading: _Reading, stop: int | None) -> bool:
    """Decode frames 0 to ``stop``; True if the file ended before."""
    to_rgb = ToRgb(stream.codec_context.name)
    for frame in _intact_frames(container, stream, reading.path):
        if len(reading.frames) == stop:
            return False
        rgb = to_rgb(frame, width=_square_width(frame, stream))
        rgb = np.rot90(rgb, round(frame.rotation / 90))
        if reading.frames and rgb.shape != reading.frames[0].shape:
            raise damaged(reading.path, f"the picture changes size at frame {len(reading.frames)}")
        reading.frames.append(rgb)
        if frame.time is not None:
            reading.times.append(frame.time)
            reading.end = frame.time + float((frame.duration or 0) * frame.time_base)
    return True


def _intact_frames(container: Any, stream: Any, path: Path) -> Iterator[Any]:
    for packet in container.demux(stream):
        if packet.is_corrupt:
            raise damaged(path, "a part of the file is damaged")
        for frame in packet.decode():
            if frame.is_corrupt:
                raise damaged(path, "a frame is damaged")
            yield frame


def _square_width(frame: Any, stream: Any) -> int:
    """The width that makes this frame's pixels square."""
    ratio = float(stream.sample_aspect_ratio or 1)
    if abs(ratio - 1) <= _SQUARE_PIXEL_TOLERANCE:
        return int(frame.width)
    return max(1, round(int(frame.width) * ratio))


def _rate(stream: Any, reading: _Reading) -> float:
    """The stream's own rate where the times of the frames agree with it, else their average."""
    stated = float(stream.average_rate or stream.guessed_rate or 0)
    steps = len(reading.times) - 1
    span = max(reading.times) - min(reading.times) if reading.times else 0.0
    if span > 0:
        # Containers round times to their own unit; GIF's is 10 ms.
        slack = max(0.02 * span, 1.5 * float(stream.time_base))
        return stated if stated and abs(steps / stated - span) <= slack else steps / span
    if not stated:
        raise VideoError(f"{reading.path}: it states no frame rate. Store it in MP4 with one.")
    return stated


def _check_complete(container: Any, stream: Any, reading: _Reading, fps: float) -> None:
    """Refuse a file that decodes without error but ends before it says it does."""
    claimed, length = _claimed_seconds(container, stream), 0.0
    if reading.times:
        length = max(reading.end, reading.times[-1] + 1 / fps) - min(reading.times)
    if reading.times and length < claimed - 1.5 / fps:
        raise damaged(
            reading.path, f"it says it lasts {claimed:.2f} s, but ends after {length:.2f} s"
        )
    # Elsewhere the number proves nothing: the edit list of an MP4 may hide frames.
    count = stream.frames if container.format.name == "avi" else 0
    if len(reading.frames) < count:
        raise damaged(
            reading.path, f"it says it has {count} frames, but only {len(reading.frames)} decode"
        )
    if not _has_end_mark(reading.path):
        raise damaged(reading.path, "its end is missing")


def _claimed_seconds(container: Any, stream: Any) -> float:
    if stream.duration is not None:
        return float(stream.duration * stream.time_base)
    # Matroska states one duration for all its streams; sound may be longer than the picture.
    if container.duration is not None and len(container.streams) == 1:
        return float(container.duration / av.time_base)
    return 0.0


def _has_end_mark(path: Path) -> bool:
    """Whether a GIF or JPEG file has the mark that ends it; other files have none."""
    with path.open("rb") as file:
        head = file.read(4)
        data = file.read() if head == b"GIF8" or head.startswith(b"\xff\xd8") else b""
    if head == b"GIF8":
        return data.rstrip(b"\0").endswith(b"\0;")
    # Cameras append to JPEG files, so the mark need not be last, but it follows the picture.
    return not data or data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")
