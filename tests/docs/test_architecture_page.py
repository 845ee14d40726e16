"""The architecture page has the layers and the fields that the code has."""

import re
from dataclasses import fields

from motionbench.store.info import RunInfo, RunSettings
from motionbench.store.records import Cut, GenerationRecord, PlannedJob, Score, ScoreRecord, Stored
from tests.architecture.test_import_direction import LAYERS
from tests.docs.pages import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def cells(after: str, *, column: int) -> dict[str, list[str]]:
    """First cell of each row of a section's table to the code words of another cell."""
    section = TEXT.partition(f"## {after}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return {row[0].strip(): re.findall(r"`(\w+)`", row[column]) for row in rows[2:]}


def test_layers() -> None:
    shown = [set(words) for words in cells("Layers", column=1).values()]
    assert shown == [layer for layer in reversed(LAYERS) if layer != {"__init__"}]


def test_fields_of_records() -> None:
    shown = cells("Files of a run", column=1)
    names = {kind: {field.name for field in fields(kind)} for kind in (
        RunInfo, RunSettings, PlannedJob, GenerationRecord, Stored, Cut, ScoreRecord, Score
    )}  # fmt: skip
    assert set(shown["`run.json`"]) == names[RunInfo]
    assert set(shown["its `settings`"]) == names[RunSettings]
    assert set(shown["`plan.json`"]) == names[PlannedJob] | {"jobs"}
    generation = (names[GenerationRecord] - {"stored"}) | names[Stored]
    assert set(shown["`generations.jsonl`"]) == generation
    assert set(shown["its `conform`"]) == names[Cut]
    assert set(shown["`scores/<ruler>.jsonl`"]) == names[ScoreRecord]
    states = {"ok", "unscorable", "failed"}
    assert set(shown["each of its `scores`"]) == names[Score] | states
