"""The public part of the paper's own MotionBench, cut out of the composites on its project page.

The paper did not release its benchmark. Its page shows 29 composites, each a reference and four
results of the method. Repository, commit, hashes and tile boxes are facts kept in
``data_manifests/motionbench_public.tiles.json``; the clips themselves are nobody's to pass on here,
and are downloaded by whoever uses them.
"""

import csv
import io
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from motionbench.cases import Clip
from motionbench.files import read_json, write_bytes, write_json
from motionbench.runner.progress import progress
from motionbench.suites.download import check_file, download
from motionbench.suites.tiles import Tile, cut_tile
from motionbench.video import decode, encode

NAME: Final = "motionbench_public"
METHOD: Final = "effivmt-published"

PROCEDURE: Final = 1
"""Version of how tiles are cut: raise it when the same composites would give other clips."""

CARD: Final = f'''\
name = "{METHOD}"
version = "project page"
summary = "Results of EffiVMT as its project page shows them, cut out of composites."
licence = "none stated"
citation = """
EffiVMT: Video Motion Transfer via Efficient Spatial-Temporal Decoupled Finetuning, ICLR 2026"""
tunes_per_reference = true
needs_gpu = true
'''


@dataclass(frozen=True)
class Composite:
    """One file of the project page.

    Attributes:
        case: Id of the case that its reference becomes.
        file: Path in the repository.
        sha256: Of the file.
        tiles: The reference's, then the results'.
    """

    case: str
    file: str
    sha256: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Page:
    """The project page at one commit.

    Attributes:
        url: What a file's path is appended to.
        composites: In the order of the page.
    """

    url: str
    composites: tuple[Composite, ...]


def read_page() -> Page:
    """The facts that ship with MotionBench."""
    text = (files("data_manifests") / f"{NAME}.tiles.json").read_text(encoding="utf-8")
    raw: dict[str, Any] = json.loads(text)
    layouts = {name: tuple(Tile(*box) for box in boxes) for name, boxes in raw["layouts"].items()}
    return Page(
        url=f"https://raw.githubusercontent.com/{raw['repository']}/{raw['commit']}/",
        composites=tuple(
            Composite(each["case"], each["file"], each["sha256"], layouts[each["layout"]])
            for each in raw["composites"]
        ),
    )


def fetch_motionbench_public(
    folder: Path, *, root: Path | None = None, show_progress: bool | None = None
) -> Path:
    """Cut all clips and list the published results.

    Repeating it checks the composites and cuts only what is missing.

    Args:
        folder: Where the clips go: the root of the suite ``motionbench_public``.
        root: A checkout of the page's repository; None downloads the composites.
        show_progress: None for a bar where standard error is a terminal.

    Returns:
        The folder of the published results, ready to be given as a method.

    Raises:
        FootageError: A composite is missing, cannot be downloaded, or is not the pinned one.
        VideoError: A composite does not decode.
        DiskFullError: The disk is full.
    """
    page = read_page()
    results = folder / METHOD
    composites = progress(
        page.composites, total=len(page.composites), what="composites", show=show_progress
    )
    for composite in composites:
        if root is None:
            path = folder / "composites" / Path(composite.file).name
            download(page.url + composite.file, path, sha256=composite.sha256)
        else:
            path = root / composite.file
            check_file(path, composite.sha256)
        _cut(composite, path, folder)
    _write_results(page, results)
    return results


def reference_path(case: str) -> str:
    """Where a case's reference is, below the suite's root."""
    return f"references/{case}.mkv"


def result_path(case: str, number: int) -> str:
    """Where a result is, below the suite's root; ``number`` counts from 1."""
    return f"{METHOD}/videos/{case}/result-{number}.mkv"


def _cut(composite: Composite, path: Path, folder: Path) -> None:
    """Cut a composite's clips, unless this was done before from the same file in the same way."""
    places = [reference_path(composite.case)]
    places += [result_path(composite.case, number) for number in range(1, len(composite.tiles))]
    note = folder / "cut" / f"{composite.case}.json"
    made = {"sha256": composite.sha256, "procedure": PROCEDURE}
    there = all((folder / place).is_file() for place in places)
    if there and note.is_file() and read_json(note) == made:
        return
    whole: Clip = decode(path)
    for place, tile in zip(places, composite.tiles, strict=True):
        # Lossless, so that the suite's hashes hold whatever encoder is installed.
        encode(cut_tile(whole, tile), folder / place, lossless=True)
    write_json(note, made)


def _write_results(page: Page, folder: Path) -> None:
    """The mapping and card that make the results a precomputed method."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["case", "prompt_id", "video"])
    for composite in page.composites:
        for number in range(1, len(composite.tiles)):
            video = Path(result_path(composite.case, number)).relative_to(METHOD).as_posix()
            writer.writerow([composite.case, f"result-{number}", video])
    write_bytes(folder / "mapping.csv", text.getvalue().encode())
    write_bytes(folder / "card.toml", CARD.encode())
