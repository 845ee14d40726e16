"""Named actions of a person, with random parameters."""

import math

import numpy as np

from motionbench.scenes import actions_front, actions_side
from motionbench.scenes.draws import angle, sign, uniform
from motionbench.scenes.figure import Performance, View
from motionbench.scenes.motions import Motion


def _perform(
    rng: np.random.Generator,
    action: Motion,
    view: View,
    height: float,
    travel: float = 0.0,
    ground: float = 0.42,
) -> Performance:
    """The action in the middle of the picture, to the left or to the right."""
    facing = float(sign(rng))
    start = -facing * 0.5 * travel * height + uniform(rng, -0.03, 0.03)
    ground += uniform(rng, -0.02, 0.02)
    return Performance(action, view, facing, height, start, ground)


def walk(rng: np.random.Generator) -> Performance:
    """Walk across the picture."""
    cycles, stride = uniform(rng, 0.95, 1.25), uniform(rng, 0.4, 0.5)
    # Each of the two steps of a cycle is about two leg lengths times the sine of the swing.
    travel = 3.5 * 0.45 * cycles * math.sin(stride)
    gait = actions_side.Walk(
        cycles,
        stride,
        high=0.0,
        knee=uniform(rng, 0.7, 0.95),
        arms=1.1 * stride,
        elbow=0.3,
        lean=0.06,
        flight=0.0,
        travel=travel,
        phase=angle(rng),
    )
    return _perform(rng, gait, "side", uniform(rng, 0.66, 0.74), travel)


def run(rng: np.random.Generator) -> Performance:
    """Run across the picture."""
    cycles, travel = uniform(rng, 1.9, 2.5), uniform(rng, 1.0, 1.15)
    gait = actions_side.Walk(
        cycles,
        stride=uniform(rng, 0.65, 0.8),
        high=0.1,
        knee=uniform(rng, 1.5, 1.8),
        arms=uniform(rng, 0.8, 1.0),
        elbow=1.5,
        lean=uniform(rng, 0.2, 0.3),
        flight=uniform(rng, 0.05, 0.08),
        travel=travel,
        phase=angle(rng),
    )
    return _perform(rng, gait, "side", uniform(rng, 0.6, 0.68), travel)


def march(rng: np.random.Generator) -> Performance:
    """Lift the knees high without advancing."""
    gait = actions_side.Walk(
        cycles=uniform(rng, 1.5, 2.1),
        stride=0.12,
        high=uniform(rng, 0.9, 1.2),
        knee=uniform(rng, 1.2, 1.5),
        arms=0.7,
        elbow=0.9,
        lean=0.0,
        flight=0.0,
        travel=0.0,
        phase=angle(rng),
    )
    return _perform(rng, gait, "side", uniform(rng, 0.78, 0.84))


def jump(rng: np.random.Generator) -> Performance:
    """Leap forward."""
    travel = uniform(rng, 0.35, 0.75)
    leap = actions_side.Jump(
        cycles=1.0,
        crouch=uniform(rng, 0.6, 0.85),
        height=uniform(rng, 0.28, 0.36),
        travel=travel,
        arms=2.2,
    )
    return _perform(rng, leap, "side", uniform(rng, 0.62, 0.68), travel)


def jumping_jack(rng: np.random.Generator) -> Performance:
    """Jump while arms and legs spread and close."""
    jack = actions_front.JumpingJack(
        cycles=uniform(rng, 1.6, 2.2),
        arms=uniform(rng, 2.2, 2.6),
        legs=uniform(rng, 0.35, 0.5),
        height=uniform(rng, 0.06, 0.1),
        phase=angle(rng),
    )
    return _perform(rng, jack, "front", uniform(rng, 0.7, 0.76))


def wave(rng: np.random.Generator) -> Performance:
    """Wave with one arm."""
    stroke = actions_front.Wave(
        cycles=uniform(rng, 2.0, 3.0),
        swing=uniform(rng, 0.5, 0.75),
        raised=uniform(rng, 1.7, 2.0),
        both=0.0,
        sway=0.05,
        phase=angle(rng),
    )
    return _perform(rng, stroke, "front", uniform(rng, 0.8, 0.86))


def wave_both(rng: np.random.Generator) -> Performance:
    """Wave with both arms, swaying."""
    stroke = actions_front.Wave(
        cycles=uniform(rng, 1.5, 2.2),
        swing=uniform(rng, 0.5, 0.7),
        raised=uniform(rng, 1.7, 2.0),
        both=1.0,
        sway=0.15,
        phase=angle(rng),
    )
    return _perform(rng, stroke, "front", uniform(rng, 0.78, 0.84))


def squat(rng: np.random.Generator) -> Performance:
    """Knee bends from the side."""
    depth = uniform(rng, 1.2, 1.5)
    bends = actions_side.Squat(
        cycles=uniform(rng, 1.0, 1.6),
        depth=depth,
        knee=depth + 0.55,
        reach=1.2,
        lean=uniform(rng, 0.4, 0.6),
        phase=0.0,
    )
    return _perform(rng, bends, "side", uniform(rng, 0.8, 0.86))


def squat_front(rng: np.random.Generator) -> Performance:
    """Knee bends from the front."""
    bends = actions_front.FrontSquat(
        cycles=uniform(rng, 1.0, 1.8),
        stance=0.3,
        depth=uniform(rng, 1.0, 1.15),
        reach=uniform(rng, 1.2, 1.5),
        phase=0.0,
    )
    return _perform(rng, bends, "front", uniform(rng, 0.8, 0.86))


def kick(rng: np.random.Generator) -> Performance:
    """Kick forward."""
    strike = actions_side.Kick(
        cycles=uniform(rng, 1.0, 1.6),
        swing=uniform(rng, 1.3, 1.7),
        windup=0.6,
        knee=uniform(rng, 0.8, 1.2),
        lean=uniform(rng, 0.2, 0.4),
        arms=0.7,
        travel=uniform(rng, 0.0, 0.15),
        phase=uniform(rng, 0.0, 1.0),
    )
    return _perform(rng, strike, "side", uniform(rng, 0.74, 0.82))


def dance(rng: np.random.Generator) -> Performance:
    """Sway to a beat with raised arms."""
    beat = actions_front.Dance(
        cycles=uniform(rng, 1.5, 2.2),
        hips=uniform(rng, 0.28, 0.38),
        side=uniform(rng, 0.1, 0.18),
        arms=uniform(rng, 0.5, 0.8),
        raised=uniform(rng, 1.4, 1.9),
        knees=uniform(rng, 0.2, 0.4),
        hop=uniform(rng, 0.02, 0.06),
        phase=angle(rng),
    )
    return _perform(rng, beat, "front", uniform(rng, 0.72, 0.8))


def cartwheel(rng: np.random.Generator) -> Performance:
    """Wheel sideways over the hands."""
    turns, travel = uniform(rng, 0.9, 1.2), uniform(rng, 0.65, 0.95)
    wheel = actions_front.Cartwheel(
        turns,
        arms=uniform(rng, 2.4, 2.7),
        legs=uniform(rng, 0.45, 0.6),
        travel=travel,
        phase=uniform(rng, -0.3, 0.2),
    )
    return _perform(rng, wheel, "front", uniform(rng, 0.58, 0.64), travel, ground=0.38)


def bow(rng: np.random.Generator) -> Performance:
    """Bend forward and rise."""
    bend = actions_side.Bow(
        cycles=uniform(rng, 1.0, 1.5),
        depth=uniform(rng, 1.1, 1.4),
        arms=uniform(rng, -0.3, 0.8),
        knee=0.2,
        phase=0.0,
    )
    return _perform(rng, bend, "side", uniform(rng, 0.8, 0.86))
