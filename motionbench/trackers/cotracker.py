"""CoTracker3, offline variant (Karaev et al., 2024, arXiv:2410.11831), loaded by ``torch.hub``.

Neither its code nor its weights are part of this package: both are CC-BY-NC 4.0. Two things are
needed, and are kept where ``torch.hub`` keeps them (``fetch`` gets both):

- the code: ``HUB/facebookresearch_co-tracker_COMMIT/``, from github.com/facebookresearch/co-tracker
- the weights: ``HUB/checkpoints/scaled_offline.pth``, from huggingface.co/facebook/cotracker3

What was tried: the adapter was run with the pinned code and randomly initialised weights. The
published weights were out of reach where it was written, so nothing is claimed about its accuracy.
"""

import contextlib
import inspect
import pickle
import random
import sys
from collections.abc import Iterator
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path

import numpy as np
import torch

from motionbench.arrays import Queries
from motionbench.cases import Clip
from motionbench.errors import UsageError, WeightsError
from motionbench.trackers.base import Tracker, check_queries
from motionbench.tracks import TrackSet

REPOSITORY = "facebookresearch/co-tracker"
COMMIT = "82e02e8029753ad4ef13cf06be7f4fc5facdda4d"
ENTRY = "cotracker3_offline"
WEIGHTS_URL = "https://huggingface.co/facebook/cotracker3/resolve/main/scaled_offline.pth"

CODE_SHA256 = "a76dca4d169b13b30423b2a6a281dcd82df7199910e52532cba484a600bfc6f8"
"""Of the Python files of the pinned commit, as ``code_sha256`` computes it."""

VISIBILITY_THRESHOLD = 0.9
"""Fixed in their predictor: a point is visible where the model says so with more than this."""

MODEL_SIZE = (384, 512)
"""Fixed in their model: every clip is resized to this height and width, whatever its aspect."""

CHUNK_SIZE = 1600
"""Points tracked together by default: a grid of 40 in one piece, one of 55 in two.

The model needs about 98 KiB a point and frame: at 81 frames, 1600 points take 14 GiB and 3025 would
take 25."""


class CoTracker3(Tracker):
    """Points are queried explicitly, joined by the predictor's own 6x6 support grid.

    Points of one call attend to each other, so a point's track depends a little on which others are
    asked for: the grid and ``chunk_size`` are part of what was measured.
    """

    name = "cotracker3"

    def __init__(
        self,
        *,
        checkout: Path | str | None = None,
        checkpoint: Path | str | None = None,
        chunk_size: int = CHUNK_SIZE,
        offline: bool = False,
        device: str = "cpu",
    ) -> None:
        """Load code and weights.

        Args:
            checkout: A folder with their code; None for the pinned commit in the hub's cache, which
                is fetched if it is not there.
            checkpoint: A file with weights; None for the hub's cache, likewise.
            chunk_size: At most this many points are tracked together. Memory grows with points
                times frames; see docs/decisions/0004-trackers.md.
            offline: Never touch the network.
            device: A torch device name.

        Raises:
            UsageError: ``chunk_size`` is below 1.
            WeightsError: Code or weights are missing, cannot be fetched, or are not what they
                should be.
        """
        if chunk_size < 1:
            raise UsageError(f"chunk_size is {chunk_size}; at least 1 point is tracked at a time.")
        if not offline and (checkout is None or checkpoint is None):
            fetch(code=checkout is None, weights=checkpoint is None)
        self._checkout = _existing(checkout or hub_checkout(), "code", given=checkout is not None)
        self._checkpoint = _existing(
            checkpoint or hub_checkpoint(), "weights", given=checkpoint is not None
        )
        self._code_sha256 = code_sha256(self._checkout)
        if checkout is None and self._code_sha256 != CODE_SHA256:
            raise WeightsError(
                f"The code in {self._checkout} is not that of commit {COMMIT[:7]} (its hash is "
                f"{self._code_sha256}, not {CODE_SHA256}). Delete the folder and run "
                "`motionbench fetch cotracker3`, or name another folder as checkout on purpose."
            )
        self._chunk_size, self._device = chunk_size, device
        self._weights_sha256 = sha256(self._checkpoint.read_bytes()).hexdigest()
        with preserved_random_state():
            self._predictor = _load(self._checkout, self._checkpoint).to(device)

    def identity(self) -> dict[str, str | int | float | bool]:
        """See base class. The device is left out: it is no choice of what to measure."""
        return {
            "name": self.name,
            "version": 1,
            "commit": COMMIT if self._code_sha256 == CODE_SHA256 else "other",
            "code_sha256": self._code_sha256,
            "weights_sha256": self._weights_sha256,
            "model_height": MODEL_SIZE[0],
            "model_width": MODEL_SIZE[1],
            "query_mode": "explicit points and a support grid of 6x6",
            "visibility_threshold": VISIBILITY_THRESHOLD,
            "chunk_size": self._chunk_size,
            "torch": torch.__version__,
        }

    def track(self, clip: Clip, queries: Queries) -> TrackSet:
        """See base class.

        Raises:
            UsageError: One frame, or a query outside of the clip.
        """
        check_queries(clip, queries)
        # Their predictor maps the centre of the first pixel to that of the first and last to last
        # (align_corners), so pixel centres pass as they are.
        video = torch.tensor(clip.frames).permute(0, 3, 1, 2)[None].float().to(self._device)
        chunks = [
            self._track_chunk(video, queries[first : first + self._chunk_size])
            for first in range(0, len(queries), self._chunk_size)
        ]
        tracks = [np.zeros((0, len(clip), 2), np.float32), *(tracks for tracks, _ in chunks)]
        visibility = [np.zeros((0, len(clip)), bool), *(visible for _, visible in chunks)]
        return TrackSet(
            np.concatenate(tracks),
            np.concatenate(visibility),
            queries,
            *clip.size,
            duration=len(clip) / clip.fps,
        )

    def _track_chunk(self, video: torch.Tensor, queries: Queries) -> tuple[np.ndarray, np.ndarray]:
        """Tracks ``(N, T, 2)`` and visibility ``(N, T)`` of points that attend to each other."""
        with preserved_random_state(), torch.no_grad():
            tracks, visible = self._predictor(
                video,
                queries=torch.tensor(queries)[None].to(self._device),
                # A second pass over the reversed clip; for points of the first frame it is idle.
                backward_tracking=bool((queries[:, 0] > 0).any()),
            )
        tracks, visible = tracks[0].transpose(0, 1).float(), visible[0].transpose(0, 1)
        return tracks.cpu().numpy(), visible.cpu().numpy()


@contextlib.contextmanager
def preserved_random_state() -> Iterator[None]:
    """Give back the global generators of Python, NumPy and torch as they were.

    Their modules call ``torch.manual_seed(0)`` when they are imported.
    """
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    devices = list(range(torch.cuda.device_count()))
    try:
        with torch.random.fork_rng(devices=devices):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


def hub_checkout() -> Path:
    """Where ``torch.hub`` keeps the pinned code."""
    return Path(torch.hub.get_dir()) / f"{REPOSITORY.replace('/', '_')}_{COMMIT}"


def hub_checkpoint() -> Path:
    """Where ``torch.hub`` keeps the weights."""
    return Path(torch.hub.get_dir()) / "checkpoints" / Path(WEIGHTS_URL).name


def fetch(*, code: bool = True, weights: bool = True) -> tuple[Path, Path]:
    """Download what is not here yet, into the hub's cache.

    Returns:
        The code's folder and the weights' file.

    Raises:
        WeightsError: The download failed.
    """
    checkout, checkpoint = hub_checkout(), hub_checkpoint()
    try:
        # torch.hub reports downloads on standard output, which belongs to our results.
        with preserved_random_state(), contextlib.redirect_stdout(sys.stderr):
            if code and not checkout.exists():
                # The full hash pins the content; the hub's own check looks for branches only.
                torch.hub.load(
                    f"{REPOSITORY}:{COMMIT}",
                    ENTRY,
                    trust_repo=True,
                    skip_validation=True,
                    pretrained=False,
                )
            if weights and not checkpoint.exists():
                checkpoint.parent.mkdir(parents=True, exist_ok=True)
                torch.hub.download_url_to_file(WEIGHTS_URL, str(checkpoint))
    except (OSError, HTTPException) as error:
        raise WeightsError(f"CoTracker3 could not be downloaded ({error}). {_by_hand()}") from error
    return checkout, checkpoint


def code_sha256(checkout: Path) -> str:
    """Hash of ``hubconf.py`` and all Python files under ``cotracker/``, by path and content."""
    digest = sha256()
    files = [checkout / "hubconf.py", *(checkout / "cotracker").rglob("*.py")]
    for name in sorted(path.relative_to(checkout).as_posix() for path in files):
        digest.update(f"{name}\0".encode())
        digest.update(sha256((checkout / name).read_bytes()).digest())
    return digest.hexdigest()


def _by_hand() -> str:
    """How to install both parts without this package's downloads."""
    return (
        f"Run `motionbench fetch cotracker3` with a network, or put the code of "
        f"https://github.com/{REPOSITORY} at commit {COMMIT} into {hub_checkout()} and "
        f"{WEIGHTS_URL} at {hub_checkpoint()}."
    )


def _existing(path: Path | str, part: str, *, given: bool) -> Path:
    """The path, if what is needed is there."""
    path = Path(path).expanduser()
    needed = path / "hubconf.py" if part == "code" else path
    if needed.is_file():
        return path.resolve()
    if given:
        raise WeightsError(f"CoTracker3's {part}: there is no file {needed}.")
    raise WeightsError(f"CoTracker3's {part} are not at {path}. {_by_hand()}")


def _load(checkout: Path, checkpoint: Path) -> torch.nn.Module:
    """Build their predictor and fill it with weights.

    The weights are read here and not by the hub's entry, because that would unpickle whatever the
    file holds.
    """
    predictor: torch.nn.Module = torch.hub.load(
        str(checkout), ENTRY, source="local", pretrained=False
    )
    forward = inspect.unwrap(type(predictor).forward)
    origin = Path(inspect.getsourcefile(forward) or "").resolve()
    if not origin.is_relative_to(checkout):
        raise WeightsError(
            f"Python has already imported another copy of CoTracker, {origin}; {checkout} can only "
            "be loaded in a new process, or after that copy is uninstalled."
        )
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        predictor.get_submodule("model").load_state_dict(state.get("model", state))
    except (RuntimeError, pickle.UnpicklingError, EOFError, AttributeError, TypeError) as error:
        raise WeightsError(
            f"{checkpoint} does not hold weights of CoTracker3 offline ({_first_line(error)}). "
            "Delete it and run `motionbench fetch cotracker3`."
        ) from error
    predictor.eval()
    return predictor


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
