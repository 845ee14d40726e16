"""Columns of long tables, built run by run: texts that repeat are kept once."""

from collections.abc import Iterable

import numpy as np
import pandas as pd


class TextColumn:
    """A column of few distinct texts in many rows, as a categorical."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._codes: list[np.ndarray] = []

    def add(self, texts: Iterable[str | None], *, each: int = 1, times: int = 1) -> None:
        """Append texts.

        Args:
            texts: None where there is none.
            each: Rows that each text fills in turn.
            times: How often the whole is repeated.
        """
        places = self._places
        codes = [-1 if text is None else places.setdefault(text, len(places)) for text in texts]
        self._codes.append(np.tile(np.repeat(np.array(codes, dtype=np.int32), each), times))

    def finished(self) -> pd.Categorical:
        """All rows; the categories are in sorted order."""
        names = sorted(self._places)
        # The last entry serves rows without a text, whose code is -1.
        rank = np.full(len(names) + 1, -1, dtype=np.int32)
        rank[[self._places[name] for name in names]] = np.arange(len(names))
        codes = np.concatenate(self._codes) if self._codes else np.empty(0, dtype=np.int32)
        categories = pd.Index(names, dtype=object)
        return pd.Categorical.from_codes(rank[codes], categories=categories)
