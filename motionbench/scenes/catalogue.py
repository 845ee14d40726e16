"""The named scenes, and how a name and a seed become a scene."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from motionbench.cases import CATEGORIES, Category
from motionbench.errors import UnknownNameError, UsageError
from motionbench.scenes import draws, moves_camera, moves_human, moves_multi, moves_single
from motionbench.scenes.captions import (
    Appearance,
    Split,
    is_consistent,
    is_held_out,
    sample_appearance,
)
from motionbench.scenes.figure import Performance
from motionbench.scenes.motions import Blend, Motion
from motionbench.scenes.stage import Scene

SEEDS: Mapping[Split, range] = {"train": range(2**31), "eval": range(2**31, 2**32)}
"""Which seeds belong to which side of the split."""

Draw = Callable[[np.random.Generator, int], tuple[Motion, ...]]
"""Draws the motions of so many movers."""


@dataclass(frozen=True)
class SceneSpec:
    """A named kind of motion.

    Attributes:
        name: ``category/motion``.
        category: One of the four.
        count: Items of its appearances: objects, or kinds of things in camera scenes (see
            `Appearance`); 0 in human scenes.
        movers: Motions of the scene: the camera's, each object's or the person's.
        draw: Draws them.
        summary: What moves how, one sentence.
    """

    name: str
    category: Category
    count: int
    movers: int
    draw: Draw
    summary: str


_ALONE: Mapping[Category, tuple[Callable[[np.random.Generator], Motion], ...]] = {
    "camera": (
        moves_camera.pan,
        moves_camera.tilt,
        moves_camera.diagonal,
        moves_camera.truck,
        moves_camera.pedestal,
        moves_camera.zoom_in,
        moves_camera.zoom_out,
        moves_camera.dolly,
        moves_camera.roll,
        moves_camera.orbit,
        moves_camera.handheld,
        moves_camera.walk_through,
        moves_camera.zoom_roll,
        moves_camera.pan_zoom,
    ),
    "single_object": (
        moves_single.line,
        moves_single.arc,
        moves_single.loop,
        moves_single.figure_eight,
        moves_single.bounce,
        moves_single.throw,
        moves_single.zigzag,
        moves_single.spin,
        moves_single.roll,
        moves_single.grow,
        moves_single.shrink,
        moves_single.pulse,
        moves_single.accelerate_stop,
        moves_single.spiral,
        moves_single.pendulum,
    ),
    "human": (
        moves_human.walk,
        moves_human.run,
        moves_human.march,
        moves_human.jump,
        moves_human.jumping_jack,
        moves_human.wave,
        moves_human.wave_both,
        moves_human.squat,
        moves_human.squat_front,
        moves_human.kick,
        moves_human.dance,
        moves_human.cartwheel,
        moves_human.bow,
    ),
}
_ITEMS: Mapping[Category, int] = {"camera": 2, "single_object": 1, "human": 0}

_TOGETHER: tuple[tuple[Draw, tuple[int, ...]], ...] = (
    (moves_multi.crossing, (2, 3)),
    (moves_multi.swap, (2,)),
    (moves_multi.chase, (2, 3)),
    (moves_multi.pursuit, (3,)),
    (moves_multi.orbit, (2, 3)),
    (moves_multi.satellite, (3,)),
    (moves_multi.collide, (2, 3)),
    (moves_multi.scatter, (4,)),
    (moves_multi.gather, (5,)),
    (moves_multi.parade, (4,)),
    (moves_multi.rain, (3,)),
    (moves_multi.wander, (3, 5)),
)
"""Motions of several objects, and how many."""


def _alone(move: Callable[[np.random.Generator], Motion]) -> Draw:
    return lambda rng, movers: tuple(move(rng) for _ in range(movers))


def _specs() -> dict[str, SceneSpec]:
    specs = []
    for category, moves in _ALONE.items():
        for move in moves:
            title = f"{category}/{move.__name__}"
            specs.append(SceneSpec(title, category, _ITEMS[category], 1, _alone(move), _doc(move)))
    for draw, counts in _TOGETHER:
        for count in counts:
            # Motions that come in several sizes are told apart by the number.
            suffix = f"_{count}" if len(counts) > 1 else ""
            title = f"multi_object/{draw.__name__}{suffix}"
            specs.append(SceneSpec(title, "multi_object", count, count, draw, _doc(draw)))
    specs.sort(key=lambda spec: CATEGORIES.index(spec.category))
    return {spec.name: spec for spec in specs}


def _doc(move: Callable[..., Any]) -> str:
    return (move.__doc__ or "").strip()


SCENES: Mapping[str, SceneSpec] = _specs()


def names(category: str) -> tuple[str, ...]:
    """Names of the scenes of a category.

    Raises:
        UnknownNameError: No such category.
    """
    if category not in CATEGORIES:
        raise UnknownNameError("category", category, CATEGORIES)
    return tuple(name for name, spec in SCENES.items() if spec.category == category)


def get_spec(name: str) -> SceneSpec:
    """The scene of that name.

    Raises:
        UnknownNameError: No such scene.
    """
    if name not in SCENES:
        raise UnknownNameError("scene", name, SCENES)
    return SCENES[name]


def build_scene(
    name: str, seed: int, *, appearance: Appearance | None = None, split: Split = "train"
) -> Scene:
    """The scene of a name and a seed.

    Motion, appearance and what neither of them says (blotches, layout, skin) are drawn from
    separate streams of the seed, so the same motion can be shown with any appearance.

    Args:
        name: In `SCENES`.
        seed: In ``SEEDS[split]``.
        appearance: What to show; drawn from the seed if None. It has as many subjects as the scene.
        split: ``"eval"`` shows held-out appearances only, ``"train"`` never shows one.

    Raises:
        UnknownNameError: No scene of that name.
        UsageError: Seed or appearance on the wrong side of the split, or an appearance that does
            not fit the scene.
    """
    spec = get_spec(name)
    if int(seed) not in SEEDS[split]:
        seeds = SEEDS[split]
        raise UsageError(
            f"build_scene: seed {seed} is not a seed of split {split!r}: "
            f"those are [{seeds.start}, {seeds.stop}). Training and evaluation never share seeds."
        )
    key = zlib.crc32(name.encode()), seed
    if appearance is None:
        appearance = sample_appearance(
            spec.category, draws.stream(*key, 1), split, count=spec.count
        )
    else:
        _check_appearance(spec, appearance, split)
    return Scene(
        name=name,
        category=spec.category,
        seed=draws.seed(draws.stream(*key, 2)),
        appearance=appearance,
        motion=spec.draw(draws.stream(*key, 0), spec.movers),
    )


def _check_appearance(spec: SceneSpec, appearance: Appearance, split: Split) -> None:
    if appearance.category != spec.category or not is_consistent(appearance):
        raise UsageError(
            f"scene {spec.name!r}: the appearance {appearance} is not a consistent one of category "
            f"{spec.category!r}. Draw one with sample_appearance, or change one with vary."
        )
    if len(appearance.items) != spec.count:
        raise UsageError(
            f"scene {spec.name!r} has {spec.count} objects, the appearance {len(appearance.items)}."
        )
    if is_held_out(appearance) != (split == "eval"):
        wrong = "held out from training" if split == "train" else "not held out"
        raise UsageError(
            f"scene {spec.name!r}: the appearance is {wrong}, which split={split!r} must not show. "
            "See is_held_out."
        )


def perturb(scene: Scene, strength: float, rng: np.random.Generator) -> Scene:
    """The scene with its motion blended towards another motion of its category.

    Args:
        scene: What to change; its appearance is kept.
        strength: 0 gives the same motion, 1 an unrelated one, and places in between are blends of
            the two (of positions, of angles, of logarithms of sizes).
        rng: Chooses the unrelated motion.

    Raises:
        UsageError: ``strength`` outside [0, 1].
    """
    if not 0 <= strength <= 1:
        raise UsageError(f"perturb: strength={strength} must be in [0, 1].")
    own = get_spec(scene.name)
    others = [SCENES[name] for name in names(scene.category) if SCENES[name].draw is not own.draw]
    target = draws.pick(rng, others).draw(rng, len(scene.motion))
    pairs = zip(scene.motion, target, strict=True)
    return replace(scene, motion=tuple(_blend(*pair, strength) for pair in pairs))


def _blend(first: Motion, second: Motion, share: float) -> Motion:
    """A person stays in place, size and view, and blends the action."""
    if isinstance(first, Performance) and isinstance(second, Performance):
        return replace(first, action=Blend(first.action, second.action, share))
    return Blend(first, second, share)
