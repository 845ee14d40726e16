"""What the files of a folder say by themselves."""

from pathlib import Path

from motionbench.audit.footage.joints_file import is_joints_file, video_of
from motionbench.audit.footage.poses_file import is_poses_file, video_beside
from motionbench.audit.footage.sources import (
    JointsSource,
    LabelsSource,
    PairsSource,
    PosesSource,
    Sources,
)


def detect(folder: Path, besides: Sources | None = None) -> Sources:
    """What is known in a folder and its subfolders.

    Args:
        folder: Searched.
        besides: What a ``truth.toml`` names itself: its joints and poses are not looked at again.

    Raises:
        ManifestError: A file of joints names a clip that is not there.
    """
    besides = besides or Sources()
    known = {entry.points.resolve() for entry in besides.joints}
    known |= {entry.poses.resolve() for entry in besides.poses}
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    fresh = [path for path in files if path.resolve() not in known]
    return Sources(
        joints=tuple(
            JointsSource(path, video_of(path))
            for path in fresh
            if path.suffix == ".npz" and is_joints_file(path)
        ),
        poses=tuple(
            PosesSource(path, video)
            for path in fresh
            if path.suffix == ".txt" and (video := video_beside(path)) and is_poses_file(path)
        ),
        labels=tuple(LabelsSource(path) for path in files if path.name == "labels.json"),
        pairs=tuple(
            PairsSource(path) for path in files if path.name in ("pairs.jsonl", "pairs.csv")
        ),
    )
