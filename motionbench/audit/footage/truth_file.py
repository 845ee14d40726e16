"""``truth.toml``: says what the files do not say by themselves.

::

    folders = ["footage"]                     # searched, as a folder given instead of this file

    [[joints]]
    points = "footage/badja/bear.npz"
    video = "clips/bear.mp4"                  # without: the one that the file names

    [[poses]]
    poses = "poses/hall.txt"
    video = "clips/hall.mp4"                  # without: the one beside it with the same name

    [[labels]]
    labels = "moves/labels.json"

    [[pairs]]
    pairs = "published/pairs.jsonl"

    [[series]]
    pairs = "published/pairs.jsonl"
    group = "noise"
    order = ["little noise", "some noise", ["much noise", "most noise"]]

All paths are relative to the file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from motionbench.audit.footage.detect import detect
from motionbench.audit.footage.joints_file import video_of
from motionbench.audit.footage.poses_file import video_beside
from motionbench.audit.footage.sources import (
    JointsSource,
    LabelsSource,
    PairsSource,
    PosesSource,
    SeriesSource,
    Sources,
    joined,
)
from motionbench.errors import ManifestError
from motionbench.methods.tables import read_table, read_toml, unknown_tables

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class _Joints:
    points: str
    video: str = ""


@dataclass(frozen=True)
class _Poses:
    poses: str
    video: str = ""


@dataclass(frozen=True)
class _Labels:
    labels: str


@dataclass(frozen=True)
class _Pairs:
    pairs: str


@dataclass(frozen=True)
class _Series:
    pairs: str
    group: str
    order: list[str | list[str]]


TABLES = ("folders", "joints", "poses", "labels", "pairs", "series")


def read_truth_file(path: Path) -> Sources:
    """What a ``truth.toml`` names, and what is found in the folders it names.

    Raises:
        UsageError: It cannot be read.
        ManifestError: A key is wrong, or a file is not there; every wrong key is listed.
    """
    content = read_toml(path)
    reader = _Reader(path, content)
    named = reader.sources()
    folders = reader.folders()
    reader.raise_problems()
    return joined([named, *(detect(folder, besides=named) for folder in folders)])


class _Reader:
    """Reads the tables of one file and notes what is wrong with them."""

    def __init__(self, path: Path, content: Mapping[str, Any]) -> None:
        self._path, self._content = path, content
        self._problems = unknown_tables(content, TABLES)

    def sources(self) -> Sources:
        """What is named by tables."""
        joints = [(self._file(e.points), e.video) for e in self._entries(_Joints, "joints")]
        poses = [(self._file(e.poses), e.video) for e in self._entries(_Poses, "poses")]
        labels = [self._file(e.labels) for e in self._entries(_Labels, "labels")]
        pairs = [self._file(e.pairs) for e in self._entries(_Pairs, "pairs")]
        series = [
            SeriesSource(self._file(e.pairs), e.group, _steps(e.order))
            for e in self._entries(_Series, "series")
        ]
        self.raise_problems()
        return Sources(
            joints=tuple(
                JointsSource(points, self._file(video) if video else video_of(points))
                for points, video in joints
            ),
            poses=tuple(PosesSource(poses, self._beside(poses, video)) for poses, video in poses),
            labels=tuple(map(LabelsSource, labels)),
            pairs=tuple(map(PairsSource, pairs)),
            series=tuple(series),
        )

    def folders(self) -> list[Path]:
        """Folders to search."""
        names = self._content.get("folders", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self._problems.append(f"folders must be a list of paths, not {names!r}.")
            return []
        found = [self._path.parent / name for name in names]
        self._problems += [
            f"folders: there is no folder {name!r} in {self._path.parent}."
            for name, folder in zip(names, found, strict=True)
            if not folder.is_dir()
        ]
        return found

    def raise_problems(self) -> None:
        """Raise a ``ManifestError`` that lists what was noted, if anything was."""
        if self._problems:
            lines = "".join(f"\n  - {problem}" for problem in self._problems)
            raise ManifestError(f"{self._path} cannot be used. Correct the following:{lines}")

    def _entries(self, cls: type[Entry], name: str) -> Iterator[Entry]:
        tables = self._content.get(name, [])
        if not isinstance(tables, list):
            self._problems.append(f"{name} must be written [[{name}]], once per entry.")
            return
        for number, table in enumerate(tables, start=1):
            where = f"[[{name}]] {number}"
            entry = read_table(cls, table, name=where, problems=self._problems)
            if entry is not None:
                yield entry

    def _file(self, name: str) -> Path:
        path = self._path.parent / name
        if not path.is_file():
            self._problems.append(f"there is no file {name!r} in {self._path.parent}.")
        return path

    def _beside(self, poses: Path, video: str) -> Path:
        if video:
            return self._file(video)
        found = video_beside(poses)
        if found is None:
            raise ManifestError(
                f"{self._path}: no clip lies beside {poses} under the same name. Name it: "
                'video = "..." in its [[poses]].'
            )
        return found


def _steps(order: list[str | list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple((step,) if isinstance(step, str) else tuple(step) for step in order)
