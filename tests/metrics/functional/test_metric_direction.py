from dataclasses import fields

import numpy as np
import pytest
from example_tracks import motion, similarity

from motionbench.errors import UnscorableError
from motionbench.metrics.functional import direction
from motionbench.metrics.functional.agreement import motion_features
from motionbench.metrics.functional.direction import direction_flip
from motionbench.metrics.functional.displacements import displacements

STILL, RIGHT, LEFT, DOWN = (0, 0), (2, 0), (-2, 0), (0, 2)


def order(count):
    return np.stack([np.zeros(count), np.arange(count), np.zeros(count)], axis=1).astype(np.float32)


def features(*velocities):
    return motion_features(motion(*velocities), 0.3, by_speed=False)


def flip(reference, generated):
    return direction_flip(
        reference,
        generated,
        reference_order=order(len(reference)),
        generated_order=order(len(generated)),
    )


def test_same_and_opposite():
    assert flip(features(RIGHT), features(RIGHT)) == 0
    assert flip(features(RIGHT), features(LEFT)) == 1
    assert flip(features(RIGHT, RIGHT), features((1, 1), (-1, 0.5))) == 0.5


def test_one_track_the_right_way_does_not_hide_reversed_motion():
    assert flip(features(*[RIGHT] * 10), features(RIGHT, *[LEFT] * 9)) == pytest.approx(0.9)


def test_two_objects_that_cross_are_not_mistaken_for_reversal():
    crossing = features(*[RIGHT] * 4, *[LEFT] * 3)
    assert flip(crossing, features(*[LEFT] * 3, *[RIGHT] * 4)) == 0


def test_still_tracks_are_no_partners():
    assert flip(features(RIGHT, STILL), features(STILL, LEFT)) == 1


def test_zoom_reversed():
    def clip(zoom):
        tracks = similarity(zoom=zoom)
        return motion_features(
            displacements(tracks, np.ones(tracks.shape[:2], dtype=bool)), 0.3, by_speed=False
        )

    assert flip(clip(1.05), clip(1.1)) == 0
    # Which pairs make up the best sum is not obvious, but a reversed zoom holds the same directions
    # at other places, and of place this metric knows nothing.
    assert flip(clip(1.05), clip(1 / 1.05)) < 0.2


def test_pairs_weigh_by_how_long_the_reference_track_moves():
    path = np.zeros((2, 5, 2), dtype=np.float32)
    path[0, :, 0] = [0, 2, 4, 6, 8]  # four steps to the right
    path[1, :, 0] = [0, 2, 2, 2, 2]  # one
    reference = motion_features(
        displacements(path, np.ones((2, 5), dtype=bool)), 0.3, by_speed=False
    )
    generated = motion_features(
        displacements(-path, np.ones((2, 5), dtype=bool)), 0.3, by_speed=False
    )
    assert flip(reference, generated) == 1
    generated = motion_features(
        displacements(path * np.float32([[[1]], [[-1]]]), np.ones((2, 5), dtype=bool)),
        0.3,
        by_speed=False,
    )
    assert flip(reference, generated) == pytest.approx(1 / 5)


def test_many_tracks_are_thinned_whatever_their_order(monkeypatch):
    monkeypatch.setattr(direction, "MAX_TRACKS", 40)
    rng = np.random.default_rng(0)
    reference = features(*np.where(rng.random((200, 1)) < 0.3, RIGHT, DOWN))
    generated = features(*np.where(rng.random((200, 1)) < 0.3, LEFT, DOWN))
    shuffled = rng.permutation(200)
    moved = type(reference)(
        **{field.name: getattr(reference, field.name)[shuffled] for field in fields(reference)}
    )
    value = flip(reference, generated)
    assert 0.1 < value < 0.5
    assert value == direction_flip(
        moved,
        generated,
        reference_order=order(200)[shuffled],
        generated_order=order(200),
    )


@pytest.mark.parametrize(
    ("reference", "generated", "reason"),
    [
        (STILL, RIGHT, "nothing moves in the reference clip"),
        (RIGHT, STILL, "nothing moves in the generated clip"),
    ],
)
def test_nothing_moving_is_unscorable(reference, generated, reason):
    with pytest.raises(UnscorableError, match=reason):
        flip(features(reference), features(generated))


def test_moving_at_different_times_is_unscorable():
    path = np.zeros((1, 5, 2), dtype=np.float32)
    path[0, :, 0] = [0, 2, 4, 4, 4]
    late = path.copy()
    late[0, :, 0] = [0, 0, 0, 2, 4]
    clips = [
        motion_features(displacements(tracks, np.ones((1, 5), dtype=bool)), 0.3, by_speed=False)
        for tracks in (path, late)
    ]
    with pytest.raises(UnscorableError, match="no point of the generated clip moves during"):
        flip(*clips)
