"""Which files of real footage have something known about them."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class JointsSource:
    """Points that people marked in some frames of a clip: an ``.npz`` file, and the clip."""

    points: Path
    video: Path


@dataclass(frozen=True)
class PosesSource:
    """A still scene, and where the camera was in each frame: a text file, and the clip."""

    poses: Path
    video: Path


@dataclass(frozen=True)
class LabelsSource:
    """Clips with a word for the camera's motion: a JSON file that names them."""

    labels: Path


@dataclass(frozen=True)
class PairsSource:
    """References and results: a pairs file."""

    pairs: Path


@dataclass(frozen=True)
class SeriesSource:
    """Results on one reference whose order is known.

    Attributes:
        pairs: The pairs file that lists them.
        group: Their value in its ``group``.
        order: Methods, most like the reference first; no order is known among those of one step.
    """

    pairs: Path
    group: str
    order: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sources:
    """All that was found, in the order of the files' paths or of the ``truth.toml``."""

    joints: tuple[JointsSource, ...] = ()
    poses: tuple[PosesSource, ...] = ()
    labels: tuple[LabelsSource, ...] = ()
    pairs: tuple[PairsSource, ...] = ()
    series: tuple[SeriesSource, ...] = ()

    def __len__(self) -> int:
        """Number of files and series."""
        return sum(len(getattr(self, field.name)) for field in fields(self))


def joined(parts: Iterable[Sources]) -> Sources:
    """All of them, what is named twice once."""
    parts = list(parts)
    return Sources(
        **{
            field.name: tuple(
                dict.fromkeys(entry for part in parts for entry in getattr(part, field.name))
            )
            for field in fields(Sources)
        }
    )
