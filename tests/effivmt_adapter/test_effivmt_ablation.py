"""The ablation: its grid, and a small run of it from end to end."""

from pathlib import Path

import pytest

from effivmt_adapter.ablation import machine_fact, read_rows, run_settings, write_report
from effivmt_adapter.ablation_grid import FACTORS, NO_EFFECT, TWO_STAGE, Setting, full_grid
from motionbench.cases import Case, FileSource, Prompt, Suite
from motionbench.manifest import write_suite
from motionbench.methods.options import build_config
from motionbench.methods.registry import load_card
from motionbench.ruler import Ruler
from motionbench.runner.plan import Selection
from motionbench.runner.score import Scoring
from motionbench.store.info import SuiteSource
from motionbench.video import encode
from tests.runner.runner_doubles import CentroidTracker, ColourEmbedder, moving_square

QUICK = {
    "spatial_steps": 1, "temporal_steps": 1, "spatial_rank": 1, "temporal_rank": 1, "batch": 1,
    "steps": 1, "guidance": 1.0,
}  # fmt: skip


def test_the_grid_has_every_combination_and_control() -> None:
    grid = full_grid([2, 5])
    factors = [s for s in grid if s.section == "The three ideas"]
    assert len(factors) == 8
    values = [tuple(s.options.get(name, True) for name in FACTORS) for s in factors]
    # Without sparse sampling adaptive RoPE does nothing: such settings share a run, and say so.
    assert len(set(values)) == 6
    idle = [s for s in factors if NO_EFFECT in s.name]
    assert [s.name.startswith("decoupled") for s in idle] == [True, False]
    assert all(values.count(values[factors.index(s)]) == 2 for s in idle)
    assert factors[0].options == {}
    assert factors[-1].name == "none of them"
    options = [s.options for s in grid]
    for wanted in (
        {"frames_sampled": 5}, {"heads_control": "random"}, {"heads_control": "inverted"},
        {"heads_rule": "quantile"}, {"debiased_loss": 1.0}, {"spatial_lora_scale": 1.0},
        {"motion_loss": 0.0},
    ):  # fmt: skip
        assert wanted in options
    assert len({(s.section, s.name) for s in grid}) == len(grid)


def test_every_setting_is_one_that_the_methods_take() -> None:
    from effivmt_adapter.config import EffiVMTConfig, TuningOptions

    for setting in full_grid([3]):
        build_config(
            TuningOptions if setting.method == TWO_STAGE else EffiVMTConfig, setting.options
        )
        assert load_card(setting.method).tunes_per_reference


def small_suite(folder: Path) -> SuiteSource:
    """Two clips, so that there is another one to compare with."""
    cases = []
    for name, step in {"right": (2, 0), "down": (0, 2)}.items():
        path = folder / f"{name}.mkv"
        encode(moving_square(step=step), path, lossless=True)
        prompt = Prompt("subject", "subject", "a red star")
        cases.append(Case(name, "camera", "a square", (prompt,), FileSource(path)))
    write_suite(Suite("two", "1", "", tuple(cases), "Two clips."), folder / "suite.yaml")
    return SuiteSource(str(folder / "suite.yaml"))


@pytest.mark.slow
def test_a_small_run_gives_table_and_figure(folder: Path, tmp_path: Path) -> None:
    settings = (
        Setting("Motion loss", "without", {"motion_loss": 0.0}),
        Setting("Again", "without", {"motion_loss": 0.0}),
    )
    scoring = Scoring(Ruler("quick", CentroidTracker(), ColourEmbedder(), working_size=64))
    arguments = {
        "shared": {"backbone": str(folder), "frames_sampled": 2, "heads_rule": "quantile", **QUICK},
        "suite": small_suite(tmp_path),
        "selection": Selection(limit=1),
        "scoring": scoring,
        "out": tmp_path / "runs",
    }
    folders = run_settings(settings, **arguments)
    # The same options are the same run, which is made once.
    assert len(set(folders)) == 1
    (generations,) = tmp_path.rglob("generations.jsonl")
    assert len(generations.read_text().splitlines()) == 1

    rows = read_rows(settings, folders, scoring.ruler.id)
    assert rows[0].cells["seconds_adapt"].mean > 0
    write_report(rows, tmp_path / "docs", ["One case."])
    text = (tmp_path / "docs" / "ablation.md").read_text()
    assert "## Motion loss" in text
    assert "| without |" in text
    picture = (tmp_path / "docs" / "ablation.png").read_bytes()
    assert picture[:4] == b"\x89PNG"
    assert b"Software" not in picture


def test_the_machine_is_told() -> None:
    machine = {"cores": 16, "cpu": "a chip", "gpus": ["a card, 80 GB"]}
    assert machine_fact("cuda", machine) == "device cuda; 16 cores of a chip; a card, 80 GB"
    assert machine_fact("cpu", {**machine, "gpus": []}).endswith("a chip; no GPU")
