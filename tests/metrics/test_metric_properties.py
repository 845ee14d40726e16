"""Every metric of the catalog against a table of properties; none may be forgotten.

A property of a metric is either tested for all drawn inputs or declared not to hold, with a case
that shows it.
"""

from dataclasses import replace

import numpy as np
import pytest
from example_measurements import (
    assert_unchanged,
    complete,
    copied,
    enlarged,
    exchanged,
    inputs,
    same,
    where_order_matters,
    with_hidden_track,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.metrics.catalog import (
    METRICS,
    Measurements,
    Unscorable,
    score,
    score_all,
)
from motionbench.tracks import select

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


def test_no_metric_is_forgotten():
    assert set(METRICS) == ON_TRACKS | ON_FRAMES | ON_THUMBNAILS | ON_COST
    assert set(METRICS) == OF_A_COPY.keys() | NOT_OF_A_COPY.keys()
    assert SWAPPED.keys() | ASYMMETRIC.keys() == ON_TRACKS
    for holds, does_not in ((OF_A_COPY, NOT_OF_A_COPY), (SWAPPED, ASYMMETRIC)):
        assert not holds.keys() & does_not.keys()
    assert SEES_HIDDEN_TRACKS.keys() | SEES_STORAGE_ORDER.keys() < ON_TRACKS


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


@pytest.mark.parametrize("name", ASYMMETRIC)
def test_clips_swapped_where_order_matters(name):
    assert not all(
        same(score(name, m), score(name, exchanged(m)), tolerance=1e-3)
        for m in where_order_matters()
    )


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


@settings(deadline=None, max_examples=40)
@given(inputs())
def test_size_of_the_picture_does_not_matter(drawn):
    m = Measurements(**drawn)
    names = ON_TRACKS - DECIDES_TIES_BY_ROUNDING.keys()
    assert_unchanged(m, enlarged(m), names, tolerance=1e-3)


def test_size_of_the_picture_does_not_matter_to_any_metric_without_ties():
    for m in (complete(), *where_order_matters()):
        assert_unchanged(m, enlarged(m), ON_TRACKS, tolerance=1e-3)
