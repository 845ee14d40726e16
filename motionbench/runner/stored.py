"""Clips on disk, described by what decoding them gives."""

import hashlib
import os
from pathlib import Path

from motionbench.cases import Clip, Prompt
from motionbench.methods.output import check_output
from motionbench.runner.tasks import Task, record_of
from motionbench.store.records import GenerationRecord, Stored
from motionbench.store.run import Run
from motionbench.video import content_sha256, decode, file_sha256


def describe_video(path: Path, run: Run) -> Stored:
    """Decode a stored clip and say what it holds.

    Args:
        path: A video file or a folder of frames.
        run: The run that will name it, relative to its folder.

    Raises:
        VideoError: It cannot be decoded.
    """
    return _describe(decode(path), path, run)


def _describe(clip: Clip, path: Path, run: Run) -> Stored:
    """What a decoded clip holds."""
    height, width = clip.size
    return Stored(
        video=relative(path, run.path),
        content_sha256=content_sha256(clip.frames, clip.fps),
        file_sha256=hash_on_disk(path),
        frames=len(clip),
        height=height,
        width=width,
        fps=float(clip.fps),
    )


def finished_video(task: Task, prompt: Prompt, path: Path) -> GenerationRecord:
    """The record of a clip that was made elsewhere.

    Raises:
        VideoError: It cannot be decoded.
        MethodError: It has only one frame.
    """
    clip = check_output(decode(path), reference=None)
    stored = _describe(clip, path, Run(task.run))
    return record_of(task, prompt, status="ok", stored=stored)


def is_unchanged(stored: Stored, run: Run) -> bool:
    """Whether the file is still there, byte for byte."""
    path = run.resolve(stored.video)
    return path.exists() and hash_on_disk(path) == stored.file_sha256


def hash_on_disk(path: Path) -> str:
    """SHA-256 of a file, or of the names and hashes of a folder's files."""
    if not path.is_dir():
        return file_sha256(path)
    digest = hashlib.sha256()
    for child in sorted(path.iterdir()):
        if child.is_file():
            digest.update(f"{child.name} {file_sha256(child)}\n".encode())
    return digest.hexdigest()


def relative(path: Path, folder: Path) -> str:
    """``path`` as seen from ``folder``; absolute where there is no way (other Windows drives)."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return path.resolve().as_posix()
