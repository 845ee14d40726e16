"""The person as layers: capsules, discs and a cap on the bones of ``figure``."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from motionbench.errors import UsageError
from motionbench.scenes import draws, palette
from motionbench.scenes.captions import Clothes
from motionbench.scenes.figure import JOINTS, Performance, View, pose
from motionbench.scenes.layers import Layer, Maps, stay
from motionbench.scenes.paths import Instants
from motionbench.scenes.shapes import Cap, Capsule, Circle, Shape

_WEAVE = 0.7
"""Period of skin and cloth textures, body heights."""

_HEAD = 0.088
"""Radius of the head, body heights."""


_LEAST_FACING = 0.1
"""Of a performance, either way; nearer to 0 a level foot has no direction."""


@dataclass(frozen=True)
class Part:
    """A shape on a bone, in body heights; its x axis runs along the bone.

    Attributes:
        bone: It moves with.
        shape: Of the part.
        cloth: A field of `Clothes`, ``"skin"`` or ``"leather"``.
        along: Of its origin from the bone's root.
        aside: Of its origin from the bone; forward of an upright bone in the side view.
    """

    bone: str
    shape: Shape
    cloth: str
    along: float = 0.0
    aside: float = 0.0


def build_person(
    worn: Clothes, performance: Performance, seed: int
) -> tuple[tuple[Layer, ...], Callable[[Instants], Maps]]:
    """Layers from far to near, and their maps with those of the background last.

    Args:
        worn: Colours of the clothes.
        performance: What the person does.
        seed: Of skin and blotches.

    Raises:
        UsageError: The person faces the viewer.
    """
    parts = _parts(performance.view)
    bones = [JOINTS.index(part.bone) for part in parts]
    along = np.array([[part.along] for part in parts])
    aside = np.array([[part.aside] for part in parts])
    facing, height = performance.facing, performance.height
    if not _LEAST_FACING <= abs(facing) <= 1:
        raise UsageError(
            f"Performance.facing={facing} must be in [{_LEAST_FACING}, 1], or its negative: bones "
            "that point at the viewer cannot be drawn."
        )

    def maps(time: Instants) -> Maps:
        body = pose(performance.values(time), performance.view)
        axis = body.directions[:, bones]  # (T, L, 2)
        origin = body.roots[:, bones] + axis * along + _across(axis) * aside
        # A body that turns towards the viewer shortens bones along x but leaves them as thick.
        axis, origin = axis * [facing, 1.0], origin * [facing, 1.0]
        across = math.copysign(1.0, facing) * _across(axis)
        across /= np.sqrt((across * across).sum(axis=-1, keepdims=True))
        whole = np.stack([axis, across, origin], axis=-1) * height
        whole[..., 2] += [performance.start, performance.ground]
        return np.concatenate([whole, stay(len(time))], axis=1)

    return tuple(_layer(part, worn, performance.view, seed) for part in parts), maps


def _across(axis: np.ndarray) -> np.ndarray:
    """A quarter turn from each axis, clockwise on the screen."""
    return np.stack([-axis[..., 1], axis[..., 0]], axis=-1)


def _layer(part: Part, worn: Clothes, view: View, seed: int) -> Layer:
    blotches, far = seed + 1, view == "side" and part.bone.startswith("far")
    if part.cloth == "leather":
        return Layer(part.shape, palette.leather(blotches, _WEAVE), rim=0.0, shade=1.0)
    if part.cloth == "skin":
        tone = draws.pick(draws.stream(seed, 0), palette.SKINS)
        return Layer(part.shape, palette.skin(tone, blotches, _WEAVE, far=far), 0.011, 0.75)
    colour = getattr(worn, part.cloth)
    return Layer(part.shape, palette.surface(colour, blotches, _WEAVE, far=far), 0.011, 0.62)


def _parts(view: View) -> list[Part]:
    far, near = _arm("far"), _arm("near")
    legs = [*_leg("far", view), *_leg("near", view)]
    if view == "side":
        return [*far, *legs, *_trunk(view), *_head(view), *near]
    return [*legs, *_trunk(view), *far, *near, *_head(view)]


def _arm(side: str) -> list[Part]:
    return [
        Part(f"{side}_forearm", Circle(0.034), "skin", along=0.165),
        Part(f"{side}_forearm", Capsule(0.15, 0.034, 0.028), "shirt"),
        Part(f"{side}_arm", Capsule(0.16, 0.042, 0.034), "shirt"),
    ]


def _leg(side: str, view: View) -> list[Part]:
    foot = Capsule(0.085, 0.034, 0.028) if view == "side" else Capsule(0.05, 0.034, 0.032)
    return [
        Part(f"{side}_foot", foot, "leather"),
        Part(f"{side}_shin", Capsule(0.22, 0.05, 0.038), "trousers"),
        Part(f"{side}_thigh", Capsule(0.23, 0.062, 0.05), "trousers"),
    ]


def _trunk(view: View) -> list[Part]:
    waist, chest = (0.062, 0.078) if view == "side" else (0.078, 0.105)
    return [
        Part("spine", Capsule(0.03, waist, waist), "trousers", along=-0.01),
        Part("head", Capsule(0.1, 0.036, 0.036), "skin"),
        Part("spine", Capsule(0.2, waist, chest), "shirt", along=0.07),
    ]


def _head(view: View) -> list[Part]:
    # In the side view the brim and the eye show where the person looks.
    brim = (0.16, 0.06) if view == "side" else (0.11, 0.11)
    eyes = (0.05,) if view == "side" else (-0.032, 0.032)
    return [
        Part("head", Circle(_HEAD), "skin", along=0.125),
        *(Part("head", Circle(0.013), "leather", along=0.125, aside=aside) for aside in eyes),
        Part("head", Cap(_HEAD, *brim), "hat", along=0.125),
    ]
