"""What a person does, seen from the front: actions with explicit parameters.

Each action gives travel, lift, turn and joint angles (see ``figure``). ``cycles`` counts
repetitions in a clip and ``phase`` (radians) says where in a repetition it begins. Amplitudes are
in radians unless said otherwise. Positive angles swing to the right of the
picture.
"""

import math
from dataclasses import dataclass

import numpy as np

from motionbench.scenes.figure import LENGTHS, assemble
from motionbench.scenes.motions import Values
from motionbench.scenes.paths import Instants, swell


@dataclass(frozen=True)
class JumpingJack:
    """Jump while arms and legs spread and close, seen from the front.

    Attributes:
        cycles: Jumps in a clip.
        arms: How far the arms go up from the sides.
        legs: How far the legs spread.
        height: Of the jumps, body heights.
        phase: Of the jump at the start.
    """

    cycles: float
    arms: float
    legs: float
    height: float
    phase: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        beat = self.phase + 2 * math.pi * self.cycles * time
        spread = swell(beat)
        arms, legs = 0.15 + self.arms * spread, 0.05 + self.legs * spread
        return assemble(
            time,
            lift=self.height * np.sin(beat) ** 2,
            near_arm=-arms,
            far_arm=arms,
            near_forearm=-0.15,
            far_forearm=0.15,
            near_thigh=-legs,
            far_thigh=legs,
        )


@dataclass(frozen=True)
class Wave:
    """Wave with one arm or both, seen from the front.

    Attributes:
        cycles: Strokes in a clip.
        swing: Of the forearm.
        raised: Angle of the upper arm from the body.
        both: How much the other arm joins in, 0 to 1.
        sway: Of the body to the sides.
        phase: Of the stroke at the start.
    """

    cycles: float
    swing: float
    raised: float
    both: float
    sway: float
    phase: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        beat = self.phase + 2 * math.pi * self.cycles * time
        stroke = 1.25 + self.swing * np.sin(beat)
        lift = self.raised + 0.2 * self.swing * np.sin(beat)
        sway = self.sway * np.sin(0.5 * beat)
        return assemble(
            time,
            travel=0.15 * sway,
            spine=sway,
            head=-0.5 * sway,
            far_arm=lift - sway,
            far_forearm=stroke,
            near_arm=-0.25 - self.both * (lift - 0.25) - sway,
            near_forearm=-0.2 - self.both * (stroke - 0.2),
            near_thigh=-0.12,
            far_thigh=0.12,
        )


@dataclass(frozen=True)
class FrontSquat:
    """Knee bends with the knees to the sides.

    Attributes:
        cycles: Bends in a clip.
        stance: How far the straight legs stand apart: angle of each from the vertical.
        depth: How much farther each thigh goes out.
        reach: How far the arms come up.
        phase: Of the bend at the start.
    """

    cycles: float
    stance: float
    depth: float
    reach: float
    phase: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        low = swell(self.phase + 2 * math.pi * self.cycles * time)
        thigh, shin = LENGTHS["near_thigh"], LENGTHS["near_shin"]
        out = self.stance + self.depth * low
        # The shins lean so that the feet stay where they are.
        foot = (thigh + shin) * math.sin(self.stance)
        knee = np.arcsin((foot - thigh * np.sin(out)) / shin) - out
        return assemble(
            time,
            near_thigh=-out,
            far_thigh=out,
            near_shin=-knee,
            far_shin=knee,
            near_arm=-0.2 - self.reach * low,
            far_arm=0.2 + self.reach * low,
            near_forearm=-0.1,
            far_forearm=0.1,
        )


@dataclass(frozen=True)
class Dance:
    """Hips, arms and legs sway to a beat, seen from the front.

    Attributes:
        cycles: Sways in a clip.
        hips: Sideways tilt of the body.
        side: Sideways travel with each sway, body heights.
        arms: Swing of the raised arms.
        raised: Angle of the upper arms from the body.
        knees: How much the legs give way.
        hop: Height of the hops, body heights.
        phase: Of the sway at the start.
    """

    cycles: float
    hips: float
    side: float
    arms: float
    raised: float
    knees: float
    hop: float
    phase: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        beat = self.phase + 2 * math.pi * self.cycles * time
        sway, quick = np.sin(beat), np.sin(2 * beat)
        out = 0.15 + self.knees * swell(2 * beat)
        return assemble(
            time,
            travel=self.side * sway,
            lift=self.hop * quick**2,
            spine=-1.6 * self.hips * sway,
            turn=0.6 * self.hips * sway,
            head=0.8 * self.hips * sway,
            near_arm=-self.raised - self.arms * sway,
            far_arm=self.raised - self.arms * sway,
            near_forearm=-0.7 - 0.7 * self.arms * quick,
            far_forearm=0.7 - 0.7 * self.arms * quick,
            near_thigh=-out - 0.5 * self.hips * sway,
            far_thigh=out - 0.5 * self.hips * sway,
            near_shin=1.4 * (out - 0.15),
            far_shin=-1.4 * (out - 0.15),
        )


@dataclass(frozen=True)
class Cartwheel:
    """Wheel sideways over the hands, seen from the front.

    Attributes:
        turns: Revolutions in a clip, to the right of the picture.
        arms: Angle of the arms from the body.
        legs: Spread of each leg.
        travel: Distance, body heights.
        phase: Angle of the body at the start.
    """

    turns: float
    arms: float
    legs: float
    travel: float
    phase: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        return assemble(
            time,
            travel=self.travel * time,
            # Bone angles grow anticlockwise on the screen.
            turn=-self.phase - 2 * math.pi * self.turns * time,
            near_arm=-self.arms,
            far_arm=self.arms,
            near_thigh=-self.legs,
            far_thigh=self.legs,
        )
