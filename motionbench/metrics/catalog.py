"""Every metric by name: what it needs, its range, which way is better, where it comes from."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from motionbench.errors import UnknownNameError, UnscorableError
from motionbench.metrics.functional.camera_parts import (
    camera_fidelity,
    object_fidelity,
    object_presence,
)
from motionbench.metrics.functional.direction import direction_flip
from motionbench.metrics.functional.dmt import motion_fidelity_dmt, motion_fidelity_paper
from motionbench.metrics.functional.embeddings import (
    appearance_leakage,
    temporal_consistency,
    text_alignment,
    text_rank,
)
from motionbench.metrics.functional.motion_fidelity import (
    motion_fidelity,
    motion_fidelity_floor_shuffled,
    motion_fidelity_normalised,
)
from motionbench.metrics.functional.picture_structure import structure_leakage
from motionbench.metrics.functional.speed import speed_ratio
from motionbench.metrics.functional.trajectory_distance import match_queries, trajectory_distance
from motionbench.metrics.measurements import Measurements, MetricParameters, measured

__all__ = [
    "METRICS",
    "NEEDS",
    "Measurements",
    "MetricParameters",
    "MetricSpec",
    "Need",
    "Unscorable",
    "get_metric",
    "score",
    "score_all",
]

Need = Literal[
    "tracks",
    "others",
    "frames",
    "reference_frames",
    "thumbnails",
    "prompt",
    "other_prompts",
    "cost",
]
"""What a metric is computed from: tracks of both clips, tracks of other references, embeddings of
the generated frames and of the reference's, small pictures of both, embeddings of the prompt and of
other prompts, the method's cost."""
NEEDS: tuple[Need, ...] = get_args(Need)

DMT = "Yatim et al., CVPR 2024, eq. 8"
CLIP = "Radford et al., ICML 2021"


@dataclass(frozen=True)
class MetricSpec:
    """A metric's identity card.

    Attributes:
        name: On the command line and in records.
        version: Raised whenever a change moves a value; part of a ruler's identity.
        needs: What must have been measured.
        low: Smallest possible value, None if there is none.
        high: Largest possible value, None if there is none.
        direction: Which values are better; "none" if a value is to be read, not ranked.
        unit: "" for a pure number.
        summary: One sentence for ``motionbench list metrics``.
        paper: Where it comes from, "" if from here.
        compute: The value; raises ``UnscorableError`` where it is undefined.
    """

    name: str
    version: int
    needs: frozenset[Need]
    low: float | None
    high: float | None
    direction: Literal["higher", "lower", "none"]
    unit: str
    summary: str
    paper: str
    compute: Callable[[Measurements], float]


@dataclass(frozen=True)
class Unscorable:
    """In place of a value: the metric is undefined on this result.

    Attributes:
        reason: Why, one sentence.
    """

    reason: str


def get_metric(name: str) -> MetricSpec:
    """The metric of that name.

    Raises:
        UnknownNameError: There is none; the message suggests the nearest.
    """
    if name not in METRICS:
        raise UnknownNameError("metric", name, METRICS, hint="See 'motionbench list metrics'.")
    return METRICS[name]


def score(name: str, measurements: Measurements) -> float | Unscorable:
    """One metric on one result: a finite value, or why there is none.

    Raises:
        UnknownNameError: There is no such metric.
        ValueError: What was measured is broken (a visible position that is not finite, say).
    """
    try:
        value = get_metric(name).compute(measurements)
    except UnscorableError as error:
        return Unscorable(str(error))
    if not math.isfinite(value):
        raise ValueError(f"metric {name!r} gave {value}: its input must hold NaN or infinity.")
    return value


def score_all(measurements: Measurements, names: Iterable[str]) -> dict[str, float | Unscorable]:
    """``score`` for several metrics; what they share is computed once."""
    return {name: score(name, measurements) for name in names}


def _fidelity_floor_shuffled(m: Measurements) -> float:
    return motion_fidelity_floor_shuffled(
        m.reference_features,
        min_joint_visibility=m.parameters.min_joint_visibility,
        shuffles=m.parameters.shuffles,
        radius=m.radius,
        rng=np.random.default_rng(m.parameters.seed),
    )


def _fidelity_normalised(m: Measurements) -> float:
    return motion_fidelity_normalised(
        m.fidelity.value, m.fidelity_floor, max_floor=m.parameters.max_floor
    )


def _fidelity_anywhere(m: Measurements) -> float:
    found = motion_fidelity(
        m.reference_directions,
        m.generated_directions,
        min_joint_visibility=m.parameters.min_joint_visibility,
        opposites=False,
    )
    return (found.precision + found.recall) / 2


def _fidelity_dmt(m: Measurements) -> float:
    return motion_fidelity_dmt(m.reference_from_start.tracks, m.generated_from_start.tracks)


def _fidelity_paper(m: Measurements) -> float:
    return motion_fidelity_paper(m.reference_from_start.tracks, m.generated_from_start.tracks)


def _trajectory_distance(m: Measurements) -> float:
    reference, generated = m.reference_from_start, m.generated_from_start
    tolerance = m.parameters.query_tolerance * m.diagonal
    index = match_queries(reference.queries, generated.queries, tolerance)
    return trajectory_distance(
        reference.tracks,
        generated.tracks[index],
        reference.visibility,
        generated.visibility[index],
        diagonal=m.diagonal,
        min_joint_visibility=m.parameters.min_joint_visibility,
    )


def _speed_ratio(m: Measurements) -> float:
    return speed_ratio(m.reference_motion, m.generated_motion, speed_floor=m.speed_floor)


def _direction_flip(m: Measurements) -> float:
    return direction_flip(
        m.reference_directions,
        m.generated_directions,
        reference_order=m.reference.queries,
        generated_order=m.generated.queries,
    )


def _camera_fidelity(m: Measurements) -> float:
    return camera_fidelity(m.reference_camera, m.generated_camera, speed_floor=m.speed_floor)


def _object_fidelity(m: Measurements) -> float:
    return object_fidelity(
        m.reference_objects,
        m.generated_objects,
        speed_floor=m.speed_floor,
        min_joint_visibility=m.parameters.min_joint_visibility,
        radius=m.radius,
    )


def _frames(m: Measurements) -> np.ndarray:
    return measured(m.generated_frames, "embeddings of the generated frames")


def _prompt(m: Measurements) -> np.ndarray:
    return measured(m.prompt, "embedding of the prompt")


def _text_alignment(m: Measurements) -> float:
    return text_alignment(_frames(m), _prompt(m))


def _text_rank(m: Measurements) -> float:
    others = measured(m.other_prompts, "embeddings of other prompts")
    return text_rank(_frames(m), _prompt(m), others)


def _temporal_consistency(m: Measurements) -> float:
    return temporal_consistency(_frames(m))


def _appearance_leakage(m: Measurements) -> float:
    reference = measured(m.reference_frames, "embeddings of the reference's frames")
    return appearance_leakage(reference, _frames(m))


def _structure_leakage(m: Measurements) -> float:
    reference = measured(m.reference_thumbnails, "small pictures of the reference")
    generated = measured(m.generated_thumbnails, "small pictures of the generated clip")
    return structure_leakage(reference, generated)


def _seconds_adapt(m: Measurements) -> float:
    return measured(m.seconds_adapt, "seconds the method took to adapt")


def _seconds_generate(m: Measurements) -> float:
    return measured(m.seconds_generate, "seconds the method took to generate")


def _peak_memory(m: Measurements) -> float:
    return measured(m.peak_memory_mib, "peak memory of the method")


TRACKS: frozenset[Need] = frozenset({"tracks"})
TRACKS_OTHERS: frozenset[Need] = frozenset({"tracks", "others"})
FRAMES: frozenset[Need] = frozenset({"frames"})
FRAMES_PROMPT: frozenset[Need] = frozenset({"frames", "prompt"})
FRAMES_PROMPTS: frozenset[Need] = frozenset({"frames", "prompt", "other_prompts"})
BOTH_FRAMES: frozenset[Need] = frozenset({"frames", "reference_frames"})
THUMBNAILS: frozenset[Need] = frozenset({"thumbnails"})
COST: frozenset[Need] = frozenset({"cost"})

# fmt: off
_SPECS = (
    MetricSpec("motion_fidelity", 2, TRACKS, -1.0, 1.0, "higher", "",
        "Agreement of each track with its partner nearby in the other clip, both ways.",
        DMT, lambda m: m.fidelity.value),
    MetricSpec("fidelity_precision", 2, TRACKS, -1.0, 1.0, "higher", "",
        "The half of motion_fidelity from generated to reference: is what moves right?",
        DMT, lambda m: m.fidelity.precision),
    MetricSpec("fidelity_recall", 2, TRACKS, -1.0, 1.0, "higher", "",
        "The half of motion_fidelity from reference to generated: is all motion there?",
        DMT, lambda m: m.fidelity.recall),
    MetricSpec("motion_fidelity_floor", 2, TRACKS_OTHERS, -1.0, 1.0, "none", "",
        "Mean motion_fidelity of the reference against the suite's other references: chance.",
        "", lambda m: m.fidelity_floor),
    MetricSpec("motion_fidelity_floor_shuffled", 2, TRACKS, -1.0, 1.0, "none", "",
        "Mean motion_fidelity of the reference against itself with its steps in random order.",
        "", _fidelity_floor_shuffled),
    MetricSpec("motion_fidelity_normalised", 2, TRACKS_OTHERS, None, 1.0, "higher", "",
        "motion_fidelity on a scale where the case's chance floor is 0 and a copy 1.",
        "", _fidelity_normalised),
    MetricSpec("motion_fidelity/anywhere", 1, TRACKS, -1.0, 1.0, "higher", "",
        "The same with partners anywhere, all steps and tracks weighing alike: blind to place.",
        DMT, _fidelity_anywhere),
    MetricSpec("motion_fidelity/dmt", 1, TRACKS, -2.0, 1.0, "higher", "",
        "What the published script computes, defects included; to reproduce published numbers.",
        DMT, _fidelity_dmt),
    MetricSpec("motion_fidelity/paper", 1, TRACKS, -1.0, 1.0, "higher", "",
        "The published formula as printed, halved.",
        DMT, _fidelity_paper),
    MetricSpec("trajectory_distance", 1, TRACKS, 0.0, None, "lower", "diagonals",
        "Frechet distance between the paths of the same points; only where the layout is kept.",
        "Gokmen et al., NeurIPS 2025", _trajectory_distance),
    MetricSpec("speed_ratio", 1, TRACKS, None, None, "none", "log",
        "Log of the mean speed of what moves, generated over reference: 0 for equal, 0.69 doubled.",
        "", _speed_ratio),
    MetricSpec("direction_flip", 1, TRACKS, 0.0, 1.0, "lower", "",
        "Share of the reference's motion whose partner, one to one, moves the other way.",
        "", _direction_flip),
    MetricSpec("camera_fidelity", 1, TRACKS, -1.0, 1.0, "higher", "",
        "Agreement of the two dominant global motions, direction and speed.",
        "", _camera_fidelity),
    MetricSpec("object_fidelity", 2, TRACKS, -1.0, 1.0, "higher", "",
        "Motion fidelity of what moves relative to the camera.",
        "", _object_fidelity),
    MetricSpec("object_presence", 1, TRACKS, 0.0, 1.0, "none", "",
        "Share of tracks that move against the camera, over the reference's, at most 1.",
        "", lambda m: object_presence(m.reference_objects, m.generated_objects)),
    MetricSpec("camera_share", 1, TRACKS, 0.0, 1.0, "none", "",
        "Share of the generated clip's tracks that follow its camera.",
        "", lambda m: m.generated_objects.camera_share),
    MetricSpec("camera_share_reference", 1, TRACKS, 0.0, 1.0, "none", "",
        "Share of the reference's tracks that follow its camera.",
        "", lambda m: m.reference_objects.camera_share),
    MetricSpec("text_alignment", 1, FRAMES_PROMPT, -1.0, 1.0, "higher", "",
        "Mean cosine between generated frames and prompt.",
        CLIP, _text_alignment),
    MetricSpec("text_rank", 1, FRAMES_PROMPTS, 0.0, 1.0, "higher", "",
        "1 if the result fits its prompt better than all other prompts of the suite, else 0.",
        "", _text_rank),
    MetricSpec("temporal_consistency", 1, FRAMES, -1.0, 1.0, "none", "",
        "Mean cosine of adjacent generated frames; a frozen clip scores 1.",
        CLIP, _temporal_consistency),
    MetricSpec("appearance_leakage", 1, BOTH_FRAMES, -1.0, 1.0, "lower", "",
        "Mean over generated frames of the largest cosine with any frame of the reference.",
        CLIP, _appearance_leakage),
    MetricSpec("structure_leakage", 1, THUMBNAILS, -1.0, 1.0, "lower", "",
        "Mean over generated frames of the largest correlation of edges with any reference frame.",
        "", _structure_leakage),
    MetricSpec("seconds_adapt", 1, COST, 0.0, None, "lower", "s",
        "Time the method took to adapt to the reference.", "", _seconds_adapt),
    MetricSpec("seconds_generate", 1, COST, 0.0, None, "lower", "s",
        "Time the method took to generate the result.", "", _seconds_generate),
    MetricSpec("peak_memory", 1, COST, 0.0, None, "lower", "MiB",
        "Peak memory of the method.", "", _peak_memory),
)
# fmt: on

METRICS: dict[str, MetricSpec] = {spec.name: spec for spec in _SPECS}
