"""Between the pixel formats of codecs and RGB."""

from fractions import Fraction
from itertools import pairwise
from typing import Final

import numpy as np
from av import VideoFormat, VideoFrame
from av.filter import Graph

# The last two: without them swscale takes shortcuts that depend on the processor, and frames
# decoded on two machines would not have the same hash.
SCALING: Final = "bicubic+full_chroma_int+full_chroma_inp+accurate_rnd+bitexact"

# JPEG and MPEG-1 sample chroma between two pixels, all later codecs at the left one.
_CENTRED_CHROMA: Final = ("mjpeg", "mpeg1video")


class ToRgb:
    """Turns decoded frames of any pixel format into RGB.

    Matrix and range are each frame's own; a frame that states no matrix is BT.601, as in every
    common reader of video files. Alpha is dropped, grey is repeated, more than 8 bits are rounded.

    Args:
        codec: libav's name of the codec the frames come from: it decides where chroma is sampled.
    """

    def __init__(self, codec: str) -> None:
        self._chroma = "center" if codec in _CENTRED_CHROMA else "left"
        self._graph, self._built_for = Graph(), ("", 0, 0, 0)

    def __call__(self, frame: VideoFrame, *, width: int) -> np.ndarray:
        """One frame as ``(H, width, 3)`` uint8.

        Args:
            frame: As decoded.
            width: Other than the frame's own where its pixels are not square.
        """
        wanted = (frame.format.name, frame.height, frame.width, width)
        if self._built_for != wanted:
            options = f"w={width}:h={frame.height}:flags={SCALING}:in_chroma_loc={self._chroma}"
            size = (frame.height, frame.width)
            self._graph, self._built_for = _graph(frame.format, size, options, "rgb24"), wanted
        return np.asarray(_through(self._graph, frame).to_ndarray())


class FromRgb:
    """Turns RGB frames into a codec's pixel format: BT.709, limited range, where that is YUV.

    Chroma is sampled where H.264 says it is, at the left of each pair of pixels. libav's default is
    between the two: a mismatch that costs 9 dB on a smooth clip.

    Args:
        size: (height, width) of all frames, pixels.
        pixel_format: A name libav knows.
    """

    def __init__(self, size: tuple[int, int], pixel_format: str) -> None:
        options = f"flags={SCALING}"
        if pixel_format.startswith("yuv"):
            options += ":out_color_matrix=bt709:out_range=limited:out_chroma_loc=left"
        self._graph = _graph(VideoFormat("rgb24"), size, options, pixel_format)

    def __call__(self, rgb: np.ndarray) -> VideoFrame:
        """One frame, ``(H, W, 3)`` uint8, converted; its time means nothing."""
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        return _through(self._graph, frame)


def _graph(source: VideoFormat, size: tuple[int, int], scale: str, target: str) -> Graph:
    graph, (height, width) = Graph(), size
    steps = [
        graph.add_buffer(width=width, height=height, format=source, time_base=Fraction(1)),
        graph.add("scale", scale),
        graph.add("format", f"pix_fmts={target}"),
        graph.add("buffersink"),
    ]
    for step, following in pairwise(steps):
        step.link_to(following)
    graph.configure()
    return graph


def _through(graph: Graph, frame: VideoFrame) -> VideoFrame:
    graph.push(frame)
    converted = graph.pull()
    assert isinstance(converted, VideoFrame)  # Not sound; for the type checker.
    return converted
