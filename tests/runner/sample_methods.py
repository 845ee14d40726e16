"""Small methods, good and bad, loaded by the tests as ``path/sample_methods.py:Class``."""

import os
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from motionbench.cases import Clip, VideoSpec
from motionbench.methods.base import Method, MethodCard


def card(name: str) -> MethodCard:
    return MethodCard(name=name, version="1", summary="A test.", licence="Apache-2.0")


def unchecked(clip: Clip, frames: np.ndarray) -> Clip:
    """A clip of any frames, as a method makes it: nobody checks its shapes outside of tests."""
    wrong = replace(clip)
    object.__setattr__(wrong, "frames", frames)
    return wrong


@dataclass(frozen=True)
class Options:
    """Options of all methods here."""

    log: str = ""  # a file that gets one line per call
    brightness: int = 0  # added to every pixel


class Plain(Method):
    """Gives the reference back, brighter if asked."""

    card = card("plain")
    Config = Options
    video_spec = VideoSpec(max_frames=6, size_multiple=8)

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Clip:
        self.note(f"adapt {caption} {seed}")
        (work_dir / "seen.txt").write_text(caption)
        return reference

    def generate(self, adapted: Clip, prompt: str, *, seed: int) -> Clip:
        self.note(f"generate {prompt} {seed}")
        brighter = adapted.frames.astype(int) + self.config.brightness + 8 * seed
        return replace(adapted, frames=brighter.clip(0, 255).astype(np.uint8))

    def note(self, text: str) -> None:
        if self.config.log:
            with Path(self.config.log).open("a") as file:
                file.write(f"{text}\n")


class Faulty(Plain):
    """Does what the prompt says."""

    card = card("faulty")

    def generate(self, adapted: Clip, prompt: str, *, seed: int) -> Clip:
        made = super().generate(adapted, prompt, seed=seed)
        return self.do(prompt, made)

    def do(self, prompt: str, made: Clip) -> Clip:
        if prompt == "raise":
            raise ValueError("no good")
        if prompt == "exit":
            os._exit(3)
        if prompt == "quit":
            sys.exit("enough")
        if prompt == "fault":
            os.abort()
        if prompt == "hang":
            threading.Event().wait()
        if prompt == "full":
            raise RuntimeError("cannot save") from OSError(28, "No space left on device")
        if prompt == "nan":
            return unchecked(made, np.full(made.frames.shape, np.nan))
        if prompt == "shape":
            return unchecked(made, made.frames[..., :1])
        return made


class FaultyAdapt(Faulty):
    """Does what the caption says, while it adapts."""

    card = card("faulty_adapt")

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Clip:
        adapted = super().adapt(reference, caption, seed=seed, work_dir=work_dir)
        return self.do(caption, adapted)


class Fresh(Plain):
    """Never makes the same clip twice."""

    card = card("fresh")

    def generate(self, adapted: Clip, prompt: str, *, seed: int) -> Clip:
        made = super().generate(adapted, prompt, seed=seed)
        noise = np.random.default_rng().integers(0, 256, made.frames.shape, dtype=np.uint8)
        return replace(made, frames=noise)


class Repairable(Plain):
    """Fails until its log file exists."""

    card = card("repairable")

    def note(self, text: str) -> None:
        if text.startswith("generate") and not Path(self.config.log).exists():
            raise RuntimeError("not yet")


class Talkative(Plain):
    """Prints, and writes to standard output behind Python's back."""

    card = card("talkative")

    def generate(self, adapted: Clip, prompt: str, *, seed: int) -> Clip:
        print("printed by a method")
        os.write(1, b"written by a method\n")
        return super().generate(adapted, prompt, seed=seed)


class Unloadable(Plain):
    """Kills its process when it is constructed."""

    card = card("unloadable")

    def __init__(self, config: Options | None = None, *, device: str = "cpu") -> None:
        os._exit(4)
