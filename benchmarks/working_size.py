"""At which size should clips be tracked?

    python benchmarks/working_size.py [--tracker lucas_kanade] [--clips 2]

Scenes are rendered at the sizes that clips come in, brought to each working size as a ruler does,
tracked there, and compared with the exact tracks in the clip's own pixels: a row a clip size, a
column a working size. Also prints the seconds a clip takes to track at each working size.
"""

import argparse
import time
from collections import defaultdict

import numpy as np

from motionbench.cases import CATEGORIES, Clip
from motionbench.conform import to_working_size
from motionbench.metrics.functional.tracking import TrackingQuality, tracking_quality
from motionbench.scenes.catalogue import build_scene, names
from motionbench.scenes.render import render
from motionbench.scenes.stage import Scene
from motionbench.scenes.tracks import exact_tracks
from motionbench.trackers import Tracker, grid_queries, load_tracker
from motionbench.tracks import rescale

CLIP_SIZES = (48, 64, 96, 128, 256, 512)
WORKING_SIZES = (128, 192, 256, 320, 384, 512)
FRAMES, GRID_SIZE, FPS = 24, 12, 16.0


def measure(
    tracker: Tracker, scene: Scene, clip: Clip, working_size: int
) -> tuple[TrackingQuality, float]:
    """Quality in the clip's own pixels, and seconds."""
    working = to_working_size(clip, working_size)
    height, width = working.size
    began = time.perf_counter()
    found = tracker.track(working, grid_queries(height, width, GRID_SIZE, FRAMES // 2))
    seconds = time.perf_counter() - began
    found = rescale(found, *clip.size)
    height, width = clip.size
    truth = exact_tracks(
        scene, found.queries, frames=FRAMES, height=height, width=width, fps=clip.fps
    )
    quality = tracking_quality(
        truth.tracks,
        truth.visibility,
        found.tracks,
        found.visibility,
        query_frames=found.queries[:, 0],
        height=height,
        width=width,
    )
    return quality, seconds


def main() -> None:
    """Print a table for each measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracker", default="lucas_kanade")
    parser.add_argument("--clips", type=int, default=2, help="a category")
    args = parser.parse_args()
    tracker = load_tracker(args.tracker)
    qualities: dict[tuple[int, int], list[TrackingQuality]] = defaultdict(list)
    seconds: dict[int, list[float]] = defaultdict(list)
    for category in CATEGORIES:
        for index in range(args.clips):
            scene = build_scene(names(category)[3 * index], seed=index)
            for clip_size in CLIP_SIZES:
                frames = render(scene, frames=FRAMES, height=clip_size, width=clip_size)
                for working_size in WORKING_SIZES:
                    found, took = measure(tracker, scene, Clip(frames, FPS), working_size)
                    qualities[clip_size, working_size].append(found)
                    seconds[working_size].append(took)
    columns = "".join(f"{size:8}" for size in WORKING_SIZES)
    for field in ("average_jaccard", "delta_x_avg", "occlusion_accuracy"):
        print(f"{field}\n{'clip':>6}{columns}")
        for clip_size in CLIP_SIZES:
            cells = [
                np.mean([getattr(quality, field) for quality in qualities[clip_size, size]])
                for size in WORKING_SIZES
            ]
            print(f"{clip_size:6}" + "".join(f"{cell:8.3f}" for cell in cells))
    print("seconds  " + "".join(f"{np.mean(seconds[size]):8.2f}" for size in WORKING_SIZES)[3:])


if __name__ == "__main__":
    main()
