"""An articulated person: forward kinematics in the picture plane, seen from the side or the front.

Lengths are in body heights; x points where the person faces (side view) or to the right of the
picture (front view), y down. An absolute bone angle is 0 when the bone points down and grows
towards +x, so a leg swings forward with a positive angle. Joint angles are relative to the parent
bone and to the rest pose, which is standing upright with hanging arms.
"""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float64

from motionbench.scenes.motions import Motion, Values
from motionbench.scenes.paths import Instants

View = Literal["side", "front"]


class Bone(NamedTuple):
    """One bone.

    Attributes:
        name: Of the bone and of the joint angle at its root.
        parent: Bone it hangs on, empty for the pelvis.
        length: In body heights.
        rest: Angle against the parent in the rest pose.
        root: Where it hangs on: 0 at the parent's root, 1 at its end.
        aside: Distance of its root from the parent's line in the front view, to the right.
    """

    name: str
    parent: str
    length: float
    rest: float
    root: int
    aside: float


BONES: tuple[Bone, ...] = (
    Bone("spine", "", 0.29, math.pi, 0, 0.0),
    Bone("head", "spine", 0.125, 0.0, 1, 0.0),
    Bone("near_arm", "spine", 0.16, math.pi, 1, -0.105),
    Bone("near_forearm", "near_arm", 0.15, 0.0, 1, 0.0),
    Bone("far_arm", "spine", 0.16, math.pi, 1, 0.105),
    Bone("far_forearm", "far_arm", 0.15, 0.0, 1, 0.0),
    Bone("near_thigh", "", 0.23, 0.0, 0, -0.055),
    Bone("near_shin", "near_thigh", 0.22, 0.0, 1, 0.0),
    Bone("near_foot", "near_shin", 0.085, math.pi / 2, 1, 0.0),
    Bone("far_thigh", "", 0.23, 0.0, 0, 0.055),
    Bone("far_shin", "far_thigh", 0.22, 0.0, 1, 0.0),
    Bone("far_foot", "far_shin", 0.085, math.pi / 2, 1, 0.0),
)
"""Parents come before their children. In the front view near is the left of the picture."""

LENGTHS: dict[str, float] = {bone.name: bone.length for bone in BONES}
JOINTS: tuple[str, ...] = tuple(bone.name for bone in BONES)
COLUMNS: dict[str, int] = {
    name: column for column, name in enumerate(("travel", "lift", "turn", *JOINTS))
}
"""Columns of a person's values: advance and height above the ground in body heights, then rotation
of the whole body and the angle of each joint in radians."""

SOLE = 0.03
"""The ground lies this far below the lowest joint."""


def assemble(time: Instants, **columns: Instants | float) -> Values:
    """Values with the named columns (see `COLUMNS`) set and all others at rest."""
    values = np.zeros((len(time), len(COLUMNS)))
    for name, column in columns.items():
        values[:, COLUMNS[name]] = column
    return values


@dataclass(frozen=True)
class Performance:
    """A person doing something; values are travel, lift, turn and the angle of each joint.

    Attributes:
        action: What the body does, in its own columns.
        view: From which the person is seen.
        facing: 1 to the right, -1 to the left (mirrored); between them, without 0, the body is
            turned about the vertical, towards the viewer: the cosine of the angle from the right.
        height: Of the body, in frame units.
        start: x at the start, in frame units.
        ground: y of the ground, in frame units.
    """

    action: Motion
    view: View
    facing: float
    height: float
    start: float
    ground: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        return self.action.values(time)


class Skeleton(NamedTuple):
    """Where the bones are, in body heights, on the ground y = 0.

    Attributes:
        roots: ``(T, B, 2)`` where each bone starts.
        directions: ``(T, B, 2)`` unit vectors along the bones.
    """

    roots: Float64[np.ndarray, "t b 2"]
    directions: Float64[np.ndarray, "t b 2"]

    @property
    def ends(self) -> Float64[np.ndarray, "t b 2"]:
        """Where each bone ends."""
        lengths = np.array([[length] for length in LENGTHS.values()])
        return np.asarray(self.roots + self.directions * lengths)


def pose(values: Values, view: View) -> Skeleton:
    """Forward kinematics, then the body is put on the ground.

    The lowest joint touches the ground unless the values lift it: feet in most actions, hands in a
    cartwheel.
    """
    frames = len(values)
    angles = np.zeros((frames, len(BONES)))
    roots = np.zeros((frames, len(BONES), 2))
    ends = np.zeros_like(roots)
    for number, bone in enumerate(BONES):
        parent = JOINTS.index(bone.parent) if bone.parent else None
        above = values[:, COLUMNS["turn"]] if parent is None else angles[:, parent]
        angles[:, number] = above + _rest(bone, view) + values[:, COLUMNS[bone.name]]
        if parent is not None:
            roots[:, number] = ends[:, parent] if bone.root else roots[:, parent]
        if view == "front":
            # Shoulders and hips stand out sideways from the spine or the pelvis.
            across = above - math.pi if parent is not None else above
            roots[:, number, 0] += bone.aside * np.cos(across)
            roots[:, number, 1] -= bone.aside * np.sin(across)
        ends[:, number] = roots[:, number] + bone.length * _direction(angles[:, number])
    lowest = np.maximum(roots[..., 1].max(axis=1), ends[..., 1].max(axis=1))
    rise = -SOLE - lowest - values[:, COLUMNS["lift"]]
    shift = np.stack([values[:, COLUMNS["travel"]], rise], axis=1)
    return Skeleton(roots + shift[:, None], _direction(angles))


def _rest(bone: Bone, view: View) -> float:
    # Feet seen from the front point outwards and mostly down.
    if view == "front" and bone.name.endswith("foot"):
        return 0.9 if bone.name.startswith("far") else -0.9
    return bone.rest


def _direction(angles: np.ndarray) -> np.ndarray:
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1)
