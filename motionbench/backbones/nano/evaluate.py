"""Measure a small backbone on held-out scenes, and say which bars it passes.

    python -m motionbench.backbones.nano.evaluate --backbone nano

Autoencoder: round trips of rendered scenes. Sampling: captions of held-out scenes, ranked by
``clip-nano`` among 19 texts that differ in one attribute, next to the same scenes rendered; how
fast samples move, how steady their look is, and whether two seeds move differently.
"""

import math
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from motionbench.backbones import load_backbone
from motionbench.backbones.nano.measures import (
    FLOOR_CLIPS,
    Seen,
    Trial,
    fidelity_to_scene,
    held_out_scene,
    make_trial,
    normalised_fidelity,
    psnr,
    render_for,
    speed_ratio,
)
from motionbench.backbones.wan import Backbone
from motionbench.cases import CATEGORIES, Clip
from motionbench.ruler import Ruler, load_ruler
from motionbench.training import script_arguments

PSNR, ROUND_TRIP_FIDELITY = 28.0, 0.9
RANKED_FIRST, SPEED_FACTOR, CONSISTENCY, BETWEEN_SEEDS = 0.7, 2.0, 0.03, 0.5
SECONDS, LOADING_SECONDS = 10.0, 2.0

Row = tuple[str, str, str, str]
"""What, value, bar, values by category."""


def main() -> None:
    """Command line: a table of what was measured, with the bars."""
    parser = script_arguments(__doc__)
    parser.add_argument("--backbone", default="nano", help="as in load_backbone")
    parser.add_argument("--clips", type=int, default=64, help="round trips")
    parser.add_argument("--prompts", type=int, default=64, help="captions to sample from")
    parser.add_argument("--pairs", type=int, default=16, help="captions sampled with two seeds")
    arguments = parser.parse_args()
    began = time.perf_counter()
    backbone = load_backbone(arguments.backbone, offline=True)
    loading = time.perf_counter() - began
    ruler = load_ruler("embedded", offline=True)
    rows = [_row("loading, s", {"all": [loading]}, f"< {LOADING_SECONDS}", _below(LOADING_SECONDS))]
    rows += autoencoder(backbone, ruler, arguments.clips)
    trials = [
        make_trial(backbone, ruler, number, seeds=1 + (number < arguments.pairs))
        for number in tqdm(range(arguments.prompts), desc="samples")
    ]
    rows += sampling(trials, ruler)
    table = Table("", "value", "bar", *CATEGORIES, title=f"{arguments.backbone}, held-out scenes")
    for name, value, bar, by_category in rows:
        table.add_row(name, value, bar, *by_category.split())
    Console(width=150).print(table)


def autoencoder(backbone: Backbone, ruler: Ruler, clips: int) -> list[Row]:
    """Round trips of rendered scenes."""
    quality: dict[str, list[float]] = {}
    fidelity: dict[str, list[float]] = {}
    ceiling: dict[str, list[float]] = {}
    for number in tqdm(range(clips), desc="round trips"):
        scene = held_out_scene(number)
        clip = render_for(backbone, scene)
        back = Clip(backbone.decode(backbone.encode(clip.frames)), clip.fps)
        quality.setdefault(scene.category, []).append(psnr(clip.frames, back.frames))
        found = fidelity_to_scene(scene, Seen(back, ruler), ruler)
        fidelity.setdefault(scene.category, []).append(found)
        found = fidelity_to_scene(scene, Seen(clip, ruler), ruler)
        ceiling.setdefault(scene.category, []).append(found)
    bar = f">= {ROUND_TRIP_FIDELITY}"
    return [
        _row("round trip, PSNR, dB", quality, f">= {PSNR}", lambda value: value >= PSNR),
        _row(
            "round trip, motion fidelity",
            fidelity,
            bar,
            lambda value: value >= ROUND_TRIP_FIDELITY,
        ),
        _row("the clip itself, motion fidelity", ceiling),
    ]


def sampling(trials: list[Trial], ruler: Ruler) -> list[Row]:
    """Samples next to the scenes whose captions they were sampled from."""
    ranks = _by_category(trials, lambda trial: trial.sampled[0].ranks_first(trial.texts))
    real_ranks = _by_category(trials, lambda trial: trial.real.ranks_first(trial.texts))
    speeds = _by_category(trials, lambda trial: speed_ratio(trial.real, trial.sampled[0], ruler))
    steady = _by_category(
        trials, lambda trial: trial.sampled[0].consistency - trial.real.consistency
    )
    pairs = [trial for trial in trials if len(trial.sampled) > 1]
    alike = _by_category(pairs, lambda trial: _between_seeds(trial, trials, ruler))
    seconds = _by_category(trials, lambda trial: trial.seconds)
    return [
        _row(
            "caption ranked first of 20",
            ranks,
            f">= {RANKED_FIRST}",
            lambda value: value >= RANKED_FIRST,
        ),
        _row("caption ranked first, rendered scenes", real_ranks),
        _row(
            "speed over rendered scenes', log",
            speeds,
            f"within {math.log(SPEED_FACTOR):.2f}",
            lambda value: abs(value) <= math.log(SPEED_FACTOR),
        ),
        _row(
            "temporal consistency less rendered scenes'",
            steady,
            f"within {CONSISTENCY}",
            lambda value: abs(value) <= CONSISTENCY,
        ),
        _row(
            "motion fidelity of two seeds, normalised",
            alike,
            f"< {BETWEEN_SEEDS}",
            _below(BETWEEN_SEEDS),
        ),
        _row("a clip, s", seconds, f"< {SECONDS}", _below(SECONDS)),
    ]


def _between_seeds(trial: Trial, trials: list[Trial], ruler: Ruler) -> float:
    others = [
        other.sampled[0]
        for other in trials
        if other.category == trial.category and other is not trial
    ]
    first, second = trial.sampled
    return normalised_fidelity(first, second, others[:FLOOR_CLIPS], ruler)


def _below(bar: float) -> Callable[[float], bool]:
    return lambda value: value < bar


def _by_category(trials: list[Trial], value: Callable[[Trial], float]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for trial in trials:
        found.setdefault(trial.category, []).append(float(value(trial)))
    return found


def _row(
    name: str,
    values: dict[str, list[float]],
    bar: str = "",
    passes: Callable[[float], bool] | None = None,
) -> Row:
    """A row of the table: means over clips, those that could not be scored left out."""
    mean = float(np.nanmean([value for each in values.values() for value in each]))
    if passes is not None:
        bar = f"{bar} {'passed' if passes(mean) else 'FAILED'}"
    by_category = [
        f"{np.nanmean(values[category]):.3f}" if category in values else "-"
        for category in CATEGORIES
    ]
    return name, f"{mean:.3f}", bar, " ".join(by_category)


if __name__ == "__main__":
    main()
