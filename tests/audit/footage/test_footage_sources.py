"""What is found in folders, and what a truth.toml says."""

import numpy as np
import pytest
from footage_clips import to_camera, write_poses

from motionbench.audit.footage.find import read_sources
from motionbench.errors import ManifestError, UsageError


@pytest.fixture
def folder(tmp_path):
    """Files of all kinds; clips are empty, as nothing here decodes them."""
    base = tmp_path / "footage"
    for name in ("joints", "poses", "moves", "published"):
        (base / name).mkdir(parents=True)
    for clip in ("joints/dog.mp4", "joints/other.mp4", "poses/hall.mp4", "poses/walk.mp4"):
        (base / clip).touch()
    np.savez(
        base / "joints" / "dog.npz",
        points=np.zeros((1, 1, 2)),
        visible=np.ones((1, 1)),
        frames=np.zeros(1, int),
        video="dog.mp4",
    )
    np.savez(base / "joints" / "weights.npz", layer=np.zeros(3))
    write_poses(base / "poses" / "hall.txt", [to_camera()])
    write_poses(base / "poses" / "alone.txt", [to_camera()])
    (base / "poses" / "walk.txt").write_text("A walk\nthrough a park\n")
    (base / "moves" / "labels.json").write_text("[]")
    (base / "published" / "pairs.jsonl").write_text("")
    return base


def write(folder, text):
    (folder / "truth.toml").write_text(text)
    return folder / "truth.toml"


def test_a_folder_is_searched(folder):
    found = read_sources([folder])
    assert [(e.points.name, e.video.name) for e in found.joints] == [("dog.npz", "dog.mp4")]
    assert [(e.poses.name, e.video.name) for e in found.poses] == [("hall.txt", "hall.mp4")]
    assert [e.labels.name for e in found.labels] == ["labels.json"]
    assert [e.pairs.name for e in found.pairs] == ["pairs.jsonl"]
    assert found.series == ()


def test_a_folder_given_twice_counts_once(folder):
    assert len(read_sources([folder, folder])) == len(read_sources([folder]))


def test_a_truth_file_comes_before_what_is_found(folder, tmp_path):
    path = write(
        tmp_path,
        """
        folders = ["footage"]
        [[joints]]
        points = "footage/joints/dog.npz"
        video = "footage/joints/other.mp4"
        [[poses]]
        poses = "footage/poses/alone.txt"
        video = "footage/poses/walk.mp4"
        [[series]]
        pairs = "footage/published/pairs.jsonl"
        group = "noise"
        order = ["a", ["b", "c"]]
        """,
    )
    found = read_sources([path])
    assert [e.video.name for e in found.joints] == ["other.mp4"]
    assert [e.video.name for e in found.poses] == ["walk.mp4", "hall.mp4"]
    assert found.series[0].order == (("a",), ("b", "c"))
    assert len(found.labels) == len(found.pairs) == 1


def test_a_folder_with_a_truth_file_is_not_searched(folder):
    write(folder, '[[labels]]\nlabels = "moves/labels.json"\n')
    found = read_sources([folder])
    assert (len(found), len(found.labels)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[joint]]", r"Unknown table 'joint'. Did you mean 'joints'\?"),
        ("[[pairs]]\npair = 'a'", r"Unknown key of \[\[pairs\]\] 1 'pair'"),
        ("[pairs]\npairs = 'a'", r"pairs must be written \[\[pairs\]\]"),
        ("[[pairs]]\npairs = 'none.csv'", "there is no file 'none.csv'"),
        ("folders = 'footage'", "folders must be a list of paths"),
        ("folders = ['none']", "there is no folder 'none'"),
        ("[[poses]]\nposes = 'poses/alone.txt'", r"no clip lies beside .*video = "),
        ("", "nothing is known about any clip"),
    ],
)
def test_a_wrong_truth_file_is_refused(folder, text, message):
    path = write(folder, text)
    with pytest.raises(ManifestError, match=message) as error:
        read_sources([path])
    assert str(path) in str(error.value)


def test_what_is_no_toml_is_refused(folder):
    with pytest.raises(UsageError, match="cannot be read"):
        read_sources([write(folder, "[[")])


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ManifestError, match="nothing is known about any clip"):
        read_sources([tmp_path])


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ManifestError, match="no such folder"):
        read_sources([tmp_path / "none"])
