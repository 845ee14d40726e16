"""DAVIS 2017, the sequences that the suite ``davis`` asks for, at 480p.

Pont-Tuset et al., The 2017 DAVIS Challenge on Video Object Segmentation, arXiv:1704.00675.
"""

import zipfile
import zlib
from pathlib import Path
from typing import Final

from motionbench.cases import FileSource
from motionbench.errors import FootageError
from motionbench.files import read_json, write_bytes, write_json
from motionbench.manifest import load_suite
from motionbench.runner.progress import progress
from motionbench.suites.download import download
from motionbench.video.decoding import IMAGE_SUFFIXES

NAME: Final = "davis"
URL: Final = "https://data.vision.ee.ethz.ch/csergi/share/davis/DAVIS-2017-trainval-480p.zip"
ARCHIVE_ROOT: Final = "DAVIS/"
NOTE: Final = "archive.json"


def fetch_davis(
    folder: Path, *, root: Path | None = None, show_progress: bool | None = None
) -> Path:
    """Get the frames of the suite ``davis``, or check a copy that is there.

    Nobody publishes a hash of the archive. That of the first one that held all frames is kept
    beside them, and every later download must have it. Repeating the command unpacks only what is
    missing.

    Args:
        folder: Where the frames go: the root of the suite ``davis``.
        root: An existing copy, the folder that holds ``JPEGImages``; nothing is downloaded.
        show_progress: None for a bar where standard error is a terminal.

    Returns:
        The folder to be used as the suite's root.

    Raises:
        FootageError: The archive cannot be downloaded, is damaged or another than before; frames
            are missing.
        DiskFullError: The disk is full.
    """
    if root is not None:
        _check_complete(root)
        return root
    folder.mkdir(parents=True, exist_ok=True)
    if any(_missing_frames(source) for _, source in _cases(folder)):
        archive, sha256 = _get_archive(folder)
        _unpack(archive, folder, show_progress)
        _check_complete(folder)
        facts = {"url": URL, "bytes": archive.stat().st_size, "sha256": sha256}
        write_json(folder / NOTE, facts)
    return folder


def _cases(root: Path) -> list[tuple[str, FileSource]]:
    """Id and source of each case, whether the frames are there or not."""
    suite = load_suite(NAME, root=root, check_files=False)
    return [(case.id, case.source) for case in suite.cases if isinstance(case.source, FileSource)]


def _missing_frames(source: FileSource) -> int:
    """How many of the frames that a case uses are not there, or empty."""
    assert source.stop is not None, "every case of davis says where it ends"
    if not source.path.is_dir():
        return source.stop
    found = sum(
        path.suffix.lower() in IMAGE_SUFFIXES and path.stat().st_size > 0
        for path in source.path.iterdir()
    )
    return max(0, source.stop - found)


def _check_complete(root: Path) -> None:
    """Refuse a folder that lacks frames."""
    lacking = [
        f"{name} ({count})" for name, source in _cases(root) if (count := _missing_frames(source))
    ]
    if lacking:
        raise FootageError(
            f"{root} lacks frames of {len(lacking)} sequences of DAVIS 2017 trainval at 480p: "
            f"{', '.join(lacking[:5])}{', ...' if len(lacking) > 5 else ''}. Its frames must be in "
            f"JPEGImages/480p/SEQUENCE; repeat 'motionbench fetch {NAME}' or give another --root."
        )


def _get_archive(folder: Path) -> tuple[Path, str]:
    """Download the archive, and its hash; it must be the one that was unpacked first."""
    note = folder / NOTE
    known = read_json(note)["sha256"] if note.is_file() else None
    archive = folder / Path(URL).name
    return archive, download(URL, archive, sha256=known)


def _unpack(archive: Path, folder: Path, show_progress: bool | None) -> None:
    """Take the frames of the suite's sequences that are missing, and nothing else."""
    wanted = {source.path.relative_to(folder.resolve()) for _, source in _cases(folder)}
    try:
        with zipfile.ZipFile(archive) as content:
            members = [
                (member, target)
                for member in content.infolist()
                if (target := Path(member.filename.removeprefix(ARCHIVE_ROOT))).parent in wanted
                and target.suffix.lower() in IMAGE_SUFFIXES
                and not _is_there(folder / target, member.file_size)
            ]
            for member, target in progress(
                members, total=len(members), what="frames", show=show_progress
            ):
                write_bytes(folder / target, content.read(member))
    except (zipfile.BadZipFile, zlib.error) as error:
        raise FootageError(
            f"{archive} is damaged ({error}). Remove it to download it again."
        ) from error


def _is_there(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size
