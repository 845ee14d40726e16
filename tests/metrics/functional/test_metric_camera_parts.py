import numpy as np
import pytest
from example_tracks import FLOOR, HEIGHT, WIDTH, grid, similarity

from motionbench.errors import UnscorableError
from motionbench.metrics.functional.camera import camera_motion, without_camera
from motionbench.metrics.functional.camera_parts import (
    camera_fidelity,
    object_fidelity,
    object_motion,
    object_presence,
)
from motionbench.metrics.functional.displacements import displacements


def camera(tracks, visibility=None):
    visibility = np.ones(tracks.shape[:2], dtype=bool) if visibility is None else visibility
    return camera_motion(tracks, visibility, height=HEIGHT, width=WIDTH, tolerance=0.7, seed=0)


def compare(first, second):
    return camera_fidelity(camera(first), camera(second), speed_floor=FLOOR)


def objects(tracks):
    visibility = np.ones(tracks.shape[:2], dtype=bool)
    left = without_camera(displacements(tracks, visibility), tracks, camera(tracks))
    return object_motion(left, tolerance=0.7, min_moving_share=0.25)


def scene(camera_shift, object_shift, count=20):
    """100 tracks, ``count`` of them on an object that moves by itself."""
    places = grid(10)
    tracks = similarity(shift=camera_shift, places=places)
    tracks[40 : 40 + count] = similarity(shift=object_shift, places=places[40 : 40 + count])
    return tracks


def match(reference, generated):
    return object_fidelity(
        objects(reference), objects(generated), speed_floor=FLOOR, min_joint_visibility=0.5
    )


STILL, PAN = similarity(), similarity(shift=(3, 0))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (STILL, STILL, 1),
        (PAN, PAN, 1),
        (STILL, PAN, 0),
        (PAN, similarity(shift=(-3, 0)), -1),
        (PAN, similarity(shift=(0, 3)), 0),
        (PAN, similarity(shift=(6, 0)), 0.8),
        (STILL, similarity(shift=(0.2, 0)), 1),
    ],
)
def test_camera_fidelity_in_closed_form(first, second, expected):
    assert compare(first, second) == pytest.approx(expected, abs=1e-4)
    assert compare(second, first) == pytest.approx(expected, abs=1e-4)


def test_zoom_in_against_out_and_against_roll():
    zoom = similarity(zoom=1.05)
    assert compare(zoom, zoom) == pytest.approx(1)
    assert compare(zoom, similarity(zoom=1 / 1.05)) < -0.9
    assert abs(compare(zoom, similarity(degrees=3))) < 0.05


def test_camera_unknown_in_most_steps_is_unscorable():
    hidden = np.zeros((25, 7), dtype=bool)
    hidden[:, :3] = True
    with pytest.raises(UnscorableError, match="known in 2 of 6 steps only"):
        camera_fidelity(camera(PAN, hidden), camera(PAN), speed_floor=FLOOR)


def test_camera_share_counts_the_tracks_of_the_background():
    assert objects(scene((3, 0), (-4, 0))).camera_share == pytest.approx(0.8)
    assert objects(PAN).camera_share == 1


def test_camera_share_ignores_tracks_never_seen():
    left = without_camera(
        displacements(PAN, np.arange(25)[:, None] > np.zeros(7)), PAN, camera(PAN)
    )
    hidden = left.visible.copy()
    hidden[:10] = False
    motion = type(left)(left.dx * hidden, left.dy * hidden, hidden, left.places)
    assert object_motion(motion, tolerance=0.7, min_moving_share=0.25).camera_share == 1
    nothing = type(left)(left.dx * 0, left.dy * 0, hidden & False, left.places)
    with pytest.raises(UnscorableError, match="no track is visible in a step in which the camera"):
        object_motion(nothing, tolerance=0.7, min_moving_share=0.25)


def test_object_fidelity_sees_the_object_whatever_the_camera_does():
    reference = scene((0, 0), (4, 0))
    assert match(reference, reference) == pytest.approx(1)
    assert match(reference, scene((2, 1), (6, 1))) == pytest.approx(1, abs=1e-3)
    assert match(reference, scene((0, 0), (-4, 0))) < 0.1
    assert match(reference, scene((0, 0), (4, 0), count=5)) == pytest.approx(1)


def test_a_background_that_is_right_does_not_hide_a_frozen_object():
    assert match(scene((0, 0), (4, 0)), STILL) == pytest.approx(0)
    assert match(scene((3, 0), (7, 0)), PAN) == pytest.approx(0)


def test_object_fidelity_without_an_object_is_unscorable():
    with pytest.raises(UnscorableError, match="nothing in the reference moves relative to the cam"):
        match(PAN, scene((0, 0), (4, 0)))


def test_object_presence_compares_how_much_moves_by_itself():
    asked, half = objects(scene((2, 0), (-3, 1))), objects(scene((2, 0), (-3, 1), count=10))
    assert object_presence(asked, asked) == 1
    assert object_presence(asked, half) == pytest.approx(0.5)
    assert object_presence(half, asked) == 1
    assert object_presence(asked, objects(scene((2, 0), (2, 0)))) == 0
    # Elsewhere and the other way: still something that moves.
    assert object_presence(asked, objects(scene((2, 0), (5, -1)))) == 1


def test_object_presence_is_not_told_from_a_few_stray_tracks():
    asked = objects(scene((2, 0), (-3, 1)))
    with pytest.raises(UnscorableError, match=r"^1.0% of the reference's tracks move relative"):
        object_presence(objects(scene((2, 0), (-3, 1), count=1)), asked)
    assert object_presence(objects(scene((2, 0), (-3, 1), count=2)), asked) == 1
