"""Stage 1 on several references, each at several noise levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tqdm import tqdm

from effivmt_adapter.attention_maps import Templates, make_templates
from effivmt_adapter.head_references import Reference
from effivmt_adapter.head_study import Measurement
from effivmt_adapter.stage_one import measure_heads
from motionbench.backbones.geometry import Grid
from motionbench.backbones.wan import Backbone
from motionbench.conform import conform
from motionbench.errors import UsageError


@dataclass(frozen=True)
class Looking:
    """How heads are looked at.

    Attributes:
        sigmas: Noise levels, none twice.
        seed: Of noise and sampled rows.
        rows: Random query rows to estimate from; None for all.
        band: Half-width of the bands to compare with; None for same frame and same position.
        block: Tokens to a step of ``band``.

    Raises:
        UsageError: A ``block`` without ``band``.
    """

    sigmas: tuple[float, ...]
    seed: int = 0
    rows: int | None = None
    band: int | None = None
    block: int = 1

    def __post_init__(self) -> None:
        if self.band is None and self.block != 1:
            raise UsageError(f"block={self.block} is the step of a band: give the band, too.")

    def templates(self, grid: Grid) -> Templates:
        """The maps for a token grid."""
        return make_templates(grid, band=self.band, block=self.block)


@dataclass(frozen=True)
class Seen:
    """A reference as the backbone saw it.

    Attributes:
        name: Of the reference.
        caption: That was given with it.
        grid: Tokens (frames, rows, columns).
        uniform_ratio: Spatial over temporal cosine of attention that is the same everywhere.
    """

    name: str
    caption: str
    grid: Grid
    uniform_ratio: float


def measure_references(
    backbone: Backbone, references: Sequence[Reference], looking: Looking
) -> tuple[list[Measurement], list[Seen]]:
    """Measure every reference at every noise level.

    Raises:
        VideoError: A reference is too short for the backbone.
        UsageError: A wrong sigma, or more rows than tokens.
    """
    measurements, seen = [], []
    for reference in tqdm(references, desc="references", unit="clip"):
        clip = conform(reference.clip, backbone.geometry.video_spec).clip
        latents, text = backbone.encode(clip.frames), backbone.encode_text(reference.caption)
        grid = backbone.geometry.token_grid(latents.shape)
        ratio = looking.templates(grid).uniform_ratio
        seen.append(Seen(reference.name, reference.caption, grid, ratio))
        look = partial(measure_heads, backbone, latents, text, seed=looking.seed)
        for sigma in looking.sigmas:
            found = look(sigmas=[sigma], rows=looking.rows, templates=looking.templates)
            measurements.append(Measurement(reference.name, sigma, found))
    return measurements, seen
