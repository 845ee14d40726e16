"""Shots of scenes, and what a ruler measures on them."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from motionbench.arrays import Embeddings
from motionbench.audit.compare import Scores, compare
from motionbench.audit.metrics import AuditedMetric
from motionbench.cases import Clip
from motionbench.features import Features
from motionbench.ruler import Ruler
from motionbench.runner.progress import progress
from motionbench.scenes.render import render
from motionbench.scenes.stage import Scene
from motionbench.scenes.tracks import exact_tracks
from motionbench.tracks import TrackSet

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
A = TypeVar("A")
B = TypeVar("B")


@runtime_checkable
class Treatment(Protocol):
    """What happens to a clip after it was rendered; a frozen dataclass, so that it can be a key."""

    def __call__(self, clip: Clip) -> Clip:
        """The clip that is measured."""


@dataclass(frozen=True)
class Shot:
    """A scene, and how it was filmed.

    Attributes:
        scene: What is shown.
        frames: Number of frames, >= 2.
        height: Pixels.
        width: Pixels.
        fps: Frames per second.
        treatment: What happened to the clip afterwards; None for nothing.
    """

    scene: Scene
    frames: int = 33
    height: int = 256
    width: int = 256
    fps: float = 16.0
    treatment: Treatment | None = None

    def clip(self) -> Clip:
        """The clip that is measured."""
        frames = render(self.scene, frames=self.frames, height=self.height, width=self.width)
        clip = Clip(frames, self.fps)
        return clip if self.treatment is None else self.treatment(clip)


@dataclass(frozen=True)
class Pair:
    """A reference, and a result to be scored against it."""

    reference: Shot
    generated: Shot


class Lab:
    """Measures shots and scores pairs of them; every shot once, however often it is asked for.

    What happens to a shot is what happens to a clip that is scored (``features``), except that it
    is not stored in a file between; what storing does is one of the things the audit measures.

    Args:
        ruler: What is audited.
        workers: Shots measured at the same time. One, if the tracker is on a GPU.
        show_progress: None for a bar where standard error is a terminal.
    """

    def __init__(
        self, ruler: Ruler, *, workers: int = 1, show_progress: bool | None = None
    ) -> None:
        self.ruler = ruler
        self._features = Features(ruler, cache_dir=None)
        self.workers = workers
        self.show_progress = show_progress
        self._tracks: dict[Shot, TrackSet] = {}
        self._exact: dict[Shot, TrackSet] = {}
        self._embeddings: dict[Shot, Embeddings] = {}

    def beside(self, ruler: Ruler) -> "Lab":
        """A lab with another ruler; tracks that would come out the same are shared."""
        other = Lab(ruler, workers=self.workers, show_progress=self.show_progress)
        if _tracking(ruler) == _tracking(self.ruler):
            other._tracks = self._tracks
        return other

    def map(self, compute: Callable[[A], B], items: Sequence[A], what: str) -> list[B]:
        """``compute`` of every item, several at the same time, in the order of the items.

        Args:
            compute: Waits, or lets go of Python's lock.
            items: Anything.
            what: Beside the progress bar.
        """
        with ThreadPoolExecutor(self.workers) as pool:
            done = pool.map(compute, items)
            return list(progress(done, total=len(items), what=what, show=self.show_progress))

    def tracks(self, shots: Iterable[Shot], what: str = "track") -> list[TrackSet]:
        """What the ruler's tracker finds, in the shots' own pixels.

        Args:
            shots: In any order, with or without repetition.
            what: Beside the progress bar.
        """
        return self._each(self._tracks, list(shots), self._track, what)

    def exact(self, shots: Iterable[Shot], what: str = "exact tracks") -> list[TrackSet]:
        """The true tracks from the places where the ruler's tracker started its own.

        Raises:
            ValueError: A shot was treated: its pixels no longer lie where the scene says.
        """
        shots = list(shots)
        self.tracks(shots, what)
        return self._each(self._exact, shots, self._follow, what)

    def embeddings(self, shots: Iterable[Shot], what: str = "embed") -> list[Embeddings]:
        """Embeddings of the frames that the ruler looks at."""
        return self._each(self._embeddings, list(shots), self._embed, what)

    def score(
        self,
        pairs: Sequence[Pair],
        metrics: Sequence[AuditedMetric],
        *,
        exact: bool = False,
        what: str = "score",
    ) -> list[Scores]:
        """Every metric on every pair, in the order of the pairs.

        Args:
            pairs: May repeat shots.
            metrics: Embeddings are measured only if one of them needs them.
            exact: From the true tracks instead of those found.
            what: Beside the progress bars.
        """
        shots = [shot for pair in pairs for shot in (pair.reference, pair.generated)]
        (self.exact if exact else self.tracks)(shots, what)
        if any(metric.needs_frames for metric in metrics):
            self.embeddings(shots, what)
        return self.map(lambda pair: self._score(pair, metrics, exact), pairs, what)

    def _score(self, pair: Pair, metrics: Sequence[AuditedMetric], exact: bool) -> Scores:
        tracks = self._exact if exact else self._tracks
        return compare(
            tracks[pair.reference],
            tracks[pair.generated],
            metrics,
            self.ruler,
            reference_frames=self._embeddings.get(pair.reference),
            generated_frames=self._embeddings.get(pair.generated),
        )

    def _track(self, shot: Shot) -> TrackSet:
        return self._features.tracks(shot.clip(), content_sha256="")

    def _embed(self, shot: Shot) -> Embeddings:
        return self._features.frame_embeddings(shot.clip(), content_sha256="")

    def _follow(self, shot: Shot) -> TrackSet:
        if shot.treatment is not None:
            raise ValueError(f"no exact tracks of a treated shot: {shot.treatment}")
        return exact_tracks(
            shot.scene,
            self._tracks[shot].queries,
            frames=shot.frames,
            height=shot.height,
            width=shot.width,
            fps=shot.fps,
        )

    def _each(
        self, known: dict[K, V], wanted: list[K], measure: Callable[[K], V], what: str
    ) -> list[V]:
        missing = [key for key in dict.fromkeys(wanted) if key not in known]
        known.update(zip(missing, self.map(measure, missing, what), strict=True))
        return [known[key] for key in wanted]


def _tracking(ruler: Ruler) -> tuple[int, int, int]:
    """What decides the tracks of a clip."""
    return id(ruler.tracker), ruler.grid_size, ruler.working_size
