"""Scenes whose motion differs in one respect: what the axes of ``axes`` do.

Each function takes a scene, a dose in (0, 1] and a generator, and changes ``Scene.motion`` or
``Scene.camera`` alone. What it draws does not depend on the dose, so equal generators give doses
along one and the same change.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from motionbench.audit.changes import (
    Backwards,
    Carried,
    Eased,
    LimbScaled,
    Row,
    Scaled,
    Shifted,
    Slowed,
    Stopped,
    Swapped,
    Turned,
    acting,
    middle,
    reach,
    sampled,
)
from motionbench.scenes import draws
from motionbench.scenes.camera import PAN_X, PAN_Y, ROLL, TRUCK_X, TRUCK_Y
from motionbench.scenes.catalogue import SCENES, names
from motionbench.scenes.figure import COLUMNS, Performance
from motionbench.scenes.motions import Blend, Motion
from motionbench.scenes.stage import Scene

Alter = Callable[[Scene, float, np.random.Generator], Scene]

X, Y, ANGLE = 0, 1, 2
"""Columns of an object's values."""

VISIBLE_TRAVEL = 0.1
"""A path that reaches less far, frame units, has no direction or shape worth changing."""

LIMBS: dict[str, tuple[str, ...]] = {
    f"{side} {limb}": tuple(f"{side}_{bone}" for bone in bones)
    for side in ("near", "far")
    for limb, bones in (("arm", ("arm", "forearm")), ("leg", ("thigh", "shin", "foot")))
}
"""Bones of each limb, by its name."""

_LEAST_SWING = 0.8
"""Radians that the joints of a limb go through, added up, if it moves."""

_LEAST_FACING = 0.25
"""Of a person who is turned about; nearer to 0 hardly anything of the figure would be left."""

_ELSEWHERE = 0.2
"""Frame units."""

_PATHS = tuple(
    f"single_object/{move}"
    for move in ("line", "arc", "loop", "figure_eight", "bounce", "throw", "zigzag", "spiral")
)


# ---- of everything that moves


def speed(scene: Scene, dose: float, _rng: np.random.Generator) -> Scene:
    """At rate ``1 - 0.75 dose``, the same in the middle of the clip.

    From the start on, steps and waves would fall out of step at the first dose, and all higher
    doses be alike.
    """
    return _each(scene, lambda motion: Slowed(motion, 1 - 0.75 * dose))


def timing(scene: Scene, dose: float, _rng: np.random.Generator) -> Scene:
    """Speed becomes ``1 - dose cos(2 pi t)`` of itself; start, end and way stay."""
    return _each(scene, lambda motion: Eased(motion, dose))


def static(scene: Scene, dose: float, _rng: np.random.Generator) -> Scene:
    """Standstill from time ``1 - dose`` on."""
    return _each(scene, lambda motion: Stopped(motion, 1 - dose))


def reverse(scene: Scene, dose: float, _rng: np.random.Generator) -> Scene:
    """A blend with the same motion from its end to its start."""
    return _each(scene, lambda motion: Blend(motion, Backwards(motion), dose))


def amplitude(scene: Scene, dose: float, _rng: np.random.Generator) -> Scene:
    """Everything scaled to ``1 - 0.75 dose`` of itself about the middle of its range."""
    factor = 1 - 0.75 * dose
    person = scene.category == "human"

    def scale(motion: Motion) -> Motion:
        about = np.array(middle(motion))
        if person:
            # So that nobody floats, and a cartwheel starts upright.
            values = sampled(motion)
            lift, turn = COLUMNS["lift"], COLUMNS["turn"]
            about[lift], about[turn] = values[:, lift].min(), values[0, turn]
        return Scaled(motion, (factor,) * len(about), tuple(about.tolist()))

    return _each(scene, scale)


# ---- direction


def direction(scene: Scene, dose: float, _rng: np.random.Generator) -> Scene:
    """Paths of objects, or pan and truck of a camera, turned by a share of 180 degrees."""
    return _each(scene, lambda motion: _turned(motion, dose, scene.category))


def one_object(scene: Scene, dose: float, rng: np.random.Generator) -> Scene:
    """The path of one object turned by a share of 180 degrees."""
    going = [number for number, motion in enumerate(scene.motion) if travels(motion)]
    chosen = draws.pick(rng, going)
    motions = list(scene.motion)
    motions[chosen] = _turned(motions[chosen], dose, scene.category)
    return replace(scene, motion=tuple(motions))


def camera(scene: Scene, dose: float, _rng: np.random.Generator) -> Scene:
    """The camera's move scaled from 1 over 0 at half the dose to -1, its opposite."""
    assert scene.camera is not None
    return replace(scene, camera=_opposed(scene.camera, dose))


def subject(scene: Scene, dose: float, _rng: np.random.Generator) -> Scene:
    """What objects or the person do scaled from 1 over 0 to -1, about the middle of its range."""
    return _each(scene, lambda motion: _opposed(motion, dose))


def limb(scene: Scene, dose: float, rng: np.random.Generator) -> Scene:
    """One limb's swing scaled from 1 over 0 to -1, about the middle of each joint's range."""
    chosen = LIMBS[draws.pick(rng, moving_limbs(scene))]
    view = _person(scene).view

    def change(action: Motion) -> Motion:
        return LimbScaled(action, view, chosen, 1 - 2 * dose, middle(action))

    return _each(scene, change)


def mirror(scene: Scene, dose: float, _rng: np.random.Generator) -> Scene:
    """The horizontal part scaled from 1 over 0 to -1, the vertical part kept.

    Of objects: x and turning. Of a camera: sideways pan and truck, and roll. A person seen from the
    front blends with what a mirror shows, where left and right limbs change roles, so that parts
    of the motion alike on both sides stay. A person seen from the side turns about the vertical,
    which scales x alone, until he goes the other way; between facing 0.25 and -0.25, where
    the figure would vanish, he steps over.
    """
    factor = 1 - 2 * dose
    if scene.category != "human":
        sideways = (PAN_X, TRUCK_X, ROLL) if scene.category == "camera" else (X, ANGLE)
        return _each(scene, lambda motion: _scaled(motion, factor, sideways))
    person = _person(scene)
    if person.view == "front":
        return _each(scene, lambda action: Blend(action, Swapped(action), dose))
    factor = math.copysign(max(abs(factor), _LEAST_FACING), factor)
    return _recentred(scene, replace(person, facing=person.facing * factor))


# ---- path and place


def path(scene: Scene, dose: float, rng: np.random.Generator) -> Scene:
    """A blend with another path of equal reach, another camera move, or another action."""
    if scene.category == "camera":
        others = [name for name in names("camera") if name != scene.name]
        other = SCENES[draws.pick(rng, others)].draw(rng, 1)[0]
        return _each(scene, lambda motion: Blend(motion, other, dose))
    if scene.category == "human":
        return _other_action(scene, dose, rng)
    blended = [_rerouted(motion, scene.name, dose, rng) for motion in scene.motion]
    return replace(scene, motion=tuple(blended))


def place(scene: Scene, dose: float, rng: np.random.Generator) -> Scene:
    """All objects shifted alike in any direction, a person to the left or to the right."""
    heading = draws.angle(rng)
    if scene.category == "human":
        person = _person(scene)
        shift = math.copysign(_ELSEWHERE * dose, math.cos(heading))
        return replace(scene, motion=(replace(person, start=person.start + shift),))
    by = _ELSEWHERE * dose * math.cos(heading), _ELSEWHERE * dose * math.sin(heading), 0.0, 0.0
    return _each(scene, lambda motion: Shifted(motion, by))


# ---- what a scene has


def travels(motion: Motion) -> bool:
    """Whether an object's path reaches far enough to have a direction."""
    return reach(motion, (X, Y)) > VISIBLE_TRAVEL


def slides(motion: Motion) -> bool:
    """Whether a camera pans, tilts or shifts far enough to have a direction."""
    pan, truck = reach(motion, (PAN_X, PAN_Y)), reach(motion, (TRUCK_X, TRUCK_Y))
    return max(pan, truck) > VISIBLE_TRAVEL


def moving_limbs(scene: Scene) -> list[str]:
    """Names of the person's limbs that swing, without those that the body mostly hides."""
    person = _person(scene)
    swings = np.ptp(sampled(person), axis=0)
    return [
        name
        for name, bones in LIMBS.items()
        if (person.view == "front" or name.startswith("near"))
        and sum(swings[COLUMNS[bone]] for bone in bones) > _LEAST_SWING
    ]


# ---- parts


def _each(scene: Scene, change: Callable[[Motion], Motion]) -> Scene:
    return replace(scene, motion=tuple(acting(motion, change) for motion in scene.motion))


def _person(scene: Scene) -> Performance:
    (person,) = scene.motion
    assert isinstance(person, Performance)
    return person


def _turned(motion: Motion, dose: float, category: str) -> Motion:
    pairs = ((PAN_X, PAN_Y), (TRUCK_X, TRUCK_Y)) if category == "camera" else ((X, Y),)
    return Turned(motion, math.pi * dose, pairs, middle(motion))


def _opposed(motion: Motion, dose: float) -> Motion:
    """All columns scaled from 1 to -1."""
    about = middle(motion)
    return Scaled(motion, (1 - 2 * dose,) * len(about), about)


def _scaled(motion: Motion, factor: float, columns: tuple[int, ...]) -> Motion:
    about = middle(motion)
    factors = tuple(factor if column in columns else 1.0 for column in range(len(about)))
    return Scaled(motion, factors, about)


def _rerouted(motion: Motion, scene: str, dose: float, rng: np.random.Generator) -> Motion:
    """The object's path blended with another kind of path, of equal reach about the same middle."""
    other = SCENES[draws.pick(rng, [name for name in _PATHS if name != scene])].draw(rng, 1)[0]
    if not travels(motion):
        return motion
    about = middle(other)
    growth = reach(motion, (X, Y)) / reach(other, (X, Y))
    fitted = Scaled(other, (growth,) * len(about), about)
    by: Row = tuple(np.subtract(middle(motion), about).tolist())
    return Blend(motion, Carried(motion, Shifted(fitted, by)), dose)


def _other_action(scene: Scene, dose: float, rng: np.random.Generator) -> Scene:
    person = _person(scene)
    drawn = (
        SCENES[name].draw(rng, 1)[0]
        for name in draws.shuffled(rng, names("human"))
        if name != scene.name
    )
    other = next(
        motion for motion in drawn if isinstance(motion, Performance) and motion.view == person.view
    )
    return _recentred(scene, replace(person, action=Blend(person.action, other.action, dose)))


def _recentred(scene: Scene, person: Performance) -> Scene:
    """The scene with its person doing something else around the same middle of the picture."""
    before, travel = _person(scene), COLUMNS["travel"]
    old, new = (
        body.facing * body.height * middle(body.action)[travel] for body in (before, person)
    )
    return replace(scene, motion=(replace(person, start=before.start + old - new),))
