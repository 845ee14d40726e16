"""What a motion transfer method is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from motionbench.cases import Clip, VideoSpec


@dataclass(frozen=True)
class MethodCard:
    """Who a method is.

    Attributes:
        name: Lower case letters, digits, ``-`` and ``_``; the name on the board.
        version: Of the method's code; part of a run's settings.
        summary: One sentence.
        licence: SPDX identifier, or a sentence.
        citation: Paper or repository; empty for a control.
        tunes_per_reference: Whether ``adapt`` trains.
        needs_gpu: Whether it is out of reach of a CPU.
        control: True for rows that bound the metrics rather than compete (copy, still, ...).
    """

    name: str
    version: str
    summary: str
    licence: str
    citation: str = ""
    tunes_per_reference: bool = False
    needs_gpu: bool = False
    control: bool = False


@dataclass(frozen=True)
class NoOptions:
    """Config of a method that has no options."""


Adapted = Any
"""Whatever ``adapt`` hands to ``generate``: opaque to the harness."""


class Method(ABC):
    """A motion transfer method.

    The harness calls ``adapt`` once per reference and seed, then ``generate`` once per prompt.
    Subclasses set ``card`` and may set ``video_spec`` and ``Config`` (a frozen dataclass or
    pydantic model whose fields are the options of ``--set key=value``). Load models in
    ``__init__``, not at import.
    """

    card: MethodCard
    Config: ClassVar[type] = NoOptions
    video_spec: VideoSpec = VideoSpec()

    def __init__(self, config: Any = None, *, device: str = "cpu") -> None:
        """Keep the options.

        Args:
            config: An instance of ``Config``; None for its defaults.
            device: A torch device name.
        """
        self.config = self.Config() if config is None else config
        self.device = device

    def identity(self) -> dict[str, str]:
        """Hashes of what else decides its clips (weights, a recipe); part of a run's settings."""
        return {}

    @abstractmethod
    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Adapted:
        """Take in a reference: tune on it, extract its motion, or just keep it.

        Args:
            reference: Conformed to ``video_spec``.
            caption: What the reference shows.
            seed: Of all randomness.
            work_dir: The only place this method may write; kept between attempts, so long work can
                be resumed from it.

        Returns:
            Anything ``generate`` needs.
        """

    @abstractmethod
    def generate(self, adapted: Adapted, prompt: str, *, seed: int) -> Clip:
        """Make a clip that moves like the reference and shows the prompt.

        Args:
            adapted: What ``adapt`` returned.
            prompt: What to show.
            seed: Of all randomness; the same seed gives the same clip.

        Returns:
            At least two frames, of the conformed reference's aspect ratio.
        """
