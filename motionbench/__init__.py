"""MotionBench: a benchmark for video motion transfer."""

__version__ = "0.1.0"
