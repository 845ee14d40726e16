"""A scene, and what it puts on the stage: flat layers and their maps for every frame.

Everything drawn and everything tracked comes from here, so that pixels and tracks cannot disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from motionbench.cases import Category
from motionbench.errors import UsageError
from motionbench.scenes import palette
from motionbench.scenes.camera import film
from motionbench.scenes.captions import Appearance
from motionbench.scenes.figure import Performance
from motionbench.scenes.layers import Layer, Maps, item_layer, place, stay
from motionbench.scenes.motions import Motion
from motionbench.scenes.paths import Instants
from motionbench.scenes.person import build_person
from motionbench.scenes.textures import Texture
from motionbench.scenes.world import FAR, NEAR, build_world

GRAIN = 2.0**20
"""Maps are rounded to multiples of 1 / GRAIN: 1/4000 of a pixel in a picture of 256 pixels."""


@dataclass(frozen=True)
class Scene:
    """What is shown: how it moves and how it looks, independent of size and length.

    Attributes:
        name: In the catalogue.
        category: One of the four.
        seed: Of what neither caption nor motion says: blotches, layout, skin.
        appearance: What captions say.
        motion: One per mover: the camera's, each object's in the order of the items, or the
            person's `Performance`.
        camera: What the camera does while objects or a person move (values as for
            `camera.CameraMotion`); None if it rests, and in camera scenes, whose only motion is
            the camera's.
    """

    name: str
    category: Category
    seed: int
    appearance: Appearance
    motion: tuple[Motion, ...]
    camera: Motion | None = None


@dataclass(frozen=True)
class Stage:
    """The layers of a scene.

    Attributes:
        backdrop: Texture of the unbounded background, in frame units of its own plane.
        layers: From far to near; nearer ones hide farther ones.
        maps: At clip times, the maps of all layers, then the backdrop's.
    """

    backdrop: Texture
    layers: tuple[Layer, ...]
    maps: Callable[[Instants], Maps]


def times(frames: int) -> Instants:
    """Clip times of the frames, from 0 to 1; one frame alone is at 0."""
    return np.arange(frames, dtype=np.float64) / max(frames - 1, 1)


def set_stage(scene: Scene) -> Stage:
    """The layers of a scene.

    Raises:
        UsageError: The motion does not fit the appearance.
    """
    told = scene.appearance
    layers, maps = _build(scene)
    if scene.camera is not None:
        maps = _filmed(scene.camera, len(layers), maps)
    backdrop = palette.background(told.background.kind, told.background.colour, scene.seed)
    return Stage(backdrop, layers, lambda time: _steady(maps(time)))


def _build(scene: Scene) -> tuple[tuple[Layer, ...], Callable[[Instants], Maps]]:
    items, worn, motion = scene.appearance.items, scene.appearance.clothes, scene.motion
    if scene.category == "human" and worn is not None and len(motion) == 1:
        if isinstance(motion[0], Performance):
            return build_person(worn, motion[0], scene.seed)
    elif scene.category == "camera":
        if items and len(motion) == 1 and scene.camera is None:
            return build_world(items, motion[0], scene.seed)
    elif scene.category.endswith("object") and len(items) == len(motion):
        return _objects(scene)
    raise UsageError(
        f"scene {scene.name!r} of category {scene.category!r}: motion {motion} does not fit "
        f"{scene.appearance}. A camera scene takes one camera motion and items, an object scene as "
        "many motions as items, a human scene one Performance and clothes; all but a camera scene "
        "may be filmed by a further moving camera."
    )


def _filmed(
    filmed_by: Motion, layers: int, maps: Callable[[Instants], Maps]
) -> Callable[[Instants], Maps]:
    """What moves is near, all of it in one plane, and the background far behind it."""
    nearness = np.array([NEAR] * layers + [FAR])
    return lambda time: film(maps(time), filmed_by.values(time), nearness)


def _objects(scene: Scene) -> tuple[tuple[Layer, ...], Callable[[Instants], Maps]]:
    """Moving items before a still background, later ones nearer."""
    layers = tuple(
        item_layer(item.shape, item.colour, scene.seed + number)
        for number, item in enumerate(scene.appearance.items, start=1)
    )

    def maps(time: Instants) -> Maps:
        moved = [place(motion.values(time))[:, None] for motion in scene.motion]
        return np.concatenate([*moved, stay(len(time))], axis=1)

    return layers, maps


def _steady(maps: Maps) -> Maps:
    """Rounded to a grid.

    Sine, exponential and power may differ in the last bit between machines. Rounding to a grid
    ten orders of magnitude coarser removes the difference before anything is drawn from it.
    """
    return np.asarray(np.floor(maps * GRAIN + 0.5) / GRAIN)
