"""A leaderboard as a folder of pages: reads runs, writes the site."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motionbench.cases import Case
from motionbench.errors import MotionBenchError, StoreError
from motionbench.features import Features
from motionbench.files import read_json, write_bytes, write_json
from motionbench.leaderboard.aggregate import HEADLINE, build_board
from motionbench.leaderboard.board import Board
from motionbench.leaderboard.escape import plain
from motionbench.leaderboard.records import read_grid
from motionbench.leaderboard.sheet import sheet_of
from motionbench.leaderboard.site.case_pages import CasePages
from motionbench.leaderboard.site.columns import shown_metrics
from motionbench.leaderboard.site.content import (
    Contents,
    board_data,
    board_sections,
    charts_data,
    compare_data,
    compare_values,
)
from motionbench.leaderboard.site.media import Media
from motionbench.leaderboard.site.method_pages import write_method_pages
from motionbench.leaderboard.site.naming import page_name
from motionbench.leaderboard.site.pages import Pages, script_json, write_static
from motionbench.leaderboard.site.runs import RunPages, read_runs
from motionbench.leaderboard.site.subsets import RESAMPLES
from motionbench.ruler import load_ruler, overrides_of
from motionbench.store.collector import collector_paused
from motionbench.store.private import without_folders
from motionbench.store.run import Run
from motionbench.store.table import read_table

log = logging.getLogger(__name__)

MARK = "site.json"
"""Says that a folder is such a site, and which pages it has."""


@dataclass(frozen=True)
class SiteSummary:
    """What was written.

    Attributes:
        folder: Of the site; ``index.html`` is its first page.
        rows: Rows of the board.
        cases: Cases.
        clips: Results with a clip.
        without_clip: Results that have none: not made, or the file is not what was recorded.
        notes: What the site lacks, and why.
    """

    folder: Path
    rows: int
    cases: int
    clips: int
    without_clip: int
    notes: tuple[str, ...]


def write_site(
    runs: Sequence[Path],
    folder: Path,
    *,
    rank_by: str = HEADLINE,
    metrics: Sequence[str] | None = None,
    suite: str | None = None,
    ruler: str | None = None,
    cache_dir: Path | None = None,
    seed: int = 0,
    show_progress: bool | None = None,
) -> SiteSummary:
    """Write pages for the runs of one suite, measured by one ruler.

    The folder needs nothing from the network and no server. Copies of clips are kept when it is
    written again; pages that are no longer wanted are removed.

    Args:
        runs: Run folders.
        folder: Of the site: empty, absent, or a site already.
        rank_by: As for ``build_board``.
        metrics: As for ``build_board``.
        suite: As for ``build_board``.
        ruler: As for ``build_board``.
        cache_dir: Where tracks of clips are kept; None follows points anew.
        seed: Of bootstrap and permutations.
        show_progress: None for a bar where standard error is a terminal.

    Raises:
        StoreError: The folder holds other files, or a run cannot be read.
        LeaderboardError: As for ``build_board``.
        DiskFullError: The disk is full.
    """
    old = _pages_there(folder)
    with collector_paused():
        table = read_table(runs)
        board = build_board(
            table, rank_by=rank_by, metrics=metrics, suite=suite, ruler=ruler, seed=seed
        )
        contents = _contents(board, read_grid(table, suite=suite, ruler=ruler))
        made = read_runs(board, table, contents.metrics)
        del table  # large, and no longer needed
        cases, suite_note = _cases_of(board, made)
        features, ruler_note = _features_of(board, made[0].run, cache_dir)
        notes = tuple(without_folders(note, folder) for note in (suite_note, ruler_note) if note)
        case_pages = CasePages(contents, made, cases, Media(folder, features), notes)
        write_json(folder / MARK, {"pages": sorted({*old, *_names(contents, case_pages.names)})})
        write_static(folder)
        shared = {"suite": f"{board.suite}@{board.suite_version}", "ruler": board.ruler}
        pages = Pages(folder, shared)
        _write_overview(pages, folder, contents, case_pages, seed)
        write_method_pages(pages, contents, made, case_pages.names)
        clips, without = case_pages.write(pages, show_progress=show_progress)
        _remove_stale(folder, old, _names(contents, case_pages.names))
    return SiteSummary(folder, len(board.rows), len(case_pages.names), clips, without, notes)


def _contents(board: Board, grid: Any) -> Contents:
    place_of = {key.run: place for place, key in enumerate(grid.runs)}
    return Contents(
        board=board,
        grid=grid,
        metrics=tuple(shown_metrics(board)),
        places=tuple(place_of[row.run] for row in board.rows),
        labels=tuple(plain(row.label) for row in board.rows),
        pages=tuple(page_name(row.label) for row in board.rows),
    )


def _write_overview(
    pages: Pages, folder: Path, contents: Contents, case_pages: CasePages, seed: int
) -> None:
    """The pages that are about all rows or all cases."""
    board = contents.board
    pages.write(
        "index.html",
        "board.html",
        data=board_data(contents, seed),
        sheet=sheet_of(board),
        sections=list(board_sections(contents)),
        heads=contents.heads,
        categories=list(board.categories),
        kinds=contents.kinds,
        resamples=RESAMPLES,
    )
    charts = charts_data(contents)
    pages.write(
        "charts.html",
        "charts.html",
        data=charts,
        rank_by=board.rank_by,
        text_metric=charts["textMetric"],
        radar=len(board.categories) > 2,
    )
    names = [case_pages.names[case] for case in contents.grid.cases]
    pages.write("compare.html", "compare.html", data=compare_data(contents, names))
    for k, metric in enumerate(contents.metrics):
        values = script_json(compare_values(contents, metric))
        script = f'MotionBench.receive("values-{k}", {values});\n'
        write_bytes(folder / "data" / f"values-{k}.js", script.encode())
    pages.write("cases.html", "cases.html", groups=case_pages.groups())


def _names(contents: Contents, cases: Mapping[str, str]) -> list[str]:
    """All pages."""
    return [
        *("index.html", "charts.html", "compare.html", "cases.html"),
        *(f"methods/{page}.html" for page in contents.pages),
        *(f"cases/{page}.html" for page in cases.values()),
    ]


def _pages_there(folder: Path) -> list[str]:
    """Pages of the site that is in the folder already.

    Raises:
        StoreError: The folder holds something else.
    """
    if (folder / MARK).is_file():
        return [str(name) for name in read_json(folder / MARK)["pages"]]
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError(
            f"{folder} is no site of a leaderboard, and not empty: nothing is written into it. "
            "Name a new folder."
        )
    return []


def _remove_stale(folder: Path, old: Sequence[str], new: Sequence[str]) -> None:
    """Remove pages of rows and cases that are gone."""
    root = folder.resolve()
    for name in set(old) - set(new):
        path = (root / name).resolve()
        if path.is_relative_to(root) and path.suffix == ".html":
            path.unlink(missing_ok=True)
    write_json(folder / MARK, {"pages": sorted(new)})


def _cases_of(board: Board, made: Sequence[RunPages]) -> tuple[dict[str, Case], str]:
    """Cases of the suite, if it is here, or why there are none."""
    for run in made:
        source = run.info.suite_source
        try:
            suite = source.load()
        except MotionBenchError as error:
            log.info("suite %s: %s", source.manifest, error)
            continue
        if suite.sha256 == board.suite_sha256:
            return {case.id: case for case in suite.cases}, ""
    return {}, (
        f"The suite {board.suite} {board.suite_version} ({board.suite_sha256[:12]}) is not on the "
        "machine that wrote these pages: they show no references and no captions."
    )


def _features_of(board: Board, run: Run, cache_dir: Path | None) -> tuple[Features | None, str]:
    """What follows points, if the board's ruler is here, or why there are no tracks."""
    name = board.ruler.rpartition("-")[0]
    try:
        overrides = overrides_of(read_json(run.ruler_file(board.ruler)))
        ruler = load_ruler(name, offline=True, overrides=overrides)
    except KeyError as error:
        file = run.ruler_file(board.ruler).name
        return None, f"There are no tracks on these pages: {file} does not say its {error}."
    except MotionBenchError as error:
        return None, f"There are no tracks on these pages: ruler {board.ruler}: {error}"
    if ruler.id != board.ruler:
        return None, (
            f"There are no tracks on these pages: they were written with ruler {ruler.id}, the "
            f"scores are of {board.ruler}."
        )
    return Features(ruler, cache_dir), ""
