"""What is asked: clips, prompts, cases, suites. Frozen values, no behaviour that touches files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from motionbench.arrays import Frames

Category = Literal["camera", "single_object", "multi_object", "human"]
CATEGORIES: tuple[Category, ...] = get_args(Category)

PromptKind = Literal["caption", "subject", "scene", "free"]
"""What a prompt changes: nothing, the subject, subject and scene; ``free`` where nobody said."""
PROMPT_KINDS: tuple[PromptKind, ...] = get_args(PromptKind)


@dataclass(frozen=True, eq=False)
class Clip:
    """A video in memory.

    Attributes:
        frames: ``(T, H, W, 3)`` uint8 RGB, T >= 1.
        fps: Frames per second, > 0.
    """

    frames: Frames
    fps: float

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.frames.shape[1], self.frames.shape[2]

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.frames)


@dataclass(frozen=True)
class Prompt:
    """A text that describes the wanted video.

    Attributes:
        id: Unique within its case; part of file names (lower case letters, digits, ``-``, ``_``).
        kind: What the prompt changes with respect to the reference.
        text: The text a method gets; empty only in kind ``free``, where nobody knows it.
    """

    id: str
    kind: PromptKind
    text: str


@dataclass(frozen=True)
class SceneSource:
    """A reference rendered from a procedural scene.

    Attributes:
        scene: Name in the scene catalogue, such as ``"camera/pan"``.
        seed: Seed of everything random in the scene.
        frames: Number of frames.
        height: Pixels.
        width: Pixels.
        fps: Frames per second.
    """

    scene: str
    seed: int
    frames: int
    height: int
    width: int
    fps: float


@dataclass(frozen=True)
class FileSource:
    """A reference read from a video file or a folder of frames.

    Attributes:
        path: Absolute path, already checked to lie inside the suite's root.
        start: First frame used.
        stop: One past the last frame used; None for all.
        step: 1 for all of them, 2 for every second one, at half the rate.
    """

    path: Path
    start: int = 0
    stop: int | None = None
    step: int = 1


@dataclass(frozen=True)
class Case:
    """One reference clip with the prompts asked of it.

    Attributes:
        id: Unique within its suite; lower case letters, digits, ``-`` and ``_``.
        category: One of the four motion categories, or None where a pairs file gives none: such
            cases count in no category's mean, and boards call them uncategorised.
        caption: What the reference shows (never how it moves); empty if unknown.
        prompts: At least one, ids unique.
        source: Where the reference comes from.
        sha256: Content hash of the reference's decoded frames, or None if the manifest has none.
        tags: Free labels.
    """

    id: str
    category: Category | None
    caption: str
    prompts: tuple[Prompt, ...]
    source: SceneSource | FileSource
    sha256: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suite:
    """A named, versioned list of cases.

    Attributes:
        name: As given on the command line.
        version: The manifest's own version; results of different versions are never mixed.
        sha256: Hash of what the suite asks (cases, prompts, sources), independent of its location.
        cases: In manifest order, ids unique.
        description: One sentence for ``motionbench list suites``.
    """

    name: str
    version: str
    sha256: str
    cases: tuple[Case, ...]
    description: str = ""


@dataclass(frozen=True)
class VideoSpec:
    """What clips a method accepts; references are conformed to it (``motionbench.conform``).

    Attributes:
        max_frames: Most frames, or None for no limit.
        min_frames: Fewest frames.
        frame_step: With ``frame_offset``: allowed lengths are ``frame_step * k + frame_offset``.
        frame_offset: See ``frame_step`` (Wan: 4 and 1).
        size: (height, width) the method works at, or None for the reference's own.
        size_multiple: Height and width are multiples of this.
        fps: Frame rate of the references it wants, or None for any.
    """

    max_frames: int | None = None
    min_frames: int = 1
    frame_step: int = 1
    frame_offset: int = 0
    size: tuple[int, int] | None = None
    size_multiple: int = 1
    fps: float | None = None
