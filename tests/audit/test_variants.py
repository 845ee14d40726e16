import numpy as np
import pytest

from motionbench.audit.axes import AXES, base_scenes
from motionbench.audit.variants import CATALOGUE, TREMBLING, VARIANTS
from motionbench.metrics.catalog import METRICS, Measurements, Unscorable
from motionbench.metrics.functional.mtbench import mtbench_hybrid
from motionbench.metrics.measurements import MetricParameters
from motionbench.scenes.tracks import exact_tracks
from motionbench.trackers.base import grid_queries
from motionbench.tracks import TrackSet

AUDITED = {metric.name: metric for metric in (*CATALOGUE, *VARIANTS)}
PUBLISHED = {metric.name for metric in VARIANTS}


def clip(seed, count=6, frames=8):
    """Points of a grid that wander, in a picture of 90 x 160 pixels."""
    starts = np.stack([np.linspace(30, 130, count), np.linspace(20, 70, count)], axis=-1)
    steps = np.random.default_rng(seed).normal(size=(count, frames - 1, 2)) * 2
    tracks = np.concatenate([starts[:, None], starts[:, None] + steps.cumsum(axis=1)], axis=1)
    queries = np.concatenate([np.zeros((count, 1)), starts], axis=1)
    return TrackSet(
        tracks.astype(np.float32),
        np.ones((count, frames), dtype=bool),
        queries.astype(np.float32),
        height=90,
        width=160,
        duration=1.0,
    )


def pair(reference, generated, **parameters):
    return Measurements(
        reference_tracks=reference,
        generated_tracks=generated,
        parameters=MetricParameters(**parameters),
    )


def test_each_is_listed_once_and_claims_axes_that_exist():
    assert len(AUDITED) == len(CATALOGUE) + len(VARIANTS)
    for metric in AUDITED.values():
        assert metric.claims <= set(AXES), metric.name


def test_together_they_claim_every_axis():
    for metrics in (CATALOGUE, VARIANTS):
        assert frozenset().union(*(metric.claims for metric in metrics)) == set(AXES)


def test_all_metrics_that_compare_two_clips_tracks_are_audited():
    # Computed from one clip, or from others than the two; or made for flags (audit of cheats).
    elsewhere = {
        "motion_fidelity_floor_shuffled",
        "camera_share",
        "camera_share_reference",
        "object_presence",
    }
    tracked = {name for name, spec in METRICS.items() if spec.needs == {"tracks"}}
    assert tracked - elsewhere <= set(AUDITED)


def test_the_contrast_looks_at_frames_and_claims_nothing():
    contrasts = [metric for metric in AUDITED.values() if metric.needs_frames]
    assert [(metric.name, metric.claims) for metric in contrasts] == [
        ("appearance_leakage", frozenset())
    ]


# Of the two that subtract the identity matrix and the one whose distance to itself is not 0, a copy
# does not get the best value.
@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("motion_fidelity/paper", 1),
        ("motion_fidelity/reversed", 1),
        ("mtbench/cosine", 1),
        ("ropecraft/ftd", 0),
    ],
)
def test_a_copy_gets_the_best_value_and_another_motion_a_worse_one(name, copy):
    metric, reference = AUDITED[name], clip(0)
    same = metric.score(pair(reference, reference))
    other = metric.score(pair(reference, clip(1)))
    assert same == pytest.approx(copy, abs=1e-6)
    assert metric.likeness(other) < metric.likeness(same) - 0.05


@pytest.mark.parametrize("name", ["motion_fidelity/dmt", "motion_fidelity/ditflow"])
def test_a_copy_of_distinct_tracks_scores_well_below_one(name):
    assert AUDITED[name].score(pair(clip(0), clip(0))) < 0.7


def test_ditflow_is_dmt_on_aligned_clips():
    scored = pair(clip(0), clip(1))
    ditflow = AUDITED["motion_fidelity/ditflow"].score(scored)
    assert ditflow == AUDITED["motion_fidelity/dmt"].score(scored)


def test_the_hybrid_draws_its_tracks_by_the_seed():
    hybrid = AUDITED["mtbench/hybrid"]
    values = [hybrid.score(pair(clip(0), clip(1), seed=seed)) for seed in (0, 0, 1)]
    assert values[0] == values[1] != values[2]
    drawn = np.random.default_rng(1).integers(6, size=50)
    assert values[2] == mtbench_hybrid(clip(0).tracks, clip(1).tracks, drawn, height=90, width=160)


def test_only_tracks_from_the_first_frame_count():
    generated, late = clip(1), clip(2)
    joined = TrackSet(
        np.concatenate([generated.tracks, late.tracks]),
        np.concatenate([generated.visibility, late.visibility]),
        np.concatenate([generated.queries, late.queries + np.float32([3, 0, 0])]),
        height=90,
        width=160,
        duration=1.0,
    )
    for name in PUBLISHED:
        expected = AUDITED[name].score(pair(clip(0), generated))
        assert AUDITED[name].score(pair(clip(0), joined)) == expected, name


def test_points_are_paired_by_where_they_started():
    order = np.array([3, 1, 0, 5, 2, 4])
    generated = clip(1)
    shuffled = TrackSet(
        generated.tracks[order],
        generated.visibility[order],
        generated.queries[order],
        height=90,
        width=160,
        duration=1.0,
    )
    ftd = AUDITED["ropecraft/ftd"]
    assert ftd.score(pair(clip(0), shuffled)) == ftd.score(pair(clip(0), generated))


def test_what_crashes_or_is_nan_elsewhere_is_unscorable_with_the_reason():
    moving, paused = clip(0), clip(1)
    paused.tracks[2, 4] = paused.tracks[2, 3]
    for name in PUBLISHED - {"ropecraft/ftd"}:
        score = AUDITED[name].score(pair(moving, paused))
        assert isinstance(score, Unscorable), name
        assert "point 2 of the generated clip does not move at all" in score.reason
    fewer = clip(1, count=5)
    for name in ("motion_fidelity/dmt", "motion_fidelity/ditflow", "ropecraft/ftd"):
        assert isinstance(AUDITED[name].score(pair(moving, fewer)), Unscorable), name
    none = clip(1, count=0)
    for name in PUBLISHED - {"motion_fidelity/reversed"}:
        assert isinstance(AUDITED[name].score(pair(moving, none)), Unscorable), name


def film(scene, frames=9, size=96):
    queries = grid_queries(size, size, 12)
    return exact_tracks(scene, queries, frames=frames, height=size, width=size, fps=16.0)


def test_published_ones_are_defined_where_the_camera_moves():
    reference, generated = (film(scene) for scene in base_scenes("camera", 2, seed=0))
    for metric in VARIANTS:
        assert isinstance(metric.score(pair(reference, generated)), float), metric.name


def test_before_a_background_at_rest_published_cosines_are_defined_only_if_tracks_tremble():
    (scene,) = base_scenes("single_object", 1, seed=0)
    backwards = AXES["reversed"].change(scene, 1.0, np.random.default_rng(0))
    copied, turned = pair(film(scene), film(scene)), pair(film(scene), film(backwards))
    for still, trembles in zip(VARIANTS, TREMBLING, strict=False):
        assert trembles.name == f"{still.name}+tremble"
        assert trembles.claims == still.claims
        assert isinstance(still.score(copied), Unscorable)
        assert trembles.score(copied) == trembles.score(copied)
        assert -1 < trembles.score(turned) < trembles.score(copied) < 1, trembles.name
    assert {metric.name for metric in VARIANTS[len(TREMBLING) :]} == {"ropecraft/ftd"}
