"""Settings change what they say, effects are counted right, and fragile trackers are noticed."""

import zlib
from dataclasses import replace

import numpy as np
import pytest

from motionbench.audit import sensitivity, settings
from motionbench.audit.effects import effect, with_truth
from motionbench.audit.graded_pairs import SHARES, Graded, graded_pairs
from motionbench.audit.lab import Lab, Pair, Shot
from motionbench.audit.metrics import from_catalog
from motionbench.audit.pictures import picture_rows
from motionbench.audit.scale import Scale
from motionbench.audit.sections import Section
from motionbench.audit.settings import STORED, Setting, all_settings
from motionbench.audit.treatments import Stored
from motionbench.audit.trials import AS_USUAL, Trial, run_trials
from motionbench.cases import CATEGORIES, Clip
from motionbench.metrics.catalog import MetricParameters, Unscorable
from motionbench.ruler import Ruler, load_ruler
from motionbench.scenes.catalogue import SEEDS, build_scene
from motionbench.trackers import Tracker
from motionbench.tracks import TrackSet

SMALL = Scale(scenes=1, frames=9, size=96)
FIDELITY = from_catalog("motion_fidelity", frozenset())


class Scripted(Tracker):
    """Everything moves alike, in directions that a clip's pixels decide.

    Args:
        fragile: One other pixel gives other directions; otherwise coarse brightness decides.
    """

    name = "scripted"

    def __init__(self, *, fragile: bool) -> None:
        self._fragile = fragile
        self.asked = 0

    def identity(self):
        return {"name": self.name, "fragile": self._fragile}

    def track(self, clip: Clip, queries: np.ndarray) -> TrackSet:
        self.asked += 1
        instants = np.linspace(0, 1, len(clip), dtype=np.float32)
        if self._fragile:
            rng = np.random.default_rng(zlib.crc32(np.ascontiguousarray(clip.frames).data))
            direction = rng.uniform(0, 2 * np.pi)
        else:
            direction = float(clip.frames.mean()) // 2
        height, width = clip.size
        step = 0.2 * width * np.array([np.cos(direction), np.sin(direction)], dtype=np.float32)
        tracks = queries[:, None, 1:] + instants[None, :, None] * step
        seen = np.ones(tracks.shape[:2], dtype=bool)
        return TrackSet(tracks, seen, queries, height, width, len(clip) / clip.fps)


@pytest.fixture(scope="module")
def embedded() -> Ruler:
    return load_ruler("embedded", offline=True)


@pytest.fixture(scope="module")
def small() -> list[Graded]:
    return graded_pairs(SMALL)


def quick(embedded: Ruler, *, fragile: bool) -> Lab:
    ruler = replace(
        embedded, tracker=Scripted(fragile=fragile), grid_size=8, working_size=96, name="quick"
    )
    return Lab(ruler, show_progress=False)


def stored_only() -> list[Setting]:
    film = Setting(
        settings.OF_RESULT,
        STORED,
        near=True,
        film=lambda pair: replace(pair, generated=replace(pair.generated, treatment=Stored())),
    )
    return [film]


# ---- effects


def test_an_effect_in_numbers():
    before = [0.9, 0.5, 0.1, 0.7, Unscorable("none")]
    after = [0.8, 0.6, 0.1, 0.3, 0.5]
    found = effect(before, after, [0, 0, 0, 1, 1])
    assert (found.pairs, found.unscored, found.lost) == (4, 1, 0)
    assert found.mean == pytest.approx(-0.1)
    assert found.mean_absolute == pytest.approx(0.15)
    assert found.largest == pytest.approx(-0.4)
    assert found.spread == pytest.approx(np.std([0.9, 0.5, 0.1, 0.7], ddof=1))
    assert found.spearman == pytest.approx(0.8)  # one of the neighbours swapped
    assert found.kendall == pytest.approx(4 / 6)
    assert (found.couples, found.flips, found.flip_share) == (3, 0, 0.0)


def test_flips_are_counted_within_a_reference_and_only_where_there_was_an_order():
    found = effect([1.0, 2.0, 3.0, 3.0, 5.0], [2.0, 1.0, 9.0, 8.0, 0.0], [0, 0, 1, 1, 2])
    assert (found.couples, found.flips) == (1, 1)  # 3.0 and 3.0 had no order; 5.0 is alone
    tied = effect([1.0, 2.0], [1.5, 1.5], [0, 0])
    assert (tied.couples, tied.flips) == (1, 0)


def test_a_score_that_is_gone_is_counted_as_lost():
    found = effect([0.1, 0.2], [Unscorable("gone"), 0.2], [0, 0])
    assert (found.pairs, found.lost, found.spearman, found.flip_share) == (1, 1, None, None)
    nothing = effect([Unscorable("none")], [Unscorable("none")], [0])
    assert (nothing.pairs, nothing.lost, nothing.mean, nothing.largest) == (0, 0, None, None)


def test_equal_scores_have_no_ranks():
    assert effect([0.5, 0.5, 0.5], [0.1, 0.2, 0.3], [0, 0, 0]).spearman is None
    assert with_truth([0.5, 0.5, 0.5], [0.1, 0.2, 0.3]) is None


def test_agreement_with_truth_leaves_out_what_has_no_score():
    values = [0.1, Unscorable("none"), 0.2, 0.9]
    assert with_truth(values, [0.0, 5.0, 0.5, 1.0]) == pytest.approx(1.0)
    assert with_truth(values, [1.0, 5.0, 0.5, 0.0]) == pytest.approx(-1.0)


# ---- pairs


def test_pairs_are_graded_and_results_shared_by_two_references(small):
    graded = small
    assert len(graded) == 2 * len(SHARES) * len(CATEGORIES)
    for start in range(0, len(graded), 2 * len(SHARES)):
        couple = graded[start : start + 2 * len(SHARES)]
        first, second = couple[: len(SHARES)], couple[len(SHARES) :]
        assert {one.reference for one in first}.isdisjoint(one.reference for one in second)
        assert [one.pair.generated for one in first] == [one.pair.generated for one in second]
        # Farther from the one is nearer to the other.
        assert first[0].truth > first[-1].truth
        assert second[0].truth < second[-1].truth
        looks = {one.pair.generated.scene.appearance for one in first}
        assert first[0].pair.reference.scene.appearance not in looks
    assert graded_pairs(SMALL) == graded


# ---- settings


def test_levels_lie_around_the_rulers_own(embedded):
    ruler = replace(embedded, grid_size=14, parameters=MetricParameters(match_radius=0.15))
    found = {(one.factor, one.level): one for one in all_settings(ruler)}
    assert ("grid_size", "14") not in found
    grids = [one for one in found.values() if one.factor == "grid_size"]
    assert {one.level for one in grids if one.near} == {"10", "20"}
    assert found["grid_size", "28"].ruler.grid_size == 28
    radii = [one for one in found.values() if one.factor == "match_radius"]
    assert {one.level for one in radii if one.near} == {"0.12", "0.2"}
    assert found["match_radius", "anywhere"].ruler.parameters.match_radius > 1
    floor = found["speed_floor", "0.0004"].ruler
    assert floor.parameters == replace(ruler.parameters, speed_floor=0.0004)
    assert floor.grid_size == 14


def test_every_setting_changes_one_thing(embedded):
    scene = build_scene("camera/pan", SEEDS["eval"].start, split="eval")
    shot = Shot(scene, frames=33)
    for one in all_settings(embedded):
        pair = one.film(Pair(shot, shot))
        refilmed = pair != Pair(shot, shot)
        remeasured = one.ruler is not None and one.ruler.fingerprint() != embedded.fingerprint()
        assert refilmed + remeasured + one.exact == 1, (one.factor, one.level)
        assert (pair.reference != shot) == (one.factor == "files of both")


def test_other_frame_rates_show_the_same_motion_in_the_same_time(embedded):
    scene = build_scene("camera/pan", SEEDS["eval"].start, split="eval")
    shot = Shot(scene, frames=33, height=48, width=48)
    rates = [one for one in all_settings(embedded) if one.factor == settings.RATE]
    filmed = [one.film(Pair(shot, shot)).generated for one in rates]
    assert [len(one.clip()) for one in filmed] == [17, 22, 65]
    for one in filmed:
        clip = one.clip()
        assert (len(clip) - 1) / clip.fps == pytest.approx((shot.frames - 1) / shot.fps)


def test_another_tracker_is_tried_only_if_it_is_here(monkeypatch):
    import torch

    assert settings.other_tracker("cotracker3").name == "lucas_kanade"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert settings.other_tracker("lucas_kanade") is None


# ---- pictures


def test_pictures_tell_lossless_files_from_bad_ones(small):
    shot = small[0].pair.generated
    rows = {row["clip"]: row for row in picture_rows([shot])}
    assert (rows["FFV1"]["largest_difference"], rows["FFV1"]["psnr_db"]) == (0, None)
    assert rows[STORED]["psnr_db"] > rows["crf 23"]["psnr_db"] > rows["crf 35"]["psnr_db"]


# ---- trials


def test_tracks_are_taken_over_where_only_parameters_change(embedded, small):
    lab = quick(embedded, fragile=False)
    graded = small[:4]
    numbers = [one for one in all_settings(lab.ruler) if one.factor in settings.NUMBERS]
    of_metrics = [one for one in numbers if one.factor not in ("grid_size", "working_size")]
    run_trials(lab, graded, of_metrics, [FIDELITY])
    shots = {shot for one in graded for shot in (one.pair.reference, one.pair.generated)}
    assert lab.ruler.tracker.asked == len(shots)
    grid = [one for one in numbers if one.factor == "grid_size"][:1]
    run_trials(lab, graded, grid, [FIDELITY])
    assert lab.ruler.tracker.asked == 2 * len(shots)


def test_storing_hardly_moves_a_score_of_the_embedded_ruler(embedded, small):
    lab = Lab(replace(embedded, working_size=128), show_progress=False)
    graded = [one for one in small if one.reference % 2 == 0]
    usual, trials = run_trials(lab, graded, stored_only(), [FIDELITY])
    assert all(isinstance(value, float) for value in usual["motion_fidelity"])
    nothing, changed = (trial.effects["motion_fidelity"] for trial in trials)
    assert (nothing.mean_absolute, nothing.spearman, nothing.flips) == (0, 1, 0)
    assert 0 < changed.mean_absolute < 0.05
    assert changed.spearman > 0.9


@pytest.fixture(scope="module")
def narrow():
    """Fewer metrics and settings: what is tested is what is said of them."""
    metrics = (FIDELITY, from_catalog("motion_fidelity/dmt", frozenset()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sensitivity, "METRICS", metrics)
        numbers = {"grid_size": (7, 9), "min_joint_visibility": (0.4,)}
        patch.setattr(settings, "NUMBERS", numbers)
        patch.setattr(settings, "CRFS", (23, 35))
        patch.setattr(settings, "RATES", (2.0,))
        patch.setattr(settings, "SIZES", (0.5,))
        patch.setattr(settings, "other_tracker", lambda own: None)
        yield


@pytest.fixture(scope="module")
def steady(embedded, narrow) -> Section:
    return sensitivity.run(quick(embedded, fragile=False), SMALL)


def test_a_fragile_tracker_is_noticed(embedded, narrow):
    section = sensitivity.run(quick(embedded, fragile=True), SMALL)
    stored = next(one for one in section.findings if "storing the result" in one.text)
    assert (stored.severity, stored.subject) == ("notice", "motion_fidelity")
    ranks = next(one for one in section.findings if one.text.startswith("ranks"))
    assert ranks.severity == "notice"
    assert f"{settings.OF_RESULT} crf 23 (Spearman" in ranks.text
    assert "grid_size" not in ranks.text  # a grid changes nothing of what moves alike


def test_a_steady_tracker_is_not(steady):
    stored = next(one for one in steady.findings if "storing the result" in one.text)
    assert stored.severity == "good"
    lossless = next(one for one in steady.findings if one.text.startswith("FFV1"))
    assert lossless.severity == "good"
    severities = [sensitivity.SEVERITIES.index(one.severity) for one in steady.findings]
    assert severities == sorted(severities)


def test_a_lossless_file_that_loses_something_is_a_fault(small, embedded):
    _, trials = run_trials(quick(embedded, fragile=False), small[:4], stored_only(), [FIDELITY])
    rows = picture_rows([small[0].pair.generated])
    broken = [{**row, "largest_difference": 3} for row in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sensitivity, "METRICS", (FIDELITY,))
        first, second, *_ = sensitivity.findings(trials, broken)
    assert (first.severity, second.severity) == ("fault", "notice")
    assert first.text.startswith(
        "pixels from FFV1 differ from the rendered clip by up to 3 grey levels"
    )
    assert second.text.startswith("pixels from OpenCV differ from the same file read by PyAV")


def test_a_metric_that_seldom_has_a_score_is_not_said_to_be_steady():
    seldom = effect(
        [0.1, 0.2, 0.9] + 4 * [Unscorable("none")], [0.1, 0.2, 0.9] + 4 * [0.0], 7 * [0]
    )
    trials = [
        Trial(replace(AS_USUAL, factor=factor, level=level), {"motion_fidelity": seldom}, {})
        for factor, level in (("as usual", ""), (settings.OF_RESULT, STORED))
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sensitivity, "METRICS", (FIDELITY,))
        texts = [one.text for one in sensitivity.findings(trials, [])]
    assert "has a score on 3 of 7 pairs only: whether ranks survive is open." in texts


def test_the_section_holds_every_setting_and_draws(steady):
    from matplotlib.figure import Figure

    tables = {table.name: table for table in steady.tables}
    levels = {(row["factor"], row["level"]) for row in tables["settings"].rows}
    assert (settings.OF_RESULT, "crf 35") in levels
    assert ("tracker", "exact") in levels
    assert (settings.OF_RESULT, "FFV1") not in levels  # the same pixels: nothing to measure
    for name in ("settings", "changes", "ranks", "truth", "pictures", "pairs"):
        rows = tables[name].rows
        assert rows
        assert len({tuple(row) for row in rows}) == 1
        for row in rows:
            assert all(value is None or value == value for value in row.values())  # no NaN
    canvas = Figure()
    steady.figures[0].draw(canvas)
    (axes,) = canvas.axes
    drawn = [label.get_text() for label in axes.get_yticklabels()]
    assert set(drawn) == {factor for factor, _ in levels} - {"as usual"}
