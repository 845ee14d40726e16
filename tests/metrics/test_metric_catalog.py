"""Every metric of the catalog against a table of properties; none may be forgotten.

A property of a metric is either tested for all drawn inputs or declared not to hold, with a case
that shows it.
"""

from dataclasses import replace

import numpy as np
import pytest
from example_tracks import clips_at_same_instants, grid, similarity, track_set
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from motionbench.errors import UnknownNameError, UnscorableError
from motionbench.metrics.catalog import (
    METRICS,
    NEEDS,
    Measurements,
    MetricParameters,
    Unscorable,
    get_metric,
    score,
    score_all,
)
from motionbench.tracks import TrackSet, rescale, select

ON_TRACKS = {name for name, spec in METRICS.items() if "tracks" in spec.needs}
ON_FRAMES = {name for name, spec in METRICS.items() if "frames" in spec.needs}
ON_THUMBNAILS = {name for name, spec in METRICS.items() if "thumbnails" in spec.needs}
ON_COST = {name for name, spec in METRICS.items() if "cost" in spec.needs}

OF_A_COPY = {
    "motion_fidelity": 1,
    "fidelity_precision": 1,
    "fidelity_recall": 1,
    "motion_fidelity_normalised": 1,
    "motion_fidelity/anywhere": 1,
    "motion_fidelity/paper": 1,
    "trajectory_distance": 0,
    "speed_ratio": 0,
    "direction_flip": 0,
    "camera_fidelity": 1,
    "object_fidelity": 1,
    "object_presence": 1,
    "appearance_leakage": 1,
    "structure_leakage": 1,
}
"""The value of the reference itself as a result."""

NOT_OF_A_COPY = {
    "motion_fidelity/dmt": "subtracts the identity matrix: see tests/parity",
    "motion_fidelity_floor": "speaks of the reference and other clips",
    "motion_fidelity_floor_shuffled": "speaks of the reference alone",
    "camera_share": "speaks of one clip",
    "camera_share_reference": "speaks of one clip",
    "text_alignment": "speaks of result and text",
    "text_rank": "speaks of result and text",
    "temporal_consistency": "speaks of the result alone",
    "seconds_adapt": "cost",
    "seconds_generate": "cost",
    "peak_memory": "cost",
}

SWAPPED = {
    "motion_fidelity": "motion_fidelity",
    "fidelity_precision": "fidelity_recall",
    "fidelity_recall": "fidelity_precision",
    "motion_fidelity/anywhere": "motion_fidelity/anywhere",
    "motion_fidelity/paper": "motion_fidelity/paper",
    "trajectory_distance": "trajectory_distance",
    "speed_ratio": "-speed_ratio",
    "camera_fidelity": "camera_fidelity",
    "camera_share": "camera_share_reference",
    "camera_share_reference": "camera_share",
}
"""What a metric equals when reference and result change places."""

ASYMMETRIC = {
    "motion_fidelity/dmt": "one direction only",
    "motion_fidelity_floor": "speaks of the reference and other clips",
    "motion_fidelity_floor_shuffled": "speaks of the reference alone",
    "motion_fidelity_normalised": "its floor speaks of the reference",
    "direction_flip": "pairs weigh by the reference's motion",
    "object_fidelity": "undefined without an object in the reference only",
    "object_presence": "as object_fidelity",
}

SEES_HIDDEN_TRACKS = {
    "motion_fidelity/dmt": "visibility is thrown away, as published",
    "motion_fidelity/paper": "visibility is thrown away, as published",
}

DECIDES_TIES_BY_ROUNDING = {
    "direction_flip": "two pairings may be equally good",
    "camera_fidelity": "two global motions may be equally common",
    "camera_share": "as camera_fidelity",
    "camera_share_reference": "as camera_fidelity",
    "object_fidelity": "as camera_fidelity",
    "object_presence": "as camera_fidelity",
}
"""Drawn tracks, a few whole pixels a step, hold such ties; another size rounds them otherwise."""

SEES_STORAGE_ORDER = {"motion_fidelity/dmt": "a track is barred from the one of the same index"}


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@st.composite
def inputs(draw, **options):
    """Arguments of ``Measurements``, which is built in the test itself: the shape checker samples
    the items of containers with ``random``, which hypothesis forbids in strategies.
    """
    reference, generated, other = draw(clips_at_same_instants(3, **options))
    embeddings = hnp.arrays(np.int8, st.tuples(st.integers(1, 3), st.just(4)), elements=NOT_ZERO)
    thumbnails = hnp.arrays(np.uint8, st.tuples(st.integers(1, 3), *map(st.just, (4, 5, 3))))
    cost = st.none() | st.floats(0, 1e6)
    return {
        "reference_tracks": reference,
        "generated_tracks": generated,
        "other_tracks": (other,)[: draw(st.integers(0, 1))],
        "reference_frames": unit(draw(embeddings)),
        "generated_frames": unit(draw(embeddings)),
        "reference_thumbnails": draw(thumbnails),
        "generated_thumbnails": draw(thumbnails),
        "prompt": unit(draw(embeddings))[0],
        "other_prompts": unit(draw(embeddings))[draw(st.integers(0, 1)) :],
        "seconds_adapt": draw(cost),
        "seconds_generate": draw(cost),
        "peak_memory_mib": draw(cost),
    }


NOT_ZERO = st.integers(-3, 3).filter(bool)


def complete(generated_shift=(2, 1)):
    """Everything measured; nothing is undefined. An object moves against a moving camera."""
    object_tracks = slice(30, 50)

    def clip(camera, objects):
        tracks = similarity(shift=camera, places=grid(10))
        tracks[object_tracks] = similarity(shift=objects, places=grid(10)[object_tracks])
        return track_set(tracks)

    rng = np.random.default_rng(0)
    return Measurements(
        reference_tracks=clip((2, 1), (-3, 1)),
        generated_tracks=clip(generated_shift, (-3, 2)),
        other_tracks=(clip((0.5, -3), (3, 3)),),
        reference_frames=unit(rng.normal(size=(5, 8))),
        generated_frames=unit(rng.normal(size=(7, 8))),
        reference_thumbnails=rng.integers(0, 256, (5, 8, 8, 3), dtype=np.uint8),
        generated_thumbnails=rng.integers(0, 256, (7, 8, 8, 3), dtype=np.uint8),
        prompt=unit(rng.normal(size=(1, 8)))[0],
        other_prompts=unit(rng.normal(size=(4, 8))),
        seconds_adapt=0.0,
        seconds_generate=12.5,
        peak_memory_mib=2048.0,
    )


def copied(m: Measurements) -> Measurements:
    return replace(
        m,
        generated_tracks=m.reference_tracks,
        generated_frames=m.reference_frames,
        generated_thumbnails=m.reference_thumbnails,
    )


def exchanged(m: Measurements) -> Measurements:
    return replace(m, reference_tracks=m.generated_tracks, generated_tracks=m.reference_tracks)


def with_hidden_track(track_set: TrackSet) -> TrackSet:
    """One more track, never visible, with nonsense for positions."""
    return TrackSet(
        np.concatenate([track_set.tracks, track_set.tracks[:1] * 2 + 7]),
        np.concatenate([track_set.visibility, track_set.visibility[:1] & False]),
        np.concatenate([track_set.queries, np.float32([[0, -99, -99]])]),
        track_set.height,
        track_set.width,
        track_set.duration,
    )


def same(first, second, tolerance=1e-4):
    if isinstance(first, Unscorable) or isinstance(second, Unscorable):
        return type(first) is type(second)
    return first == pytest.approx(second, abs=tolerance)


def test_no_metric_is_forgotten():
    assert set(METRICS) == ON_TRACKS | ON_FRAMES | ON_THUMBNAILS | ON_COST
    assert set(METRICS) == OF_A_COPY.keys() | NOT_OF_A_COPY.keys()
    assert SWAPPED.keys() | ASYMMETRIC.keys() == ON_TRACKS
    for holds, does_not in ((OF_A_COPY, NOT_OF_A_COPY), (SWAPPED, ASYMMETRIC)):
        assert not holds.keys() & does_not.keys()
    assert SEES_HIDDEN_TRACKS.keys() | SEES_STORAGE_ORDER.keys() < ON_TRACKS


def test_cards_are_complete():
    for name, spec in METRICS.items():
        assert spec.name == name
        assert spec.version >= 1
        assert spec.needs <= set(NEEDS)
        assert spec.needs
        assert spec.summary.endswith((".", "?"))
        assert spec.low is None or spec.high is None or spec.low < spec.high
    assert frozenset().union(*(spec.needs for spec in METRICS.values())) == set(NEEDS)


@settings(deadline=None, max_examples=40)
@given(inputs())
def test_a_score_is_in_range_or_says_why_there_is_none(drawn):
    for name, value in score_all(Measurements(**drawn), METRICS).items():
        spec = METRICS[name]
        if isinstance(value, Unscorable):
            assert value.reason.endswith("."), name
        else:
            assert np.isfinite(value), name
            assert spec.low is None or value >= spec.low, name
            assert spec.high is None or value <= spec.high, name


def test_everything_can_be_scored_at_once():
    scores = score_all(complete(), METRICS)
    assert list(scores) == list(METRICS)
    assert not [value for value in scores.values() if isinstance(value, Unscorable)]


@settings(deadline=None, max_examples=40)
@given(inputs())
def test_a_copy(drawn):
    m = copied(Measurements(**drawn))
    for name, value in score_all(m, OF_A_COPY).items():
        if not isinstance(value, Unscorable):
            assert value == pytest.approx(OF_A_COPY[name], abs=1e-5), name


@pytest.mark.parametrize("name", OF_A_COPY)
def test_a_copy_that_has_everything_is_scored(name):
    assert score(name, copied(complete())) == pytest.approx(OF_A_COPY[name], abs=1e-5)


@settings(deadline=None, max_examples=40)
@given(inputs())
def test_clips_swapped(drawn):
    m = Measurements(**drawn)
    values = score_all(m, METRICS)
    for name, swapped in score_all(exchanged(m), SWAPPED).items():
        expected = values[SWAPPED[name].lstrip("-")]
        if SWAPPED[name].startswith("-") and not isinstance(expected, Unscorable):
            expected = -expected
        assert same(swapped, expected), name


def where_order_matters():
    """An object in the result alone; motion that stops in the result alone."""
    places = grid(10)
    pan, still = similarity(shift=(2, 1), places=places), similarity(places=places)
    with_object, stops = still.copy(), pan.copy()
    with_object[30:50] = similarity(shift=(-4, 0), places=places)[30:50]
    stops[:, 5:] = stops[:, 4:5]
    stops[50:] = similarity(shift=(3, -1), places=places)[50:]
    goes_on = pan.copy()
    goes_on[60:] = similarity(shift=(-3, 1), places=places)[60:]
    tremble = np.random.default_rng(0).normal(scale=0.01, size=pan.shape).astype(np.float32)
    for reference, generated in ((still, with_object), (goes_on, stops + tremble)):
        yield replace(
            complete(),
            reference_tracks=track_set(reference),
            generated_tracks=track_set(generated),
        )


@pytest.mark.parametrize("name", ASYMMETRIC)
def test_clips_swapped_where_order_matters(name):
    assert not all(
        same(score(name, m), score(name, exchanged(m)), tolerance=1e-3)
        for m in where_order_matters()
    )


def assert_unchanged(m, changed, names, tolerance=1e-4):
    before, after = score_all(m, names), score_all(changed, names)
    for name in names:
        assert same(before[name], after[name], tolerance), name


@settings(deadline=None, max_examples=40)
@given(inputs(), st.integers(0, 2**32 - 1))
def test_storage_order_of_tracks_does_not_matter(drawn, seed):
    m, rng = Measurements(**drawn), np.random.default_rng(seed)
    first, second = (
        select(clip, rng.permutation(len(clip))) for clip in (m.reference, m.generated)
    )
    shuffled = replace(m, reference_tracks=first, generated_tracks=second)
    assert_unchanged(m, shuffled, ON_TRACKS - SEES_STORAGE_ORDER.keys())


@settings(deadline=None, max_examples=40)
@given(inputs())
def test_tracks_never_visible_change_nothing(drawn):
    m = Measurements(**drawn)
    more = replace(
        m,
        reference_tracks=with_hidden_track(m.reference),
        generated_tracks=with_hidden_track(m.generated),
    )
    assert_unchanged(m, more, ON_TRACKS - SEES_HIDDEN_TRACKS.keys())


def enlarged(m: Measurements) -> Measurements:
    return replace(
        m,
        reference_tracks=rescale(m.reference, 540, 960),
        generated_tracks=rescale(m.generated, 540, 960),
        other_tracks=tuple(rescale(clip, 540, 960) for clip in m.other_tracks),
    )


@settings(deadline=None, max_examples=40)
@given(inputs())
def test_size_of_the_picture_does_not_matter(drawn):
    m = Measurements(**drawn)
    names = ON_TRACKS - DECIDES_TIES_BY_ROUNDING.keys()
    assert_unchanged(m, enlarged(m), names, tolerance=1e-3)


def test_size_of_the_picture_does_not_matter_to_any_metric_without_ties():
    for m in (complete(), *where_order_matters()):
        assert_unchanged(m, enlarged(m), ON_TRACKS, tolerance=1e-3)


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
