"""What scenes look like, in values and in words. Never how they move.

An appearance is a background and either a few objects or a person's clothes. Whether it is *held
out* is decided by a fixed rule on combinations: training never shows a held-out combination, and
evaluation shows nothing else.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from motionbench.cases import Category
from motionbench.scenes import draws
from motionbench.scenes.shapes import SHAPES as OUTLINES

COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "white")
SHAPES = tuple(OUTLINES)
KINDS = ("striped", "checkered", "dotted", "brick", "chevron", "diamond", "cloudy", "grid")
"""Kinds of background."""

Split = Literal["train", "eval"]


@dataclass(frozen=True)
class Background:
    """A kind in `KINDS` and a colour in `COLOURS`."""

    kind: str
    colour: str


@dataclass(frozen=True)
class Item:
    """An object, or in camera scenes a kind of object: a shape in `SHAPES` and its colour."""

    shape: str
    colour: str


@dataclass(frozen=True)
class Clothes:
    """Colours of what the person wears."""

    shirt: str
    trousers: str
    hat: str


@dataclass(frozen=True)
class Appearance:
    """Everything a caption tells.

    Attributes:
        category: One of the four; camera scenes show many of each item.
        background: Of the whole scene.
        items: One to five objects; none in human scenes. Shapes and colours are all different, and
            no colour is the background's.
        clothes: Of the person, in human scenes only; shirt, trousers, hat and background differ in
            colour.
    """

    category: Category
    background: Background
    items: tuple[Item, ...] = ()
    clothes: Clothes | None = None


# ---- words


def caption(appearance: Appearance) -> str:
    """The appearance in one line.

    Example:
        >>> sky = Background("dotted", "blue")
        >>> caption(Appearance("single_object", sky, (Item("star", "red"),)))
        'a red star on a blue dotted background'
    """
    background = f"{appearance.background.colour} {appearance.background.kind} background"
    return f"{_subjects(appearance)} on {_a(background)}"


def _subjects(appearance: Appearance) -> str:
    if appearance.clothes is not None:
        worn = appearance.clothes
        shirt, hat = _a(f"{worn.shirt} shirt"), _a(f"{worn.hat} hat")
        return f"a person in {shirt}, {worn.trousers} trousers and {hat}"
    nouns = [f"{item.colour} {item.shape}" for item in appearance.items]
    if appearance.category == "camera":
        return _enumerate([f"{noun}es" if noun.endswith("s") else f"{noun}s" for noun in nouns])
    return _enumerate([_a(noun) for noun in nouns])


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _enumerate(nouns: list[str]) -> str:
    return nouns[0] if len(nouns) == 1 else f"{', '.join(nouns[:-1])} and {nouns[-1]}"


# ---- attributes


def attributes(appearance: Appearance) -> dict[str, str]:
    """Each told attribute by name: ``{"background kind": "brick", "item 1 shape": ...}``."""
    found = {
        "background kind": appearance.background.kind,
        "background colour": appearance.background.colour,
    }
    for number, item in enumerate(appearance.items, start=1):
        found[f"item {number} shape"] = item.shape
        found[f"item {number} colour"] = item.colour
    if appearance.clothes is not None:
        found |= {f"{part} colour": colour for part, colour in vars(appearance.clothes).items()}
    return found


def neighbours(appearance: Appearance) -> list[Appearance]:
    """All appearances that differ in exactly one attribute, on either side of the split."""
    found = []
    for name, value in attributes(appearance).items():
        words = _words(name)
        changed = (_with(appearance, name, word) for word in words if word != value)
        found += [candidate for candidate in changed if is_consistent(candidate)]
    return found


def is_consistent(appearance: Appearance) -> bool:
    """Whether the appearance keeps the rules of `Appearance`."""
    items, worn = appearance.items, appearance.clothes
    colours = [appearance.background.colour]
    colours += [item.colour for item in items] + (list(vars(worn).values()) if worn else [])
    shapes = [item.shape for item in items]
    subjects = len(items) in range(1, 6) and worn is None
    if appearance.category == "human":
        subjects = not items and worn is not None
    unlike = len(set(colours)) == len(colours) and len(set(shapes)) == len(shapes)
    known = set(colours) <= set(COLOURS) and set(shapes) <= set(SHAPES)
    return subjects and unlike and known and appearance.background.kind in KINDS


def _words(attribute: str) -> tuple[str, ...]:
    if attribute == "background kind":
        return KINDS
    return SHAPES if attribute.endswith("shape") else COLOURS


def _with(appearance: Appearance, attribute: str, word: str) -> Appearance:
    owner, _, field = attribute.rpartition(" ")
    if owner == "background":
        return replace(appearance, background=replace(appearance.background, **{field: word}))
    if appearance.clothes is not None:
        return replace(appearance, clothes=replace(appearance.clothes, **{owner: word}))
    items = list(appearance.items)
    number = int(owner.removeprefix("item ")) - 1
    items[number] = replace(items[number], **{field: word})
    return replace(appearance, items=tuple(items))


# ---- the held-out split


def is_held_out(appearance: Appearance) -> bool:
    """Whether any subject, together with the background, is a combination kept from training.

    One combination in five is held out, spread evenly: training sees every pair of values of two
    attributes.
    """
    return any(_held_out_subjects(appearance))


def _held_out_subjects(appearance: Appearance) -> list[bool]:
    worn = appearance.clothes
    if worn is not None:
        return [_held_out_clothes(worn, appearance.background)]
    return [_held_out_item(item, appearance.background) for item in appearance.items]


def _held_out_item(item: Item, background: Background) -> bool:
    subject = SHAPES.index(item.shape) + 2 * COLOURS.index(item.colour)
    return (subject + _place(background)) % 5 == 0


def _held_out_clothes(worn: Clothes, background: Background) -> bool:
    top = COLOURS.index(worn.shirt) + 2 * COLOURS.index(worn.trousers)
    return (top + 4 * COLOURS.index(worn.hat) + _place(background)) % 5 == 0


def _place(background: Background) -> int:
    return 3 * KINDS.index(background.kind) + 4 * COLOURS.index(background.colour)


# ---- drawing


def sample_appearance(
    category: Category, rng: np.random.Generator, split: Split = "train", *, count: int = 1
) -> Appearance:
    """Draw an appearance from one side of the split.

    Args:
        category: Of the scene.
        rng: Source of randomness.
        split: ``"train"`` gives no held-out subject, ``"eval"`` held-out subjects only.
        count: Number of items, 1 to 5; ignored in human scenes.
    """
    while True:
        background = Background(draws.pick(rng, KINDS), draws.pick(rng, COLOURS))
        found = _fill(rng, Appearance(category, background), split == "eval", count, None)
        if found is not None:
            return found


def vary(
    appearance: Appearance, rng: np.random.Generator, what: Literal["subject", "scene", "attribute"]
) -> Appearance:
    """Another appearance with as many objects.

    ``subject`` changes every attribute of every subject and keeps the background; ``scene`` changes
    every attribute of the background too; both stay on the appearance's side of the split.
    ``attribute`` changes one attribute, on either side.
    """
    if what == "attribute":
        return draws.pick(rng, neighbours(appearance))
    held_out, old = is_held_out(appearance), appearance.background
    while True:
        background = old
        if what == "scene":
            kinds = [kind for kind in KINDS if kind != old.kind]
            colours = [colour for colour in COLOURS if colour != old.colour]
            background = Background(draws.pick(rng, kinds), draws.pick(rng, colours))
        bare = Appearance(appearance.category, background)
        found = _fill(rng, bare, held_out, len(appearance.items), appearance)
        if found is not None:
            return found


def _fill(
    rng: np.random.Generator,
    bare: Appearance,
    held_out: bool,
    count: int,
    unlike: Appearance | None,
) -> Appearance | None:
    """Add subjects on one side of the split, all unlike those of ``unlike``; None if impossible."""
    colours = [colour for colour in COLOURS if colour != bare.background.colour]
    if bare.category == "human":
        return _dress(rng, bare, colours, held_out, unlike)
    pool = [Item(shape, colour) for shape in SHAPES for colour in colours]
    pool = [item for item in pool if _held_out_item(item, bare.background) == held_out]
    items: list[Item] = []
    for number in range(count):
        taken = [*items, *(unlike.items[number : number + 1] if unlike else ())]
        free = [item for item in pool if not any(_alike(item, other) for other in taken)]
        if not free:
            return None
        items.append(draws.pick(rng, free))
    return replace(bare, items=tuple(items))


def _alike(first: Item, second: Item) -> bool:
    return first.shape == second.shape or first.colour == second.colour


def _dress(
    rng: np.random.Generator,
    bare: Appearance,
    colours: list[str],
    held_out: bool,
    unlike: Appearance | None,
) -> Appearance | None:
    old = tuple(vars(unlike.clothes).values()) if unlike and unlike.clothes else ("", "", "")
    for shirt, trousers, hat in _triples(draws.shuffled(rng, colours)):
        worn = Clothes(shirt, trousers, hat)
        new = shirt != old[0] and trousers != old[1] and hat != old[2]
        if new and _held_out_clothes(worn, bare.background) == held_out:
            return replace(bare, clothes=worn)
    return None


def _triples(colours: list[str]) -> list[tuple[str, str, str]]:
    return [
        (first, second, third)
        for first in colours
        for second in colours
        for third in colours
        if first != second != third != first
    ]
