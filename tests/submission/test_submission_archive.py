"""Archives that are damaged, missing, too large, full of tricks, or do not fit on the disk."""

import errno
import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from motionbench.errors import DiskFullError, SubmissionError
from motionbench.submission import archive


def packed(path: Path, content: bytes, how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as bundle:
        bundle.writestr("plan.json", content)
    return path


def test_damaged_data_is_no_traceback(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", os.urandom(5000).hex().encode())
    content = bytearray(path.read_bytes())
    content[39:60] = b"\xff" * 21  # behind the local header: the packed data
    path.write_bytes(content)
    with pytest.raises(SubmissionError, match="no zip archive that can be read"):
        archive.unpack(path, tmp_path / "out")


def test_a_missing_bundle_is_called_missing(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"a\.zip is no file"):
        archive.unpack(tmp_path / "a.zip", tmp_path / "out")


def test_a_full_disk_is_not_the_archive_s_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path / "a.zip", b"{}")
    opened = Path.open

    def full(self: Path, mode: str = "r", *rest: object) -> object:
        if mode == "xb":
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(self, mode, *rest)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(DiskFullError, match="disk is full"):
        archive.unpack(path, tmp_path / "out")


def test_a_record_has_a_largest_size_whatever_its_ratio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST_TEXT", 1000)
    path = packed(tmp_path / "a.zip", os.urandom(1001))
    with pytest.raises(SubmissionError, match="more than the 1000"):
        archive.unpack(path, tmp_path / "out")


def test_only_the_packings_of_a_bundle(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", b"{}", zipfile.ZIP_LZMA)
    with pytest.raises(SubmissionError, match="does not use"):
        archive.unpack(path, tmp_path / "out")


def evil_members() -> Iterator[tuple[str, zipfile.ZipInfo, bytes, str]]:
    for name in (
        "../run.json",
        "/run.json",
        "videos/../../x/a-0.mp4",
        "C:\\run.json",
        "videos/a/",
        "videos/a/a-0.m3u8",
    ):
        yield name, zipfile.ZipInfo(name), b"x", "no file of a bundle has this name"
    link = zipfile.ZipInfo("run.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    yield "link", link, b"/etc/passwd", "it is a link or device"
    yield "bomb", zipfile.ZipInfo("run.json"), bytes(20 << 20), "times its size"


@pytest.mark.parametrize(
    ("member", "content", "reason"),
    [pytest.param(*rest, id=name) for name, *rest in evil_members()],
)
def test_archive_tricks(
    tmp_path: Path, member: zipfile.ZipInfo, content: bytes, reason: str
) -> None:
    path, folder = tmp_path / "evil.zip", tmp_path / "inside" / "folder"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("plan.json", b"{}")
        bundle.writestr(member, content, zipfile.ZIP_DEFLATED)
    with pytest.raises(SubmissionError, match=reason):
        archive.unpack(path, folder)
    assert list(folder.iterdir()) == []
    assert sorted(tmp_path.iterdir()) == [path, folder.parent]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_and_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("run.json", b"1")
        bundle.writestr("run.json", b"2")
    with pytest.raises(SubmissionError, match="more than once"):
        archive.unpack(path, tmp_path / "out")
    path.write_bytes(b"PK not a zip")
    with pytest.raises(SubmissionError, match="no zip archive"):
        archive.unpack(path, tmp_path / "out")
