"""What the conformance kit sees of a method's side effects."""

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch

from motionbench.methods.observe import WRITES, contained, random_states


def test_inside_paths_lead_to_empty_folders_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for before in ("/tmp", None):
        if before is None:
            monkeypatch.delenv("TMPDIR", raising=False)
        else:
            monkeypatch.setenv("TMPDIR", before)
        here, temporary = Path.cwd(), tempfile.gettempdir()
        folder = tmp_path / str(before is None)
        folder.mkdir()
        with contained(folder) as current:
            Path("note.txt").touch()
            with tempfile.NamedTemporaryFile() as file:
                assert Path(file.name).parent == folder / "tmp"
            assert os.environ["TMPDIR"] == str(folder / "tmp")
        assert [path.name for path in current.iterdir()] == ["note.txt"]
        assert (Path.cwd(), tempfile.gettempdir(), os.environ.get("TMPDIR")) == (
            here,
            temporary,
            before,
        )


def test_writes_outside_are_noted(tmp_path: Path) -> None:
    allowed, other = tmp_path / "allowed", tmp_path / "other"
    allowed.mkdir()
    other.mkdir()
    (other / "old").write_text("x")
    with WRITES.outside(allowed):
        (allowed / "fine").write_text("x")
        (allowed / "folder").mkdir()
        (other / "a").write_text("x")
        with (other / "old").open("a"):
            pass
        with (other / "old").open("r+"):
            pass
        os.close(os.open(other / "b", os.O_WRONLY | os.O_CREAT))
        (other / "folder").mkdir()
        (allowed / "fine").rename(other / "moved")
        np.save(other / "array.npy", np.zeros(3))
        Path(os.devnull).write_text("x")
        (allowed / ".." / "other" / "dotted").write_text("x")
    names = {path.name for path in WRITES.written}
    assert names == {"a", "old", "b", "folder", "moved", "array.npy", "dotted"}
    assert all(path.parent == other for path in WRITES.written)


def test_reading_is_no_writing_and_nothing_is_noted_afterwards(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with WRITES.outside():
        (tmp_path / "file").read_text()
        list(tmp_path.iterdir())
        os.close(os.open(tmp_path / "file", os.O_RDONLY))
    (tmp_path / "later").write_text("x")
    assert WRITES.written == set()


def test_bytecode_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lately_written_module.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    with WRITES.outside():
        __import__("lately_written_module")
    assert list((tmp_path / "__pycache__").iterdir())
    assert not [path for path in WRITES.written if path.suffix == ".pyc"]


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        ("random", random.random),
        ("numpy.random", np.random.rand),
        ("torch", lambda: torch.rand(1)),
    ],
)
def test_a_draw_from_a_global_generator_shows(name: str, draw) -> None:
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    try:
        before = random_states()
        assert random_states() == before
        draw()
        after = random_states()
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
        torch.set_rng_state(states[2])
    assert {key for key in before if before[key] != after[key]} == {name}
    assert random_states() == before


def test_own_generators_do_not_show() -> None:
    before = random_states()
    np.random.default_rng(0).random()
    random.Random(0).random()
    torch.rand(1, generator=torch.Generator().manual_seed(0))
    assert random_states() == before


KEEPING = """
import json, tracemalloc
import numpy as np
from motionbench.methods.observe import memory_in_use

tracemalloc.start()
before = memory_in_use()
kept = np.ones(64 * 2**20, np.uint8)
print(json.dumps([before, memory_in_use()]))
"""


def test_memory_that_is_kept_shows() -> None:
    # In a process of its own: one that has freed much takes new memory from what it still holds.
    done = subprocess.run(
        [sys.executable, "-c", KEEPING], capture_output=True, text=True, check=True
    )
    before, during = json.loads(done.stdout)
    assert during["python"] - before["python"] >= 64 * 2**20
    assert during["process"] - before["process"] > 32 * 2**20
    assert during["gpu"] == before["gpu"] == 0
