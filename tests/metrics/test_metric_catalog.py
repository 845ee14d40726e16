"""What the catalog promises of every metric: a card, a value or a reason, and nothing twice."""

from dataclasses import replace

import numpy as np
import pytest
from example_measurements import (
    assert_unchanged,
    complete,
    same,
)
from example_tracks import grid, similarity, track_set

from motionbench.errors import UnknownNameError, UnscorableError
from motionbench.metrics.catalog import (
    METRICS,
    NEEDS,
    MetricParameters,
    Unscorable,
    get_metric,
    score,
    score_all,
)
from motionbench.tracks import TrackSet, rescale


def test_cards_are_complete():
    for name, spec in METRICS.items():
        assert spec.name == name
        assert spec.version >= 1
        assert spec.needs <= set(NEEDS)
        assert spec.needs
        assert spec.summary.endswith((".", "?"))
        assert spec.low is None or spec.high is None or spec.low < spec.high
    assert frozenset().union(*(spec.needs for spec in METRICS.values())) == set(NEEDS)


def test_everything_can_be_scored_at_once():
    scores = score_all(complete(), METRICS)
    assert list(scores) == list(METRICS)
    assert not [value for value in scores.values() if isinstance(value, Unscorable)]


@pytest.mark.parametrize("name", METRICS)
def test_what_was_not_measured_is_named(name):
    reasons = {
        "tracks": (
            {"reference_tracks": None, "generated_tracks": None},
            "tracks of the generated clip: not measured."
            if name == "camera_share"
            else "tracks of the reference: not measured.",
        ),
        "others": (
            {"other_tracks": ()},
            "no other reference to measure the chance floor on: 0 given, none with tracks that can "
            "be compared.",
        ),
        "frames": ({"generated_frames": None}, "embeddings of the generated frames: not measured."),
        "reference_frames": (
            {"reference_frames": None},
            "embeddings of the reference's frames: not measured.",
        ),
        "thumbnails": (
            {"reference_thumbnails": None},
            "small pictures of the reference: not measured.",
        ),
        "prompt": ({"prompt": None}, "embedding of the prompt: not measured."),
        "other_prompts": (
            {"other_prompts": None},
            "embeddings of other prompts: not measured.",
        ),
        "cost": (
            {"seconds_adapt": None, "seconds_generate": None, "peak_memory_mib": None},
            {
                "seconds_adapt": "seconds the method took to adapt: not measured.",
                "seconds_generate": "seconds the method took to generate: not measured.",
                "peak_memory": "peak memory of the method: not measured.",
            }.get(name),
        ),
    }
    for need, (missing, reason) in reasons.items():
        value = score(name, replace(complete(), **missing))
        if need in METRICS[name].needs:
            assert value == Unscorable(reason)
        else:
            assert isinstance(value, float)


def test_generated_tracks_missing_is_unscorable():
    value = score("motion_fidelity", replace(complete(), generated_tracks=None))
    assert value == Unscorable("tracks of the generated clip: not measured.")


def test_tracks_started_later_are_no_matter_to_metrics_of_the_first_frames_grid():
    m = complete()
    later = track_set(similarity(places=grid(3)), queries=np.full((9, 3), 2.0))
    joined = TrackSet(
        np.concatenate([m.generated.tracks, later.tracks]),
        np.concatenate([m.generated.visibility, later.visibility]),
        np.concatenate([m.generated.queries, later.queries]),
        m.generated.height,
        m.generated.width,
        m.generated.duration,
    )
    more = replace(m, generated_tracks=joined)
    names = {"motion_fidelity/dmt", "motion_fidelity/paper", "trajectory_distance"}
    assert_unchanged(m, more, names)
    assert not same(score("motion_fidelity", m), score("motion_fidelity", more))


def test_unknown_metric_suggests_the_nearest():
    with pytest.raises(
        UnknownNameError, match=r"Unknown metric 'motion_fidelty'\. Did you mean 'mot"
    ):
        get_metric("motion_fidelty")
    with pytest.raises(UnknownNameError):
        score("fidelity", complete())


def test_a_value_that_is_not_finite_is_an_error_not_a_score():
    broken = complete().generated_frames.copy()
    broken[0, 0] = np.nan
    with pytest.raises(ValueError, match="metric 'text_alignment' gave nan"):
        score("text_alignment", replace(complete(), generated_frames=broken))


def test_tracks_that_are_not_aligned_are_refused():
    m = complete()
    with pytest.raises(ValueError, match=r"\(7, 180, 320\) and \(7, 360, 640\)"):
        replace(m, generated_tracks=rescale(m.generated, 360, 640))


def test_what_metrics_share_is_computed_once():
    m = complete()
    assert m.fidelity is m.fidelity
    assert m.reference_features is m.reference_features
    assert score("motion_fidelity", m) == m.fidelity.value


def test_parameters_reach_the_metrics():
    m = complete()
    frozen = replace(m, parameters=MetricParameters(speed_floor=0.5))
    assert score("motion_fidelity", m) < 0.995
    assert score("motion_fidelity", frozen) == pytest.approx(1)
    strict = replace(m, parameters=MetricParameters(max_floor=-1.0))
    assert "above -1.0" in score("motion_fidelity_normalised", strict).reason


def test_unscorable_carries_the_reason_of_the_error():
    m = replace(complete(), reference_tracks=track_set(similarity(places=grid(10))))
    with pytest.raises(UnscorableError) as error:
        METRICS["object_fidelity"].compute(m)
    assert score("object_fidelity", m) == Unscorable(str(error.value))
