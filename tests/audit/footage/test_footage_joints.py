"""Trackers against marked joints."""

import numpy as np
import pytest
from footage_clips import FRAMES, HEIGHT, WIDTH, Holding, lab, moved, store
from matplotlib.figure import Figure

from motionbench.audit.footage import read_sources, run
from motionbench.audit.footage.joints_file import read_joints, video_of
from motionbench.errors import ManifestError

STEP = 2.5
MARKED = np.array([1, 3, 5, 8])


def marks():
    """Joints on a texture that moves to the right; the second is first marked in frame 3."""
    starts = np.array([[30, 30], [40, 60], [20, 70], [60, 50]], np.float32)
    points = np.repeat(starts[:, None], len(MARKED), axis=1)
    points[..., 0] += STEP * MARKED
    visible = np.ones((4, 4), bool)
    visible[1, 0] = visible[3] = False
    points[~visible] = -1
    return points, visible


def write(folder, **changes):
    points, visible = marks()
    arrays = {"points": points, "visible": visible, "frames": MARKED, "video": "clips/a.mp4"}
    arrays |= changes
    np.savez(folder / "joints.npz", **{k: v for k, v in arrays.items() if v is not None})
    return folder / "joints.npz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = tmp_path_factory.mktemp("base")
    (base / "clips").mkdir()
    store(moved(dx=STEP), base / "clips" / "a.mp4")
    (base / "truth").mkdir()
    write(base / "truth")
    return base / "truth"


def tables(section):
    return {table.name: table.rows for table in section.tables}


def test_a_good_tracker_finds_the_joints(folder):
    section = run(lab(), read_sources([folder]))
    tracked, held = tables(section)["joints"]
    # The joint that is never marked takes no part; each start is given, so it is not counted.
    assert (tracked["joints"], tracked["marks"]) == (3, 3 + 2 + 3)
    assert tracked["within 4 px"] == 1
    assert tracked["median error"] < 1
    assert held["median error"] > 4
    assert [finding.severity for finding in section.findings] == ["good"]
    assert [row["joint"] for row in tables(section)["joints_by_joint"]] == ["0", "1", "2"]
    assert [
        (row["frame"], row["marks"], row["away"]) for row in tables(section)["joints_by_time"]
    ] == [
        (3, 2, 2.0),
        (5, 3, pytest.approx(10 / 3)),
        (8, 3, pytest.approx(19 / 3)),
    ]


def test_the_figure_shows_the_error_of_each_frame(folder):
    section = run(lab(), read_sources([folder]))
    canvas = Figure()
    section.figures[0].draw(canvas)
    (line,) = canvas.axes[0].lines
    rows = tables(section)["joints_by_time"]
    assert line.get_ydata().tolist() == [row["median error"] for row in rows]


def test_a_tracker_that_holds_still_is_a_fault(folder):
    section = run(lab(Holding()), read_sources([folder]))
    tracked, held = tables(section)["joints"]
    assert tracked["median error"] == held["median error"]
    assert [finding.severity for finding in section.findings] == ["fault"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frames": None}, "no array 'frames'"),
        ({"frames": MARKED[:3]}, "do not fit"),
        ({"frames": MARKED[::-1]}, "frames must rise"),
        ({"points": np.full((4, 4, 2), np.nan, np.float32)}, "a visible one is not finite"),
        ({"joint_ids": np.arange(3)}, "3 joint_ids for 4 points"),
    ],
)
def test_wrong_arrays_are_refused(tmp_path, changes, message):
    path = write(tmp_path, **changes)
    with pytest.raises(ManifestError, match=message) as error:
        read_joints(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frames": MARKED + 1}, f"frames has 9, but .* has {FRAMES} frames"),
        ({"points": marks()[0] + 100}, f"outside .* of {WIDTH} x {HEIGHT} pixels"),
    ],
)
def test_marks_outside_the_clip_are_refused(folder, tmp_path, changes, message):
    write(tmp_path, video=str(folder.parent / "clips" / "a.mp4"), **changes)
    with pytest.raises(ManifestError, match=message):
        run(lab(), read_sources([tmp_path]))


def test_the_clip_is_looked_for_upwards(folder):
    assert video_of(folder / "joints.npz") == folder.parent / "clips" / "a.mp4"


@pytest.mark.parametrize("video", [None, "clips/none.mp4"])
def test_a_missing_clip_says_what_to_write(tmp_path, video):
    with pytest.raises(
        ManifestError, match=r"truth\.toml: \[\[joints\]\] points = \"joints\.npz\""
    ):
        video_of(write(tmp_path, video=video))
