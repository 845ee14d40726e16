"""Which metrics are audited: the catalogue's, and those that others published.

No name is in both. What a metric claims to see is taken from its definition (ours) or from what its
authors say it measures (published ones); whether it does is what the audit measures.

All are computed from the same measurements, as the catalogue's are: tracks of the ruler's tracker,
at the ruler's instants and in the reference's pixels. Others track 55 x 55 or 50 x 50 points at all
frames, so the formulas here are theirs, and the values are not those of their tables.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np

from motionbench.audit.metrics import EVERYWHERE, FILMED, AuditedMetric, from_catalog
from motionbench.audit.tremble import trembling
from motionbench.errors import UnscorableError
from motionbench.metrics.catalog import Measurements, Unscorable
from motionbench.metrics.functional.mtbench import SAMPLE, mtbench_cosine, mtbench_hybrid
from motionbench.metrics.functional.published import (
    motion_fidelity_ditflow,
    motion_fidelity_reversed,
)
from motionbench.metrics.functional.ropecraft import ropecraft_ftd
from motionbench.metrics.functional.trajectory_distance import match_queries

# What the words "motion fidelity" promise: everything but how fast, how far and where. Published
# formulas compare directions, step by step, so that speed and amplitude are no part of them.
FIDELITY = frozenset(
    {
        "direction", "timing", "path", "one_object", "camera", "object", "limb", "mirrored",
        "reversed", "static",
    }
)  # fmt: skip
SPEED = frozenset({"speed", "amplitude"})
PLACE = frozenset({"place"})
TIMING = frozenset({"timing"})
STATIC = frozenset({"static"})
NOTHING: frozenset[str] = frozenset()

CATALOGUE: tuple[AuditedMetric, ...] = (
    # Partners are sought nearby, so motion elsewhere is other motion.
    from_catalog("motion_fidelity", FIDELITY | SPEED | PLACE),
    # Asks whether what moves moves rightly; where nothing moves, nothing does so wrongly.
    from_catalog("fidelity_precision", (FIDELITY | SPEED | PLACE) - STATIC),
    from_catalog("fidelity_recall", FIDELITY | SPEED | PLACE),
    from_catalog("motion_fidelity/anywhere", FIDELITY),
    # A Frechet distance is blind to how fast a path is run through.
    from_catalog("trajectory_distance", (FIDELITY | SPEED | PLACE) - TIMING),
    from_catalog("speed_ratio", SPEED | STATIC),
    from_catalog("direction_flip", frozenset({"direction", "mirrored", "reversed"})),
    # The camera's motion alone, and so judged where a camera moves.
    from_catalog(
        "camera_fidelity",
        (FIDELITY | SPEED) - frozenset({"object", "one_object", "limb"}),
        scenes=frozenset({"camera", FILMED}),
    ),
    # What moves relative to the camera, where something does.
    from_catalog(
        "object_fidelity",
        (FIDELITY | SPEED | PLACE) - frozenset({"camera"}),
        scenes=EVERYWHERE - {"camera"},
    ),
    # The contrast: a metric of appearance alone.
    from_catalog("appearance_leakage", NOTHING),
)
"""Metrics of the catalogue that compare the motion of two clips, and one that compares their looks.

Left out is what looks at one clip only (camera shares, the shuffled floor), what needs other
references (floor and normalised value), and what was published by others.
"""


def published(
    name: str,
    direction: Literal["higher", "lower"],
    claims: frozenset[str],
    value: Callable[[Measurements], float],
) -> AuditedMetric:
    """A metric that is not in the catalogue.

    Args:
        name: As in tables.
        direction: Which values mean that the motion is alike.
        claims: Axes on which its authors say it sees a difference.
        value: Raises ``UnscorableError`` where it is undefined.
    """

    def compute(measurements: Measurements) -> float | Unscorable:
        try:
            return value(measurements)
        except UnscorableError as error:
            return Unscorable(str(error))

    return AuditedMetric(name, direction, claims, compute)


def _ditflow(m: Measurements) -> float:
    return motion_fidelity_ditflow(m.reference_from_start.tracks, m.generated_from_start.tracks)


def _reversed(m: Measurements) -> float:
    return motion_fidelity_reversed(m.reference_from_start.tracks, m.generated_from_start.tracks)


def _mtbench_cosine(m: Measurements) -> float:
    reference = m.reference_from_start
    return mtbench_cosine(
        reference.tracks,
        m.generated_from_start.tracks,
        height=reference.height,
        width=reference.width,
    )


def _mtbench_hybrid(m: Measurements) -> float:
    reference, generated = m.reference_from_start, m.generated_from_start
    if not len(generated):
        raise UnscorableError("the generated clip has no tracks: there is none to draw.")
    rng = np.random.default_rng(m.parameters.seed)
    return mtbench_hybrid(
        reference.tracks,
        generated.tracks,
        rng.integers(len(generated), size=SAMPLE),
        height=reference.height,
        width=reference.width,
    )


def _ropecraft_ftd(m: Measurements) -> float:
    reference, generated = m.reference_from_start, m.generated_from_start
    tolerance = m.parameters.query_tolerance * m.diagonal
    index = match_queries(reference.queries, generated.queries, tolerance)
    return ropecraft_ftd(
        reference.tracks,
        generated.tracks[index],
        reference.visibility,
        generated.visibility[index],
        height=reference.height,
        width=reference.width,
    )


VARIANTS: tuple[AuditedMetric, ...] = (
    from_catalog("motion_fidelity/dmt", FIDELITY),
    from_catalog("motion_fidelity/paper", FIDELITY),
    # Equal to dmt here, where clips are brought to the same instants before they are compared: the
    # two scripts differ only on clips of different length.
    published("motion_fidelity/ditflow", "higher", FIDELITY, _ditflow),
    published("motion_fidelity/reversed", "higher", FIDELITY, _reversed),
    # Printed as "Motion Fidelity" by the script unless it is asked for the hybrid.
    published("mtbench/cosine", "higher", FIDELITY, _mtbench_cosine),
    # Said to add the global shape of the trajectories, which a shorter path does not have.
    published("mtbench/hybrid", "higher", FIDELITY | SPEED, _mtbench_hybrid),
    # A Frechet distance of positions, as ``trajectory_distance``.
    published("ropecraft/ftd", "lower", (FIDELITY | SPEED | PLACE) - TIMING, _ropecraft_ftd),
)
"""Metrics as others published them, defects included."""

TREMBLING: tuple[AuditedMetric, ...] = tuple(
    # Frechet distances are defined at rest.
    trembling(metric)
    for metric in VARIANTS
    if metric.name != "ropecraft/ftd"
)
"""Those of ``VARIANTS`` that divide by the length of every step, on tracks that tremble.

Without, they are undefined on every scene whose camera stands still; with, resting points move in
random directions, as they do in what is filmed.
"""
