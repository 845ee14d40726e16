"""Axes along which motions differ, and the scenes they are applied to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from motionbench.audit import alterations
from motionbench.audit.alterations import Alter, moving_limbs, slides, travels
from motionbench.audit.changes import Scaled
from motionbench.audit.truth import true_similarity
from motionbench.cases import CATEGORIES, Category
from motionbench.errors import UsageError
from motionbench.scenes import draws
from motionbench.scenes.catalogue import SCENES, SEEDS, build_scene, names
from motionbench.scenes.motions import Motion
from motionbench.scenes.stage import Scene

_GENTLE = 0.5
"""Share of a camera scene's move with which moving things are filmed: most stay in the picture."""

_SAME = 0.95
"""True similarity of a mirrored or reversed motion from which on it counts as the same motion."""

OBJECTS: tuple[Category, ...] = ("single_object", "multi_object")
SUBJECTS: tuple[Category, ...] = (*OBJECTS, "human")


def _any(_scene: Scene) -> bool:
    return True


@dataclass(frozen=True)
class Axis:
    """One respect in which motions differ.

    Attributes:
        name: Of the axis.
        summary: What changes, one sentence with the unit of the dose.
        categories: Whose scenes it is applied to.
        alter: Makes the change, for a dose above 0.
        fits: Whether a scene of these categories has what changes.
        filmed: It is applied to scenes with a moving camera (``filmed_scenes``), otherwise only to
            scenes without ``Scene.camera``.
    """

    name: str
    summary: str
    categories: tuple[Category, ...]
    alter: Alter
    fits: Callable[[Scene], bool] = _any
    filmed: bool = False

    def applies(self, scene: Scene) -> bool:
        """Whether the scene's motion can be changed along this axis."""
        right = scene.category in self.categories and (scene.camera is not None) == self.filmed
        return right and self.fits(scene)

    def change(self, scene: Scene, dose: float, rng: np.random.Generator) -> Scene:
        """The scene with its motion changed along this axis alone.

        Args:
            scene: What to change; appearance and layout are kept.
            dose: 0 gives the same scene, 1 the greatest difference.
            rng: Chooses what the axis leaves open (another path, which limb). Equal generators
                choose alike at every dose.

        Raises:
            UsageError: The dose lies outside [0, 1], or the axis does not apply to the scene.
        """
        if not 0 <= dose <= 1:
            raise UsageError(f"axis {self.name!r}: dose={dose} must be in [0, 1].")
        if not self.applies(scene):
            raise UsageError(
                f"axis {self.name!r} does not apply to scene {scene.name!r} "
                f"({'with' if scene.camera else 'without'} a filming camera): {self.summary} "
                "Ask Axis.applies first."
            )
        return self.alter(scene, dose, rng) if dose > 0 else scene


def base_scenes(category: Category, count: int, seed: int) -> list[Scene]:
    """Scenes of the evaluation side, of as many kinds of motion as possible.

    Args:
        category: Of the scenes.
        count: How many; fewer are the first of more.
        seed: Of the choice, >= 0.
    """
    key = seed, 1 + CATEGORIES.index(category)
    seeds = draws.stream(*key, 1)
    return [
        build_scene(name, SEEDS["eval"].start + draws.seed(seeds), split="eval")
        for name in _kinds(category, count, draws.stream(*key, 2))
    ]


def filmed_scenes(count: int, seed: int) -> list[Scene]:
    """Scenes in which the camera moves as well: objects and persons by turns.

    Args:
        count: How many; fewer are the first of more.
        seed: Of the choice, >= 0.
    """
    each = -(-count // len(SUBJECTS))
    by_category = [base_scenes(category, each, seed) for category in SUBJECTS]
    scenes = [scene for together in zip(*by_category, strict=True) for scene in together]
    key = seed, 1 + len(CATEGORIES)
    moves, rng = _kinds("camera", count, draws.stream(*key, 1)), draws.stream(*key, 2)
    return [
        replace(scene, camera=_gentle(SCENES[move].draw(rng, 1)[0]))
        for scene, move in zip(scenes, moves, strict=False)
    ]


def _kinds(category: Category, count: int, rng: np.random.Generator) -> list[str]:
    """Names of scenes in random order, none again before all have been."""
    found: list[str] = []
    while len(found) < count:
        found += draws.shuffled(rng, names(category))
    return found[:count]


def _gentle(move: Motion) -> Motion:
    return Scaled(move, (_GENTLE,) * 7, (0.0,) * 7)


# ---- what fits


def _any_travels(scene: Scene) -> bool:
    """Objects that travel, or a camera that slides; persons and cameras always change their way."""
    if scene.category in OBJECTS:
        return any(travels(motion) for motion in scene.motion)
    return scene.category != "camera" or slides(scene.motion[0])


def _has_a_path(scene: Scene) -> bool:
    return scene.category not in OBJECTS or _any_travels(scene)


def _differs(alter: Alter) -> Callable[[Scene], bool]:
    """Whether the whole change makes a difference: not for a pendulum played backwards."""
    return lambda scene: true_similarity(scene, alter(scene, 1.0, draws.stream(0))) < _SAME


_AXES = (
    Axis(
        "direction",
        "Paths of objects, or pan and truck of a camera, are turned clockwise; dose 1 is 180 "
        "degrees.",
        ("camera", *OBJECTS),
        alterations.direction,
        _any_travels,
    ),
    Axis(
        "speed",
        "Everything runs slower, the same in the middle of the clip, and so covers less of its "
        "path; dose 1 is a quarter of the speed.",
        CATEGORIES,
        alterations.speed,
    ),
    Axis(
        "amplitude",
        "Everything moves less far about the middle of its range, in the same time; dose 1 is a "
        "quarter of the distance.",
        CATEGORIES,
        alterations.amplitude,
    ),
    Axis(
        "timing",
        "The same path from start to end, slower at the ends of the clip and faster in its middle; "
        "dose 1 is rest at the ends and twice the speed in the middle.",
        CATEGORIES,
        alterations.timing,
    ),
    Axis(
        "path",
        "The path blends into another one of equal reach, the camera's move into another, the "
        "action into another; dose 1 is wholly the other.",
        CATEGORIES,
        alterations.path,
        _has_a_path,
    ),
    Axis(
        "one_object",
        "The path of one object of several is turned clockwise; dose 1 is 180 degrees.",
        ("multi_object",),
        alterations.one_object,
        _any_travels,
    ),
    Axis(
        "camera",
        "The camera's move shrinks and reverses, objects and persons do as before; dose 0.5 is a "
        "camera at rest, dose 1 the opposite move.",
        SUBJECTS,
        alterations.camera,
        filmed=True,
    ),
    Axis(
        "object",
        "What objects or the person do shrinks and reverses, the camera moves as before; dose 0.5 "
        "is rest, dose 1 the opposite motion.",
        SUBJECTS,
        alterations.subject,
        filmed=True,
    ),
    Axis(
        "limb",
        "One limb's swing shrinks and reverses, the rest of the body does as before; dose 0.5 is a "
        "stiff limb, dose 1 the opposite swing.",
        ("human",),
        alterations.limb,
        lambda scene: bool(moving_limbs(scene)),
    ),
    Axis(
        "mirrored",
        "The horizontal part shrinks and reverses, the vertical part stays; dose 0.5 is no "
        "horizontal part, dose 1 the mirror image of the motion.",
        CATEGORIES,
        alterations.mirror,
        _differs(alterations.mirror),
    ),
    Axis(
        "reversed",
        "The motion blends into itself played backwards; dose 1 is wholly backwards.",
        CATEGORIES,
        alterations.reverse,
        _differs(alterations.reverse),
    ),
    Axis(
        "static",
        "The motion stops early; the dose is the share of the clip that stands still at its end.",
        CATEGORIES,
        alterations.static,
    ),
    Axis(
        "place",
        "The same motion elsewhere in the picture; dose 1 is 0.2 of the picture's shorter side.",
        SUBJECTS,
        alterations.place,
    ),
)

AXES: Mapping[str, Axis] = {axis.name: axis for axis in _AXES}
"""By name."""
