"""Records survive torn lines, full disks and hand editing."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.errors import DiskFullError, StoreError
from motionbench.store.journal import Journal

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
RECORDS = st.lists(st.dictionaries(st.text(), VALUES, max_size=3), min_size=1, max_size=4)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "records.jsonl")


@given(records=RECORDS)
@settings(deadline=None, max_examples=30)
def test_what_is_appended_is_read_back(tmp_path_factory, records):
    journal = Journal(tmp_path_factory.mktemp("journal") / "deep" / "records.jsonl")
    for record in records:
        journal.append(record)
    assert journal.read() == records
    assert journal.path.read_bytes().count(b"\n") == len(records)


@given(records=RECORDS, data=st.data())
@settings(deadline=None, max_examples=30)
def test_a_torn_last_line_costs_only_itself(tmp_path_factory, records, data):
    journal = Journal(tmp_path_factory.mktemp("journal") / "records.jsonl")
    for record in records:
        journal.append(record)
    whole = journal.path.read_bytes()
    last = whole.rfind(b"\n", 0, -1) + 1
    cut = data.draw(st.integers(last, len(whole) - 2))
    journal.path.write_bytes(whole[:cut])
    assert journal.read() == records[:-1], "a reader without the lock leaves it out"
    journal.repair()
    assert journal.path.read_bytes() == whole[:last]
    journal.append({"again": 1})
    assert journal.read() == [*records[:-1], {"again": 1}]


def test_a_whole_last_line_without_its_end_is_kept(journal):
    journal.path.write_text('{"a": 1}\n{"b": 2}')
    journal.repair()
    assert journal.read() == [{"a": 1}, {"b": 2}]


def test_a_repair_is_told(journal, caplog):
    journal.path.write_text('{"a": 1}\n{"b":')
    journal.repair()
    assert "removed an unfinished last line (5 bytes)" in caplog.text


def test_a_broken_line_is_named(journal):
    journal.path.write_text('{"a": 1}\nnonsense\n{"b": 2}\n')
    with pytest.raises(StoreError, match=r"records\.jsonl, line 2: .*Remove the line"):
        journal.read()
    journal.path.write_text("[1]\n")
    with pytest.raises(StoreError, match="line 1: not a JSON object"):
        journal.read()


def test_nan_is_refused(journal):
    with pytest.raises(ValueError, match="not JSON compliant"):
        journal.append({"value": float("nan")})
    assert journal.read() == []


def test_text_that_is_no_utf8_is_kept(journal):
    name = os.fsdecode(b"caf\xe9.mp4")
    journal.append({"error": name})
    assert journal.read() == [{"error": name}]
    json.loads(journal.path.read_text(encoding="utf-8"))


def test_a_full_disk_is_named(tmp_path):
    full = tmp_path / "records.jsonl"
    full.symlink_to("/dev/full")
    with pytest.raises(DiskFullError, match=r"disk is full: .*records\.jsonl.*repeat the same"):
        Journal(full).append({"a": 1})


def test_what_did_not_fit_is_taken_back(journal, monkeypatch):
    journal.append({"a": 1})
    whole = journal.path.read_bytes()
    write = os.write

    def full_after_some(descriptor, content):
        if len(content) < 10:
            raise OSError(28, "No space left on device")
        return write(descriptor, bytes(content)[: len(content) - 5])

    monkeypatch.setattr(os, "write", full_after_some)
    with pytest.raises(DiskFullError):
        journal.append({"text": "does not fit at all"})
    assert journal.path.read_bytes() == whole
