"""Time and working memory of motion fidelity against the published einsum form.

    python benchmarks/motion_fidelity.py

Both forms see the same 3,025 x 3,025 tracks over 81 frames, each in a process of its own so that
its peak memory is its own; the published form adds about 3 GiB. Time is the best of several runs in
several processes, the forms taking turns, so that a busy machine is busy for both; memory is what
the first run adds to the peak resident size. Exits with 1 if a bar is missed.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

TRACKS, FRAMES = 3025, 81
PROCESSES, RUNS = 3, 4
MIN_SPEED_UP, MIN_MEMORY_RATIO = 50.0, 10.0
HEIGHT, WIDTH = 180, 320

Tracks = tuple[np.ndarray, np.ndarray]

CONTENTS = {
    "all points move, all visible": (0.0, 0.0),
    "a third rest, a fifth hidden for 20 frames": (1 / 3, 1 / 5),
}
"""What the clips hold: share of tracks that rest, share that is hidden for a while."""


def random_tracks(seed: int, resting: float, hidden: float) -> Tracks:
    """Random walks of 3 pixels a step around a grid; resting ones only tremble."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(scale=3, size=(TRACKS, FRAMES, 2)).astype(np.float32)
    steps[rng.random(TRACKS) < resting] *= 0.02
    visibility = np.ones((TRACKS, FRAMES), dtype=bool)
    for track in np.flatnonzero(rng.random(TRACKS) < hidden):
        start = rng.integers(0, FRAMES - 20)
        visibility[track, start : start + 20] = False
    side = int(TRACKS**0.5)
    x, y = np.meshgrid(np.linspace(0, WIDTH, side), np.linspace(0, HEIGHT, side))
    steps[:, 0] = np.stack([x.ravel(), y.ravel()], axis=1)
    return np.cumsum(steps, axis=1, dtype=np.float32), visibility


def ours(reference: Tracks, generated: Tracks) -> Callable[[], float]:
    """``motion_fidelity``, from tracks to value."""
    from motionbench.metrics.functional.agreement import motion_features
    from motionbench.metrics.functional.displacements import displacements
    from motionbench.metrics.functional.motion_fidelity import motion_fidelity
    from motionbench.metrics.measurements import MetricParameters

    parameters, diagonal = MetricParameters(), math.hypot(HEIGHT, WIDTH)

    def run() -> float:
        features = [
            motion_features(displacements(*clip), parameters.speed_floor * diagonal)
            for clip in (reference, generated)
        ]
        return motion_fidelity(
            *features,
            min_joint_visibility=parameters.min_joint_visibility,
            radius=parameters.match_radius * diagonal,
        ).value

    return run


def published(reference: Tracks, generated: Tracks) -> Callable[[], float]:
    """The published arithmetic: every pair, every step, then the mean over steps."""
    import torch

    first, second = (torch.from_numpy(clip[0]) for clip in (generated, reference))

    def unit(tracks: "torch.Tensor") -> "torch.Tensor":
        steps = tracks.diff(dim=1)
        return torch.div(steps, steps.norm(dim=2, keepdim=True))

    def run() -> float:
        cosines = torch.einsum("ntd,mtd->nmt", unit(first), unit(second))
        similarity = cosines.mean(dim=2) - torch.eye(len(first))
        return similarity.amax(dim=1).mean().item()

    return run


FORMS = {"ours": ours, "published": published}


def measure(form: str, resting: float, hidden: float) -> dict[str, float]:
    """Score, seconds and MiB of one form, in this process."""
    run = FORMS[form](random_tracks(0, resting, hidden), random_tracks(1, resting, hidden))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    score, seconds = run(), []
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return {"score": score, "seconds": min(seconds), "memory": memory}


def best_of(results: list[dict[str, float]]) -> dict[str, float]:
    """The fastest of several processes' results, with the largest memory of all."""
    fastest = min(results, key=lambda result: result["seconds"])
    return {**fastest, "memory": max(result["memory"] for result in results)}


def measure_in_process(form: str, content: str) -> dict[str, float]:
    """``measure`` in a fresh process."""
    command = [sys.executable, __file__, "--form", form, "--content", content]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    result: dict[str, float] = json.loads(output)
    return result


def compare() -> bool:
    """Print both forms side by side; True if all bars are met."""
    met = True
    print(f"{TRACKS} x {TRACKS} tracks, {FRAMES} frames, best of {PROCESSES} x {RUNS} runs")
    for content in CONTENTS:
        print(content)
        turns = [
            {form: measure_in_process(form, content) for form in FORMS} for _ in range(PROCESSES)
        ]
        results = {form: best_of([turn[form] for turn in turns]) for form in FORMS}
        for form, result in results.items():
            print(f"  {form:10} {result['seconds']:8.4f} s {result['memory']:8.1f} MiB", end="")
            print(f"   score {result['score']:.4f}")
        faster = results["published"]["seconds"] / results["ours"]["seconds"]
        smaller = results["published"]["memory"] / results["ours"]["memory"]
        print(f"  ratio      {faster:8.1f} x {smaller:8.1f} x", end="")
        print(f"     bars: {MIN_SPEED_UP:.0f} x and {MIN_MEMORY_RATIO:.0f} x")
        met &= faster >= MIN_SPEED_UP and smaller >= MIN_MEMORY_RATIO
    return met


def main() -> None:
    """Compare, or measure one form for the comparing process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--form", choices=FORMS, help=argparse.SUPPRESS)
    parser.add_argument("--content", choices=CONTENTS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.form:
        print(json.dumps(measure(arguments.form, *CONTENTS[arguments.content])))
    elif not compare():
        sys.exit(1)


if __name__ == "__main__":
    main()
