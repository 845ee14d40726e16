"""From directions alone to the motion fidelity in use, one change at a time: what each is worth.

    python benchmarks/fidelity_forms.py [--scenes 5]

Pairs of scenes of the training side, one motion changed along one axis of the audit, in another
appearance, tracked by the embedded ruler. Prints Spearman's correlation of each form with true
similarity (``motionbench.audit.truth``), from the tracks found and from exact ones, and what a
result at rest and one that moves the opposite way score. The audit, on scenes of the evaluation
side, then judges the form chosen here.
"""

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import spearmanr

from motionbench.audit.axes import AXES
from motionbench.audit.lab import Lab, Shot
from motionbench.audit.truth import true_similarity
from motionbench.cases import CATEGORIES
from motionbench.metrics.alignment import align
from motionbench.metrics.functional.agreement import TIE, motion_features
from motionbench.metrics.functional.displacements import displacements
from motionbench.metrics.measurements import MetricParameters
from motionbench.ruler import load_ruler
from motionbench.scenes import draws
from motionbench.scenes.captions import sample_appearance
from motionbench.scenes.catalogue import SCENES, build_scene, names
from motionbench.scenes.stage import Scene
from motionbench.tracks import TrackSet

DOSES = (0.33, 0.67, 1.0)
PARAMETERS = MetricParameters()


@dataclass(frozen=True, eq=False)
class Compared:
    """All tracks of one clip against all of another; the forms below are arithmetic on these.

    Attributes:
        products: ``(n, m)`` sums of products of steps seen in both clips.
        first: ``(n, m)`` squared steps of the first clip's tracks, as far as seen in both.
        second: Of the second clip's.
        near: ``(n, m)`` candidates.
        weights: Squared path by track, of either clip.
    """

    products: np.ndarray
    first: np.ndarray
    second: np.ndarray
    near: np.ndarray
    weights: tuple[np.ndarray, np.ndarray]


def compare(reference: TrackSet, generated: TrackSet, instants: int) -> Compared:
    """Everything that the forms are made of."""
    clips = align(reference, generated, frames=instants)
    diagonal = float(np.hypot(reference.height, reference.width))
    floor = PARAMETERS.speed_floor * diagonal
    a, b = (motion_features(displacements(c.tracks, c.visibility), floor) for c in clips)
    apart = np.linalg.norm(a.places[:, None] - b.places, axis=-1)
    seen = a.visible @ b.visible.T
    needed = max(1.0, PARAMETERS.min_joint_visibility * a.steps)
    return Compared(
        products=a.vectors @ b.vectors.T,
        first=a.energy @ b.visible.T,
        second=a.visible @ b.energy.T,
        near=(apart <= PARAMETERS.match_radius * diagonal) & (seen >= needed),
        weights=(a.amounts, b.amounts),
    )


def cosine(pair: Compared) -> np.ndarray:
    """Direction and timing, blind to how far."""
    return pair.products / np.sqrt(np.maximum(pair.first * pair.second, 1e-9))


def likeness(pair: Compared) -> np.ndarray:
    """Direction, timing and how far."""
    return 2 * pair.products / np.maximum(pair.first + pair.second, 1e-9)


def means(
    pair: Compared, agreement: np.ndarray, *, opposites: bool, power: float
) -> tuple[np.ndarray, np.ndarray]:
    """Mean agreement of either clip's tracks, and the sums of their weights."""
    values, sums = [], []
    for axis, weights in ((1, pair.weights[0]), (0, pair.weights[1])):
        high = np.where(pair.near, agreement, -np.inf).max(axis=axis)
        low = np.where(pair.near, agreement, np.inf).min(axis=axis)
        best = np.where(opposites & (-low > high + TIE), low, high)
        kept = np.isfinite(high)
        own = weights[kept] ** power
        values.append(np.average(best[kept], weights=own))
        sums.append(own.sum())
    return np.array(values), np.array(sums)


def halves(values: np.ndarray, _sums: np.ndarray) -> float:
    """Both directions alike."""
    return float(values.mean())


def pooled(values: np.ndarray, sums: np.ndarray) -> float:
    """The clip that moves more counts more."""
    return float(np.average(values, weights=sums))


FORMS: dict[str, Callable[[Compared], float]] = {
    "direction (version 1)": lambda p: halves(*means(p, cosine(p), opposites=False, power=0.5)),
    "+ how far": lambda p: halves(*means(p, likeness(p), opposites=False, power=0.5)),
    "+ weight by energy": lambda p: halves(*means(p, likeness(p), opposites=False, power=1)),
    "+ opposite partners": lambda p: halves(*means(p, likeness(p), opposites=True, power=1)),
    "+ pooled (version 2)": lambda p: pooled(*means(p, likeness(p), opposites=True, power=1)),
}


def pairs(count: int) -> list[tuple[str, str, float, float, Shot, Shot]]:
    """(category, axis, dose, true similarity, reference, result)."""
    rng = np.random.default_rng(0)
    found = []
    for category in CATEGORIES:
        moves = names(category)
        for seed in range(count):
            scene = build_scene(moves[(seed * 7) % len(moves)], seed=seed)
            for axis in AXES.values():
                if axis.name == "place" or not axis.applies(scene):
                    continue
                for dose in DOSES:
                    other = axis.change(scene, dose, draws.stream(9, seed))
                    truth = true_similarity(scene, other)
                    shots = Shot(scene), Shot(redressed(other, rng))
                    found.append((category, axis.name, dose, truth, *shots))
    return found


def redressed(scene: Scene, rng: np.random.Generator) -> Scene:
    """The scene in another appearance."""
    count = SCENES[scene.name].count
    look = sample_appearance(scene.category, rng, "train", count=count)
    return replace(scene, appearance=look)


def main() -> None:
    """Print a row a form."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=5, help="of each category")
    count = parser.parse_args().scenes
    lab = Lab(load_ruler("embedded", offline=True), workers=os.cpu_count() or 1)
    rows = pairs(count)
    shots = [shot for row in rows for shot in row[4:]]
    truth = np.array([row[3] for row in rows])
    category = np.array([row[0] for row in rows])
    whole = np.array([row[2] == 1 for row in rows])
    axis = np.array([row[1] for row in rows])
    print(f"{len(rows)} pairs, ruler {lab.ruler.id}")
    print(f"{'form':24}{'exact':>7}{'found':>7}" + "".join(f"{c[:8]:>9}" for c in CATEGORIES))
    instants = lab.ruler.max_frames
    tracks = {"found": lab.tracks(shots), "exact": lab.exact(shots)}
    compared = {
        kind: [compare(a, b, instants) for a, b in zip(sets[::2], sets[1::2], strict=True)]
        for kind, sets in tracks.items()
    }
    for form, value in FORMS.items():
        exact, found = (np.array([value(pair) for pair in compared[k]]) for k in ("exact", "found"))
        by = [spearmanr(found[category == c], truth[category == c])[0] for c in CATEGORIES]
        rest = found[(axis == "static") & whole].mean()
        opposite = found[(axis == "direction") & whole].mean()
        print(
            f"{form:24}{spearmanr(exact, truth)[0]:7.3f}{spearmanr(found, truth)[0]:7.3f}"
            + "".join(f"{v:9.3f}" for v in by)
            + f"   at rest {rest:.2f}, opposite {opposite:.2f}"
        )


if __name__ == "__main__":
    main()
