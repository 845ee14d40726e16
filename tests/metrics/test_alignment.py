import numpy as np
import pytest
from example_tracks import grid, similarity, track_set

from motionbench.errors import UnscorableError
from motionbench.metrics.alignment import align, align_unrelated
from motionbench.metrics.functional.agreement import motion_features
from motionbench.metrics.functional.displacements import displacements
from motionbench.tracks import rescale


def test_shorter_clip_sets_the_instants_and_cap_limits_them():
    long, short = track_set(similarity(frames=13)), track_set(similarity(frames=9))
    assert [clip.frames for clip in align(long, short, frames=None)] == [9, 9]
    assert [clip.frames for clip in align(short, long, frames=24)] == [9, 9]
    assert [clip.frames for clip in align(long, short, frames=5)] == [5, 5]


def test_same_motion_at_another_rate_is_equal_after_alignment():
    slow = track_set(similarity(shift=(1, 0), frames=13))
    fast = track_set(similarity(shift=(2, 0), frames=7))
    reference, generated = align(slow, fast, frames=None)
    np.testing.assert_allclose(generated.tracks, reference.tracks, atol=1e-4)


def test_generated_lands_in_the_grid_of_the_reference():
    reference = track_set(similarity(shift=(2, 1)))
    larger = rescale(reference, 360, 640)
    same, generated = align(reference, larger, frames=None)
    assert same is reference
    assert (generated.height, generated.width) == (180, 320)
    np.testing.assert_allclose(generated.tracks, reference.tracks, atol=1e-4)
    np.testing.assert_allclose(generated.queries, reference.queries, atol=1e-4)


def test_sizes_rounded_by_a_method_still_align():
    reference = track_set(similarity(), height=480, width=854)
    _, generated = align(reference, track_set(similarity(), height=480, width=832), frames=None)
    assert (generated.height, generated.width) == (480, 854)


def test_other_aspect_is_unscorable_and_names_both_sizes():
    with pytest.raises(UnscorableError) as error:
        align(track_set(similarity()), track_set(similarity(), height=256, width=256), frames=None)
    assert "generated clip is 256x256" in str(error.value)
    assert "reference 320x180" in str(error.value)
    assert "differ by 78%, more than 5%" in str(error.value)


@pytest.mark.parametrize(("frames", "clip"), [((1, 5), "reference"), ((5, 1), "generated")])
def test_single_frame_is_unscorable(frames, clip):
    first, second = (track_set(similarity(frames=count)) for count in frames)
    with pytest.raises(UnscorableError, match=f"the {clip} clip has a single frame"):
        align(first, second, frames=None)


def test_unrelated_clip_of_any_shape_keeps_its_directions():
    reference = track_set(similarity(frames=5))
    other = track_set(similarity(shift=(3, 3), frames=9), height=640, width=360)
    aligned = align_unrelated(reference, other)
    assert aligned.frames == 5
    assert (aligned.height, aligned.width) == (180, 320)
    motion = displacements(aligned.tracks, aligned.visibility)
    directions = motion_features(motion, speed_floor=0.1, by_speed=False).moving
    np.testing.assert_allclose(directions, 2**-0.5, atol=1e-2)


def test_unrelated_clip_lies_centre_on_centre():
    reference = track_set(similarity(frames=5))
    centre = np.full((1, 5, 2), [179.5, 319.5])
    aligned = align_unrelated(reference, track_set(centre, height=640, width=360))
    np.testing.assert_allclose(aligned.tracks, np.full((1, 5, 2), [159.5, 89.5]), atol=0.5)


def test_unrelated_clip_with_a_single_frame_is_unscorable():
    reference = track_set(similarity(frames=5))
    with pytest.raises(UnscorableError, match="the unrelated clip has a single frame"):
        align_unrelated(reference, track_set(grid()[:, None]))
