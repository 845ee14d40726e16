"""Trackers by name, as the command line and the rulers know them.

Loading a tracker imports its module, and with it OpenCV or torch; importing this package does not.
"""

from collections.abc import Callable, Mapping
from inspect import signature
from types import MappingProxyType
from typing import Any

from motionbench.errors import UnknownNameError, UsageError
from motionbench.trackers.base import Tracker, grid_queries

__all__ = ["TRACKERS", "Tracker", "grid_queries", "load_tracker"]


def _lucas_kanade() -> type[Tracker]:
    from motionbench.trackers.lucas_kanade import LucasKanade

    return LucasKanade


def _cotracker3() -> type[Tracker]:
    from motionbench.trackers.cotracker import CoTracker3

    return CoTracker3


def _exact() -> type[Tracker]:
    from motionbench.trackers.exact import ExactTracker

    return ExactTracker


TRACKERS: Mapping[str, Callable[[], type[Tracker]]] = MappingProxyType(
    {"cotracker3": _cotracker3, "exact": _exact, "lucas_kanade": _lucas_kanade}
)
"""Name to a function that imports and returns the tracker's class."""


def load_tracker(name: str, *, device: str = "cpu", **settings: Any) -> Tracker:
    """Build a tracker.

    Args:
        name: One of ``TRACKERS``.
        device: A torch device name; trackers that run on the CPU only take no notice.
        **settings: Keyword arguments of the tracker's class.

    Raises:
        UnknownNameError: No such tracker, or it has no such setting; the nearest name is suggested.
        UsageError: A setting without a default is missing.
        WeightsError: Its weights are not here and cannot be had.
    """
    if name not in TRACKERS:
        raise UnknownNameError("tracker", name, TRACKERS)
    tracker = TRACKERS[name]()
    known = dict(signature(tracker).parameters)
    placed = {"device": device} if known.pop("device", None) else {}
    for setting in settings:
        if setting not in known:
            raise UnknownNameError(f"setting of tracker {name}", setting, known)
    for setting, parameter in known.items():
        if parameter.default is parameter.empty and setting not in settings:
            raise UsageError(f"tracker {name} needs the setting {setting}.")
    return tracker(**placed, **settings)
