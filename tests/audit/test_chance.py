import math
from dataclasses import replace

import numpy as np
import pytest
from audit_doubles import Damaged, ruler
from matplotlib.figure import Figure

from motionbench.audit import chance, controls, floors
from motionbench.audit.axes import base_scenes
from motionbench.audit.compare import compare
from motionbench.audit.controls import Frozen, shuffled_steps
from motionbench.audit.lab import Lab
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.noise import Shifted, noise
from motionbench.audit.scale import Scale
from motionbench.audit.sections import Table
from motionbench.cases import CATEGORIES, Clip
from motionbench.metrics.catalog import Unscorable
from motionbench.trackers.lucas_kanade import LucasKanade
from motionbench.tracks import TrackSet

SCALE = Scale(scenes=1, frames=9, size=96)


def lab(tracker=None):
    return Lab(ruler(tracker or LucasKanade(), SCALE), show_progress=False)


@pytest.fixture(scope="module")
def section():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(floors, "LENGTHS", (5, 9))
        patch.setattr(floors, "GRIDS", (5,))
        return chance.run(lab(), SCALE)


def rows(section, name, **chosen):
    table = next(table for table in section.tables if table.name == name)
    return [row for row in table.rows if all(row[key] == value for key, value in chosen.items())]


def findings(section, subject):
    return [finding for finding in section.findings if finding.subject == subject]


def test_tables_are_whole_and_the_figure_shows_every_metric(section):
    assert (section.name, len(section.tables)) == ("chance", 5)
    for table in section.tables:
        assert len({tuple(row) for row in table.rows}) == 1
        cells = [cell for row in table.rows for cell in row.values()]
        assert not any(isinstance(cell, float) and math.isnan(cell) for cell in cells)
    drawn = Figure(layout="constrained")
    section.figures[0].draw(drawn)
    assert [len(panel.lines) for panel in drawn.axes] == [len(floors.fidelities())] * 2


def test_a_copy_is_the_ceiling_and_a_still_picture_is_not(section):
    copies = rows(section, "controls", metric="motion_fidelity", control="copy")
    assert [row["category"] for row in copies] == list(CATEGORIES)
    assert [row["mean"] for row in copies] == pytest.approx([1] * 4, abs=1e-6)
    said = [f.text for f in findings(section, "motion_fidelity") if f.severity == "good"]
    assert any(text.startswith("scores an exact copy 1.000") for text in said)
    normalised = rows(section, "controls", metric="motion_fidelity_normalised")
    of_copies = [row["mean"] for row in normalised if row["control"] == "copy"]
    assert of_copies == pytest.approx([1] * 4, abs=1e-6)
    stills = rows(section, "controls", metric="motion_fidelity", control="still")
    assert max(row["mean"] for row in stills) < 0.9
    speed = rows(section, "controls_by_metric", metric="speed_ratio", control="still")[0]
    assert max(speed[category] for category in CATEGORIES) < -1


def test_floors_come_from_the_stated_pairs(section):
    for name, setting, values in (
        ("floor_by_frames", "frames", (5, 9)),
        ("floor_by_grid", "grid", (5,)),
    ):
        found = rows(section, name, metric="motion_fidelity")
        # Two scenes of each of four categories, each against one of its own and one of another.
        for row in found:
            expected = floors.WALKS if row["chance"] == floors.RANDOM else 8
            assert (row["pairs"], row["scored"]) == (expected, expected)
        assert tuple(dict.fromkeys(row[setting] for row in found)) == values


def test_chance_that_moves_with_the_length_is_noticed():
    floor = {"steady": (0.40, 0.45), "falling": (0.55, 0.30), "undefined": (None, None)}
    made = [
        {"metric": name, "frames": frames, "chance": chance, "mean": mean}
        for name, means in floor.items()
        for frames, mean in zip((16, 81), means, strict=True)
        for chance in (floors.SAME, floors.RANDOM)
    ]
    found = floors.length_findings(Table("floor_by_frames", "", "", tuple(made)))
    assert [(f.severity, f.subject) for f in found] == [
        ("good", "steady"),
        ("notice", "falling"),
        ("notice", "undefined"),
    ]
    assert "0.550 at 16 compared frames and 0.300 at 81: chance moves by 0.250" in found[1].text
    assert "cannot score any of the unrelated clips" in found[2].text


def test_a_steady_tracker_repeats_itself_and_shifts_show_its_noise(section):
    assert [finding.severity for finding in findings(section, "lucas_kanade")] == ["good"]
    row = rows(section, "noise", metric="motion_fidelity")[0]
    assert row["tracked_again_largest"] == 0
    assert row["other_seed_largest"] == 0
    assert 0 < row["sd"] < 0.2
    assert row["one_case"] == pytest.approx(1.96 * 2**0.5 * row["sd"])
    assert row["mean_of_50"] == pytest.approx(row["one_case"] / 50**0.5)


def test_a_tracker_with_moods_is_a_fault():
    rng = np.random.default_rng(0)

    def wavers(found):
        return replace(found, tracks=found.tracks + rng.normal(0, 1, 2).astype(np.float32))

    scenes = {category: base_scenes(category, 1, 0) for category in CATEGORIES}
    _, found = noise(lab(Damaged(LucasKanade(), wavers)), scenes, frames=5, size=96, seed=0)
    assert [(f.severity, f.subject) for f in found] == [("fault", "wavers")]


def test_metrics_that_fail_a_copy_are_faults_by_name(monkeypatch):
    why = Unscorable("the formula divides by zero.")
    constant = AuditedMetric("constant", "higher", frozenset(), lambda measurements: 0.45)
    undefined = AuditedMetric("undefined", "higher", frozenset(), lambda measurements: why)
    for module in (floors, controls):
        monkeypatch.setattr(module, "VARIANTS", (constant, undefined))
    scenes = {category: base_scenes(category, 2, 0) for category in CATEGORIES}
    _, found = controls.controls(lab(), scenes, frames=5, size=96, seed=0)
    said = {finding.subject: finding for finding in found}
    assert said["constant"].severity == "fault"
    assert "scores an exact copy 0.450 in camera" in said["constant"].text
    assert said["undefined"].severity == "fault"
    assert said["undefined"].text == f"cannot score 2 of 2 exact copies in camera: {why.reason}"


@pytest.mark.parametrize(
    ("frames", "expected"), [(16, 0.45), (24, 0.365), (32, 0.315), (49, 0.255), (81, 0.20)]
)
def test_random_directions_score_what_extreme_values_predict(frames, expected):
    """The best of 100 sums of ``frames - 1`` cosines; independently: 2.5 / sqrt(2 (frames - 1))."""
    predicted = 2.51 / math.sqrt(2 * (frames - 1))  # the mean of the largest of 100 normals
    rng = np.random.default_rng(0)
    first, second = (floors.random_walks(10, frames, 256, rng) for _ in range(2))
    metric = next(m for m in floors.fidelities() if m.name == "motion_fidelity/paper")
    rules = replace(ruler(LucasKanade(), SCALE), max_frames=frames)
    value = compare(first, second, [metric], rules)["motion_fidelity/paper"]
    assert value == pytest.approx(expected, abs=0.02)
    assert value == pytest.approx(predicted, abs=0.03)


def test_shuffling_keeps_the_steps_of_all_tracks_together():
    rng = np.random.default_rng(1)
    tracks = rng.normal(size=(3, 6, 2)).cumsum(axis=1).astype(np.float32)
    seen = np.ones((3, 6), bool)
    seen[0, 3] = False
    whole = TrackSet(tracks, seen, np.zeros((3, 3), np.float32), 32, 32, 1.0)
    other = shuffled_steps(whole, rng)
    steps, shuffled = np.diff(tracks, axis=1), np.diff(other.tracks, axis=1)
    order = [int(np.abs(steps[0] - step).sum(axis=-1).argmin()) for step in shuffled[0]]
    assert sorted(order) == list(range(5))
    assert order != list(range(5))
    np.testing.assert_allclose(shuffled, steps[:, order], atol=1e-5)
    np.testing.assert_array_equal(other.tracks[:, 0], tracks[:, 0])
    # The steps into and out of the hidden instant are hidden, wherever they went.
    assert other.visibility[0, 1:].tolist() == [step not in (2, 3) for step in order]
    assert other.visibility[1:].all()


def test_treatments_freeze_and_shift():
    ramp = np.broadcast_to(4 * np.arange(32)[None, None, :, None], (3, 16, 32, 3))
    clip = Clip(np.ascontiguousarray(ramp + np.arange(3)[:, None, None, None], np.uint8), 8.0)
    frozen = Frozen()(clip)
    assert len(frozen) == 3
    assert (frozen.frames == clip.frames[0]).all()
    shifted = Shifted(0.5, 0.25)(clip)
    # Moved right by half a pixel, a ramp of 4 a pixel is 2 darker everywhere.
    inside = (slice(None), slice(4, 12), slice(4, 28))
    change = shifted.frames[inside].astype(int) - clip.frames[inside]
    assert np.abs(change + 2).max() <= 1
