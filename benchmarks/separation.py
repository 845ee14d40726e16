"""Does a result score higher against its own reference than against somebody else's?

    python benchmarks/separation.py PAIRS [--where kind=transfer,comparison] [--others 14]

PAIRS is a pairs file as ``motionbench score --pairs`` reads it. Each result is scored against its
own reference and against a seeded choice of other references, and the two kinds of score are told
apart by AUC: the share of (own, other) couples in which the own reference wins, over all couples of
the file (pooled) and within each result (paired). A result that cannot be scored against its own
reference loses all its couples. Other references are scaled to the result's diagonal; those of a
result's own ``group`` are none, as they may be the same clip in several files.
"""

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from tqdm import tqdm

from motionbench.audit.footage.separation import Separation, align_couple, choose_others
from motionbench.errors import UnscorableError
from motionbench.features import Features, default_cache_dir
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
            first, second = align_couple(first, second, own=own, frames=ruler.max_frames)
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
    cases, groups = [row["case"] for row in rows], [row.get("group") or "" for row in rows]
    chosen = choose_others(cases, groups, count=arguments.others, seed=0)
    own, other = [], []
    for row, others in zip(tqdm(rows), chosen, strict=True):
        strangers = [rows[index]["reference"] for index in others]
        own.append(scores.of(row["reference"], row["generated"], own=True))
        other.append([scores.of(name, row["generated"], own=False) for name in strangers])
    for metric in METRICS:
        mine = np.array([each[metric] for each in own])
        theirs = np.full((len(rows), arguments.others), np.nan)
        for row_scores, values in zip(theirs, other, strict=True):
            row_scores[: len(values)] = [each[metric] for each in values]
        report(metric, rows, Separation(mine, theirs))
    print_groups(rows, [s[METRICS[0]] for s in own])


def report(metric: str, rows: list[Row], scores: Separation) -> None:
    """AUC of one metric."""
    paired, pooled = scores.paired(), scores.pooled()
    print(f"{metric}: {len(rows)} results, {np.isnan(scores.own).sum()} unscorable")
    if pooled is None:
        print("  no result can be scored against another reference")
        return
    print(f"  own {np.nanmean(scores.own):.3f}, other {np.nanmean(scores.other):.3f}")
    print(f"  AUC pooled {pooled:.3f}, paired {np.nanmean(paired):.3f}")
    by_category = defaultdict(list)
    for row, value in zip(rows, paired, strict=True):
        by_category[row.get("category")].append(value)
    for category, values in sorted(by_category.items(), key=str):
        print(f"  {category}: paired {np.nanmean(values):.3f} over {len(values)}")


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
