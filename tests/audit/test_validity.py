import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from motionbench.audit import validity
from motionbench.audit.axes import AXES
from motionbench.audit.lab import Lab
from motionbench.audit.metrics import from_catalog
from motionbench.audit.scale import Scale
from motionbench.audit.validity_data import HEADLINE, by_base
from motionbench.audit.validity_measures import measure
from motionbench.audit.validity_pairs import NUISANCES, probes
from motionbench.metrics.catalog import Unscorable
from motionbench.scenes.captions import is_held_out
from motionbench.trackers.lucas_kanade import LucasKanade
from tests.audit import audit_doubles
from tests.audit.simulated import (
    SEEN,
    appearance_only,
    constant,
    copies_are_perfect,
    follows_truth,
    metric,
    simulate,
)

TINY = Scale(scenes=1, doses=(0.5, 1.0), frames=9, size=96)


@pytest.fixture(scope="module")
def ruler():
    return audit_doubles.ruler(LucasKanade(), TINY)


def findings_of(data, ruler, subject):
    section = validity.section(data, ruler)
    return [(each.severity, each.text) for each in section.findings if each.subject == subject]


def texts(found, severity):
    return " ".join(text for each, text in found if each == severity)


# ---- what the section says of metrics whose nature is known


def test_a_metric_that_follows_truth_is_good(ruler):
    data = simulate(
        {metric(HEADLINE, SEEN | {"amplitude"}): copies_are_perfect(follows_truth(0.05))}
    )
    found = findings_of(data, ruler, HEADLINE)
    assert not texts(found, "fault")
    good = texts(found, "good")
    assert "over all pairs is 0.9" in good
    assert "sees what it claims along direction, path, static, amplitude" in good
    for group in ("camera", "single_object", "multi_object", "human"):
        assert f"in {group} is 0.9" in good
    assert "of its span under place, appearance, noise" in good


def test_a_constant_metric_does_not_respond(ruler):
    found = findings_of(simulate({metric("constant"): constant}), ruler, "constant")
    assert [severity for severity, _ in found] == ["fault"]
    assert "does not respond to motion" in found[0][1]


def test_a_metric_of_appearance_alone_is_called_one(ruler):
    data = simulate({metric("looks"): appearance_only})
    assert "sees appearance, not motion" in texts(findings_of(data, ruler, "looks"), "fault")
    # Without a claim about motion that is no fault.
    data = simulate({metric("looks", claims=()): appearance_only})
    found = findings_of(data, ruler, "looks")
    assert not texts(found, "fault")
    assert "makes no claim about motion" in texts(found, "good")


def test_a_claim_that_does_not_hold_is_a_fault(ruler):
    def blind_to_static(outcome, rng):
        similarity = 1.0 if outcome.change == "static" else outcome.similarity
        return similarity + 0.01 * rng.standard_normal()

    found = findings_of(simulate({metric("m"): blind_to_static}), ruler, "m")
    fault = texts(found, "fault")
    assert "claims to see what it does not: static median" in fault
    assert "path" not in fault
    # It sees amplitude, which it does not claim to.
    assert "amplitude (" in texts(found, "notice")


def test_a_tracker_too_weak_for_the_bars_is_a_fault_of_the_headline_metric(ruler):
    data = simulate({metric(HEADLINE, SEEN | {"amplitude"}): follows_truth(1.5)})
    fault = texts(findings_of(data, ruler, HEADLINE), "fault")
    assert "over all pairs is 0." in fault
    assert "0.9 is asked" in fault
    assert "in human is 0." in fault
    # Exact tracks, which the simulation makes perfect, tell that the formula is not to blame.
    table = tables(data, ruler)["tracker_or_formula"]
    overall = next(row for row in table.rows if row["over"] == "all")
    assert overall["exact tracks"] == pytest.approx(1)
    assert overall["found tracks"] < 0.7


def test_a_metric_that_nuisances_move_is_noticed(ruler):
    def moved(outcome, rng):
        shift = 0.8 if outcome.kind == "nuisance" else 0.0
        return outcome.similarity - shift + 0.01 * rng.standard_normal()

    notice = texts(findings_of(simulate({metric("m"): moved}), ruler, "m"), "notice")
    assert "moves with what it does not claim to see" in notice
    assert "noise (0." in notice
    assert "appearance" not in notice


def test_pairs_without_a_score_are_counted_and_rank_last(ruler):
    """Static results have no score: over the rest the metric is perfect, over all it is not."""

    def formula(outcome, rng):
        if outcome.change == "static":
            return Unscorable("nothing moves.")
        return outcome.similarity

    data = simulate({metric("m"): formula})
    overall = measure(data, data.metrics[0]).overall
    assert overall.pairs - overall.scored == 16 * 4
    assert overall.similarity.value == pytest.approx(1)
    assert overall.with_worst.value < 0.9
    found = findings_of(data, ruler, "m")
    assert "has no score for 64 of 320 pairs, most of them (64) along static" in texts(
        found, "notice"
    )
    assert "static (0 of 64 pairs scored)" in texts(found, "fault")
    nowhere = simulate({metric("m"): lambda outcome, rng: Unscorable("never.")})
    assert findings_of(nowhere, ruler, "m") == [("fault", "has no score for any of 320 pairs.")]


def test_the_headline_metric_is_held_against_published_ones(ruler):
    better, worse = copies_are_perfect(follows_truth(0.05)), follows_truth(0.6)
    published = metric("motion_fidelity/dmt")
    for ours, theirs, severity in (
        (better, worse, "good"),
        (worse, better, "fault"),
        (constant, constant, "notice"),
    ):
        data = simulate({metric(HEADLINE): ours, published: theirs}, scenes=2)
        found = findings_of(data, ruler, HEADLINE)
        assert "of motion_fidelity/dmt over 160 pairs" in texts(found, severity)


# ---- numbers


def test_likeness_turns_metrics_of_which_lower_is_better():
    data = simulate(
        {
            metric("up"): follows_truth(0.0),
            metric("down", direction="lower"): lambda outcome, rng: -outcome.similarity,
        }
    )
    up, down = (measure(data, each) for each in data.metrics)
    assert up.overall == down.overall
    assert up.responses == down.responses


def test_the_just_noticeable_change_is_the_noise_away():
    """Nulls and results differ from truth by up to 0.1: a fall of 0.2 is always noticed."""

    def noisy(outcome, rng):
        return outcome.similarity + rng.uniform(-0.1, 0.1)

    data = simulate({metric("m"): noisy}, scenes=12)
    found = {each.axis: each for each in measure(data, data.metrics[0]).responses}
    assert found["place"].noticed is None
    assert 0.05 < found["direction"].noticed <= 0.25
    expected = 1 - found["direction"].noticed * (1 - found["direction"].noticed_similarity)
    assert 0.5 < expected < 1
    assert found["direction"].median == 1
    assert found["direction"].falling > 0.95


def test_signal_tells_the_two_variances_apart():
    data = simulate({metric("m"): follows_truth(0.2)}, scenes=16)
    signal = measure(data, data.metrics[0]).signal
    assert signal.appearance == pytest.approx(0.04, rel=0.2)
    true = np.mean(
        [
            np.var([each.similarity for each in outcomes if each.change in SEEN], ddof=1)
            for outcomes in by_base(data.of("axis")).values()
        ]
    )
    assert signal.motion == pytest.approx(true, rel=0.2)


# ---- the section's form


def tables(data, ruler):
    return {table.name: table for table in validity.section(data, ruler).tables}


def test_tables_are_rectangular_and_hold_no_nan_even_where_there_is_no_score(ruler):
    data = simulate(
        {
            metric(HEADLINE): follows_truth(0.1),
            metric("motion_fidelity/dmt"): lambda outcome, rng: Unscorable("never."),
            metric("constant"): constant,
        },
        scenes=1,
    )
    section = validity.section(data, ruler)
    assert len({table.name for table in section.tables}) == len(section.tables) == 9
    for table in section.tables:
        assert len({tuple(row) for row in table.rows}) <= 1, table.name
        for row in table.rows:
            assert all(cell == cell for cell in row.values()), table.name
    ranks = [("fault", "notice", "good").index(each.severity) for each in section.findings]
    assert ranks == sorted(ranks)


def test_figures_are_drawn(ruler):
    data = simulate({metric(HEADLINE): follows_truth(0.1), metric("constant"): constant})
    section = validity.section(data, ruler)
    assert [figure.name for figure in section.figures] == ["axes", "doses", "scatter"]
    for figure in section.figures:
        canvas = Figure(figsize=(figure.width, figure.height), layout="constrained")
        figure.draw(canvas)
        canvas.savefig(io.BytesIO(), format="png", dpi=30)
        assert all(plot.get_xlabel() or figure.name == "axes" for plot in canvas.axes)


# ---- the pairs


@pytest.fixture(scope="module")
def pairs():
    return probes(TINY)


def test_every_axis_and_every_nuisance_has_pairs(pairs):
    assert {probe.change for probe in pairs if probe.kind == "axis"} == set(AXES)
    assert {probe.change for probe in pairs if probe.kind == "nuisance"} == set(NUISANCES)
    assert {probe.group for probe in pairs} == {
        "camera", "single_object", "multi_object", "human", "filmed",
    }  # fmt: skip
    bases = {probe.base for probe in pairs}
    assert len(bases) == 5
    for kind, count in (("copy", 1), ("null", 2)):
        of_kind = [probe for probe in pairs if probe.kind == kind]
        assert {sum(probe.base == base for probe in of_kind) for base in bases} == {count}


def test_only_motion_and_looks_differ_along_an_axis(pairs):
    for probe in pairs:
        if probe.kind not in ("axis", "null"):
            continue
        reference, generated = probe.pair.reference.scene, probe.pair.generated.scene
        moved = generated.motion != reference.motion or generated.camera != reference.camera
        assert moved == (probe.kind == "axis")
        assert generated.appearance != reference.appearance
        assert is_held_out(generated.appearance)
        assert (generated.seed == reference.seed) == (probe.group == "camera")
        assert replace(probe.pair.generated, scene=reference) == probe.pair.reference


def test_looks_are_drawn_anew_each_time(pairs):
    looks = [
        (probe.pair.generated.scene.appearance, probe.pair.generated.scene.seed)
        for probe in pairs
        if probe.kind in ("axis", "null") and probe.group == "single_object"
    ]
    assert len(set(looks)) == len(looks)


def test_nuisances_leave_the_motion_alone(pairs):
    for probe in pairs:
        if probe.kind != "nuisance":
            continue
        reference, generated = probe.pair.reference, probe.pair.generated
        assert generated.scene.motion == reference.scene.motion
        seconds = [(shot.frames - 1) / shot.fps for shot in (reference, generated)]
        assert seconds[0] == pytest.approx(seconds[1])
        if probe.change == "texture":
            old, new = (shot.scene.appearance for shot in (reference, generated))
            assert replace(new, background=old.background) == old
            assert new.background.kind != old.background.kind
            assert new.background.colour != old.background.colour


def test_the_same_scale_gives_the_same_pairs(pairs):
    assert probes(TINY) == pairs


# ---- the experiment


def test_run_scores_pairs_from_found_and_from_exact_tracks(ruler, pairs, monkeypatch):
    wanted = ("", "direction", "noise")
    few = [probe for probe in pairs if probe.group == "single_object" and probe.change in wanted]
    monkeypatch.setattr(validity, "probes", lambda scale: few)
    lab = Lab(ruler, show_progress=False)
    data = validity.run(lab, TINY, [from_catalog(HEADLINE, frozenset({"direction"}))])
    assert len(data.outcomes) == len(few)
    copy, nulls, moved, noisy = (data.of(kind) for kind in ("copy", "null", "axis", "nuisance"))
    assert copy[0].scores[HEADLINE] == pytest.approx(1, abs=1e-5)
    assert all(each.exact is None for each in (*copy, *noisy))
    assert [each.similarity for each in nulls] == [1.0, 1.0]
    half, whole = moved
    assert 1 > half.similarity > whole.similarity
    unchanged = min(each.exact for each in nulls)
    assert 1 > unchanged > 0.3 + max(half.exact, whole.exact)
    assert min(each.scores[HEADLINE] for each in nulls) > whole.scores[HEADLINE]
    assert whole.exact != whole.scores[HEADLINE]
