"""The camera part held against poses and labels; broken trackers are found out."""

import json

import pytest
from footage_clips import (
    DISTANCE,
    FRAMES,
    Backwards,
    lab,
    moved,
    store,
    to_camera,
    wall,
    write_poses,
)
from matplotlib.figure import Figure

from motionbench.audit.footage import read_sources, run
from motionbench.audit.footage.labels import LABELS, read_labels
from motionbench.errors import ManifestError


def tables(section):
    return {table.name: table.rows for table in section.tables}


def severities(section):
    return [finding.severity for finding in section.findings]


@pytest.fixture(scope="module")
def posed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("posed")
    moves = {
        "right": [to_camera(yaw=0.25 * k * (1 + k / 9)) for k in range(FRAMES)],
        "ahead": [
            to_camera(yaw=-0.4 * k, place=(0, 0, DISTANCE / 800 * k * (k + 6)))
            for k in range(FRAMES)
        ],
    }
    for name, cameras in moves.items():
        store(wall(cameras), folder / f"{name}.mp4")
        write_poses(folder / f"{name}.txt", cameras)
    return folder


def test_true_poses_are_found_again(posed):
    section = run(lab(), read_sources([posed]))
    totals = {(row["clip"], row["component"]): row for row in tables(section)["poses_totals"]}
    for clip, component in (("right", "pan"), ("ahead", "pan"), ("ahead", "zoom")):
        row = totals[clip, component]
        assert row["told"]
        assert row["right"]
        assert row["measured"] == pytest.approx(row["full"], rel=0.15)
    assert totals["ahead", "zoom"]["turn"] == pytest.approx(0, abs=0.02)
    assert not totals["right", "roll"]["told"]
    assert all(row["agreement"] > 0.9 for row in tables(section)["poses_by_clip"])
    pan = tables(section)["poses"][0]
    assert pan["rank"] > 0.9
    assert pan["ratio"] == pytest.approx(1, abs=0.1)


def test_the_figure_has_a_point_for_each_step(posed):
    canvas = Figure()
    run(lab(), read_sources([posed])).figures[0].draw(canvas)
    assert [axes.get_xlabel().split()[1] for axes in canvas.axes] == ["pan", "tilt", "zoom", "roll"]
    *clips, _equal = canvas.axes[0].lines
    assert [len(line.get_xdata()) for line in clips] == [FRAMES - 1, FRAMES - 1]


def test_a_backward_tracker_has_the_wrong_signs(posed):
    section = run(lab(Backwards()), read_sources([posed]))
    pan = tables(section)["poses"][0]
    assert (pan["totals"], pan["right"]) == (2, 0)
    assert pan["rank"] < -0.9
    assert "good" not in severities(section)


def test_poses_must_be_as_many_as_frames(posed, tmp_path):
    store(moved(1), tmp_path / "a.mp4")
    write_poses(tmp_path / "a.txt", [to_camera()] * 3)
    with pytest.raises(ManifestError, match=f"3 poses for the {FRAMES} frames"):
        run(lab(), read_sources([tmp_path]))


MOVES = {
    "pan_left": {"dx": 2.0},
    "pan_right": {"dx": -2.0},
    "tilt_up": {"dy": 1.5},
    "tilt_down": {"dy": -1.5},
    "zoom_in": {"zoom": 0.03},
    "zoom_out": {"zoom": -0.03},
    "left_in": {"dx": 1.5, "zoom": 0.02},
}


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labelled")
    entries = []
    for label, motion in MOVES.items():
        store(moved(**motion), folder / f"{label}.mp4")
        entries.append({"file": f"{label}.mp4", "label": label})
    (folder / "labels.json").write_text(json.dumps(entries))
    return folder


def test_labelled_motions_have_their_signs(labelled):
    section = run(lab(), read_sources([labelled]))
    assert all(row["right"] for row in tables(section)["labels_by_clip"])
    assert [(row["kind"], row["clips"], row["right"]) for row in tables(section)["labels"]] == [
        ("plain", 6, 6),
        ("mixed", 1, 1),
    ]
    assert severities(section) == ["good", "good"]


def test_a_backward_tracker_is_a_fault(labelled):
    section = run(lab(Backwards()), read_sources([labelled]))
    assert tables(section)["labels"][0]["right"] == 0
    assert severities(section) == ["fault", "notice"]


def test_every_label_says_something():
    assert all(meaning.signs for meaning in LABELS.values())
    assert LABELS["pan_left"].signs == {"pan": -1}
    assert LABELS["right_out"].signs == {"pan": 1, "zoom": -1}
    assert LABELS["dolly_zoom_in"].kind == "dolly"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "must be a list"),
        ("[", "cannot be read"),
        ('[{"file": "a.mp4"}]', "entry 1: needs file and label"),
        ('[{"file": "a.mp4", "label": "spin"}]', "entry 1: unknown label 'spin'"),
        ('[{"file": "a.mp4", "label": "zoom_in"}]', "entry 1: there is no file"),
    ],
)
def test_wrong_labels_are_refused(tmp_path, content, message):
    (tmp_path / "labels.json").write_text(content)
    with pytest.raises(ManifestError, match=message):
        read_labels(tmp_path / "labels.json")
