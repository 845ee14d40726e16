"""A ruler: everything that measures, as one value with a fingerprint.

What enters the fingerprint, and what is only recorded beside it, is told in
``docs/decisions/0006-runs-and-records.md``.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from importlib.metadata import version
from typing import Any

from motionbench.embedders import load_embedder
from motionbench.embedders.base import Embedder
from motionbench.errors import UnknownNameError, WeightsError
from motionbench.metrics.catalog import METRICS, MetricParameters
from motionbench.trackers import load_tracker
from motionbench.trackers.base import Tracker
from motionbench.video import decoder_identity

log = logging.getLogger(__name__)

NAMES = ("embedded", "standard", "auto")

BACKENDS = {
    "embedded": ("lucas_kanade", "clip-nano"),
    "standard": ("cotracker3", "ViT-B-32-quickgelu/openai"),
}
"""Tracker and embedder of each built-in ruler."""

PROCEDURE = 1
"""Version of what is done with a clip before it is measured (``features``, ``runner.measure``):
raise it when the same clips would get other numbers."""

OTHER_REFERENCES = 4
"""How many other references of the suite stand for chance."""

OTHER_PROMPTS = 100
"""How many other prompts of the suite, at most, a clip's own prompt is ranked among."""

_OF_RULER = frozenset({"grid_size", "working_size", "max_frames"})
"""Settings that are not those of metrics."""

LIBRARIES = frozenset({"opencv", "torch", "torchvision", "open_clip", "numpy", "pillow", "av"})
"""Keys under which backends name versions of libraries: recorded, not in the fingerprint."""


@dataclass(frozen=True, eq=False)
class Ruler:
    """Everything that turns a stored clip into scores.

    Attributes:
        name: What people call it.
        tracker: Follows points.
        embedder: Embeds frames and texts.
        grid_size: Points per side of the grid that is followed.
        working_size: Pixels: longer side of the clips that the tracker sees.
        max_frames: Most instants at which two clips are compared, and most frames embedded.
        parameters: Of the metrics.
    """

    name: str
    tracker: Tracker
    embedder: Embedder
    grid_size: int = 20
    working_size: int = 320
    max_frames: int = 16
    parameters: MetricParameters = field(default_factory=MetricParameters)

    @property
    def id(self) -> str:
        """Name and fingerprint: ``embedded-0123456789ab``."""
        return f"{self.name}-{self.fingerprint()}"

    def settings(self) -> dict[str, Any]:
        """All that decides the scores, ready for JSON; what the fingerprint is taken of."""
        return {
            "tracker": _without_libraries(self.tracker.identity()),
            "embedder": _without_libraries(self.embedder.identity()),
            "metrics": {name: spec.version for name, spec in sorted(METRICS.items())},
            "parameters": asdict(self.parameters),
            "grid_size": self.grid_size,
            "working_size": self.working_size,
            "max_frames": self.max_frames,
            "other_references": OTHER_REFERENCES,
            "other_prompts": OTHER_PROMPTS,
            "procedure": PROCEDURE,
        }

    def fingerprint(self) -> str:
        """12 hexadecimal digits; scores of different fingerprints are never mixed."""
        return hashlib.sha256(json.dumps(self.settings(), sort_keys=True).encode()).hexdigest()[:12]

    def identity(self) -> dict[str, Any]:
        """The settings, and the versions of what computes, ready for JSON."""
        return {
            "name": self.name,
            "fingerprint": self.fingerprint(),
            **self.settings(),
            "environment": {
                "tracker": self.tracker.identity(),
                "embedder": self.embedder.identity(),
                "decoder": decoder_identity(),
                "numpy": version("numpy"),
                "scipy": version("scipy"),
            },
        }


def load_ruler(
    name: str = "auto",
    *,
    device: str = "cpu",
    offline: bool = False,
    overrides: Mapping[str, Any] | None = None,
) -> Ruler:
    """A built-in ruler.

    Args:
        name: ``embedded`` (needs nothing else), ``standard`` (what the field reports; needs
            weights), or ``auto``: ``standard`` where its weights are on this machine, else
            ``embedded``.
        device: A torch device name.
        offline: Never download weights.
        overrides: Other values for fields of ``Ruler`` or ``MetricParameters``, by field name; they
            change the fingerprint.

    Raises:
        UnknownNameError: No such ruler or field.
        WeightsError: Weights of ``standard`` are missing.
    """
    if name not in NAMES:
        raise UnknownNameError("ruler", name, NAMES)
    if name != "auto":
        return _build(name, device, offline, overrides or {})
    try:
        return _build("standard", device, True, overrides or {})
    except WeightsError as error:
        log.info("ruler: embedded, because standard is not ready here: %s", error)
        return _build("embedded", device, offline, overrides or {})


def overrides_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What ``load_ruler`` needs to make a ruler of these settings again.

    Args:
        settings: As ``Ruler.settings`` gives them, or ``Ruler.identity``.
    """
    return {**settings["parameters"], **{name: settings[name] for name in _OF_RULER}}


def _build(name: str, device: str, offline: bool, overrides: Mapping[str, Any]) -> Ruler:
    """A built-in ruler with some fields replaced."""
    of_metrics = {entry.name for entry in fields(MetricParameters)}
    for key in overrides:
        if key not in _OF_RULER | of_metrics:
            raise UnknownNameError("ruler setting", key, _OF_RULER | of_metrics)
    tracker, embedder = BACKENDS[name]
    # The tracker of ``embedded`` has no weights, and so no such setting.
    online = {"offline": offline} if name == "standard" else {}
    chosen = {key: value for key, value in overrides.items() if key in of_metrics}
    return Ruler(
        name=name,
        tracker=load_tracker(tracker, device=device, **online),
        embedder=load_embedder(embedder, device=device, offline=offline),
        parameters=replace(MetricParameters(), **chosen),
        **{key: value for key, value in overrides.items() if key in _OF_RULER},
    )


def _without_libraries(identity: Mapping[str, Any]) -> dict[str, Any]:
    """A backend's identity less the versions of libraries."""
    return {key: value for key, value in identity.items() if key not in LIBRARIES}
