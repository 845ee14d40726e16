"""Run a method on small clips and keep everything that the conformance checks look at."""

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from motionbench.cases import Clip
from motionbench.conform import conform
from motionbench.methods.base import Adapted, Method
from motionbench.methods.importing import summary_of
from motionbench.methods.observe import WRITES, contained, memory_in_use, random_states

MEMORY_CALLS = 5
"""How often generate is repeated to see whether memory grows."""

CAPTION = "a bright square on a rough grey wall"
PROMPTS = ("a blue ball on a meadow", "a small wooden boat on dark water at night")

CALLS = ((PROMPTS[0], 0), (PROMPTS[1], 0), (PROMPTS[0], 1), (PROMPTS[0], 0))
"""(prompt, seed) of each call after one adapt; the last repeats the first, with others between."""


@dataclass
class Trial:
    """One reference, adapted to once, and all clips generated from it.

    Attributes:
        reference: As the method got it.
        clips: One for each of ``CALLS``, as far as it got.
        adapted: Whether ``adapt`` returned.
        failure: What the method raised, or None.
        reference_changed: Whether the reference's pixels are others than before.
        random_changed: Global generators whose state changed.
        written: Files written outside ``work_dir``.
    """

    reference: Clip
    clips: list[Clip] = field(default_factory=list)
    adapted: bool = False
    failure: str | None = None
    reference_changed: bool = False
    random_changed: set[str] = field(default_factory=set)
    written: set[Path] = field(default_factory=set)


@dataclass
class Evidence:
    """Everything the checks look at.

    Attributes:
        method: The one under test.
        trials: One for each of the two clips.
        again: The first clip once more: constructed anew, adapted in another ``work_dir``.
        growth: Bytes by which each kind of memory grew over ``MEMORY_CALLS`` calls of generate.
        memory_failure: What the method raised meanwhile, or None.
    """

    method: Method
    trials: list[Trial]
    again: Trial
    growth: dict[str, int] = field(default_factory=dict)
    memory_failure: str | None = None


def gather(make: Callable[[], Method], method: Method, folder: Path) -> Evidence:
    """Run a method on two clips, on the first one twice, and then a few times more for its memory.

    Args:
        make: Constructs the method anew.
        method: Already constructed.
        folder: Empty; everything is written in it.
    """
    spec = method.video_spec
    enough = spec.min_frames + spec.frame_step + spec.frame_offset
    clips = (
        _moving_square(max(16, enough), 64, 96, 8.0),
        _moving_square(max(25, enough), 80, 64, 12.5),
    )
    references = [conform(clip, spec).clip for clip in clips]
    trials = [
        _try(method, reference, folder / str(index)) for index, reference in enumerate(references)
    ]
    evidence = Evidence(method, trials, Trial(references[0], failure="not run"))
    if all(trial.failure is None for trial in trials):
        _measure_memory(evidence, folder / "memory")
        evidence.again = _try_anew(make, references[0], folder / "again")
    return evidence


def _try_anew(make: Callable[[], Method], reference: Clip, folder: Path) -> Trial:
    # In the current folder of the caller: what was loaded by a relative path can be loaded again.
    try:
        method = make()
    except Exception as error:
        return Trial(reference, failure=summary_of(error))
    return _try(method, reference, folder)


def _try(method: Method, reference: Clip, folder: Path) -> Trial:
    """Adapt once, generate ``CALLS``, watched; ``folder`` must not exist."""
    work_dir = folder / "work"
    work_dir.mkdir(parents=True)
    trial = Trial(Clip(reference.frames.copy(), reference.fps))
    states = random_states()
    with contained(folder) as current, WRITES.outside(work_dir, folder / "tmp"):
        # Whatever a plugin raises is what the check is there to report.
        try:
            adapted = method.adapt(trial.reference, CAPTION, seed=0, work_dir=work_dir)
            trial.adapted = True
            for prompt, seed in CALLS:
                trial.clips.append(method.generate(adapted, prompt, seed=seed))
        except Exception as error:
            trial.failure = summary_of(error)
    trial.written = WRITES.written | set(current.rglob("*"))
    after = random_states()
    trial.random_changed = {name for name in states if states[name] != after[name]}
    trial.reference_changed = not np.array_equal(trial.reference.frames, reference.frames)
    return trial


def _measure_memory(evidence: Evidence, folder: Path) -> None:
    """Repeat one call and see by how much memory grew after it had settled."""
    work_dir = folder / "work"
    work_dir.mkdir(parents=True)
    method, reference = evidence.method, evidence.trials[0].reference
    traced_before = tracemalloc.is_tracing()
    tracemalloc.start()
    # As in a trial: a report, not a crash of the kit.
    try:
        with contained(folder):
            adapted = method.adapt(reference, CAPTION, seed=0, work_dir=work_dir)
            _repeat(method, adapted, 2)
            before = memory_in_use()
            _repeat(method, adapted, MEMORY_CALLS)
            after = memory_in_use()
        evidence.growth = {kind: after[kind] - before[kind] for kind in before}
    except Exception as error:
        evidence.memory_failure = summary_of(error)
    finally:
        if not traced_before:
            tracemalloc.stop()


def _repeat(method: Method, adapted: Adapted, times: int) -> None:
    for _ in range(times):
        method.generate(adapted, PROMPTS[0], seed=0)


def _moving_square(frames: int, height: int, width: int, fps: float) -> Clip:
    """A bright square that crosses a rough wall, so that there is a motion to take over."""
    rng = np.random.default_rng(0)
    wall = rng.integers(60, 120, (height, width, 1), dtype=np.uint8).repeat(3, axis=2)
    video = np.repeat(wall[None], frames, axis=0)
    side = height // 4
    for index, frame in enumerate(video):
        left = index * (width - side) // (frames - 1)
        frame[side : 2 * side, left : left + side] = (240, 220, 80)
    return Clip(video, fps)
