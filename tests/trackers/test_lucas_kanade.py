import json

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moving_textures import FPS, as_frames, expected, inside, moving, texture, window

from motionbench.cases import Clip
from motionbench.errors import UsageError
from motionbench.trackers import grid_queries
from motionbench.trackers.lucas_kanade import LucasKanade

TRACKER = LucasKanade()
SIZE = (96, 128)


def follow(clip, side=6, frame=0):
    return TRACKER.track(clip, grid_queries(*clip.size, side, frame))


def quality(found, dx, dy, margin=8.0):
    """Shares of the points well inside the picture that are visible, and of these within 0.3 px."""
    truth = expected(found.queries, dx, dy, found.frames)
    here = inside(truth, found.height, found.width, margin)
    error = np.linalg.norm(found.tracks - truth, axis=-1)[found.visibility & here]
    return found.visibility[here].mean(), (error < 0.3).mean()


@settings(deadline=None, max_examples=12)
@given(dx=st.floats(-4, 4), dy=st.floats(-4, 4))
def test_translation_is_followed_to_parts_of_a_pixel(dx, dy):
    found = follow(moving(dx, dy, frames=4))
    seen, close = quality(found, dx, dy)
    assert seen > 0.99
    assert close > 0.95
    error = np.linalg.norm(found.tracks - expected(found.queries, dx, dy, 4), axis=-1)
    assert np.median(error[found.visibility]) < 0.1


def test_a_tenth_of_the_frame_per_frame_is_followed():
    seen, close = quality(follow(moving(13, 0, frames=3)), 13, 0, margin=14)
    assert seen > 0.95
    assert close > 0.95


def test_a_still_clip_has_still_visible_tracks():
    found = follow(moving(0, 0))
    assert found.visibility.all()
    np.testing.assert_allclose(found.tracks, np.repeat(found.tracks[:, :1], 6, axis=1), atol=0.01)


def test_opposite_motion_gives_opposite_tracks():
    clip = moving(1.7, -0.6, frames=5)
    reverse = Clip(clip.frames[::-1].copy(), FPS)
    assert min(quality(follow(reverse), -1.7, 0.6)) > 0.95


def test_queries_in_the_middle_are_followed_both_ways():
    found = follow(moving(2, 1, frames=7), frame=3)
    assert min(quality(found, 2, 1)) > 0.95
    np.testing.assert_array_equal(found.tracks[:, 3], found.queries[:, 1:])


def test_queries_of_several_frames_keep_their_order():
    clip = moving(1, 0)
    mixed = np.float32([[4, 60.25, 40.5], [0, 50, 50], [5, 70, 30], [0, 64, 48]])
    found = TRACKER.track(clip, mixed)
    np.testing.assert_array_equal(found.queries, mixed)
    assert quality(found, 1, 0) == (1, 1)


@settings(deadline=None, max_examples=10)
@given(keep=st.sets(st.integers(0, 35), min_size=1))
def test_a_track_does_not_depend_on_the_other_queries(keep):
    clip = with_occluder()
    queries = np.concatenate([grid_queries(*SIZE, 5), grid_queries(*SIZE, 4, frame=6)])[:36]
    chosen = sorted(keep)
    together, alone = TRACKER.track(clip, queries), TRACKER.track(clip, queries[chosen])
    np.testing.assert_array_equal(alone.tracks, together.tracks[chosen])
    np.testing.assert_array_equal(alone.visibility, together.visibility[chosen])


def with_occluder(frames=13, side=36, speed=9):
    """A still texture behind a square of another texture that crosses it from left to right."""
    behind, before = texture(1, 200), texture(2, 200)
    pictures = []
    for k in range(frames):
        picture = behind[: SIZE[0], : SIZE[1]].copy()
        left, right = np.clip([k * speed - side, k * speed], 0, SIZE[1])
        picture[30 : 30 + side, left:right] = before[:side, left - k * speed + side :][
            :, : right - left
        ]
        pictures.append(picture)
    return Clip(as_frames(pictures), FPS)


def test_a_hidden_point_is_invisible_stays_near_and_is_found_again():
    found = TRACKER.track(with_occluder(), np.float32([[0, 60, 48]]))
    x = 60
    hidden = [k for k in range(13) if k * 9 - 36 <= x < k * 9]
    seen, tracks = found.visibility[0], found.tracks[0]
    assert hidden == [7, 8, 9, 10]
    assert not seen[hidden].any()
    assert seen[:6].all()
    assert seen[12]
    np.testing.assert_allclose(tracks[seen], [[60, 48]] * seen.sum(), atol=0.5)
    np.testing.assert_allclose(tracks[12], [60, 48], atol=0.1)
    np.testing.assert_allclose(tracks, [[60, 48]] * 13, atol=3)


def test_points_on_the_moving_square_go_with_it():
    clip = with_occluder()
    found = TRACKER.track(clip, np.float32([[6, 36, 48]]))
    np.testing.assert_allclose(found.tracks[0, 6:, 0], 36 + 9 * np.arange(7), atol=0.3)
    np.testing.assert_allclose(found.tracks[0, :, 1], 48, atol=1)
    # It enters the picture in frame 3, with its middle in sight.
    assert found.visibility[0, 4:].all()
    assert not found.visibility[0, :2].any()


def test_a_point_that_leaves_is_never_visible_outside_and_stays_finite():
    found = follow(moving(9, 0, frames=9))
    truth = expected(found.queries, 9, 0, 9)
    outside = ~inside(truth, *SIZE)
    assert outside[:, -1].mean() > 0.4
    assert not found.visibility[outside].any()
    assert np.isfinite(found.tracks).all()
    # What is out of sight is carried along with what is seen.
    assert np.median(np.abs(found.tracks - truth)[outside]) < 2


def test_grid_mode_starts_new_points_where_new_content_appears():
    clip = moving(9, 0, frames=9)
    found, grid = TRACKER.track_grid(clip, 6), follow(clip)
    np.testing.assert_array_equal(found.queries[:36], grid.queries)
    np.testing.assert_array_equal(found.tracks[:36], grid.tracks)
    np.testing.assert_array_equal(found.visibility[:36], grid.visibility)
    later = found.queries[36:]
    assert len(later) > 5
    assert (later[:, 0] > 0).all()
    np.testing.assert_array_equal(
        found.tracks[36:][np.arange(len(later)), later[:, 0].astype(int)], later[:, 1:]
    )
    # Each is in a part of its frame that the first frame did not show.
    assert (later[:, 1] < later[:, 0] * 9 + 128 / 6).all()
    assert min(quality(found, 9, 0, margin=10)) > 0.9


def test_grid_mode_adds_nothing_where_nothing_is_new():
    assert len(TRACKER.track_grid(moving(0.2, 0, frames=5), 6)) == 36


@pytest.mark.parametrize("value", [0, 90, 255])
def test_a_flat_clip_has_tracks_that_are_never_visible(value):
    clip = Clip(np.full((4, 64, 64, 3), value, np.uint8), FPS)
    found = TRACKER.track_grid(clip, 5)
    assert len(found) == 25
    assert not found.visibility.any()
    np.testing.assert_array_equal(found.tracks, np.repeat(found.tracks[:, :1], 4, axis=1))


@pytest.mark.parametrize("deviation", [0.3, 2, 16])
def test_noise_is_not_followed(deviation):
    rng = np.random.default_rng(0)
    pictures = 120 + rng.normal(0, deviation, (6, 96, 96, 3))
    found = TRACKER.track(Clip(as_frames(list(pictures)), FPS), grid_queries(96, 96, 8))
    assert found.visibility[:, 1:].mean() < 0.08


def test_only_the_textured_half_is_followed():
    clip = moving(1, 0)
    frames = clip.frames.copy()
    frames[:, :, 64:] = 128
    found = TRACKER.track(Clip(frames, FPS), grid_queries(*SIZE, 8))
    start = found.queries[:, 1]
    assert found.visibility[start < 40].mean() > 0.99
    assert not found.visibility[start > 64 + 10].any()


def test_dim_and_pale_clips_are_followed_too():
    clip = moving(1.5, 0.5)
    pale = (128 + (clip.frames.astype(np.float32) - 128) * 0.06).round().astype(np.uint8)
    assert np.ptp(pale) < 25
    assert min(quality(follow(Clip(pale, FPS)), 1.5, 0.5)) > 0.9


def test_changing_exposure_is_no_motion():
    clip = moving(0, 0)
    exposure = np.linspace(1, 0.6, 6)[:, None, None, None]
    found = follow(Clip((clip.frames * exposure).astype(np.uint8), FPS))
    assert found.visibility.all()
    assert np.abs(found.tracks - found.tracks[:, :1]).max() < 0.3


def test_turning_and_growing_content_is_followed():
    picture, pictures, maps = texture(3), [], []
    for k in range(8):
        turn = cv2.getRotationMatrix2D((200, 200), 3 * k, 1.02**k)
        maps.append(turn)
        whole = cv2.warpAffine(picture, turn, (400, 400), flags=cv2.INTER_CUBIC)
        pictures.append(window(whole, 136, 152, *SIZE))
    found = follow(Clip(as_frames(pictures), FPS))
    corner = np.array([136, 152])
    places = found.queries[:, 1:] + corner
    truth = np.stack([places @ turn[:, :2].T + turn[:, 2] - corner for turn in maps], axis=1)
    seen = found.visibility & inside(truth, *SIZE, margin=8)
    error = np.linalg.norm(found.tracks - truth, axis=-1)[seen]
    assert np.median(error) < 0.4
    assert np.mean(error < 1) > 0.85
    assert seen.sum() > 0.97 * inside(truth, *SIZE, margin=8).sum()


def test_two_frames_are_enough():
    assert min(quality(TRACKER.track_grid(moving(2, 2, frames=2), 6), 2, 2)) > 0.95


@pytest.mark.parametrize("size", [(9, 200), (8, 8), (33, 17)])
def test_small_and_narrow_pictures_are_no_accident(size):
    found = TRACKER.track_grid(moving(0.5, 0, 3, *size), 3)
    assert len(found) >= 9
    assert np.isfinite(found.tracks).all()


def test_no_queries_give_no_tracks():
    found = TRACKER.track(moving(1, 0), np.zeros((0, 3), np.float32))
    assert found.tracks.shape == (0, 6, 2)


def test_same_clip_same_bytes_on_any_number_of_threads():
    clip, threads = with_occluder(), cv2.getNumThreads()
    found = []
    try:
        for count in (1, 2, 2):
            cv2.setNumThreads(count)
            found.append(TRACKER.track_grid(clip, 8))
    finally:
        cv2.setNumThreads(threads)
    for other in found[1:]:
        assert other.tracks.tobytes() == found[0].tracks.tobytes()
        assert other.visibility.tobytes() == found[0].visibility.tobytes()


def test_clip_and_queries_are_left_as_they_are():
    clip, queries = moving(1, 0), grid_queries(*SIZE, 3)
    clip.frames.setflags(write=False)
    queries.setflags(write=False)
    before = queries.copy()
    found = TRACKER.track(clip, queries)
    np.testing.assert_array_equal(queries, before)
    assert found.duration == 6 / FPS
    assert (found.height, found.width) == SIZE


def test_one_frame_is_refused():
    with pytest.raises(UsageError, match="at least two frames"):
        TRACKER.track_grid(moving(0, 0, frames=1), 3)


@pytest.mark.parametrize(
    "query", [[6, 3, 3], [-1, 3, 3], [0.5, 3, 3], [0, 127.6, 3], [0, 3, -0.6], [0, np.nan, 3]]
)
def test_queries_outside_of_the_clip_are_refused(query):
    with pytest.raises(UsageError, match=r"Query 1 .* is no place in a clip of 6 frames of 128x96"):
        TRACKER.track(moving(0, 0), np.float32([[0, 3, 3], query]))


def test_identity_names_every_setting():
    identity = TRACKER.identity()
    assert identity["name"] == "lucas_kanade"
    assert {"opencv", "window", "max_return_error", "max_residual"} < set(identity)
    json.dumps(identity, allow_nan=False)
