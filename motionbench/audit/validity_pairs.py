"""Which pairs a metric's validity is measured on: one thing changed at a time, known how much."""

import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from motionbench.audit.axes import AXES, Axis, base_scenes, filmed_scenes
from motionbench.audit.lab import Pair, Shot, Treatment
from motionbench.audit.metrics import FILMED
from motionbench.audit.scale import Scale
from motionbench.audit.treatments import Blurred, Brightened, Encoded, Noisy
from motionbench.audit.validity_data import Kind
from motionbench.cases import CATEGORIES
from motionbench.scenes import draws
from motionbench.scenes.captions import (
    COLOURS,
    KINDS,
    Appearance,
    Background,
    is_consistent,
    is_held_out,
    sample_appearance,
)
from motionbench.scenes.stage import Scene

_AXIS_SHARE = 2 / 3
"""Share of a category's base scenes that an axis is applied to, in turn: more base scenes with a
part of the axes each say more than fewer with all. Filmed scenes have two axes and take both."""

_NUISANCE_SHARE = 1 / 3


@dataclass(frozen=True)
class Probe:
    """A pair, and what is known of it; see ``Outcome``."""

    base: str
    group: str
    kind: Kind
    change: str
    level: str
    dose: float
    pair: Pair


@dataclass(frozen=True)
class _Base:
    name: str
    group: str
    shot: Shot


def probes(scale: Scale) -> list[Probe]:
    """All pairs of the experiment."""
    scenes: dict[str, list[Scene]] = {
        category: base_scenes(category, scale.scenes, scale.seed) for category in CATEGORIES
    }
    scenes[FILMED] = filmed_scenes(scale.scenes, scale.seed)
    found: list[Probe] = []
    for group, chosen in scenes.items():
        bases = [_base(group, *numbered, scale) for numbered in enumerate(chosen, start=1)]
        for base in bases:
            found += [_copy(base), *_nulls(base, scale)]
        for number, axis in enumerate(AXES.values()):
            able = [base for base in bases if axis.applies(base.shot.scene)]
            share = 1.0 if axis.filmed else _AXIS_SHARE
            for base in _in_turn(able, math.ceil(share * scale.scenes), number):
                found += _along(base, axis, scale)
        if group == FILMED:
            continue
        for number, nuisance in enumerate(NUISANCES):
            for base in _in_turn(bases, math.ceil(_NUISANCE_SHARE * scale.scenes), number):
                found += _under(base, nuisance)
    return found


# ---- nuisances

Disturb = Callable[[Shot, Shot], Shot]
"""From the reference's shot and that of the first null, the shot that is scored."""


def _background(number: int) -> Disturb:
    """The reference before another background."""

    def disturb(reference: Shot, _: Shot) -> Shot:
        scene = reference.scene
        rng = draws.stream(scene.seed, number)
        return replace(reference, scene=replace(scene, appearance=_rehung(scene.appearance, rng)))

    return disturb


def _size(share: float) -> Disturb:
    return lambda _, null: replace(
        null, height=round(share * null.height), width=round(share * null.width)
    )


def _rate(share: float) -> Disturb:
    """The same motion in the same time, in more or fewer frames."""

    def disturb(_: Shot, null: Shot) -> Shot:
        steps = round(share * (null.frames - 1))
        return replace(null, frames=steps + 1, fps=null.fps * steps / (null.frames - 1))

    return disturb


def _treated(treatment: Treatment) -> Disturb:
    return lambda _, null: replace(null, treatment=treatment)


NUISANCES: Mapping[str, Mapping[str, Disturb]] = {
    "texture": {f"background {number}": _background(number) for number in (1, 2)},
    "resolution": {f"size x{share:g}": _size(share) for share in (0.5, 0.75, 1.5)},
    "frame_rate": {f"rate x{share:g}": _rate(share) for share in (0.5, 0.75, 1.5, 2.0)},
    "compression": {f"crf {crf}": _treated(Encoded(crf)) for crf in (18, 28, 35)},
    "noise": {f"{spread:g} grey levels": _treated(Noisy(spread)) for spread in (4.0, 10.0)},
    "blur": {f"{spread:g} of a side": _treated(Blurred(spread)) for spread in (0.004, 0.01)},
    "brightness": {f"x{factor:g}": _treated(Brightened(factor)) for factor in (0.6, 1.4)},
}
"""What changes while the motion stays, by name and level. The background changes on the reference
itself; everything else happens to the first null, whose appearance differs."""


def baseline_kind(nuisance: str) -> Kind:
    """What a nuisance is held against: the pair that it changed."""
    return "copy" if nuisance == "texture" else "null"


# ---- pairs


def _base(group: str, number: int, scene: Scene, scale: Scale) -> _Base:
    shot = Shot(scene, frames=scale.frames, height=scale.size, width=scale.size)
    return _Base(f"{group} {number} ({scene.name})", group, shot)


def _copy(base: _Base) -> Probe:
    return Probe(base.name, base.group, "copy", "", "", 0.0, Pair(base.shot, base.shot))


def _nulls(base: _Base, scale: Scale) -> Iterator[Probe]:
    for number in range(1, len(scale.doses) + 1):
        yield Probe(
            base.name, base.group, "null", "", str(number), 0.0, _pair(base, _null(base, number))
        )


def _null(base: _Base, number: int) -> Shot:
    return replace(base.shot, scene=redressed(base.shot.scene, _stream(base, "null", number)))


def _along(base: _Base, axis: Axis, scale: Scale) -> Iterator[Probe]:
    for number, dose in enumerate(scale.doses, start=1):
        # The same draws at every dose: a larger dose goes farther the same way.
        moved = axis.change(base.shot.scene, dose, _stream(base, axis.name, 0))
        shot = replace(base.shot, scene=redressed(moved, _stream(base, axis.name, number)))
        yield Probe(base.name, base.group, "axis", axis.name, "", dose, _pair(base, shot))


def _under(base: _Base, nuisance: str) -> Iterator[Probe]:
    null = _null(base, 1)
    for level, disturb in NUISANCES[nuisance].items():
        shot = disturb(base.shot, null)
        yield Probe(base.name, base.group, "nuisance", nuisance, level, 0.0, _pair(base, shot))


def _pair(base: _Base, generated: Shot) -> Pair:
    return Pair(base.shot, generated)


def _stream(base: _Base, what: str, number: int) -> np.random.Generator:
    """A generator of its own for each base scene, purpose and number."""
    return draws.stream(base.shot.scene.seed, zlib.crc32(f"{base.name} {what}".encode()), number)


def _in_turn(bases: Sequence[_Base], wanted: int, start: int) -> list[_Base]:
    """So many of them, from another one each time."""
    return [bases[(start + step) % len(bases)] for step in range(min(wanted, len(bases)))]


# ---- appearances


def redressed(scene: Scene, rng: np.random.Generator) -> Scene:
    """The scene with an appearance drawn independently, and with other blotches and skin.

    A camera scene keeps its seed, which also says where things lie.
    """
    look = sample_appearance(scene.category, rng, "eval", count=len(scene.appearance.items))
    seed = scene.seed if scene.category == "camera" else draws.seed(rng)
    return replace(scene, appearance=look, seed=seed)


def _rehung(look: Appearance, rng: np.random.Generator) -> Appearance:
    """The appearance before a background of another kind and colour."""
    old = look.background
    found = [
        replace(look, background=Background(kind, colour))
        for kind in KINDS
        for colour in COLOURS
        if kind != old.kind and colour != old.colour
    ]
    return draws.pick(rng, [new for new in found if is_consistent(new) and is_held_out(new)])
