"""Files from the network: continued where a download broke off, and checked."""

import sys
import urllib.request
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Final
from urllib.error import HTTPError

from tqdm import tqdm

from motionbench.errors import FootageError
from motionbench.files import disk_full_named
from motionbench.video import file_sha256

BLOCK: Final = 1 << 20
TIMEOUT: Final = 60.0
"""Seconds without a byte."""


def download(url: str, path: Path, *, sha256: str | None = None) -> str:
    """Get a file, unless it is there; a broken download is continued.

    Args:
        url: HTTP or HTTPS.
        path: Where the file goes; ``path`` with ``.part`` behind it holds what came so far.
        sha256: What the file must hash to; None if nobody knows.

    Returns:
        The file's hash.

    Raises:
        FootageError: The server cannot be reached, or the file is another.
        DiskFullError: The disk is full; what came so far is kept.
    """
    if path.is_file():
        return check_file(path, sha256)
    part = path.with_name(f"{path.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        with disk_full_named(part):
            _append(url, part)
    except (OSError, HTTPException) as error:
        raise FootageError(
            f"{url} could not be downloaded ({error}). Repeat the command to continue, or get the "
            "files in another way and name their folder by --root."
        ) from error
    try:
        found = check_file(part, sha256)
    except FootageError:
        part.unlink()  # Else every later attempt would continue it.
        raise
    part.replace(path)
    return found


def check_file(path: Path, sha256: str | None) -> str:
    """The hash of a file.

    Raises:
        FootageError: It is not there, or not the one asked for.
    """
    try:
        found = file_sha256(path)
    except OSError as error:
        raise FootageError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
    if sha256 not in (None, found):
        raise FootageError(
            f"{path} has the SHA-256 {found}, but the suite was written for {sha256}. Remove the "
            "file to download it again; if it comes again, the source has changed."
        )
    return found


def _append(url: str, part: Path) -> None:
    """Add what is missing to a part of a file."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            # 200 is the whole file: a server that does not know ranges.
            continued = response.status == 206
            _copy(response, part, have if continued else 0)
    except HTTPError as error:
        if error.code != 416 or not have:
            raise
        # Nothing comes after the part: it is the whole file, or no part of this one.
        if error.headers.get("Content-Range") != f"bytes */{have}":
            part.unlink()
            _append(url, part)


def _copy(response: HTTPResponse, part: Path, have: int) -> None:
    length = response.headers.get("Content-Length")
    total = have + int(length) if length else None
    with (
        part.open("ab" if have else "wb") as file,
        tqdm(
            desc=part.stem,
            initial=have,
            total=total,
            unit="B",
            unit_scale=True,
            disable=not sys.stderr.isatty(),
            file=sys.stderr,
        ) as bar,
    ):
        while block := response.read(BLOCK):
            file.write(block)
            bar.update(len(block))
    if total is not None and part.stat().st_size < total:
        raise HTTPException(f"{part.stat().st_size} of {total} bytes came")
