"""Poses read, depths triangulated, and the global motion they predict."""

import numpy as np
import pytest
from footage_clips import DISTANCE, FOCAL, HEIGHT, WIDTH, to_camera, write_poses

from motionbench.audit.footage.depth import camera_matrices, inverse_depths
from motionbench.audit.footage.poses_file import Poses, is_poses_file, read_poses, video_beside
from motionbench.audit.footage.predicted import predicted_camera
from motionbench.errors import ManifestError
from motionbench.tracks import TrackSet

SIZE = {"height": HEIGHT, "width": WIDTH}


def poses_of(cameras):
    return Poses(np.tile(np.array(FOCAL), (len(cameras), 1)), np.stack(cameras))


def predicted(*cameras, depth=None):
    poses = poses_of(cameras)
    inverse = None if depth is None else np.full(len(poses), 1 / depth)
    return predicted_camera(poses, inverse, **SIZE)


def test_turn_to_the_right_pans_right():
    camera = predicted(to_camera(), to_camera(yaw=2))
    assert camera.pan == pytest.approx(FOCAL[0] * np.tan(np.radians(2)), rel=1e-3)
    assert abs(camera.tilt) < 1e-6


def test_turn_upwards_tilts_up():
    camera = predicted(to_camera(), to_camera(pitch=2))
    assert camera.tilt == pytest.approx(FOCAL[1] * np.tan(np.radians(2)), rel=1e-3)
    assert abs(camera.pan) < 1e-6


def test_turn_clockwise_rolls_clockwise():
    camera = predicted(to_camera(), to_camera(roll=3))
    assert camera.roll == pytest.approx(3, rel=1e-3)
    assert abs(camera.zoom) < 1e-3


def test_advance_zooms_in_by_the_ratio_of_distances():
    camera = predicted(to_camera(), to_camera(place=(0, 0, 1)), depth=4.0)
    assert camera.zoom == pytest.approx(np.log(4 / 3), rel=1e-3)


def test_move_to_the_right_pans_right_past_what_is_near():
    moves = to_camera(), to_camera(place=(0.4, 0, 0))
    assert predicted(*moves, depth=4.0).pan == pytest.approx(FOCAL[0] * 0.1, rel=1e-3)
    assert predicted(*moves).pan == pytest.approx(0, abs=1e-6)


def test_a_step_without_depth_is_unknown():
    poses = poses_of([to_camera(place=(k, 0, 0)) for k in range(3)])
    camera = predicted_camera(poses, np.array([0.25, np.nan, 0.25]), **SIZE)
    assert camera.known.tolist() == [True, False]
    assert camera.shift[1] == 0


def points_seen(cameras, points):
    poses = poses_of(cameras)
    seen = np.einsum(
        "tij,nj->nti", poses.to_camera, np.append(points, np.ones((len(points), 1)), 1)
    )
    pixels = np.einsum("tij,ntj->nti", camera_matrices(poses, **SIZE), seen)
    tracks = (pixels[..., :2] / pixels[..., 2:]).astype(np.float32)
    visible = np.ones(tracks.shape[:2], bool)
    queries = np.concatenate([np.zeros((len(tracks), 1)), tracks[:, 0]], axis=1).astype(np.float32)
    return poses, TrackSet(tracks, visible, queries, HEIGHT, WIDTH, 1.0)


def cloud(count=40):
    rng = np.random.default_rng(0)
    return np.column_stack([rng.uniform(-1, 1, (count, 2)), rng.uniform(3, 6, count)])


def test_depths_are_those_of_the_points():
    points = cloud()
    cameras = [to_camera(yaw=k, place=(0.1 * k, 0, 0.2 * k)) for k in range(5)]
    poses, tracks = points_seen(cameras, points)
    truth = [np.median(1 / (points @ c[2, :3] + c[2, 3])) for c in cameras]
    assert inverse_depths(poses, tracks) == pytest.approx(truth, rel=1e-3)


def test_points_that_move_by_themselves_are_not_believed():
    points = cloud()
    cameras = [to_camera(place=(0.1 * k, 0, 0)) for k in range(6)]
    poses, tracks = points_seen(cameras, points)
    still = inverse_depths(poses, tracks)
    tracks.tracks[25:, :, 1] += 4 * np.arange(6)  # across the camera's path
    expected = np.median(1 / points[:25, 2])
    assert inverse_depths(poses, tracks) == pytest.approx(np.full(6, expected), rel=1e-3)
    assert abs(still[0] - expected) > 1e-3


def test_no_depth_where_nothing_is_seen():
    cameras = [to_camera(place=(0.1 * k, 0, 0)) for k in range(4)]
    poses, tracks = points_seen(cameras, cloud())
    tracks.visibility[:, 3] = False
    found = inverse_depths(poses, tracks)
    assert np.isnan(found).tolist() == [False, False, False, True]


def test_a_file_is_read_back(tmp_path):
    cameras = [to_camera(yaw=k, place=(0, 0, DISTANCE / 9 * k)) for k in range(3)]
    write_poses(tmp_path / "hall.txt", cameras)
    found = read_poses(tmp_path / "hall.txt")
    assert found.to_camera == pytest.approx(np.stack(cameras))
    assert found.intrinsics == pytest.approx(np.tile(FOCAL, (3, 1)))
    assert is_poses_file(tmp_path / "hall.txt")


def test_a_caption_is_no_poses_file(tmp_path):
    (tmp_path / "hall.txt").write_text("A hall.\nWith a door.\n")
    assert not is_poses_file(tmp_path / "hall.txt")
    assert video_beside(tmp_path / "hall.txt") is None


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda lines: [*lines[:2], "1 2 3", *lines[3:]], "line 3: expected 19 numbers"),
        (lambda lines: lines[:1], "no line of poses"),
        (lambda lines: [lines[0], lines[1].replace("1.0", "2.0")], "frame 0 is no rotation"),
        (lambda lines: [lines[0], lines[1].replace("0.9", "-0.9")], "fx and fy must be positive"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_do(tmp_path, spoil, message):
    path = tmp_path / "hall.txt"
    write_poses(path, [to_camera(), to_camera()])
    path.write_text("\n".join(spoil(path.read_text().splitlines())))
    with pytest.raises(ManifestError, match=message) as error:
        read_poses(path)
    assert str(path) in str(error.value)


def test_a_turn_needs_no_depth():
    poses = poses_of([to_camera(), to_camera(yaw=1)])
    camera = predicted_camera(poses, np.full(2, np.nan), **SIZE)
    assert camera.known.all()
    assert camera.pan > 0
