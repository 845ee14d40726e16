"""Does motion fidelity from Lucas-Kanade order pairs of clips as exact tracks do?

    python benchmarks/tracker_agreement.py [--pairs 100]

Pairs of scenes of graded similarity: a scene, and the same scene with its motion blended by a
random strength towards an unrelated one, in another appearance. Each pair is scored twice by the
same formula and parameters: from exact tracks, and from those that the ruler's tracker finds in the
rendered frames. Prints Spearman's correlation of the two scores, and of each with the strength.
"""

import argparse
from collections import defaultdict

import numpy as np
from scipy.stats import spearmanr
from tqdm import tqdm

from motionbench.cases import CATEGORIES, Clip
from motionbench.metrics.alignment import align
from motionbench.metrics.catalog import Measurements, score
from motionbench.ruler import Ruler, load_ruler
from motionbench.scenes.captions import sample_appearance
from motionbench.scenes.catalogue import SCENES, build_scene, names, perturb
from motionbench.scenes.render import render
from motionbench.scenes.stage import Scene
from motionbench.scenes.tracks import exact_tracks
from motionbench.trackers import grid_queries
from motionbench.tracks import TrackSet

SIZE, FRAMES, FPS = 256, 33, 16.0


def tracks_of(scene: Scene, ruler: Ruler) -> tuple[TrackSet, TrackSet]:
    """Exact tracks of a scene, and those found in its frames."""
    frames = render(scene, frames=FRAMES, height=SIZE, width=SIZE)
    found = ruler.tracker.track_grid(Clip(frames, FPS), ruler.grid_size)
    # The exact tracker is asked for as many new points at later instants as the other takes.
    later = [grid_queries(SIZE, SIZE, ruler.grid_size, frame=t) for t in (0, FRAMES - 1)]
    queries = np.concatenate(later)
    exact = exact_tracks(scene, queries, frames=FRAMES, height=SIZE, width=SIZE, fps=FPS)
    return exact, found


def fidelity(reference: TrackSet, generated: TrackSet, ruler: Ruler) -> float:
    """Motion fidelity by the ruler's parameters."""
    first, second = align(reference, generated, frames=ruler.max_frames)
    pair = Measurements(
        reference_tracks=first, generated_tracks=second, parameters=ruler.parameters
    )
    value = score("motion_fidelity", pair)
    if not isinstance(value, float):
        raise SystemExit(f"a pair could not be scored: {value}")
    return value


def main() -> None:
    """Print the correlations, overall and by category."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=100)
    pairs = parser.parse_args().pairs
    ruler = load_ruler("embedded", offline=True)
    rng = np.random.default_rng(0)
    rows: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for index in tqdm(range(pairs)):
        category = CATEGORIES[index % len(CATEGORIES)]
        name = str(rng.choice(names(category)))
        strength = float(rng.random())
        scene = build_scene(name, seed=index)
        look = sample_appearance(category, rng, "train", count=SCENES[name].count)
        other = perturb(build_scene(name, seed=index, appearance=look), strength, rng)
        exact, found = zip(tracks_of(scene, ruler), tracks_of(other, ruler), strict=True)
        row = (strength, fidelity(*exact, ruler), fidelity(*found, ruler))
        rows[category].append(row)
        rows["all"].append(row)
    print(f"{pairs} pairs, {SIZE}x{SIZE}, {FRAMES} frames, ruler {ruler.id}")
    print("category        pairs  tracked~exact  exact~strength  tracked~strength  exact range")
    for label, values in rows.items():
        strengths, exact, found = np.array(values).T
        print(
            f"{label:15} {len(values):5} {spearmanr(found, exact).statistic:14.3f} "
            f"{spearmanr(exact, strengths).statistic:15.3f} "
            f"{spearmanr(found, strengths).statistic:17.3f}  {exact.min():.2f} to {exact.max():.2f}"
        )


if __name__ == "__main__":
    main()
