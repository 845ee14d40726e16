"""How good is a tracker on scenes, where the truth is known?

    python benchmarks/tracker_accuracy.py [--tracker lucas_kanade] [--clips 6] [--size 256]

Follows a grid laid on the first frame and one laid on the middle frame of clips of each category,
and prints the measures of TAP-Vid (``motionbench.metrics.functional.tracking``), how many points
are visible and how many the tracker says are, and the seconds a clip takes.
"""

import argparse
import time

import numpy as np

from motionbench.cases import CATEGORIES, Category, Clip
from motionbench.metrics.functional.tracking import tracking_quality
from motionbench.scenes.catalogue import build_scene, names
from motionbench.scenes.render import render
from motionbench.scenes.stage import Scene
from motionbench.scenes.tracks import exact_tracks
from motionbench.trackers import Tracker, grid_queries, load_tracker

GRID_SIZE, FPS = 16, 16.0
HEADING = f"{'category':15}{'clips':>6}{'delta':>8}{'occl.':>8}{'AJ':>8}{'visible':>9}{'said':>7}"


def scenes(category: Category, count: int) -> list[Scene]:
    """So many scenes of a category, with different moves where there are enough."""
    moves = names(category)
    return [build_scene(moves[index % len(moves)], seed=index) for index in range(count)]


def measure(tracker: Tracker, scene: Scene, size: int, frames: int) -> list[float]:
    """TAP-Vid's three measures, the shares of visible points true and said, and seconds."""
    clip = Clip(render(scene, frames=frames, height=size, width=size), FPS)
    grids = [grid_queries(size, size, GRID_SIZE, frame) for frame in (0, frames // 2)]
    queries = np.concatenate(grids)
    truth = exact_tracks(scene, queries, frames=frames, height=size, width=size, fps=FPS)
    began = time.perf_counter()
    found = tracker.track(clip, queries)
    seconds = time.perf_counter() - began
    quality = tracking_quality(
        truth.tracks,
        truth.visibility,
        found.tracks,
        found.visibility,
        query_frames=queries[:, 0],
        height=size,
        width=size,
    )
    return [
        quality.delta_x_avg,
        quality.occlusion_accuracy,
        quality.average_jaccard,
        float(truth.visibility.mean()),
        float(found.visibility.mean()),
        seconds,
    ]


def main() -> None:
    """Print a row a category."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracker", default="lucas_kanade")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--clips", type=int, default=6, help="a category")
    parser.add_argument("--size", type=int, default=256, help="height and width, pixels")
    parser.add_argument("--frames", type=int, default=33)
    args = parser.parse_args()
    tracker = load_tracker(args.tracker, device=args.device)
    print(f"{args.tracker}, {args.frames} frames of {args.size}x{args.size}, two grids of 16x16")
    print(f"{HEADING}{'seconds':>9}")
    rows = []
    for category in CATEGORIES:
        found = [measure(tracker, s, args.size, args.frames) for s in scenes(category, args.clips)]
        rows += found
        print_row(category, found)
    print_row("all", rows)


def print_row(label: str, found: list[list[float]]) -> None:
    """Means over clips."""
    delta, occlusion, jaccard, visible, said, seconds = np.mean(found, axis=0)
    print(
        f"{label:15}{len(found):6}{delta:8.3f}{occlusion:8.3f}{jaccard:8.3f}"
        f"{visible:9.3f}{said:7.3f}{seconds:9.2f}"
    )


if __name__ == "__main__":
    main()
