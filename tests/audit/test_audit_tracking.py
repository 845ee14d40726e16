import math

import numpy as np
import pytest
from audit_doubles import (
    Damaged,
    gives_up,
    jitters,
    knowing,
    mixes_up,
    ruler,
    says_visible,
    stays_put,
)
from matplotlib.figure import Figure

from motionbench.audit import tracking
from motionbench.audit import tracking_tables as tables
from motionbench.audit.axes import base_scenes
from motionbench.audit.lab import Lab, Shot
from motionbench.audit.points import Points, gather
from motionbench.audit.scale import Scale
from motionbench.cases import CATEGORIES
from motionbench.scenes.tracks import exact_tracks
from motionbench.trackers import grid_queries
from motionbench.trackers.lucas_kanade import LucasKanade

SCALE = Scale(scenes=1, frames=9, size=96)


@pytest.fixture(scope="module")
def truth():
    scenes = [scene for c in CATEGORIES for scene in base_scenes(c, 2, SCALE.seed)]
    return knowing(scenes, SCALE)


def audited(tracker):
    return tracking.run(Lab(ruler(tracker, SCALE), show_progress=False), SCALE)


def faults(section):
    return [finding.text for finding in section.findings if finding.severity == "fault"]


def rows(section, name):
    return next(table.rows for table in section.tables if table.name == name)


def test_exact_tracks_are_found_good_everywhere(truth):
    section = audited(truth)
    assert {finding.severity for finding in section.findings} == {"good"}
    assert {finding.subject for finding in section.findings} == {"exact"}
    for row in rows(section, "category"):
        assert row["delta_x_avg"] == row["occlusion_accuracy"] == row["average_jaccard"] == 1
    assert [row["seen_90"] for row in rows(section, "errors")] == [0] * 5
    total = rows(section, "visibility")[-1]
    assert total["false_visibility"] == total["missed"] == 0
    fidelity = [row for row in rows(section, "ceiling") if row["metric"] == "motion_fidelity"]
    assert [row["both"] for row in fidelity] == pytest.approx([1] * 4, abs=1e-6)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (stays_put, "loses points that move"),
        (jitters, "loses points:"),
        (mixes_up, "loses points:"),
        (gives_up, "gives up on visible points"),
    ],
)
def test_a_broken_tracker_is_a_fault_by_name(truth, damage, said):
    section = audited(Damaged(truth, damage))
    assert any(text.startswith(said) for text in faults(section))
    assert section.findings[0].subject == damage.__name__


def test_a_tracker_that_always_says_visible_is_noticed(truth):
    section = audited(Damaged(truth, says_visible))
    noticed = [finding.text for finding in section.findings if finding.severity == "notice"]
    assert any(text.startswith("says that hidden points are visible: 100%") for text in noticed)
    positions = [finding for finding in section.findings if finding.text.startswith("follows")]
    assert [finding.severity for finding in positions] == ["good", "good"]


def test_a_real_tracker_gives_whole_tables_and_a_figure():
    section = audited(LucasKanade())
    for table in section.tables:
        assert table.rows, table.name
        assert len({tuple(row) for row in table.rows}) == 1
        cells = [cell for row in table.rows for cell in row.values()]
        assert not any(isinstance(cell, float) and math.isnan(cell) for cell in cells)
    delta = rows(section, "category")[-1]["delta_x_avg"]
    assert 0.5 < delta < 1
    drawn = Figure()
    section.figures[0].draw(drawn)
    assert len(drawn.axes[0].lines) == 3


def made(true, found, seen, claimed, start):
    """Points of one clip on a background."""
    count = len(true)
    return Points(
        true=np.asarray(true, np.float32),
        seen=np.asarray(seen, bool),
        found=np.asarray(found, np.float32),
        claimed=np.asarray(claimed, bool),
        start=np.asarray(start, np.int64),
        clip=np.zeros(count, np.int64),
        category=np.full(count, "camera"),
        surface=np.full(count, "brick background"),
        half_width=np.full(count, np.inf),
    )


def line(step, frames=5, origin=100.0):
    """A point that moves to the right."""
    return [(origin + step * frame, origin) for frame in range(frames)]


def test_errors_drift_and_visibility_count_frames():
    true = np.array([line(0.0), line(0.0)])
    off = true.copy()
    off[0, :, 0] += [0, 3, 3, 3, 3]
    off[1, :, 1] += [0, 0, 0, 10, 10]
    seen = [[1, 1, 1, 1, 1], [1, 1, 0, 0, 1]]
    claimed = [[1, 1, 1, 1, 0], [1, 1, 1, 0, 1]]
    points = made(true, off, seen, claimed, [0, 0])
    errors = tables.errors(points).rows[-1]
    # Seen: 3, 3, 3, 3 and 0, 10; claimed too: 3, 3, 3 and 0, 10.
    assert errors["seen_median"] == 3
    assert errors["seen_lost"] == pytest.approx(1 / 6)
    assert errors["claimed_lost"] == pytest.approx(1 / 5)
    first, _, _, last = tables.drift(points).rows
    assert first["seen_median"] is None  # no frame within an eighth of five
    assert (last["claimed_share"], last["seen_90"]) == (pytest.approx(2 / 3), pytest.approx(8.6))
    row = tables.visibility(points).rows[-1]
    assert row["hidden_share"] == pytest.approx(2 / 8)
    assert row["false_visibility"] == pytest.approx(1 / 2)
    assert row["missed"] == pytest.approx(1 / 6)
    assert row["back_share"] == pytest.approx(1 / 6)
    assert row["found_again"] == 0  # said to be visible, but 10 pixels off


def test_points_are_told_apart_by_speed_reach_and_occlusion():
    true = np.array([line(0.0), line(3.0), line(3.0), line(60.0)])
    seen = np.ones((4, 5), bool)
    seen[1, 2] = False  # hidden for a while
    seen[2, 4] = False  # covered at the end
    seen[3, 3:] = False  # out of the picture, at 280 and 340
    kinds = tables.labels(made(true, true, seen, seen, [0, 0, 4, 0]))
    assert kinds["occlusion"].tolist() == [
        "never hidden", "hidden for a while", "covered at an end", "leaves the picture",
    ]  # fmt: skip
    assert kinds["speed"].tolist() == ["rests", "2 to 5", "2 to 5", "over 10"]
    assert kinds["displacement"].tolist() == ["up to 4", "4 to 16", "4 to 16", "over 64"]
    assert kinds["size"].tolist() == ["background"] * 4


def test_frames_after_hiding_count_from_the_query_both_ways():
    true = np.array([line(0.0), line(0.0)])
    seen = np.array([[1, 0, 1, 1, 1], [1, 1, 1, 0, 1]], bool)
    points = made(true, true, seen, seen, [3, 0])
    assert points.after_hiding.tolist() == [[1, 0, 0, 0, 0], [0, 0, 0, 0, 1]]


def test_cells_that_follow_worse_are_named_first():
    true = np.array([line(0.0)] * 5 + [line(20.0)] * 5)
    found = np.array([line(0.0)] * 10)
    seen = np.ones((10, 5), bool)
    points = made(true, found, seen, seen, [0] * 10)
    worst = tables.worst_cells(points, tables.labels(points)).rows
    assert (worst[0]["aspect"], worst[0]["kind"]) == ("speed", "over 10")
    assert worst[0]["delta_x_avg"] == 0
    assert worst[0]["points"] == 5


def test_points_know_what_they_lie_on():
    scene = base_scenes("single_object", 1, 0)[0]
    shot = Shot(scene, frames=5, height=128, width=128)
    size = {"frames": 5, "height": 128, "width": 128, "fps": 16.0}
    exact = exact_tracks(scene, grid_queries(128, 128, 24), **size)
    points = gather([shot], [exact], [exact])
    on_object = points.surface == "object"
    kind = scene.appearance.background.kind
    assert set(points.surface[~on_object]) == {f"{kind} background"}
    # The background stands still, the object does not; sizes are those of 256 x 256.
    assert np.ptp(points.true[~on_object], axis=1).max() < 1e-3
    x, y, _, log_radius = scene.motion[0].values(np.zeros(1))[0]
    centre = 127.5 + 256 * np.array([x, y])
    away = np.linalg.norm(points.true[:, 0] - centre, axis=-1)
    assert on_object[away < 64 * math.exp(log_radius)].all()
    assert points.half_width[on_object] == pytest.approx(256 * math.exp(log_radius), rel=0.15)
    assert np.isinf(points.half_width[~on_object]).all()
