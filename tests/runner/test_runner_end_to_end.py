"""The real thing, small: rendered scenes, a control, the ruler that ships, a process of its own."""

from pathlib import Path

import pytest

from motionbench.cases import Case, Prompt, SceneSource, Suite
from motionbench.manifest import write_suite
from motionbench.ruler import load_ruler
from motionbench.runner.generate import Request, generate
from motionbench.runner.score import Scoring, score_runs
from motionbench.runner.tasks import MethodReference
from motionbench.scenes.catalogue import SEEDS, names
from motionbench.store.info import SuiteSource
from motionbench.store.table import read_table


@pytest.fixture
def suite(tmp_path: Path) -> SuiteSource:
    cases = [
        Case(
            id=category.replace("_", "-"),
            category=category,
            caption="a red ball on grass",
            prompts=(Prompt("subject", "subject", "a blue cube on sand"),),
            source=SceneSource(names(category)[0], SEEDS["eval"][1], 12, 120, 160, 12.0),
        )
        for category in ("camera", "single_object", "human")
    ]
    path = tmp_path / "suite.yaml"
    write_suite(Suite("small", "1", "", tuple(cases), "Three scenes."), path)
    return SuiteSource(str(path))


def test_controls_bound_the_metrics(suite, tmp_path):
    ruler = load_ruler("embedded", offline=True)
    runs = []
    for control in ("baselines.copy:Copy", "baselines.still:Still"):
        made = generate(Request(MethodReference(control), suite), tmp_path / "runs")
        assert (made.planned, made.failed) == (3, ())
        runs.append(made.run)
    for summary in score_runs(runs, Scoring(ruler, cache_dir=tmp_path / "cache")):
        assert (summary.scored, summary.failed, summary.ruler) == (3, (), ruler.id)

    table = read_table(runs, "embedded")
    assert not (table["status"] == "failed").any()
    values = table.set_index(["metric", "method", "category"])["value"].sort_index()
    assert (values["motion_fidelity", "copy"] > 0.97).all()
    assert (values["motion_fidelity", "still"] < values["motion_fidelity", "copy"]).all()
    assert values["motion_fidelity", "still", "camera"] < 0.1
    assert values["object_fidelity", "still", "human"] < 0.5
    assert (values["appearance_leakage", "copy"] > 0.99).all()
    assert (values["temporal_consistency", "still"] > 0.99).all()
    assert (values["text_rank"].dropna().isin([0.0, 1.0])).all()
