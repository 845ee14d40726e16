"""What a person does, seen from the side: actions with explicit parameters.

Each action gives travel, lift, turn and joint angles (see ``figure``). ``cycles`` counts
repetitions in a clip and ``phase`` (radians) says where in a repetition it begins. Amplitudes are
in radians unless said otherwise. Positive angles swing forward, and knees bend with
negative ones.
"""

import math
from dataclasses import dataclass

import numpy as np

from motionbench.scenes.figure import LENGTHS, assemble
from motionbench.scenes.motions import Values
from motionbench.scenes.paths import Instants, swell


@dataclass(frozen=True)
class Walk:
    """Walk, march or run, seen from the side.

    Attributes:
        cycles: Double steps in a clip.
        stride: Swing of the thighs.
        high: How much higher the thigh comes up in its swing (marches).
        knee: Bend of the knee of the leg that swings forward.
        arms: Swing of the arms.
        elbow: Bend of the elbows.
        lean: Of the upper body, forward.
        flight: Height of the moment without ground contact (runs), body heights.
        travel: Distance, in body heights.
        phase: Of the step at the start.
    """

    cycles: float
    stride: float
    high: float
    knee: float
    arms: float
    elbow: float
    lean: float
    flight: float
    travel: float
    phase: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        step = self.phase + 2 * math.pi * self.cycles * time
        near, far = self._leg(step), self._leg(step + math.pi)
        swing = self.arms * np.sin(step)
        return assemble(
            time,
            travel=self.travel * time,
            lift=self.flight * swell(2 * step + math.pi),
            spine=-self.lean,
            head=0.6 * self.lean,
            near_arm=self.lean - swing,
            far_arm=self.lean + swing,
            near_forearm=self.elbow - 0.3 * swing,
            far_forearm=self.elbow + 0.3 * swing,
            near_thigh=near[0],
            near_shin=near[1],
            near_foot=near[2],
            far_thigh=far[0],
            far_shin=far[1],
            far_foot=far[2],
        )

    def _leg(self, step: Instants) -> tuple[Instants, Instants, Instants]:
        rise = np.maximum(np.cos(step - 0.5), 0.0) ** 1.5
        thigh = self.stride * np.sin(step) + 0.12 + self.high * rise
        # The knee bends while the leg swings forward, most just before it passes the other.
        bend = self.knee * np.maximum(np.cos(step + 0.4 - 0.6 * self.high), 0.0) ** 1.5 + 0.08
        # The foot stays level on the ground and hangs a little in the air.
        level = -(thigh - bend) * np.where(np.cos(step) > 0, 0.5, 0.8)
        return thigh, -bend, level


@dataclass(frozen=True)
class Jump:
    """Crouch, leap, land, seen from the side.

    Attributes:
        cycles: Jumps in a clip.
        crouch: Bend of the knees before and after.
        height: Of the leap, body heights.
        travel: Distance, body heights.
        arms: Swing of the arms.
    """

    cycles: float
    crouch: float
    height: float
    travel: float
    arms: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        beat = self.cycles * time - np.floor(self.cycles * time)
        # A third of each beat crouches, the rest up to the last sixth flies.
        ready = swell(2 * math.pi * np.clip(beat / 0.4, 0, 1))
        landing = swell(2 * math.pi * np.clip((beat - 0.75) / 0.25, 0, 1))
        air = np.clip((beat - 0.32) / 0.5, 0, 1)
        flight = 4 * air * (1 - air)
        bend = self.crouch * (ready + 0.7 * landing) + 0.35 * self.crouch * flight
        done = np.floor(self.cycles * time) + swell(math.pi * air)
        arms = self.arms * (flight - 0.45 * ready)
        legs = {
            f"{side}_{part}": share * bend
            for side in ("near", "far")
            for part, share in (("thigh", 0.85), ("shin", -1.6), ("foot", 0.75))
        }
        return assemble(
            time,
            travel=self.travel * done / self.cycles,
            lift=self.height * flight,
            spine=-0.45 * bend,
            head=0.3 * bend,
            near_arm=arms,
            far_arm=0.9 * arms,
            near_forearm=0.35,
            far_forearm=0.35,
            **legs,
        )


@dataclass(frozen=True)
class Squat:
    """Knee bends.

    Attributes:
        cycles: Bends in a clip.
        depth: Bend of the hips.
        knee: Bend of the knees.
        reach: How far the arms come up.
        lean: Of the upper body, forward.
        phase: Of the bend at the start.
    """

    cycles: float
    depth: float
    knee: float
    reach: float
    lean: float
    phase: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        low = swell(self.phase + 2 * math.pi * self.cycles * time)
        legs = {
            f"{side}_{part}": angle * low
            for side in ("near", "far")
            for part, angle in (
                ("thigh", self.depth),
                ("shin", -self.knee),
                ("foot", self.knee - self.depth),
            )
        }
        arms = (self.reach + self.lean) * low
        # The pelvis goes back while the feet stay.
        thigh, shin = LENGTHS["near_thigh"], LENGTHS["near_shin"]
        back = shin * np.sin((self.knee - self.depth) * low) - thigh * np.sin(self.depth * low)
        return assemble(
            time,
            travel=back,
            spine=-self.lean * low,
            head=0.6 * self.lean * low,
            near_arm=arms,
            far_arm=arms + 0.08,
            **legs,
        )


@dataclass(frozen=True)
class Kick:
    """Kick with the near leg, seen from the side.

    Attributes:
        cycles: Kicks in a clip.
        swing: Of the kicking leg, forward.
        windup: Of the kicking leg, backward, before.
        knee: Bend of the knee before the kick.
        lean: Of the upper body, backward during the kick.
        arms: Swing of the arms against the leg.
        travel: Distance, body heights.
        phase: Of the kick at the start.
    """

    cycles: float
    swing: float
    windup: float
    knee: float
    lean: float
    arms: float
    travel: float
    phase: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        beat = self.phase + 2 * math.pi * self.cycles * time
        forward = swell(beat) ** 1.5
        back = np.maximum(np.sin(beat + math.pi), 0.0)
        thigh = self.swing * forward - self.windup * back
        bend = self.knee * np.maximum(np.sin(beat + 0.3), 0.0) + 0.3 * self.knee * back
        return assemble(
            time,
            travel=self.travel * time,
            spine=self.lean * forward - 0.15 * back,
            head=-0.7 * self.lean * forward,
            near_thigh=thigh,
            near_shin=-bend,
            near_foot=-0.4 * forward,
            far_thigh=-0.12 * forward + 0.1,
            far_shin=-0.15,
            far_foot=0.05,
            near_arm=-self.arms * (forward - back),
            far_arm=self.arms * (forward - back),
            near_forearm=0.5,
            far_forearm=0.7,
        )


@dataclass(frozen=True)
class Bow:
    """Bend the upper body forward and rise again, seen from the side.

    Attributes:
        cycles: Bows in a clip.
        depth: Bend of the hips.
        arms: Swing of the arms, backward.
        knee: Bend of the knees.
        phase: Of the bow at the start.
    """

    cycles: float
    depth: float
    arms: float
    knee: float
    phase: float

    def values(self, time: Instants) -> Values:
        """See `motions.Motion`."""
        low = swell(self.phase + 2 * math.pi * self.cycles * time)
        bend = self.knee * low
        return assemble(
            time,
            travel=-0.08 * low,
            spine=-self.depth * low,
            head=-0.2 * low,
            near_arm=(self.depth - self.arms) * low,
            far_arm=(self.depth - self.arms + 0.1) * low,
            near_thigh=bend,
            far_thigh=bend,
            near_shin=-1.6 * bend,
            far_shin=-1.6 * bend,
            near_foot=0.6 * bend,
            far_foot=0.6 * bend,
        )
