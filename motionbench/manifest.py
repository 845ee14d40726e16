"""Suites: read, checked, written; and the references they ask for.

A manifest is a YAML file; ``data_manifests/README.md`` has the table of its fields.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from motionbench.cases import Case, Clip, FileSource, Prompt, SceneSource, Suite
from motionbench.errors import ManifestError, UnknownNameError, UsageError
from motionbench.files import default_data_dir, write_bytes
from motionbench.manifest_entries import (
    CaseEntry,
    FileEntry,
    SceneEntry,
    SuiteEntry,
    read_entries,
    read_yaml,
)
from motionbench.video import content_sha256, decode

SUFFIXES: Final = (".yaml", ".yml")


def list_suites() -> list[tuple[str, str]]:
    """(name, description) of the suites that ship with MotionBench."""
    described = []
    for name in _builtin():
        raw = read_yaml(_builtin()[name])
        described.append((name, " ".join(raw["description"].split())))
    return described


def load_suite(
    name_or_path: str | Path, *, root: Path | None = None, check_files: bool = True
) -> Suite:
    """A suite by its name, or from a manifest of one's own.

    Args:
        name_or_path: A name of ``list_suites``, or the path of a YAML file.
        root: Folder below which the reference files are, instead of the manifest's ``root``. The
            files of a suite that ships are where ``motionbench fetch`` puts them.
        check_files: Whether the reference files must be there.

    Raises:
        UnknownNameError: No suite of that name.
        ManifestError: The manifest is wrong; every problem in it is listed.
    """
    name, path = str(name_or_path), Path(name_or_path)
    if path.suffix not in SUFFIXES and path.name == name:
        texts = _builtin()
        if name not in texts:
            hint = f"A path to a file ending in {' or '.join(SUFFIXES)} is a suite, too."
            raise UnknownNameError("suite", name, texts, hint=hint)
        return _read(texts[name], f"suite {name!r}", default_data_dir() / name, root, check_files)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path}: this manifest cannot be read: {error}.") from error
    return _read(text, str(path), path.absolute().parent, root, check_files)


def load_reference(case: Case) -> Clip:
    """The reference of a case, rendered or decoded, and checked.

    Raises:
        VideoError: Its file is missing or does not decode.
        ManifestError: It is not what the manifest's hash says.
    """
    source = case.source
    if isinstance(source, SceneSource):
        clip, where = _render(source), f"the scene {source.scene!r}"
    else:
        clip, where = _decode(source), str(source.path)
    if case.sha256 is not None:
        found = content_sha256(clip.frames, clip.fps)
        if found != case.sha256:
            raise ManifestError(
                f"case {case.id!r}: the frames of {where} have the hash {found}, but the suite "
                f"says {case.sha256}. Get the original file; or, if the change is meant, write the "
                "new hash into the manifest and raise its version."
            )
    return clip


def write_suite(suite: Suite, path: Path) -> None:
    """Write a suite as a manifest that ``load_suite`` reads back.

    Args:
        suite: As for ``manifest_text``.
        path: Ends in ``.yaml``; its folder is made if need be.

    Raises:
        DiskFullError: The disk is full.
    """
    write_bytes(path, manifest_text(suite, path).encode())


def manifest_text(suite: Suite, path: Path) -> str:
    """The manifest of a suite as YAML.

    Reference files stay where they are: the manifest's ``root`` is the nearest folder that holds
    them all, relative to the manifest.

    Args:
        suite: Its ``sha256`` is not written; it is computed when the manifest is read.
        path: Where the manifest is to be.
    """
    root = _common_root(suite.cases)
    raw: dict[str, Any] = {
        "name": suite.name,
        "version": suite.version,
        "description": suite.description,
    }
    if root is not None:
        raw["root"] = Path(os.path.relpath(root, path.absolute().parent.resolve())).as_posix()
    cases = [_plain(case, root) for case in suite.cases]
    return yaml.safe_dump(raw | {"cases": cases}, sort_keys=False, allow_unicode=True, width=100)


def suite_sha256(version: str, cases: Sequence[Case]) -> str:
    """Hash of what a suite asks, wherever its files and its manifest are."""
    root = _common_root(cases)
    asked = {"version": version, "cases": [_plain(case, root) for case in cases]}
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _builtin() -> dict[str, str]:
    """Texts of the shipped manifests by name."""
    folder = files("data_manifests")
    found = sorted(folder.iterdir(), key=lambda item: item.name)
    return {
        Path(item.name).stem: item.read_text(encoding="utf-8")
        for item in found
        if Path(item.name).suffix in SUFFIXES
    }


def _decode(source: FileSource) -> Clip:
    clip = decode(source.path, start=source.start, stop=source.stop)
    return Clip(clip.frames[:: source.step], clip.fps / source.step)


def _render(source: SceneSource) -> Clip:
    from motionbench.scenes.catalogue import build_scene
    from motionbench.scenes.render import render

    scene = build_scene(source.scene, source.seed, split="eval")
    pictures = render(scene, frames=source.frames, height=source.height, width=source.width)
    return Clip(pictures, source.fps)


def _read(text: str, where: str, folder: Path, root: Path | None, check_files: bool) -> Suite:
    try:
        raw = read_yaml(text)
    except yaml.YAMLError as error:
        raise ManifestError(
            f"{where}: this is not YAML: {' '.join(str(error).split())}."
        ) from error
    entry, case_entries, problems = read_entries(raw)
    chosen = (root or folder / (entry.root if entry else ".")).resolve()
    for each in case_entries:
        problems += _source_problems(each, chosen, check_files and chosen.is_dir())
    has_files = any(isinstance(each.source, FileEntry) for each in case_entries)
    if check_files and has_files and not chosen.is_dir():
        problems.insert(0, _no_root(entry, chosen, folder))
    if entry is None or problems:
        lines = "".join(f"\n  - {problem}." for problem in problems)
        raise ManifestError(f"{where} cannot be used. Correct the following:{lines}")
    cases = tuple(_case(each, chosen) for each in case_entries)
    return Suite(
        name=entry.name,
        version=entry.version,
        sha256=suite_sha256(entry.version, cases),
        cases=cases,
        description=" ".join(entry.description.split()),
    )


def _no_root(entry: SuiteEntry | None, chosen: Path, folder: Path) -> str:
    """What to do about a folder of files that is not there."""
    if entry is not None and folder == default_data_dir() / entry.name:
        command = f"motionbench fetch {entry.name.replace('_', '-')}"
        return f"root: there is no folder {chosen}. Get the files by '{command}', or give --root"
    return f"root: there is no folder {chosen}. Give the one that holds the files"


def _source_problems(case: CaseEntry, root: Path, check_files: bool) -> list[str]:
    if isinstance(case.source, FileEntry):
        problem = _file_problem(case.source.path, root, check_files)
        return [f"case {case.id!r}: source.path: {problem}"] if problem else []
    return [f"case {case.id!r}: {problem}" for problem in _scene_problems(case, case.source)]


def _file_problem(path: str, root: Path, check_file: bool) -> str | None:
    if Path(path).is_absolute():
        return f"{path!r} is absolute; it must be relative to the root, {root}"
    # Also true of links: what they point at must be below the root.
    if not (root / path).resolve().is_relative_to(root):
        return f"{path!r} leaves the root, {root}"
    if check_file and not (root / path).exists():
        return f"{path!r} does not exist in {root}"
    return None


def _scene_problems(case: CaseEntry, source: SceneEntry) -> list[str]:
    from motionbench.scenes.catalogue import build_scene
    from motionbench.scenes.render import check_size

    problems = []
    try:
        scene = build_scene(source.scene, source.seed, split="eval")
        if case.category not in (None, scene.category):
            problems.append(
                f"category: {case.category!r}, but {source.scene!r} is {scene.category!r}"
            )
    except UsageError as error:
        problems.append(f"source: {str(error).removesuffix('.')}")
    try:
        check_size(source.frames, source.height, source.width)
    except UsageError as error:
        problems.append(f"source: {str(error).removesuffix('.')}")
    return problems


def _case(entry: CaseEntry, root: Path) -> Case:
    source: SceneSource | FileSource
    if isinstance(entry.source, FileEntry):
        path = Path(os.path.normpath(root / entry.source.path))
        source = FileSource(path, entry.source.start, entry.source.stop, entry.source.step)
    else:
        source = SceneSource(**entry.source.model_dump())
    return Case(
        id=entry.id,
        category=entry.category,
        caption=entry.caption,
        prompts=tuple(Prompt(each.id, each.kind, each.text) for each in entry.prompts),
        source=source,
        sha256=entry.sha256,
        tags=tuple(entry.tags),
    )


def _plain(case: Case, root: Path | None) -> dict[str, Any]:
    """A case as it stands in a manifest: what is empty or a default is left out."""
    raw = asdict(case)
    raw["prompts"], raw["tags"] = list(raw["prompts"]), list(raw["tags"])
    if isinstance(case.source, FileSource) and root is not None:
        raw["source"]["path"] = case.source.path.relative_to(root).as_posix()
        raw["source"] = {
            key: value
            for key, value in raw["source"].items()
            if value and (key, value) != ("step", 1)
        }
    return {key: value for key, value in raw.items() if value}


def _common_root(cases: Sequence[Case]) -> Path | None:
    """The nearest folder that holds all reference files; None if there are none."""
    parents = [case.source.path.parent for case in cases if isinstance(case.source, FileSource)]
    return Path(os.path.commonpath(parents)) if parents else None
