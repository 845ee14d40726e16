"""Metrics against published results: own reference against others, and known orders."""

import json

import numpy as np
import pytest
from footage_clips import lab, moved, store

from motionbench.audit.footage import read_sources, run
from motionbench.audit.footage.separation import Separation, choose_others, wins
from motionbench.audit.footage.series import loses, tau
from motionbench.audit.metrics import AuditedMetric, from_catalog
from motionbench.errors import ManifestError

SEES = frozenset({"direction"})
FIDELITY = from_catalog("motion_fidelity", SEES)
CONSTANT = AuditedMetric("constant", "higher", SEES, lambda measured: 0.5)
LEAKAGE = from_catalog("appearance_leakage", frozenset())

DIRECTIONS = {"right": (2, 0), "left": (-2, 0), "down": (0, 2), "up": (0, -2)}
SERIES = {"little": 0.0, "some": 40.0, "much": 80.0, "most": 130.0}


def turned(degrees):
    angle = np.radians(degrees)
    return {"dx": 2 * np.cos(angle), "dy": 2 * np.sin(angle)}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Results that move as their references; a series that turns away; one made worse."""
    folder = tmp_path_factory.mktemp("published")
    rows = []
    for number, (name, (dx, dy)) in enumerate(DIRECTIONS.items()):
        store(moved(dx, dy, seed=number), folder / f"{name}.mp4")
        store(moved(dx, dy, seed=10 + number), folder / f"{name}-result.mp4")
        rows.append(
            {"reference": f"{name}.mp4", "generated": f"{name}-result.mp4", "kind": "transfer"}
        )
    for number, (name, degrees) in enumerate(SERIES.items()):
        store(moved(**turned(degrees), seed=20 + number), folder / f"{name}.mp4")
        dose = {"reference": "right.mp4", "generated": f"{name}.mp4"}
        rows.append(dose | {"kind": "dose", "group": "noise", "method": name})
    for number, row in enumerate(rows):
        row.setdefault("method", "mine")
        row["case"] = row["reference"].removesuffix(".mp4")
        row["category"] = "camera" if number else "human"
    (folder / "pairs.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


def truth(folder, tmp_path, order=tuple(SERIES)):
    text = (
        f'[[pairs]]\npairs = "{folder}/pairs.jsonl"\n[[series]]\npairs = "{folder}/pairs.jsonl"\n'
    )
    (tmp_path / "truth.toml").write_text(text + f'group = "noise"\norder = {json.dumps(order)}\n')
    return tmp_path


def tables(section):
    return {table.name: table.rows for table in section.tables}


def test_metrics_are_told_apart(published, tmp_path):
    section = run(lab(), read_sources([truth(published, tmp_path)]), (FIDELITY, CONSTANT, LEAKAGE))
    fidelity, constant, leakage = tables(section)["published"]
    # The doses were made worse on purpose: they take no part.
    assert (fidelity["results"], fidelity["unscorable"]) == (4, 0)
    assert fidelity["auc"] == fidelity["pooled"] == fidelity["human"] == 1
    assert constant["auc"] == constant["pooled"] == 0.5
    assert leakage["auc"] < 1
    taus = {row["metric"]: (row["tau"], row["last is last"]) for row in tables(section)["series"]}
    assert taus["motion_fidelity"] == (1, True)
    assert taus["constant"] == (0, False)
    said = {(finding.subject, finding.severity) for finding in section.findings}
    assert said == {
        ("motion_fidelity", "good"),
        ("constant", "fault"),
        ("constant", "notice"),
    }


def test_a_distance_counts_the_other_way_round(published, tmp_path):
    distance = AuditedMetric(
        "distance", "lower", SEES, lambda measured: 1 - measured.fidelity.value
    )
    section = run(lab(), read_sources([truth(published, tmp_path)]), (distance,))
    assert tables(section)["published"][0]["auc"] == 1
    assert tables(section)["series"][0]["tau"] == 1
    best, *_, last = tables(section)["series_1"]
    assert best["distance"] > last["distance"]


def test_steps_may_hold_several_results(published, tmp_path):
    order = [["some", "little"], ["most", "much"]]
    section = run(lab(), read_sources([truth(published, tmp_path, order)]), (FIDELITY,))
    assert tables(section)["series"][0]["tau"] == 1


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (["little", "mots"], "Unknown method 'mots'. Did you mean 'most'"),
        (["little", "little"], "must be there once"),
        (["little"], "order needs two or more steps"),
        (["little", []], "order needs two or more steps"),
    ],
)
def test_a_wrong_order_is_refused(published, tmp_path, order, message):
    with pytest.raises(ManifestError, match=message) as error:
        run(lab(), read_sources([truth(published, tmp_path, order)]), (FIDELITY,))
    assert "noise" in str(error.value)


def test_an_unknown_group_is_refused(published, tmp_path):
    path = truth(published, tmp_path) / "truth.toml"
    path.write_text(path.read_text().replace("noise", "nois"))
    with pytest.raises(ManifestError, match="Did you mean 'noise'"):
        run(lab(), read_sources([tmp_path]), (FIDELITY,))


def test_a_csv_has_the_same_fields(published, tmp_path):
    rows = [json.loads(line) for line in (published / "pairs.jsonl").read_text().splitlines()]
    names = ["reference", "generated", "method", "case", "kind", "group"]
    lines = [",".join(str(row.get(name, "")) for name in names) for row in rows]
    (published / "copy.csv").write_text("\n".join([",".join(names), *lines]))
    (tmp_path / "truth.toml").write_text(f'[[pairs]]\npairs = "{published}/copy.csv"\n')
    section = run(lab(), read_sources([tmp_path]), (CONSTANT,))
    assert tables(section)["published"][0]["results"] == 4


def test_unscorable_results_lose():
    assert wins(np.array([np.nan, 0.5]), np.array([0.1, np.nan])) == 0.5
    assert wins(np.array([0.5]), np.array([np.nan])) is None


def test_paired_and_pooled_differ():
    # Each result beats its own others, but not those of the first.
    separation = Separation(np.array([0.9, 0.3]), np.array([[0.5, 0.6], [0.1, 0.2]]))
    assert separation.paired().tolist() == [1, 1]
    assert separation.pooled() == 0.75


def test_others_are_of_other_references_and_groups():
    own, groups = ["a", "a", "b", "c", "d"], ["", "g", "", "g", ""]
    chosen = choose_others(own, groups, count=9, seed=0)
    assert [sorted(own[j] for j in row) for row in chosen] == [
        ["b", "c", "d"],
        ["b", "d"],
        ["a", "c", "d"],
        ["b", "d"],
        ["a", "b", "c"],
    ]
    assert all(len(row) == 2 for row in choose_others(own, groups, count=2, seed=0))
    assert choose_others(own, groups, count=2, seed=1) == choose_others(
        own, groups, count=2, seed=1
    )


def test_tau_counts_couples_whose_order_is_known():
    ranks = np.array([0, 0, 1, 2])
    assert tau(ranks, np.array([0.7, 0.9, 0.5, 0.1])) == 1
    assert tau(ranks, np.array([0.1, 0.2, 0.5, 0.9])) == -1
    assert tau(ranks, np.full(4, 0.5)) == 0
    assert tau(ranks, np.array([0.7, 0.9, np.nan, 0.1])) == pytest.approx(2 / 5)
    assert loses(ranks, np.array([0.7, 0.9, 0.5, 0.1])) is True
    assert loses(ranks, np.array([0.7, 0.9, 0.1, 0.1])) is False
    assert loses(ranks, np.array([0.7, 0.9, np.nan, 0.1])) is None
