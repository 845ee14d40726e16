"""Measurements for the tests of all metrics: drawn, complete, and changed."""

from dataclasses import replace

import numpy as np
import pytest
from example_tracks import clips_at_same_instants, grid, similarity, track_set
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from motionbench.metrics.catalog import (
    Measurements,
    Unscorable,
    score_all,
)
from motionbench.tracks import TrackSet, rescale


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


def assert_unchanged(m, changed, names, tolerance=1e-4):
    before, after = score_all(m, names), score_all(changed, names)
    for name in names:
        assert same(before[name], after[name], tolerance), name


def enlarged(m: Measurements) -> Measurements:
    return replace(
        m,
        reference_tracks=rescale(m.reference, 540, 960),
        generated_tracks=rescale(m.generated, 540, 960),
        other_tracks=tuple(rescale(clip, 540, 960) for clip in m.other_tracks),
    )
