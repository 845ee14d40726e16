"""Files of annotated joints: ``.npz`` with ``points``, ``visible``, ``frames`` and ``video``.

The arrays are those of BADJA's annotations (Biggs et al., ACCV 2018), one clip a file.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32, Int64

from motionbench.errors import ManifestError

ARRAYS = ("points", "visible", "frames")


@dataclass(frozen=True, eq=False)
class Joints:
    """Points that people marked in some frames of a clip.

    Attributes:
        names: One per joint.
        points: ``(J, K, 2)`` float32, (x, y) in pixels of the clip.
        visible: ``(J, K)`` bool, False where nothing was marked.
        frames: ``(K,)`` indices of the marked frames, rising.
    """

    names: tuple[str, ...]
    points: Float32[np.ndarray, "j k 2"]
    visible: Bool[np.ndarray, "j k"]
    frames: Int64[np.ndarray, " k"]


def read_joints(path: Path) -> Joints:
    """The joints of a file.

    Raises:
        ManifestError: It cannot be read, an array is missing, or their shapes do not fit.
    """
    arrays = _arrays(path)
    for key in ARRAYS:
        if key not in arrays:
            raise ManifestError(
                f"{path}: there is no array {key!r}, only {sorted(arrays)}. Joints need points "
                "(J, K, 2), visible (J, K) and frames (K,)."
            )
    points, visible, frames = arrays["points"], arrays["visible"], arrays["frames"]
    if points.shape != (*visible.shape, 2) or visible.shape[1:] != frames.shape:
        raise ManifestError(
            f"{path}: points {points.shape}, visible {visible.shape} and frames {frames.shape} do "
            "not fit: expected (J, K, 2), (J, K) and (K,)."
        )
    if not (np.diff(frames) > 0).all() or frames[0] < 0:
        raise ManifestError(f"{path}: frames must rise and start at 0 or later, not {frames}.")
    if not np.isfinite(points[visible.astype(bool)]).all():
        raise ManifestError(f"{path}: points: a visible one is not finite. Mark it not visible.")
    names = arrays.get("joint_ids", np.arange(len(points)))
    if len(names) != len(points):
        raise ManifestError(f"{path}: {len(names)} joint_ids for {len(points)} points.")
    return Joints(
        names=tuple(str(name) for name in names),
        points=points.astype(np.float32),
        visible=visible.astype(bool),
        frames=frames.astype(np.int64),
    )


def is_joints_file(path: Path) -> bool:
    """Whether an ``.npz`` file holds the arrays of joints.

    Raises:
        ManifestError: It cannot be read.
    """
    return set(ARRAYS) <= set(_arrays(path))


def video_of(path: Path) -> Path:
    """The clip that a file of joints names: beside it, or in a folder above, the nearest one.

    Raises:
        ManifestError: The file names none, or it is nowhere.
    """
    fix = f'Name it in a truth.toml: [[joints]] points = "{path.name}", video = "..."'
    arrays = _arrays(path)
    if "video" not in arrays:
        raise ManifestError(f"{path}: it holds no 'video', the clip's path. {fix}.")
    name = str(arrays["video"])
    for folder in path.absolute().parents:
        if (folder / name).is_file():
            return folder / name
    raise ManifestError(
        f"{path}: its video {name!r} is neither in {path.parent} nor in a folder above. {fix}."
    )


def _arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ManifestError(f"{path}: these joints cannot be read: {error}.") from error
