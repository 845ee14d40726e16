"""Flags: what a row's good scores may come from instead of motion transfer.

A single score can be had by doing something else: fidelity by copying the reference, or by moving
noise the right way. A flag is raised where several means together say so. It changes no rank.

The bounds lie between what cheats and what honest results score on scenes, by category and as a
whole: what stands beside them was measured on 32 scenes, and ``motionbench audit`` measures it
again. Means are taken over cases, so a row that is on one side of a bound in each category is on
that side as a whole.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from motionbench.cases import PROMPT_KINDS, PromptKind
from motionbench.leaderboard.board import Evidence, Flag, Side, UnjudgedFlag
from motionbench.leaderboard.records import ScoreGrid

CHANGED: tuple[PromptKind, ...] = ("subject", "scene")
"""Kinds of prompt that ask for another picture than the reference's; its own caption asks for the
same, and of a ``free`` prompt nobody said what it changes."""

READS = 0.5
"""Mean ``text_rank`` that some row of the board must reach before flags are raised from texts: an
embedder that ranks the prompts of no row may not know what the suite shows."""

OFF_PROMPT = 0.3
"""Mean ``text_rank`` at most. Honest rows 1; copies and noise at most 0.25 (among 100 other prompts
chance is 0.01, but a prompt that keeps the background may fit a copy best)."""

SHOWS_REFERENCE = 0.8
"""Mean ``appearance_leakage`` at least: copies from 0.93, recoloured ones up to 0.63, honest rows
up to 0.37. It only says what is shown instead of the prompt."""

SAME_STRUCTURE = 0.75
"""Mean ``structure_leakage`` at least, on prompts that change subject and scene: copies in any
colours from 0.86, honest rows up to 0.45. It asks no embedder, so it holds on real footage too."""

FEWEST_CASES = 3
"""Cases in a mean before it raises a flag: ``text_rank`` is 0 or 1, and chance makes both."""

PACE = math.log(1.5)
"""``speed_ratio`` at least this far from 0, on one side in ``MOST`` of the cases. No mean: where a
tracker loses a fast object, a single ratio can be 2 and more."""

MOST = 0.8
"""Share of the cases that must lie on one side of a bound; honest rows have up to half of them
there."""

BACKWARDS = 0.5
"""``direction_flip`` at least, in ``MOST`` of the cases: a camera that pans anywhere goes the other
way every other time."""

NO_OBJECTS = 0.25
"""Mean ``object_presence`` at most, each case weighing by how much of its reference moves against
the camera: where little does, a tracker's errors move as much. Honest rows from 0.58."""


_CAMERA_SHARE = "camera_share_reference"


@dataclass(frozen=True)
class Criterion:
    """Scores and the bound they are held against.

    Attributes:
        metric: Of the catalogue.
        side: On which side of the bound the flag is raised.
        bound: The value.
        kinds: Prompts that count.
        one_by_one: ``MOST`` of the cases must lie on that side, instead of their mean.
        by_objects: Cases weigh by the share of the reference's tracks that leave its camera.
    """

    metric: str
    side: Side
    bound: float
    kinds: tuple[PromptKind, ...] = PROMPT_KINDS
    one_by_one: bool = False
    by_objects: bool = False

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics that must have been scored."""
        return (self.metric, _CAMERA_SHARE) if self.by_objects else (self.metric,)

    def holds(self, value: float) -> bool:
        """Whether a value lies on that side, or on the bound."""
        return value >= self.bound if self.side == "at least" else value <= self.bound


@dataclass(frozen=True)
class FlagSpec:
    """When a flag is raised.

    Attributes:
        letter: In tables.
        name: A few words.
        criteria: All must hold.
        reads_texts: It can be judged only with an embedder that knows the suite's prompts.
    """

    letter: str
    name: str
    criteria: tuple[Criterion, ...]
    reads_texts: bool = False


FLAGS: tuple[FlagSpec, ...] = (
    FlagSpec(
        "R",
        "shows the reference, not the prompt",
        (
            Criterion("text_rank", "at most", OFF_PROMPT, CHANGED),
            Criterion("appearance_leakage", "at least", SHOWS_REFERENCE, CHANGED),
        ),
        reads_texts=True,
    ),
    FlagSpec(
        "E",
        "has the reference's edges under a prompt for another scene",
        (Criterion("structure_leakage", "at least", SAME_STRUCTURE, ("scene",)),),
    ),
    FlagSpec(
        "N",
        "moves, but shows neither the prompt nor the reference",
        (
            Criterion("text_rank", "at most", OFF_PROMPT, CHANGED),
            Criterion("appearance_leakage", "at most", SHOWS_REFERENCE, CHANGED),
        ),
        reads_texts=True,
    ),
    FlagSpec(
        "S",
        "slower than the reference",
        (Criterion("speed_ratio", "at most", -PACE, one_by_one=True),),
    ),
    FlagSpec(
        "F",
        "faster than the reference",
        (Criterion("speed_ratio", "at least", PACE, one_by_one=True),),
    ),
    FlagSpec(
        "B",
        "moves the other way",
        (Criterion("direction_flip", "at least", BACKWARDS, one_by_one=True),),
    ),
    FlagSpec(
        "C",
        "moves as a camera does, without the reference's objects",
        (Criterion("object_presence", "at most", NO_OBJECTS, by_objects=True),),
    ),
)
"""In the order in which they are shown."""


def flags_of(grid: ScoreGrid) -> list[tuple[Flag, ...]]:
    """Flags of each run, controls included."""
    unjudged = {flag.letter for flag in unjudged_flags(grid)}
    flags: list[list[Flag]] = [[] for _ in grid.runs]
    for spec in FLAGS:
        if spec.letter not in unjudged:
            evidence = [_evidence(grid, criterion) for criterion in spec.criteria]
            for raised, *found in zip(flags, *evidence, strict=True):
                held = tuple(entry for entry in found if entry is not None)
                if len(held) == len(spec.criteria):
                    raised.append(Flag(spec.letter, spec.name, held))
    return [tuple(raised) for raised in flags]


def unjudged_flags(grid: ScoreGrid) -> tuple[UnjudgedFlag, ...]:
    """Flags that no run of these scores could get."""
    reasons = ((spec, _lacking(grid, spec)) for spec in FLAGS)
    return tuple(UnjudgedFlag(spec.letter, spec.name, reason) for spec, reason in reasons if reason)


def _lacking(grid: ScoreGrid, spec: FlagSpec) -> str:
    """Why a flag cannot be judged; empty if it can."""
    for criterion in spec.criteria:
        for metric in criterion.metrics:
            if metric not in grid.metrics:
                return f"{metric} was not scored"
        asked = [kind in criterion.kinds for kind in grid.kinds]
        if not any(asked):
            return f"no prompt is of kind {' or '.join(criterion.kinds)}"
        cases = len(np.unique(grid.case_of_prompt[asked]))
        if cases < FEWEST_CASES:
            return f"fewer than {FEWEST_CASES} cases"
    if spec.reads_texts and not _reads(grid):
        return (
            f"no row reaches a mean text_rank of {READS}: the ruler's embedder may not know what "
            "the suite shows"
        )
    return ""


def _reads(grid: ScoreGrid) -> bool:
    """Whether the prompts of some row are mostly recognised."""
    ranks = grid.case_values[:, :, grid.metrics.index("text_rank")]
    return any(row[np.isfinite(row)].mean() >= READS for row in ranks if np.isfinite(row).any())


@dataclass(frozen=True)
class Measured:
    """What a criterion looks at in one run.

    Attributes:
        mean: Over cases.
        share: Of the cases beyond the bound.
        n_cases: Cases with a score.
    """

    mean: float
    share: float
    n_cases: int


def measured(grid: ScoreGrid, criterion: Criterion) -> list[Measured | None]:
    """What a criterion looks at in each run; None for a run without a score."""
    values = grid.case_values_on(criterion.metric, criterion.kinds)
    weights = np.ones_like(values)
    if criterion.by_objects:
        weights = 1 - grid.case_values_on(_CAMERA_SHARE, criterion.kinds)
    return [_measured(*row, criterion) for row in zip(values, weights, strict=True)]


def _measured(
    values: Float64[np.ndarray, " c"], weights: Float64[np.ndarray, " c"], criterion: Criterion
) -> Measured | None:
    known = np.isfinite(values) & np.isfinite(weights)
    if not weights[known].any():
        return None
    values, weights = values[known], weights[known]
    return Measured(
        mean=float(np.average(values, weights=weights)),
        share=float(
            np.average([criterion.holds(value) for value in values.tolist()], weights=weights)
        ),
        n_cases=len(values),
    )


def _evidence(grid: ScoreGrid, criterion: Criterion) -> list[Evidence | None]:
    """What each run's scores say, where they lie on the side of the flag."""
    return [_held(found, criterion) for found in measured(grid, criterion)]


def _held(found: Measured | None, criterion: Criterion) -> Evidence | None:
    """The scores of a run as evidence, if there are enough and they lie on the side of the flag."""
    if found is None or found.n_cases < FEWEST_CASES:
        return None
    if not (found.share >= MOST if criterion.one_by_one else criterion.holds(found.mean)):
        return None
    return Evidence(
        metric=criterion.metric,
        mean=found.mean,
        side=criterion.side,
        bound=criterion.bound,
        n_cases=found.n_cases,
        share=found.share if criterion.one_by_one else None,
    )
