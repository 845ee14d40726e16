"""The grammar's facts as yes-or-no labels, for the training loss that names attributes."""

import numpy as np

from motionbench.scenes.captions import COLOURS, KINDS, SHAPES, Appearance

CLOTHES = ("shirt", "trousers", "hat")

LABELS = (
    *(f"{kind} background" for kind in KINDS),
    *(f"{colour} background" for colour in COLOURS),
    *(f"{colour} {shape}" for colour in COLOURS for shape in SHAPES),
    *(f"{colour} {part}" for colour in COLOURS for part in CLOTHES),
    *(f"any {shape}" for shape in SHAPES),
    *(f"anything {colour}" for colour in COLOURS),
)
"""Each is one fact. What has which colour is one fact together, which binds them, and one each
alone, which is easier to learn first."""

_PLACE = {label: place for place, label in enumerate(LABELS)}


def labels(appearance: Appearance) -> np.ndarray:
    """Which of `LABELS` hold, ``(A,)`` uint8."""
    background = appearance.background
    facts = [f"{background.kind} background", f"{background.colour} background"]
    for item in appearance.items:
        facts += [f"{item.colour} {item.shape}", f"any {item.shape}", f"anything {item.colour}"]
    if appearance.clothes is not None:
        for part, colour in vars(appearance.clothes).items():
            facts += [f"{colour} {part}", f"anything {colour}"]
    found = np.zeros(len(LABELS), dtype=np.uint8)
    found[[_PLACE[fact] for fact in facts]] = 1
    return found
