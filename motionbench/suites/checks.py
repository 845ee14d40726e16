"""What is wrong, or odd, with the clips and texts of a suite."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from motionbench.cases import Case, Suite
from motionbench.errors import ManifestError, VideoError
from motionbench.manifest import load_reference
from motionbench.runner.progress import progress
from motionbench.video import content_sha256

FEW_FRAMES: Final = 16
"""The embedded and standard rulers look at up to 16 instants."""

SMALL_SIDE: Final = 128
"""Pixels; below this, a grid of 20 points a side has a point every 6 pixels or less."""


@dataclass(frozen=True)
class Finding:
    """Something about a case.

    Attributes:
        case: Its id.
        serious: The case cannot be used; else it can, and the person should know.
        text: One sentence without its full stop.
    """

    case: str
    serious: bool
    text: str


def check_suite(suite: Suite, *, show_progress: bool | None = None) -> list[Finding]:
    """Decode every reference and read every text.

    Args:
        suite: Its files need not be right.
        show_progress: None for a bar where standard error is a terminal.

    Returns:
        Findings in the order of the suite.
    """
    findings: list[Finding] = []
    first: dict[str, str] = {}
    for case in progress(suite.cases, total=len(suite.cases), what="clips", show=show_progress):
        findings += _check_texts(case)
        findings += _check_clip(case, first)
    return findings


def _check_texts(case: Case) -> Iterator[Finding]:
    if case.category is None:
        yield Finding(case.id, False, "it has no category, so it counts in no category's mean")
    if not case.caption:
        yield Finding(
            case.id, False, "it has no caption; methods that tune on the reference want one"
        )
    texts = [prompt.text for prompt in case.prompts]
    for text in sorted({text for text in texts if texts.count(text) > 1}):
        yield Finding(case.id, False, f"more than one of its prompts is {text!r}")
    for prompt in case.prompts:
        if prompt.kind in ("subject", "scene") and prompt.text == case.caption:
            yield Finding(
                case.id,
                False,
                f"prompt {prompt.id!r} is of kind {prompt.kind!r}, but it is the caption itself",
            )


def _check_clip(case: Case, first: dict[str, str]) -> Iterator[Finding]:
    """Decode the reference; ``first`` remembers which case each content was first seen in."""
    try:
        clip = load_reference(case)
    except (VideoError, ManifestError) as error:
        yield Finding(case.id, True, str(error).removesuffix("."))
        return
    digest = content_sha256(clip.frames, clip.fps)
    if digest in first:
        yield Finding(case.id, False, f"its reference is that of {first[digest]!r}, frame by frame")
    first.setdefault(digest, case.id)
    if len(clip) < 2:
        yield Finding(case.id, True, "its reference has a single frame, so there is no motion")
    elif len(clip) < FEW_FRAMES:
        yield Finding(
            case.id,
            False,
            f"its reference has {len(clip)} frames; many methods need more, and rulers look at "
            f"{FEW_FRAMES}",
        )
    elif bool((clip.frames == clip.frames[0]).all()):
        yield Finding(case.id, True, "all frames of its reference are the same")
    if min(clip.size) < SMALL_SIDE:
        yield Finding(
            case.id,
            False,
            f"its reference is {clip.size[1]} x {clip.size[0]} pixels, which is little to track",
        )
