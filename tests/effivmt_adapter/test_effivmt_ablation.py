"""The ablation: its grid, and a small run of it from end to end."""

from pathlib import Path

import pytest

from effivmt_adapter.ablation import read_rows, run_settings, write_report
from effivmt_adapter.ablation_grid import FACTORS, TWO_STAGE, Setting, full_grid
from motionbench.methods.options import build_config
from motionbench.methods.registry import load_card
from motionbench.ruler import load_ruler
from motionbench.runner.plan import Selection
from motionbench.runner.score import Scoring
from motionbench.store.info import SuiteSource

QUICK = {
    "spatial_steps": 1, "temporal_steps": 1, "spatial_rank": 1, "temporal_rank": 1, "batch": 1,
    "steps": 1, "guidance": 1.0,
}  # fmt: skip


def test_the_grid_has_every_combination_and_control() -> None:
    grid = full_grid([2, 5])
    factors = [s for s in grid if s.section == "The three ideas"]
    assert len(factors) == 8
    values = {tuple(s.options.get(name, True) for name in FACTORS) for s in factors}
    assert len(values) == 8
    assert factors[0].options == {}
    assert factors[-1].name == "none of them"
    options = [s.options for s in grid]
    for wanted in (
        {"frames_sampled": 5}, {"heads_control": "random"}, {"heads_control": "inverted"},
        {"heads_rule": "quantile"}, {"spatial_lora_scale": 1.0}, {"motion_loss": 0.0},
    ):  # fmt: skip
        assert wanted in options
    assert len({(s.section, s.name) for s in grid}) == len(grid)


def test_every_setting_is_one_that_the_methods_take() -> None:
    from baselines.two_stage_lora import TwoStageConfig
    from effivmt_adapter.config import EffiVMTConfig

    for setting in full_grid([3]):
        build_config(
            TwoStageConfig if setting.method == TWO_STAGE else EffiVMTConfig, setting.options
        )
        assert load_card(setting.method).tunes_per_reference


@pytest.mark.slow
def test_a_small_run_gives_table_and_figure(folder: Path, tmp_path: Path) -> None:
    settings = (
        Setting("Motion loss", "with"),
        Setting("Motion loss", "without", {"motion_loss": 0.0}),
        Setting("Again", "with"),
    )
    scoring = Scoring(load_ruler("embedded", offline=True))
    arguments = {
        "shared": {"backbone": str(folder), "frames_sampled": 2, **QUICK},
        "suite": SuiteSource("scenes"),
        "selection": Selection(limit=1, prompts=("caption",)),
        "scoring": scoring,
        "out": tmp_path / "runs",
    }
    folders = run_settings(settings, **arguments)
    assert len(set(folders)) == 2
    assert folders[0] == folders[2]
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.mp4")}
    assert run_settings(settings, **arguments) == folders
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.mp4")} == times

    rows = read_rows(settings, folders, scoring.ruler.id)
    assert rows[0].cells["seconds_adapt"].mean > 0
    write_report(rows, tmp_path / "docs", ["One case."])
    text = (tmp_path / "docs" / "ablation.md").read_text()
    assert "## Motion loss" in text
    assert "| without |" in text
    assert (tmp_path / "docs" / "ablation.png").read_bytes()[:4] == b"\x89PNG"
