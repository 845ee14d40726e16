"""Tones and textures of the colours that captions name."""

from motionbench.scenes.textures import Rgb, Texture

COLOURS: dict[str, tuple[Rgb, Rgb]] = {
    "red": ((172.0, 20.0, 30.0), (240.0, 74.0, 66.0)),
    "orange": ((222.0, 98.0, 0.0), (255.0, 156.0, 54.0)),
    "yellow": ((232.0, 184.0, 14.0), (255.0, 234.0, 104.0)),
    "green": ((22.0, 122.0, 46.0), (92.0, 198.0, 100.0)),
    "cyan": ((24.0, 158.0, 184.0), (132.0, 230.0, 240.0)),
    "blue": ((22.0, 50.0, 164.0), (84.0, 126.0, 244.0)),
    "purple": ((100.0, 32.0, 144.0), (174.0, 102.0, 216.0)),
    "white": ((202.0, 202.0, 206.0), (252.0, 252.0, 250.0)),
}
"""Dark and light tone of each colour: hues stay apart, where mere shading makes orange brown."""

SKINS: tuple[Rgb, ...] = (
    (244.0, 200.0, 168.0),
    (222.0, 168.0, 128.0),
    (170.0, 116.0, 80.0),
    (112.0, 76.0, 54.0),
)

_SHADE: Rgb = (16.0, 18.0, 30.0)


def background(kind: str, colour: str, seed: int) -> Texture:
    """An unbounded background; one tile is two frame units long."""
    dark, light = COLOURS[colour]
    return Texture(kind, dark, light, seed, period=2.0, blotches=0.13)


def surface(colour: str, seed: int, period: float, *, far: bool = False) -> Texture:
    """A patched surface of one colour; ``far`` parts lie in the shade."""
    dark, light = (_shaded(tone) if far else tone for tone in COLOURS[colour])
    return Texture("patched", dark, light, seed, period, blotches=0.08)


def skin(tone: Rgb, seed: int, period: float, *, far: bool = False) -> Texture:
    """Softly mottled skin."""
    light = _shaded(tone) if far else tone
    return Texture("plain", _shaded(light, 0.14), light, seed, period, blotches=0.05)


def leather(seed: int, period: float) -> Texture:
    """Nearly black, for eyes and shoes."""
    return Texture("patched", (24.0, 22.0, 28.0), (60.0, 56.0, 66.0), seed, period, blotches=0.1)


def _shaded(tone: Rgb, share: float = 0.26) -> Rgb:
    red, green, blue = (c + share * (s - c) for c, s in zip(tone, _SHADE, strict=True))
    return red, green, blue
