"""Zip archives of strangers, unpacked so that they can write nothing but what a bundle holds."""

import re
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Final

from motionbench.errors import SubmissionError
from motionbench.files import disk_full_named

MEMBER: Final = re.compile(
    r"bundle\.json|run\.json|plan\.json|generations\.jsonl"
    r"|scores/[A-Za-z0-9_-]{1,80}\.jsonl?"
    r"|videos/[a-z0-9_-]{1,120}/[a-z0-9_-]{1,120}-[0-9]{1,10}"
    r"\.(?:mp4|m4v|mov|mkv|webm|avi|gif|webp|mpg|mpeg)"
)
"""Every name that a bundle may hold; all others, above all ways out of the folder, and playlists,
are refused."""

MOST_MEMBERS: Final = 50_000
MOST_BYTES: Final = 8 << 30
MOST_TEXT: Final = 256 << 20
"""Bytes of a member that is no clip: it is read as a whole."""

MOST_RATIO: Final = 200
"""Of unpacked to packed size; JSON of scores packs 10 to 30 times."""

SMALL: Final = 1 << 20
"""Bytes below which a member may be packed any number of times."""

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_BLOCK: Final = 1 << 20


def unpack(path: Path, folder: Path) -> list[str]:
    """Unpack a bundle after its list of members was checked as a whole.

    Args:
        path: A zip archive.
        folder: An empty folder.

    Returns:
        Names of the members, sorted.

    Raises:
        SubmissionError: It is no such archive, or one of its members must not be unpacked; nothing
            is written then.
        DiskFullError: The disk is full.
    """
    if not path.is_file():
        raise SubmissionError(f"{path} is no file. Name a bundle that `motionbench submit` wrote.")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            problems = _problems(members)
            if problems:
                raise SubmissionError(f"{path} is refused: " + " ".join(problems))
            for member in members:
                _write(archive, member, folder / member.filename)
    except OSError as error:
        raise SubmissionError(
            f"{path} could not be unpacked into {folder}: {error}. Check that both can be used."
        ) from error
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError) as error:
        raise SubmissionError(
            f"{path} is refused: it is no zip archive that can be read ({error}). Make it with "
            "`motionbench submit RUN`."
        ) from error
    return sorted(member.filename for member in members)


def _problems(members: list[zipfile.ZipInfo]) -> list[str]:
    if len(members) > MOST_MEMBERS:
        return [f"it has {len(members)} members, more than {MOST_MEMBERS}."]
    total = sum(member.file_size for member in members)
    if total > MOST_BYTES:
        return [f"it would unpack to {total} bytes, more than {MOST_BYTES}."]
    found = []
    seen: set[str] = set()
    for member in members:
        problem = _problem(member)
        if problem:
            found.append(f"{member.filename!r}: {problem}.")
        if member.filename in seen:
            found.append(f"{member.filename!r}: it is there more than once.")
        seen.add(member.filename)
    return found


def _problem(member: zipfile.ZipInfo) -> str:
    """Why a member must not be unpacked; empty if it may."""
    if not MEMBER.fullmatch(member.filename):
        return "no file of a bundle has this name"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "it is a link or device, not a file"
    if member.flag_bits & 1:
        return "it is encrypted"
    if member.compress_type not in _METHODS:
        return "it is packed in a way that `motionbench submit` does not use"
    if not member.filename.startswith("videos/") and member.file_size > MOST_TEXT:
        return f"it has {member.file_size} bytes, more than the {MOST_TEXT} that a record may have"
    if member.file_size > SMALL and member.file_size > MOST_RATIO * max(1, member.compress_size):
        return f"it unpacks to more than {MOST_RATIO} times its size"
    return ""


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """One member; never more bytes than the list of members says."""
    written = 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with disk_full_named(target), archive.open(member) as source, target.open("xb") as file:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > member.file_size:
                raise SubmissionError(f"{member.filename!r} is longer than the archive says.")
            file.write(block)
