"""What the ruler sees in a folder of real clips, of which nothing is known but how they were made.

    python benchmarks/first_look.py FOLDER [--frames 33] [--sheets OUT]

FOLDER has a folder for each category, with clips in it. Each clip is tracked as it is, mirrored and
reversed, and scored as a result whose reference is the clip as it is: itself must be 1, the others
low. All clips are scored against each other, too: what chance gives on real footage. With --sheets,
the tracks are drawn on each clip, to be looked at. Motion only: texts mean nothing here.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from motionbench.audit.footage.separation import align_couple
from motionbench.cases import CATEGORIES, Clip
from motionbench.errors import UnscorableError
from motionbench.features import Features, default_cache_dir, spread_evenly
from motionbench.metrics.catalog import Unscorable, score
from motionbench.metrics.measurements import Measurements
from motionbench.overlay import contact_sheet, draw_tracks
from motionbench.ruler import load_ruler
from motionbench.suites.suggest import suggest_category
from motionbench.suites.traits import motion_traits
from motionbench.tracks import TrackSet
from motionbench.video import content_sha256, decode

METRICS = ("motion_fidelity", "camera_fidelity", "object_fidelity")
SHEET_FRAMES, SHEET_COLUMNS = 8, 4


def find_clips(folder: Path) -> list[tuple[str, Path]]:
    """(category, clip) of all clips, category by category."""
    return [(name, path) for name in CATEGORIES for path in sorted((folder / name).glob("*.*"))]


def tracks_of(clip: Clip, features: Features) -> TrackSet:
    """Tracks of a clip, measured once."""
    return features.tracks(clip, content_sha256(clip.frames, clip.fps))


def scores(
    reference: TrackSet, generated: TrackSet, features: Features, *, own: bool
) -> dict[str, float]:
    """All ``METRICS``; NaN where unscorable."""
    ruler = features.ruler
    try:
        first, second = align_couple(reference, generated, own=own, frames=ruler.max_frames)
    except UnscorableError:
        return dict.fromkeys(METRICS, np.nan)
    pair = Measurements(
        reference_tracks=first, generated_tracks=second, parameters=ruler.parameters
    )
    found = {name: score(name, pair) for name in METRICS}
    return {n: np.nan if isinstance(v, Unscorable) else v for n, v in found.items()}


def draw(clip: Clip, tracks: TrackSet, path: Path) -> None:
    """A sheet of frames with their tracks."""
    drawn = draw_tracks(clip.frames, tracks)[spread_evenly(len(clip), SHEET_FRAMES)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(contact_sheet(drawn, SHEET_COLUMNS), cv2.COLOR_RGB2BGR))


def main() -> None:
    """Print a line for each clip, then means over clips and couples."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--frames", type=int, default=33, help="look at the first so many")
    parser.add_argument("--sheets", type=Path, help="draw tracks into this folder")
    parser.add_argument("--ruler", default="embedded")
    arguments = parser.parse_args()
    features = Features(load_ruler(arguments.ruler, offline=True), default_cache_dir())
    print(f"ruler {features.ruler.id}")
    header = f"{'clip':32}{'suggested':24}{'agrees':8}{'camera':8}{'groups':8}"
    print(header + "".join(f"{kind:>23}" for kind in ("itself", "mirrored", "reversed")))
    all_tracks: dict[str, TrackSet] = {}
    agreed: list[bool] = []
    values: dict[str, list[dict[str, float]]] = {"itself": [], "mirrored": [], "reversed": []}
    for category, path in tqdm(find_clips(arguments.folder), desc="clips"):
        whole = decode(path)
        clip = replace(whole, frames=whole.frames[: arguments.frames])
        changed = {
            "itself": clip,
            "mirrored": replace(clip, frames=np.ascontiguousarray(clip.frames[:, :, ::-1])),
            "reversed": replace(clip, frames=np.ascontiguousarray(clip.frames[::-1])),
        }
        tracks = {kind: tracks_of(each, features) for kind, each in changed.items()}
        all_tracks[path.stem] = tracks["itself"]
        traits = motion_traits(tracks["itself"], features.ruler.parameters)
        suggested = suggest_category(traits)
        agreed.append(category in suggested)
        line = f"{path.stem[:30]:32}{' or '.join(suggested):24}{'yes' if agreed[-1] else 'no':8}"
        line += f"{traits.camera_share:<8.2f}{traits.groups:<8}"
        for kind, rows in values.items():
            rows.append(scores(tracks["itself"], tracks[kind], features, own=True))
            line += "  " + " ".join(f"{value:6.3f}" for value in rows[-1].values())
        print(line, flush=True)
        if arguments.sheets:
            draw(clip, tracks["itself"], arguments.sheets / category / f"{path.stem}.png")
    print(f"\nsuggestions that hold the folder's category: {sum(agreed)} of {len(agreed)}")
    values["others"] = [
        scores(first, second, features, own=False)
        for name, first in all_tracks.items()
        for other, second in all_tracks.items()
        if name != other
    ]
    for kind, rows in values.items():
        means = {name: np.nanmean([row[name] for row in rows]) for name in METRICS}
        counts = {name: int(np.isfinite([row[name] for row in rows]).sum()) for name in METRICS}
        shown = ", ".join(f"{name} {means[name]:.3f} ({counts[name]})" for name in METRICS)
        print(f"{kind:10}{shown}")


if __name__ == "__main__":
    main()
