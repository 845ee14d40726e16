"""MotionBench: a benchmark for video motion transfer.

What a plugin author needs is here; everything else is imported from the module that defines it.
"""

from motionbench.cases import Case, Clip, Prompt, Suite, VideoSpec
from motionbench.errors import MotionBenchError
from motionbench.methods.base import Method, MethodCard
from motionbench.tracks import TrackSet

__version__ = "0.1.0"

__all__ = [
    "Case",
    "Clip",
    "Method",
    "MethodCard",
    "MotionBenchError",
    "Prompt",
    "Suite",
    "TrackSet",
    "VideoSpec",
    "__version__",
]
