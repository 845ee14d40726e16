"""Results that ask for a good score without doing the work, and honest ones beside them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from motionbench.audit.lab import Shot, Treatment
from motionbench.audit.treatments import Recoloured
from motionbench.cases import Clip
from motionbench.metrics.functional.camera import CameraMotion
from motionbench.scenes import draws
from motionbench.scenes.captions import Appearance
from motionbench.scenes.catalogue import perturb
from motionbench.scenes.palette import COLOURS
from motionbench.scenes.render import paint
from motionbench.scenes.stage import Scene, set_stage
from motionbench.scenes.textures import Texture

Kind = Literal["subject", "scene"]
"""What a prompt changes; with a caption as the prompt, a copy would be right."""

MEDIOCRE = 0.3
"""Share of an unrelated motion in a mediocre transfer."""


@dataclass(frozen=True)
class Asked:
    """A reference, and what a prompt asks for.

    Attributes:
        reference: Of a scene of the eval split.
        kind: Of the prompt.
        appearance: What the prompt says.
        steps: The reference's global motion as the ruler's tracks tell it: zoom and roll, then
            shift, of each step (``CameraMotion``).
    """

    reference: Shot
    kind: Kind
    appearance: Appearance
    steps: tuple[tuple[complex, complex], ...]

    @property
    def answer(self) -> Scene:
        """The reference's motion in another picture, one that shows the prompt.

        Its blotches and its layout are its own: what the prompt does not say, nobody can copy.
        """
        scene = self.reference.scene
        return replace(scene, appearance=self.appearance, seed=scene.seed + 1)


@dataclass(frozen=True)
class Entrant:
    """One way to answer, by a cheat or an honest method.

    Attributes:
        name: Of its row.
        honest: It does what was asked, well or badly.
        summary: What it does, one phrase.
        shot: Its answer.
    """

    name: str
    honest: bool
    summary: str
    shot: Callable[[Asked], Shot]


@dataclass(frozen=True)
class Slowed:
    """The first half, stretched to the whole length."""

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        chosen = np.linspace(0, (len(clip) - 1) / 2, len(clip)).astype(int)
        return replace(clip, frames=clip.frames[chosen])


@dataclass(frozen=True)
class Mirrored:
    """Left and right exchanged."""

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        return replace(clip, frames=np.ascontiguousarray(clip.frames[:, :, ::-1]))


@dataclass(frozen=True)
class Carried:
    """The first frame alone, moved as a camera would; what leaves on one side enters on the other.

    Attributes:
        steps: Zoom and roll, then shift, of each step (``CameraMotion``).
    """

    steps: tuple[tuple[complex, complex], ...]

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        import cv2

        height, width = clip.size
        centre = complex((width - 1) / 2, (height - 1) / 2)
        turn, shift = 1 + 0j, 0j
        frames = [clip.frames[0]]
        for linear, moved in self.steps:
            turn, shift = turn * (1 + linear), shift * (1 + linear) + moved
            end = centre + shift - turn * centre
            matrix = np.array([[turn.real, -turn.imag, end.real], [turn.imag, turn.real, end.imag]])
            frames.append(
                cv2.warpAffine(clip.frames[0], matrix, (width, height), borderMode=cv2.BORDER_WRAP)
            )
        return replace(clip, frames=np.stack(frames))


@dataclass(frozen=True)
class NoiseInstead:
    """Every surface of a scene covered with noise that moves as the surface does.

    Attributes:
        scene: Whose motion is shown; of the clip only length, size and rate are used.
    """

    scene: Scene

    def __call__(self, clip: Clip) -> Clip:
        """See ``Treatment``."""
        stage = set_stage(self.scene)
        layers = tuple(
            replace(layer, texture=_noise(self.scene.seed + number), rim=0.0)
            for number, layer in enumerate(stage.layers, start=1)
        )
        bare = replace(stage, backdrop=_noise(self.scene.seed), layers=layers)
        height, width = clip.size
        return replace(clip, frames=paint(bare, frames=len(clip), height=height, width=width))


def steps_of(camera: CameraMotion) -> tuple[tuple[complex, complex], ...]:
    """A global motion as a value that can be a key."""
    return tuple(zip(camera.linear.tolist(), camera.shift.tolist(), strict=True))


def hue_to_prompt(asked: Asked) -> float:
    """Degrees that turn the reference's most telling colour into the prompt's.

    That is the background's for a prompt that changes it, else the first object's or the shirt's.
    """
    return _hue(_telling(asked.appearance, asked.kind)) - _hue(
        _telling(asked.reference.scene.appearance, asked.kind)
    )


def can_be_hit(asked: Asked) -> bool:
    """Whether turning hues can do that: white has none."""
    shown = asked.reference.scene.appearance, asked.appearance
    return "white" not in [_telling(appearance, asked.kind) for appearance in shown]


def _telling(appearance: Appearance, kind: Kind) -> str:
    """Name of that colour."""
    if kind == "scene":
        return appearance.background.colour
    return appearance.clothes.shirt if appearance.clothes else appearance.items[0].colour


def _hue(name: str) -> float:
    """Of a colour that captions name, degrees."""
    import colorsys

    dark, light = COLOURS[name]
    middle = [(a + b) / 510 for a, b in zip(dark, light, strict=True)]
    return 360 * colorsys.rgb_to_hsv(*middle)[0]


def _noise(seed: int) -> Texture:
    return Texture("plain", (0.0, 0.0, 0.0), (255.0, 255.0, 255.0), seed, period=2.0, blotches=0.0)


def _treated(treatment: Treatment) -> Callable[[Asked], Shot]:
    return lambda asked: replace(asked.reference, treatment=treatment)


def _with_motion(strength: float) -> Callable[[Asked], Shot]:
    """The prompt's picture with the motion blended towards an unrelated one of its category."""

    def shot(asked: Asked) -> Shot:
        rng = draws.stream(asked.reference.scene.seed, 3)
        return replace(asked.reference, scene=perturb(asked.answer, strength, rng))

    return shot


ENTRANTS: tuple[Entrant, ...] = (
    Entrant("copy", False, "the reference itself", lambda asked: asked.reference),
    Entrant("slow_copy", False, "half of the reference, stretched", _treated(Slowed())),
    Entrant(
        "recoloured_copy", False, "all hues turned by 120 degrees", _treated(Recoloured(120.0))
    ),
    Entrant(
        "recoloured_to_prompt",
        False,
        "hues turned so that a colour is the prompt's",
        lambda asked: replace(asked.reference, treatment=Recoloured(hue_to_prompt(asked))),
    ),
    Entrant("mirrored_copy", False, "left and right exchanged", _treated(Mirrored())),
    Entrant(
        "moving_noise",
        False,
        "noise on every surface, moving exactly right",
        lambda asked: replace(asked.reference, treatment=NoiseInstead(asked.reference.scene)),
    ),
    Entrant(
        "moving_still",
        False,
        "a still picture of the prompt, carried by the reference's global motion",
        lambda asked: replace(asked.reference, scene=asked.answer, treatment=Carried(asked.steps)),
    ),
    Entrant(
        "transfer",
        True,
        "the reference's motion, the prompt's picture",
        lambda asked: replace(asked.reference, scene=asked.answer),
    ),
    Entrant(
        "mediocre_transfer",
        True,
        f"the same with {MEDIOCRE:.0%} of another motion",
        _with_motion(MEDIOCRE),
    ),
    Entrant("other_motion", True, "the prompt's picture, moving otherwise", _with_motion(1.0)),
)
"""In the order of the tables."""
