"""Footage from the network and from folders, on small stand-ins."""

import hashlib
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from motionbench.cases import Case, Clip, FileSource, Prompt, Suite
from motionbench.errors import FootageError
from motionbench.files import read_json
from motionbench.manifest import load_suite
from motionbench.methods.precomputed import Precomputed
from motionbench.suites import davis, motionbench_public
from motionbench.suites.download import download
from motionbench.suites.motionbench_public import Composite, Page, read_page
from motionbench.suites.tiles import Tile
from motionbench.video import decode, encode, file_sha256

CONTENT = bytes(range(256)) * 40


class Server(BaseHTTPRequestHandler):
    """Serves ``content`` whole, or from where a range begins."""

    def __init__(self, asked: list[str | None], content: bytes, *arguments: object) -> None:
        self.asked, self.content = asked, content
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if start >= len(self.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(self.content)}")
            self.end_headers()
            return
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(self.content) - start))
        self.end_headers()
        self.wfile.write(self.content[start:])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served() -> Iterator[tuple[str, list[str | None]]]:
    """Address of CONTENT, and the ranges that were asked for."""
    asked: list[str | None] = []
    with HTTPServer(("127.0.0.1", 0), partial(Server, asked, CONTENT)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/file.bin", asked
        server.shutdown()
        thread.join()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_file_is_downloaded_once(tmp_path: Path, served: tuple[str, list[str | None]]) -> None:
    url, asked = served
    path = tmp_path / "sub" / "file.bin"
    assert download(url, path) == download(url, path) == sha256(CONTENT)
    assert (path.read_bytes(), asked) == (CONTENT, [None])


def test_a_broken_download_is_continued(
    tmp_path: Path, served: tuple[str, list[str | None]]
) -> None:
    url, asked = served
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:1000])
    download(url, tmp_path / "file.bin", sha256=sha256(CONTENT))
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert asked == ["bytes=1000-"]


@pytest.mark.parametrize(
    ("part", "asked_for"),
    [
        (CONTENT, [f"bytes={len(CONTENT)}-"]),
        (CONTENT + b"x", [f"bytes={len(CONTENT) + 1}-", None]),
    ],
    ids=["whole", "too long"],
)
def test_a_part_that_lacks_nothing_ends_the_download(
    tmp_path: Path,
    served: tuple[str, list[str | None]],
    part: bytes,
    asked_for: list[str | None],
) -> None:
    url, asked = served
    (tmp_path / "file.bin.part").write_bytes(part)
    assert download(url, tmp_path / "file.bin") == sha256(CONTENT)
    assert asked == asked_for


def test_another_file_is_refused_and_not_kept(
    tmp_path: Path, served: tuple[str, list[str | None]]
) -> None:
    with pytest.raises(FootageError, match="was written for 00"):
        download(served[0], tmp_path / "file.bin", sha256="00")
    assert list(tmp_path.iterdir()) == []


def test_a_server_out_of_reach_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(FootageError, match="--root"):
        download("http://127.0.0.1:9/file.bin", tmp_path / "file.bin")


def test_the_facts_fit_the_suite() -> None:
    page = read_page()
    suite = load_suite(motionbench_public.NAME, check_files=False)
    assert [composite.case for composite in page.composites] == [case.id for case in suite.cases]
    counts = [len(composite.tiles) - 1 for composite in page.composites]
    assert (len(counts), sum(counts)) == (29, 116)
    for case in suite.cases:
        assert [prompt.id for prompt in case.prompts] == [f"result-{n}" for n in (1, 2, 3, 4)]
        assert isinstance(case.source, FileSource)
        assert case.source.path.name == f"{case.id}.mkv"
        assert case.sha256


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one composite of a reference and two results."""
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (6, 32, 96, 3)).astype(np.uint8).repeat(2, 0)
    root = tmp_path / "checkout"
    encode(Clip(frames, 30.0), root / "assets" / "1.mp4")
    tiles = tuple(Tile(x, 0, 32, 32) for x in (0, 32, 64))
    digest = file_sha256(root / "assets" / "1.mp4")
    page = Page("http://127.0.0.1:9/", (Composite("one", "assets/1.mp4", digest, tiles),))
    monkeypatch.setattr(motionbench_public, "read_page", lambda: page)
    return root


def test_a_checkout_gives_references_and_results(tmp_path: Path, checkout: Path) -> None:
    folder = tmp_path / "data"
    results = motionbench_public.fetch_motionbench_public(folder, root=checkout)
    reference = decode(folder / "references" / "one.mkv")
    assert (reference.frames.shape, reference.fps) == ((6, 32, 32, 3), 15.0)
    source = Precomputed(results)
    assert source.card.name == "effivmt-published"
    first = source.video_for("one", Prompt("result-1", "free", ""), 0)
    second = source.video_for("one", Prompt("result-2", "free", ""), 0)
    assert not np.array_equal(decode(first).frames, decode(second).frames)


def test_what_was_cut_is_not_cut_again(tmp_path: Path, checkout: Path) -> None:
    folder = tmp_path / "data"
    motionbench_public.fetch_motionbench_public(folder, root=checkout)
    (folder / "references" / "one.mkv").write_bytes(b"kept")
    motionbench_public.fetch_motionbench_public(folder, root=checkout)
    assert (folder / "references" / "one.mkv").read_bytes() == b"kept"


def test_another_composite_is_refused(tmp_path: Path, checkout: Path) -> None:
    (checkout / "assets" / "1.mp4").write_bytes(b"other")
    with pytest.raises(FootageError, match="the suite was written for"):
        motionbench_public.fetch_motionbench_public(tmp_path / "data", root=checkout)


@pytest.fixture
def small_davis(monkeypatch: pytest.MonkeyPatch) -> None:
    """A suite of one sequence of three frames instead of DAVIS."""

    def load(name: str, *, root: Path, check_files: bool) -> Suite:
        source = FileSource(root.resolve() / "JPEGImages/480p/bear", 0, 3)
        return Suite(name, "1", "", (Case("bear", "camera", "", (), source),))

    monkeypatch.setattr(davis, "load_suite", load)


def test_a_copy_of_davis_is_checked(tmp_path: Path, small_davis: None) -> None:
    frames = tmp_path / "JPEGImages" / "480p" / "bear"
    frames.mkdir(parents=True)
    (frames / "00000.jpg").write_bytes(b"a")
    (frames / "00001.jpg").touch()  # of a disk that was full
    with pytest.raises(FootageError, match=r"lacks frames of 1 sequences.*bear \(2\)"):
        davis.fetch_davis(tmp_path / "data", root=tmp_path)
    (frames / "00001.jpg").write_bytes(b"b")
    (frames / "00002.jpg").write_bytes(b"c")
    assert davis.fetch_davis(tmp_path / "data", root=tmp_path) == tmp_path


def test_davis_is_unpacked_and_its_archive_remembered(
    tmp_path: Path, small_davis: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / davis.URL.rpartition("/")[2]
    with zipfile.ZipFile(archive, "w") as content:
        for name in ("bear/00000.jpg", "bear/00001.jpg", "bear/00002.jpg", "goat/00000.jpg"):
            content.writestr(f"DAVIS/JPEGImages/480p/{name}", name)
        content.writestr("DAVIS/../../evil.jpg", "")
    assert davis.fetch_davis(tmp_path) == tmp_path
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.jpg"))
    assert found == [f"JPEGImages/480p/bear/0000{n}.jpg" for n in range(3)]
    assert read_json(tmp_path / "archive.json")["sha256"] == file_sha256(archive)
    (tmp_path / "JPEGImages/480p/bear/00001.jpg").unlink()
    kept = tmp_path / "JPEGImages/480p/bear/00000.jpg"
    before = kept.stat().st_mtime_ns
    davis.fetch_davis(tmp_path)
    assert kept.stat().st_mtime_ns == before
    archive.write_bytes(b"another")
    (tmp_path / "JPEGImages/480p/bear/00001.jpg").unlink()
    with pytest.raises(FootageError, match="was written for"):
        davis.fetch_davis(tmp_path)


@pytest.mark.parametrize("damaged", [True, False])
def test_an_archive_that_does_not_serve_is_not_remembered(
    tmp_path: Path, small_davis: None, damaged: bool
) -> None:
    archive = tmp_path / davis.URL.rpartition("/")[2]
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("DAVIS/JPEGImages/480p/bear/00000.jpg", "one of three")
    if damaged:
        archive.write_bytes(archive.read_bytes()[:50])
    with pytest.raises(FootageError, match="is damaged" if damaged else "lacks frames"):
        davis.fetch_davis(tmp_path)
    assert not (tmp_path / davis.NOTE).exists()
