"""What a method says about itself (name, card, video spec), and every way that can be wrong."""

import math
import re
from typing import Any

from motionbench.cases import VideoSpec
from motionbench.methods.base import MethodCard

NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]*")


def name_problem(name: object) -> str | None:
    """Why this cannot be a method's name, or None if it can."""
    if isinstance(name, str) and NAME_PATTERN.fullmatch(name):
        return None
    return (
        f"the name {name!r} is not allowed: use lower case letters, digits, '-' and '_', "
        f"starting with a letter or digit"
    )


def card_problems(card: object) -> list[str]:
    """What is wrong with a card, one clause each; empty if nothing is."""
    if not isinstance(card, MethodCard):
        return [f"the card is a {type(card).__name__}, not a MethodCard"]
    problems = [problem] if (problem := name_problem(card.name)) else []
    for field in ("version", "summary", "licence"):
        value = getattr(card, field)
        if not isinstance(value, str) or not value.strip():
            problems.append(f"the card's {field} is {value!r}; it must say something")
    if not isinstance(card.citation, str):
        problems.append(f"the card's citation is {card.citation!r}; it must be text")
    return problems + [
        f"the card's {field} is {getattr(card, field)!r}; it must be a bool"
        for field in ("tunes_per_reference", "needs_gpu", "control")
        if not isinstance(getattr(card, field), bool)
    ]


def spec_problems(spec: object) -> list[str]:
    """What is wrong with a video spec, one clause each; empty if nothing is."""
    if not isinstance(spec, VideoSpec):
        return [f"video_spec is a {type(spec).__name__}, not a VideoSpec"]
    least = {"min_frames": 1, "frame_step": 1, "frame_offset": 0, "size_multiple": 1}
    problems = [
        f"video_spec.{field} is {getattr(spec, field)!r}; it must be a whole number >= {minimum}"
        for field, minimum in least.items()
        if not _whole(getattr(spec, field), minimum)
    ]
    if spec.max_frames is not None and not _whole(spec.max_frames, 2):
        problems.append(
            f"video_spec.max_frames is {spec.max_frames!r}; motion needs 2 frames or more"
        )
    if spec.fps is not None and not _positive(spec.fps):
        problems.append(f"video_spec.fps is {spec.fps!r}; it must be positive, or None for any")
    if problems:
        return problems
    return [*_length_problems(spec), *_size_problems(spec)]


def _length_problems(spec: VideoSpec) -> list[str]:
    """A spec must allow at least one length of two frames or more."""
    if spec.max_frames is None:
        return []
    longest = spec.max_frames - (spec.max_frames - spec.frame_offset) % spec.frame_step
    if longest >= max(spec.min_frames, spec.frame_offset, 2):
        return []
    return [
        f"video_spec allows no length of 2 frames or more: {spec.frame_step}k + "
        f"{spec.frame_offset} between {spec.min_frames} and {spec.max_frames}"
    ]


def _size_problems(spec: VideoSpec) -> list[str]:
    """A fixed size must be (height, width), both multiples of ``size_multiple``."""
    if spec.size is None:
        return []
    fits = (
        isinstance(spec.size, tuple)
        and len(spec.size) == 2
        and all(_whole(side, 1) and side % spec.size_multiple == 0 for side in spec.size)
    )
    if fits:
        return []
    return [
        f"video_spec.size is {spec.size!r}; it must be (height, width), both multiples of "
        f"{spec.size_multiple}"
    ]


def _whole(value: Any, minimum: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= minimum


def _positive(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and value > 0
