"""Progress bars on standard error, for people only."""

import sys
from collections.abc import Iterable
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def progress(items: Iterable[T], *, total: int, what: str, show: bool | None = None) -> Iterable[T]:
    """``items``, with a bar while they are gone through.

    Args:
        items: Anything.
        total: How many there are.
        what: What is being done, one word.
        show: None shows the bar where standard error is a terminal.
    """
    visible = sys.stderr.isatty() if show is None else show
    return tqdm(items, total=total, desc=what, disable=not visible, file=sys.stderr)
