"""Does a result score higher against its own reference than against somebody else's?

    python benchmarks/separation.py PAIRS [--where kind=transfer,comparison] [--others 14]

PAIRS is a pairs file as ``motionbench score --pairs`` reads it. Each result is scored against its
own reference and against a seeded choice of other references, and the two kinds of score are told
apart by AUC: the share of (own, other) couples in which the own reference wins, over all couples of
the file (pooled) and within each result (paired). A result that cannot be scored against its own
reference loses all its couples. Other references are scaled to the result's diagonal.
"""

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from tqdm import tqdm

from motionbench.errors import UnscorableError
from motionbench.features import Features, default_cache_dir
from motionbench.metrics.alignment import align, align_unrelated
from motionbench.metrics.catalog import Unscorable, score
from motionbench.metrics.measurements import Measurements
from motionbench.ruler import load_ruler
from motionbench.tracks import TrackSet
from motionbench.video import content_sha256, decode

METRICS = ("motion_fidelity", "motion_fidelity/anywhere")
Row = dict[str, str]


def read_rows(path: Path, where: str | None) -> list[Row]:
    """The rows of a pairs file, all columns kept; ``where`` keeps some: ``column=value,value``."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".csv":
        rows = list(csv.DictReader(text.splitlines()))
    else:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    if where is None:
        return rows
    column, _, values = where.partition("=")
    return [row for row in rows if row.get(column) in values.split(",")]


class Scores:
    """Scores of any clip of a pairs file against any other, from the ruler's cached tracks."""

    def __init__(self, folder: Path, ruler: str) -> None:
        self._folder = folder
        self._features = Features(load_ruler(ruler, offline=True), default_cache_dir())
        self._tracks: dict[str, TrackSet] = {}

    def tracks(self, name: str) -> TrackSet:
        """Tracks of one clip."""
        if name not in self._tracks:
            clip = decode(self._folder / name)
            digest = content_sha256(clip.frames, clip.fps)
            self._tracks[name] = self._features.tracks(clip, digest)
        return self._tracks[name]

    def of(self, reference: str, generated: str, *, own: bool) -> dict[str, float]:
        """All ``METRICS``; NaN where unscorable."""
        ruler = self._features.ruler
        first, second = self.tracks(reference), self.tracks(generated)
        try:
            if own:
                first, second = align(first, second, frames=ruler.max_frames)
            else:
                instants = min(first.frames, second.frames, ruler.max_frames)
                second, _ = align(second, second, frames=instants)
                first = align_unrelated(second, first)
        except UnscorableError:
            return dict.fromkeys(METRICS, np.nan)
        pair = Measurements(
            reference_tracks=first, generated_tracks=second, parameters=ruler.parameters
        )
        values = {name: score(name, pair) for name in METRICS}
        return {
            name: np.nan if isinstance(value, Unscorable) else value
            for name, value in values.items()
        }


def wins(own: np.ndarray, other: np.ndarray) -> float:
    """Share of couples in which ``own`` is larger, ties by half; unscorable own values lose."""
    own, other = np.nan_to_num(own, nan=-np.inf), other[~np.isnan(other)]
    couples = (own[:, None] > other) + 0.5 * (own[:, None] == other)
    return float(couples.mean())


def main() -> None:
    """Print AUC over the file and by category, and the order within each group."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--where", help="keep rows by a column: kind=transfer,comparison")
    parser.add_argument("--others", type=int, default=14, help="other references for each result")
    parser.add_argument("--ruler", default="embedded")
    arguments = parser.parse_args()
    rows = read_rows(arguments.pairs, arguments.where)
    scores = Scores(arguments.pairs.parent, arguments.ruler)
    references = {row["case"]: row["reference"] for row in rows}
    rng = np.random.default_rng(0)
    own, other = [], []
    for row in tqdm(rows):
        strangers = [name for case, name in references.items() if case != row["case"]]
        chosen = rng.choice(strangers, min(arguments.others, len(strangers)), replace=False)
        own.append(scores.of(row["reference"], row["generated"], own=True))
        other.append([scores.of(str(name), row["generated"], own=False) for name in chosen])
    for metric in METRICS:
        report(metric, rows, [s[metric] for s in own], [[s[metric] for s in o] for o in other])
    print_groups(rows, [s[METRICS[0]] for s in own])


def report(metric: str, rows: list[Row], own: list[float], other: list[list[float]]) -> None:
    """AUC of one metric."""
    mine, theirs = np.array(own), np.array(other)
    paired = np.array([wins(mine[i : i + 1], theirs[i]) for i in range(len(rows))])
    print(f"{metric}: {len(rows)} results, {np.isnan(mine).sum()} unscorable")
    print(f"  own {np.nanmean(mine):.3f}, other {np.nanmean(theirs):.3f}")
    print(f"  AUC pooled {wins(mine, theirs.ravel()):.3f}, paired {paired.mean():.3f}")
    by_category = defaultdict(list)
    for row, value in zip(rows, paired, strict=True):
        by_category[row.get("category")].append(value)
    for category, values in sorted(by_category.items(), key=str):
        print(f"  {category}: paired {np.mean(values):.3f} over {len(values)}")


def print_groups(rows: list[Row], own: list[float]) -> None:
    """Results of one group, best first."""
    groups = defaultdict(list)
    for row, value in zip(rows, own, strict=True):
        if row.get("group"):
            groups[row["group"]].append((value, row["method"]))
    for group, members in sorted(groups.items()):
        print(f"{group}:")
        for value, method in sorted(members, reverse=True):
            print(f"  {value:6.3f}  {method}")


if __name__ == "__main__":
    main()
