"""What each page needs before its commands are run, and what must be there afterwards."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from tests.docs.conftest import Desk
from tests.docs.pages import ROOT, blocks

CASE = "--cases camera-pan --prompts subject --ruler embedded --offline"


class Walk(NamedTuple):
    """A page's walk."""

    prepare: Callable[[Desk], object]
    check: Callable[[Desk], object]


def film(path: Path, step: int) -> None:
    """24 frames of a textured square that moves by ``step`` pixels a frame, as MPEG-4."""
    rng = np.random.default_rng(0)
    ground = rng.integers(60, 120, (16, 20, 3)).repeat(8, 0).repeat(8, 1).astype(np.uint8)
    square = rng.integers(130, 255, (6, 6, 3)).repeat(6, 0).repeat(6, 1).astype(np.uint8)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 12.0, (160, 128))
    for time in range(24):
        frame, left = ground.copy(), 62 + step * (time - 12)
        frame[40:76, left : left + 36] = square
        writer.write(frame)
    writer.release()


def film_table(page: str) -> Callable[[Desk], None]:
    """The clips that a page's table names."""

    def prepare(desk: Desk) -> None:
        (table,) = (block for block in blocks(ROOT / page) if block.file.endswith(".csv"))
        folder = desk.folder / Path(table.file).parent
        folder.mkdir()
        names = {row["video"] for row in csv.DictReader(table.text.splitlines())}
        for index, name in enumerate(sorted(names)):
            film(folder / name, step=3 - 2 * index)

    return prepare


def two_runs(desk: Desk) -> None:
    """Runs to compare, whose folders are named as the README says."""
    for method in ("copy", "still"):
        desk.run(f"motionbench eval --method {method} {CASE}")


def one_run(desk: Desk) -> None:
    """The least that a board needs."""
    for name, step in {"reference": 3, "generated": 2}.items():
        film(desk.folder / f"{name}.mp4", step)
    (desk.folder / "pairs.csv").write_text("reference,generated\nreference.mp4,generated.mp4\n")
    desk.run("motionbench score --pairs pairs.csv --ruler embedded --offline")


def a_reader_s_desk(desk: Desk) -> None:
    """What the README takes for granted: runs, clips and their table, a method, a pairs file."""
    two_runs(desk)
    film_table("docs/quickstart.md")(desk)
    (desk.folder / "clips" / "clips.csv").write_text("video,prompt\nlamp.mp4,a lantern\n")
    (desk.folder / "pairs.csv").write_text("reference,generated\nclips/lamp.mp4,clips/cars.mp4\n")
    (method,) = (b for b in blocks(ROOT / "docs/add-a-method.md") if b.file == "my_method.py")
    text = method.text.replace("class Negative", "class MyMethod")
    (desk.folder / "my_method.py").write_text(text)


def everything_was_made(desk: Desk) -> None:
    for name in ("site/index.html", "pan.png", "mine.yaml", "motionbench-my-method/pyproject.toml"):
        assert (desk.folder / name).is_file(), name
    assert list(desk.folder.glob("copy--scenes--*.zip"))
    assert list(desk.folder.glob("runs/mine/*/scores/*.jsonl"))


def both_rows_and_pages(desk: Desk) -> None:
    rows = {row["method"]: row for row in board(desk)["rows"]}
    assert rows.keys() == {"my-method", "copy"}
    assert rows["copy"]["cells"]["motion_fidelity"]["mean"] > 0.99
    assert rows["my-method"]["cells"]["motion_fidelity"]["mean"] > 0.8
    page = (desk.folder / "site" / "index.html").read_text(encoding="utf-8")
    assert "my-method" in page
    clips = {path.suffix for path in (desk.folder / "site").rglob("*") if path.stat().st_size}
    assert ".mp4" in clips


def every_way_is_on_the_board(desk: Desk) -> None:
    fidelity = {
        row["method"]: row["cells"]["motion_fidelity"]["mean"] for row in board(desk)["rows"]
    }
    assert set(fidelity) == {"negative", "my-method", "flipped", "finished"}
    assert fidelity["finished"] == fidelity["negative"] > 0.99
    assert fidelity["flipped"] < -0.9
    assert (desk.folder / "references" / "camera-pan.mp4").exists()


def board(desk: Desk) -> dict[str, list[dict[str, dict[str, dict[str, float]]]]]:
    """The leaderboard's JSON."""
    content: dict[str, list[dict[str, dict[str, dict[str, float]]]]] = json.loads(
        desk.run("motionbench leaderboard --json")
    )
    return content


def nothing(desk: Desk) -> None:
    """No preparation, or no check but that the commands succeed."""


WALKS = {
    "README.md": Walk(a_reader_s_desk, everything_was_made),
    "docs/quickstart.md": Walk(film_table("docs/quickstart.md"), both_rows_and_pages),
    "docs/add-a-method.md": Walk(nothing, every_way_is_on_the_board),
    "docs/add-a-suite.md": Walk(
        film_table("docs/add-a-suite.md"), lambda desk: (desk.folder / "bus.png").stat()
    ),
    "docs/architecture.md": Walk(one_run, lambda desk: (desk.folder / "board.csv").stat()),
    "docs/requirements.md": Walk(nothing, nothing),
    "docs/rulers.md": Walk(nothing, nothing),
}
