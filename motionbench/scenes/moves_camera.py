"""Named camera moves with random parameters."""

import numpy as np

from motionbench.scenes import draws
from motionbench.scenes.camera import CameraMotion, Shake
from motionbench.scenes.draws import angle, sign, uniform
from motionbench.scenes.paths import Timing
from motionbench.scenes.world import FAR, MIDDLE


def _timing(rng: np.random.Generator) -> Timing:
    return Timing(power=draws.pick(rng, (1.0, 1.0, 1.5, 0.7)))


def pan(rng: np.random.Generator) -> CameraMotion:
    """Turn left or right."""
    return CameraMotion(pan=(sign(rng) * uniform(rng, 0.5, 0.8), 0.0), timing=_timing(rng))


def tilt(rng: np.random.Generator) -> CameraMotion:
    """Turn up or down."""
    return CameraMotion(pan=(0.0, sign(rng) * uniform(rng, 0.45, 0.7)), timing=_timing(rng))


def diagonal(rng: np.random.Generator) -> CameraMotion:
    """Turn sideways and up or down at once."""
    slide = sign(rng) * uniform(rng, 0.4, 0.6), sign(rng) * uniform(rng, 0.3, 0.5)
    return CameraMotion(pan=slide, timing=_timing(rng))


def truck(rng: np.random.Generator) -> CameraMotion:
    """Shift sideways; near layers slide more."""
    return CameraMotion(truck=(sign(rng) * uniform(rng, 0.7, 1.0), 0.0), timing=_timing(rng))


def pedestal(rng: np.random.Generator) -> CameraMotion:
    """Shift up or down; near layers slide more."""
    return CameraMotion(truck=(0.0, sign(rng) * uniform(rng, 0.6, 0.9)), timing=_timing(rng))


def zoom_in(rng: np.random.Generator) -> CameraMotion:
    """Narrow the view."""
    return CameraMotion(zoom=uniform(rng, 0.6, 0.85), timing=_timing(rng))


def zoom_out(rng: np.random.Generator) -> CameraMotion:
    """Widen the view."""
    return CameraMotion(zoom=-uniform(rng, 0.6, 0.85), timing=_timing(rng))


def dolly(rng: np.random.Generator) -> CameraMotion:
    """Advance or retreat; near layers grow or shrink more."""
    return CameraMotion(dolly=sign(rng) * uniform(rng, 0.5, 0.7), timing=_timing(rng))


def roll(rng: np.random.Generator) -> CameraMotion:
    """Turn about the viewing axis."""
    return CameraMotion(roll=sign(rng) * uniform(rng, 0.5, 0.9), timing=_timing(rng))


def orbit(rng: np.random.Generator) -> CameraMotion:
    """Circle around the middle: near and far layers slide in opposite directions."""
    shift = sign(rng) * uniform(rng, 1.1, 1.5)
    # The pan holds a depth between the background and the nearest layer in place.
    held = 0.5 * (FAR + MIDDLE) + 0.1
    return CameraMotion(truck=(shift, 0.0), pan=(-held * shift, 0.0), timing=_timing(rng))


def handheld(rng: np.random.Generator) -> CameraMotion:
    """Unsteady hands."""
    return CameraMotion(shake=_shake(rng, 0.13, 0.09))


def walk_through(rng: np.random.Generator) -> CameraMotion:
    """Advance and shift with unsteady hands."""
    shift = sign(rng) * uniform(rng, 0.3, 0.5), 0.0
    return CameraMotion(dolly=uniform(rng, 0.35, 0.5), truck=shift, shake=_shake(rng, 0.05, 0.03))


def zoom_roll(rng: np.random.Generator) -> CameraMotion:
    """Narrow the view while turning about the axis."""
    turn = sign(rng) * uniform(rng, 0.45, 0.7)
    return CameraMotion(zoom=uniform(rng, 0.35, 0.55), roll=turn, timing=_timing(rng))


def pan_zoom(rng: np.random.Generator) -> CameraMotion:
    """Turn sideways while widening the view."""
    slide = sign(rng) * uniform(rng, 0.4, 0.6), 0.0
    return CameraMotion(pan=slide, zoom=-uniform(rng, 0.3, 0.5), timing=_timing(rng))


def _shake(rng: np.random.Generator, amplitude: float, roll: float) -> Shake:
    waves = uniform(rng, 0.8, 1.4), uniform(rng, 2.0, 3.0), uniform(rng, 3.4, 4.4)
    phases = tuple((angle(rng), angle(rng), angle(rng)) for _ in waves)
    strength = uniform(rng, 0.85, 1.2)
    return Shake(amplitude * strength, roll * strength, waves, phases)
