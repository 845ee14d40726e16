"""The tokenizer of ``wan-nano``: T5's form, with the words that captions of scenes use.

Unigram training by expectation maximisation prunes pieces that shorter ones explain, and with so
few words it keeps almost none of them whole; counting words is the exact maximum likelihood here.
"""

import math
import string
from collections import Counter

from transformers import T5TokenizerFast

from motionbench.cases import CATEGORIES
from motionbench.scenes import draws
from motionbench.scenes.captions import caption, sample_appearance

_CAPTIONS = 1000
_RARE = -20.0
"""Log probability of a single character: any other text is spelled, words never are."""

_SPACE = "\N{LOWER ONE EIGHTH BLOCK}"
"""How T5 writes the space before a word."""


def build_tokenizer() -> T5TokenizerFast:
    """Words of the grammar are one token each; all other text is read character by character."""
    special = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    counts = _count()
    total = counts.total()
    words = [(piece, math.log(count / total)) for piece, count in sorted(counts.items())]
    characters = [_SPACE, *string.digits, *string.ascii_letters, *string.punctuation]
    spelled = [(piece, _RARE) for piece in characters if piece not in counts]
    return T5TokenizerFast(vocab=special + words + spelled, extra_ids=0, model_max_length=512)


def _count() -> Counter[str]:
    """How often pieces occur in captions of all categories and numbers of objects."""
    rng = draws.stream(0)
    counts: Counter[str] = Counter()
    for number in range(_CAPTIONS):
        category = CATEGORIES[number % len(CATEGORIES)]
        appearance = sample_appearance(category, rng, count=1 + number // len(CATEGORIES) % 5)
        for word in caption(appearance).split():
            counts[f"{_SPACE}{word.rstrip(',')}"] += 1
            counts[","] += word.endswith(",")
    return counts
