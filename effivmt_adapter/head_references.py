"""The references that heads are measured on: cases of a suite, or video files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motionbench.cases import Clip
from motionbench.errors import UsageError
from motionbench.manifest import load_reference, load_suite
from motionbench.runner.plan import Selection, select_cases
from motionbench.video import decode


@dataclass(frozen=True, eq=False)
class Reference:
    """A reference and what it shows.

    Attributes:
        name: A case's id, or the path of a file as it was given.
        caption: Empty if unknown.
        clip: As it was decoded or rendered.
    """

    name: str
    caption: str
    clip: Clip


def from_suite(suite: str, root: Path | None, selection: Selection) -> list[Reference]:
    """References of the selected cases.

    Raises:
        UnknownNameError, UsageError: No such suite, category or case.
        ManifestError, VideoError: A manifest or a reference cannot be read.
    """
    cases = select_cases(load_suite(suite, root=root), selection)
    return [Reference(case.id, case.caption, load_reference(case)) for case in cases]


def from_files(paths: Sequence[Path], captions: Sequence[str]) -> list[Reference]:
    """References from video files or folders of frames.

    Args:
        paths: Each once.
        captions: One for each path, or none at all.

    Raises:
        UsageError: Some captions are missing, or a path is given twice.
        VideoError: A file does not decode.
    """
    if captions and len(captions) != len(paths):
        raise UsageError(
            f"{len(captions)} captions for {len(paths)} references: give one for each, in the same "
            "order, or none."
        )
    if len(set(paths)) != len(paths):
        raise UsageError("--reference names a file twice; name each once.")
    told = captions or [""] * len(paths)
    return [
        Reference(str(path), caption, decode(path))
        for path, caption in zip(paths, told, strict=True)
    ]
