"""A run as one file to hand in: records, clips or their hashes, surroundings."""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from motionbench.errors import SubmissionError, UnknownNameError, UsageError
from motionbench.files import read_json, whole_file
from motionbench.runner.stored import is_unchanged
from motionbench.store.info import RunInfo
from motionbench.store.private import (
    public_environment,
    public_generation,
    public_scores,
    without_folders,
)
from motionbench.store.records import GenerationRecord, Plan
from motionbench.store.run import Run, is_ruler
from motionbench.submission.archive import MEMBER
from motionbench.video import file_sha256

FORMAT = 1
MANIFEST = "bundle.json"

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip archive can state: the same run gives the same bytes."""


@dataclass(frozen=True)
class FileEntry:
    """A file of a bundle: hash of its bytes, and how many."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """The content of ``bundle.json``.

    Attributes:
        run: Name of the run's folder.
        suite: Name and version.
        suite_sha256: Hash of what the suite asks.
        ruler: Name and fingerprint of what measured.
        videos: Whether the clips are inside, or only their hashes in the records.
        files: All other files.
        format: Version of this layout.
    """

    run: str
    suite: str
    suite_sha256: str
    ruler: str
    videos: Literal["included", "hashes"]
    files: dict[str, FileEntry]
    format: int = FORMAT


def write_bundle(
    path: Path, out: Path, *, ruler: str | None = None, hashes_only: bool = False
) -> Manifest:
    """Pack a run.

    The last record of each job goes in; tracebacks, and names of machines and of a person's
    folders, do not. Options that name such folders are shortened, and the run is named anew for it.

    Args:
        path: The run folder.
        out: The archive; a file there is replaced.
        ruler: Name, or name and fingerprint, of the scores to hand in; None for the only ones.
        hashes_only: Leave the clips out. Such a bundle cannot be scored again by others.

    Raises:
        StoreError: ``path`` is no run.
        UnknownNameError: No such ruler measured it.
        UsageError: None measured it, or several did and none was named.
        SubmissionError: A clip is gone, changed, or a folder of frames.
        DiskFullError: The disk is full.
    """
    run = Run(path)
    info = _published(run.info(), run.path)
    chosen = _ruler(run, ruler)
    generations = run.read_generations().values()
    records = [_packed(record, run.path) for record in generations]
    texts = {
        "run.json": _json(asdict(info)),
        "plan.json": _json(asdict(Plan(run.plan()))),
        "generations.jsonl": _lines(record.to_json() for record in records),
        f"scores/{chosen}.json": _json(_without_surroundings(read_json(run.ruler_file(chosen)))),
        f"scores/{chosen}.jsonl": _lines(
            public_scores(record, run.path).to_json() for record in run.read_scores(chosen).values()
        ),
    }
    clips = {} if hashes_only else _clips(run, generations)
    manifest = Manifest(
        run=info.settings.folder_name(),
        suite=f"{info.settings.suite}@{info.settings.suite_version}",
        suite_sha256=info.settings.suite_sha256,
        ruler=chosen,
        videos="hashes" if hashes_only else "included",
        files={
            **{name: _entry(text) for name, text in texts.items()},
            **{
                name: FileEntry(file_sha256(clip), clip.stat().st_size)
                for name, clip in clips.items()
            },
        },
    )
    _write(out, {MANIFEST: _json(asdict(manifest)), **texts}, clips)
    return manifest


def _write(out: Path, texts: Mapping[str, bytes], clips: Mapping[str, Path]) -> None:
    with whole_file(out) as file, zipfile.ZipFile(file, "w") as archive:
        for name, text in texts.items():
            archive.writestr(_member(name), text, zipfile.ZIP_DEFLATED)
        for name, clip in sorted(clips.items()):
            archive.writestr(_member(name), clip.read_bytes(), zipfile.ZIP_STORED)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.external_attr = 0o644 << 16
    return member


def _ruler(run: Run, wanted: str | None) -> str:
    known = run.rulers()
    matching = [name for name in known if wanted is None or is_ruler(name, wanted)]
    if len(matching) == 1:
        return matching[0]
    if not known:
        raise UsageError(
            f"{run.path} has no scores to hand in. Run `motionbench score {run.path}` first."
        )
    if wanted is not None and not matching:
        raise UnknownNameError(f"ruler of {run.path}", wanted, known)
    raise UsageError(
        f"{run.path} has scores of {len(matching)} rulers: {', '.join(matching)}. Name one by "
        "--ruler, with its fingerprint if two have the same name."
    )


def _packed(record: GenerationRecord, run: Path) -> GenerationRecord:
    """A record whose clip is where a bundle has it."""
    stored = record.stored
    if stored is not None:
        stored = replace(stored, video=_clip_name(record))
    return replace(public_generation(record, run), stored=stored)


def _clip_name(record: GenerationRecord) -> str:
    suffix = "" if record.stored is None else Path(record.stored.video).suffix.lower()
    return f"videos/{record.case}/{record.prompt_id}-{record.seed}{suffix}"


def _clips(run: Run, records: Iterable[GenerationRecord]) -> dict[str, Path]:
    """Clips by their names in the bundle.

    Raises:
        SubmissionError: One of them cannot be packed.
    """
    clips = {}
    for record in records:
        if record.stored is None:
            continue
        path = run.resolve(record.stored.video)
        if not is_unchanged(record.stored, run):
            raise SubmissionError(
                f"{path} is gone, or not the clip that was recorded. Generate or register it "
                "again, score it, then submit."
            )
        if path.is_dir():
            raise SubmissionError(
                f"{path} is a folder of frames; a bundle holds video files. Encode the frames, or "
                "submit with --hashes-only."
            )
        name = _clip_name(record)
        if not MEMBER.fullmatch(name):
            raise SubmissionError(
                f"{path} has a name or ending that no bundle may hold. Store it as .mp4, or submit "
                "with --hashes-only."
            )
        clips[name] = path
    return clips


def _published(info: RunInfo, run: Path) -> RunInfo:
    """``run.json`` without names of machines and of a person's folders."""
    settings = replace(info.settings, options=without_folders(info.settings.options, run))
    source = replace(info.suite_source, manifest=Path(info.suite_source.manifest).name, root=None)
    reference = info.reference
    if Path(reference.partition(":")[0]).is_absolute():
        reference = Path(reference).name
    sessions = [{**session, "command": []} for session in info.sessions]
    return replace(
        info,
        settings=settings,
        settings_sha256=(info.settings_sha256 if settings == info.settings else settings.digest()),
        environments=[public_environment(each) for each in info.environments],
        sessions=sessions,
        suite_source=source,
        reference=reference,
    )


def _without_surroundings(identity: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in identity.items() if key != "scored_on"}


def _entry(text: bytes) -> FileEntry:
    return FileEntry(hashlib.sha256(text).hexdigest(), len(text))


def _json(content: Any) -> bytes:
    return (json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode(
        errors="backslashreplace"
    )


def _lines(records: Iterable[Mapping[str, Any]]) -> bytes:
    lines = (json.dumps(record, allow_nan=False, ensure_ascii=False) + "\n" for record in records)
    return "".join(lines).encode(errors="backslashreplace")
