"""Measure an embedder on held-out scenes, the way the harness uses it.

    python -m motionbench.embedders.nano.evaluate --scenes 280

Each scene is rendered at 256 x 256, stored as H.264, decoded again and embedded with the model's
own preprocessing. A frame counts if the scene's caption scores above 19 texts that differ from it
in one attribute. Intervals are bootstrapped over scenes, as frames of one scene are alike.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.stats import bootstrap

from motionbench.arrays import Frames
from motionbench.cases import CATEGORIES, Clip
from motionbench.embedders import Embedder, load_embedder
from motionbench.embedders.nano.data import TEXTS, draw_scene, texts_of
from motionbench.scenes import draws
from motionbench.scenes.captions import caption
from motionbench.scenes.render import render
from motionbench.training import script_arguments
from motionbench.video import decode, encode

FIRST_SCENE = 1_000_000
"""Number of the first scene measured; those that are watched in training come before it."""


@dataclass(frozen=True)
class Trial:
    """One held-out scene.

    Attributes:
        category: Of the scene.
        frames: As decoded.
        texts: The caption, then others that differ from it in one attribute.
    """

    category: str
    frames: Frames
    texts: list[str]


def make_trial(number: int, *, frames: int = 4, side: int = 256) -> Trial:
    """Render, store and decode a held-out scene.

    Args:
        number: Which; categories take turns.
        frames: Spread evenly over the clip.
        side: Height and width in pixels.
    """
    scene, appearance = draw_scene(FIRST_SCENE + number, "eval")
    rng = draws.stream(FIRST_SCENE + number, 2)
    texts = texts_of(appearance, rng, "eval", with_swaps=False)
    clip = Clip(render(scene, frames=frames, height=side, width=side), fps=8.0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        encode(clip, path)
        decoded = decode(path).frames
    return Trial(appearance.category, decoded, [caption(text) for text in texts])


def rank_first(embedder: Embedder, trial: Trial) -> np.ndarray:
    """For each frame, whether the first text scores above all others, ``(T,)`` bool."""
    frames = embedder.embed_frames(trial.frames)
    texts = embedder.embed_texts(trial.texts).embeddings
    scores = frames @ texts.T
    return np.asarray((scores[:, :1] > scores[:, 1:]).all(axis=1))


def shuffled(trials: list[Trial]) -> list[Trial]:
    """The same frames with the texts of another trial: what a model without sight would reach."""
    moved = trials[-1:] + trials[:-1]
    return [
        Trial(trial.category, trial.frames, other.texts)
        for trial, other in zip(trials, moved, strict=True)
    ]


def rate(hits: list[np.ndarray]) -> tuple[float, float, float]:
    """Mean over frames with its 95 % interval, bootstrapped over scenes.

    Args:
        hits: ``(T,)`` bool of each scene, T the same for all.

    Returns:
        Mean, low, high.
    """
    per_scene = np.array([scene.mean() for scene in hits])
    if per_scene.std() == 0:
        return float(per_scene.mean()), float(per_scene.mean()), float(per_scene.mean())
    rng = np.random.default_rng(0)
    found = bootstrap((per_scene,), np.mean, method="percentile", n_resamples=2000, rng=rng)
    low, high = found.confidence_interval
    return float(per_scene.mean()), float(low), float(high)


def main() -> None:
    """Command line: a table by category, and the same with shuffled texts."""
    parser = script_arguments(__doc__)
    parser.add_argument("--embedder", default="clip-nano", help="as in 'motionbench eval'")
    parser.add_argument("--scenes", type=int, default=280, help="four frames are taken of each")
    parser.add_argument("--side", type=int, default=256, help="pixels of the rendered frames")
    arguments = parser.parse_args()
    embedder = load_embedder(arguments.embedder)
    trials = [make_trial(number, side=arguments.side) for number in range(arguments.scenes)]
    _print(embedder, trials)


def _print(embedder: Embedder, trials: list[Trial]) -> None:
    table = Table(
        "category", "scenes", "rank-first", "95 %", title=f"caption among {TEXTS['eval']} texts"
    )
    hits = [rank_first(embedder, trial) for trial in trials]
    blind = [rank_first(embedder, trial) for trial in shuffled(trials)]
    for category in CATEGORIES:
        chosen = [
            hit for hit, trial in zip(hits, trials, strict=True) if trial.category == category
        ]
        _row(table, category, chosen)
    _row(table, "all", hits)
    _row(table, "all, texts shuffled", blind)
    Console().print(table)


def _row(table: Table, name: str, hits: list[np.ndarray]) -> None:
    mean, low, high = rate(hits)
    table.add_row(name, str(len(hits)), f"{mean:.3f}", f"{low:.3f} to {high:.3f}")


if __name__ == "__main__":
    main()
