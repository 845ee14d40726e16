"""A page for each case: the reference and every result side by side, and their scores."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from motionbench.cases import Case
from motionbench.leaderboard.escape import plain
from motionbench.leaderboard.site.content import Contents
from motionbench.leaderboard.site.jobs import JobRow, Result
from motionbench.leaderboard.site.media import Media, Medium
from motionbench.leaderboard.site.naming import page_name
from motionbench.leaderboard.site.pages import Pages
from motionbench.leaderboard.site.runs import RunPages
from motionbench.manifest import load_reference
from motionbench.runner.progress import progress

Found = tuple[int, Result]
"""Index of a row, and one of its results."""


class CasePages:
    """The pages of all cases of a board.

    Args:
        contents: Of the site.
        made: The runs, in the order of the rows.
        cases: What the suite says, by case; empty where the suite is not here.
        media: Writes copies of clips.
        notes: What the site lacks.

    Attributes:
        names: Names of the pages, by case.
    """

    def __init__(
        self,
        contents: Contents,
        made: Sequence[RunPages],
        cases: Mapping[str, Case],
        media: Media,
        notes: Sequence[str],
    ) -> None:
        self._contents, self._made, self._cases = contents, made, cases
        self._media, self._notes = media, notes
        self.names = {case: page_name(case) for case in contents.grid.cases}

    def groups(self) -> list[tuple[str, list[dict[str, str]]]]:
        """Categories with their cases."""
        grid = self._contents.grid
        groups: dict[str, list[dict[str, str]]] = {
            name: [] for name in self._contents.board.categories
        }
        for case, category in zip(grid.cases, grid.categories, strict=True):
            entry = {"id": case, "page": self.names[case], "caption": self._caption(case)}
            groups[category].append(entry)
        return list(groups.items())

    def write(self, pages: Pages, *, show_progress: bool | None) -> tuple[int, int]:
        """Write all pages, and copies of the clips that they show.

        Returns:
            How many results have a clip, and how many have none.

        Raises:
            DiskFullError: The disk is full.
        """
        grid = self._contents.grid
        results: dict[str, list[Found]] = {case: [] for case in grid.cases}
        for row, run in enumerate(self._made):
            for job, result in run.results.items():
                results[job.case].append((row, result))
        clips = without = 0
        places = list(zip(grid.cases, grid.categories, strict=True))
        for case, category in progress(places, total=len(places), what="cases", show=show_progress):
            media = [self._medium(*found) for found in results[case]]
            with_clip = sum(bool(medium.video) for medium in media)
            clips, without = clips + with_clip, without + len(media) - with_clip
            self._write_case(pages, case, category, results[case], media)
        return clips, without

    def _write_case(
        self,
        pages: Pages,
        case: str,
        category: str,
        found: Sequence[Found],
        media: Sequence[Medium],
    ) -> None:
        contents = self._contents
        prompts = self._prompts(case, found)
        reference = self._reference(case)
        pages.write(
            f"cases/{self.names[case]}.html",
            "case.html",
            data={
                "up": "../",
                "rows": contents.labels,
                "prompts": list(prompts.values()),
                "reference": asdict(reference),
                "tiles": self._tiles(found, media, list(prompts)),
            },
            case={"id": case, "category": category, "caption": self._caption(case)},
            heads=contents.heads,
            rows=[
                JobRow(row, contents.labels[row], contents.pages[row], result)
                for row, result in found
            ],
            tracked=bool(reference.tracks) or any(medium.tracks for medium in media),
            notes=self._notes,
        )

    def _tiles(
        self, found: Sequence[Found], media: Sequence[Medium], prompts: Sequence[str]
    ) -> list[dict[str, Any]]:
        """The clips as the page's script shows them."""
        return [
            {
                "row": row,
                "label": self._contents.labels[row],
                "prompt": prompts.index(result.planned.prompt_id),
                "seed": result.planned.seed,
                **asdict(medium),
            }
            for (row, result), medium in zip(found, media, strict=True)
        ]

    def _prompts(self, case: str, found: Sequence[Found]) -> dict[str, dict[str, str]]:
        """Prompts by id: as the suite has them, or as the runs say."""
        known = self._cases.get(case)
        texts = {} if known is None else {prompt.id: prompt.text for prompt in known.prompts}
        prompts: dict[str, dict[str, str]] = {}
        for _, result in found:
            key = result.planned.prompt_id
            text = texts.get(key) or result.prompt
            if key not in prompts or not prompts[key]["text"]:
                prompts[key] = {
                    "id": plain(key),
                    "kind": plain(result.planned.kind),
                    "text": plain(text),
                }
        return prompts

    def _caption(self, case: str) -> str:
        known = self._cases.get(case)
        return "" if known is None else known.caption

    def _reference(self, case: str) -> Medium:
        known = self._cases.get(case)
        if known is None:
            return Medium(problem="the reference is not on the machine that wrote this page")
        return self._media.of_clip(partial(load_reference, known), known.sha256)

    def _medium(self, row: int, result: Result) -> Medium:
        if result.stored is None:
            return Medium(problem=plain(result.problem))
        return self._media.of_stored(result.stored, self._made[row].run)
