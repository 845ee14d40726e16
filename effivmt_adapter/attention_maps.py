"""How much a head's attention looks like "same frame" and like "same position".

A head's attention ``A`` (tokens x tokens, rows sum to 1) is compared with two maps of ones and
zeros by cosine, ``<A, M> / (|A| |M|)``. Tokens are in the transformer's order: frame by frame, each
row by row. No map is ever whole in memory: the three sums of a cosine are taken over blocks of
query rows, one head at a time.

Which maps: the paper draws bands of ones, near the main diagonal (spatial) and near the diagonals
at multiples of a frame's tokens (temporal), and gives no width. The default here,
`frame_templates`, is what such bands stand for: same frame, and same position in any frame. It has
nothing to choose, and means the same for 36 tokens to a frame as for 1,560. A band of a given
number of tokens is a part of a frame in one backbone and several frames in another; it is there as
`band_templates`.

Both maps hold a token's attention to itself. They are not equally large: a head that looks
everywhere alike has the ratio of cosines `Templates.uniform_ratio`, so a factor that halves the
heads of one grid need not halve those of another.

Source: EffiVMT (ICLR 2026), stage 1.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from motionbench.backbones.geometry import Grid
from motionbench.errors import UsageError

BUDGET = 64 * 2**20
"""Bytes that a block of query rows may take."""

_ARRAYS = 4
"""Arrays of (block rows, tokens) alive at once: attention, two templates, a product."""


@dataclass(frozen=True, eq=False)
class Template:
    """A map of ones where two tokens' keys differ by at most ``width``, zeros elsewhere.

    Attributes:
        keys: ``(N,)`` int64, one for each token.
        width: 0 or more.
    """

    keys: torch.Tensor
    width: int

    def mask(self, rows: torch.Tensor) -> torch.Tensor:
        """Rows of the map: bool ``(len(rows), N)``, on the device of ``rows``."""
        keys = self.keys.to(rows.device)
        own = keys[rows, None]
        # Two comparisons, not a difference: eight times smaller.
        return (keys >= own - self.width) & (keys <= own + self.width)

    def ones(self, rows: torch.Tensor) -> int:
        """Number of ones in these rows, which is ``|M|^2``, without making them."""
        ordered, own = self.keys.sort().values, self.keys[rows.to(self.keys.device)]
        last = torch.searchsorted(ordered, own + self.width, right=True)
        first = torch.searchsorted(ordered, own - self.width)
        return int((last - first).sum())


class Templates(NamedTuple):
    """The two maps that attention is compared with."""

    spatial: Template
    temporal: Template

    @property
    def uniform_ratio(self) -> float:
        """Spatial over temporal cosine of attention that is the same everywhere."""
        rows = torch.arange(len(self.spatial.keys))
        return math.sqrt(self.spatial.ones(rows) / self.temporal.ones(rows))


def frame_templates(grid: Grid) -> Templates:
    """Same frame; same position in any frame.

    Example:
        >>> frame_templates((2, 1, 2)).spatial.mask(torch.tensor([0])).int().tolist()
        [[1, 1, 0, 0]]
        >>> frame_templates((2, 1, 2)).temporal.mask(torch.tensor([0])).int().tolist()
        [[1, 0, 1, 0]]
    """
    tokens = torch.arange(math.prod(grid))
    in_frame = grid[1] * grid[2]
    return Templates(Template(tokens // in_frame, 0), Template(tokens % in_frame, 0))


def band_templates(grid: Grid, half_width: int, block: int = 1) -> Templates:
    """Bands near the main diagonal: of tokens frame by frame, and of tokens position by position.

    Args:
        grid: Tokens of the clip.
        half_width: How many blocks apart two tokens may be, 0 or more.
        block: Tokens to a block; 128 for the steps in which sparse attention kernels draw bands.

    Raises:
        UsageError: A negative half-width, or a block of no tokens.
    """
    if half_width < 0 or block < 1:
        raise UsageError(
            f"a band of half-width {half_width} in blocks of {block} tokens: the half-width must "
            "be 0 or more, the block 1 or more."
        )
    frames, in_frame = grid[0], grid[1] * grid[2]
    tokens = torch.arange(math.prod(grid))
    by_position = tokens % in_frame * frames + tokens // in_frame
    return Templates(
        Template(tokens // block, half_width), Template(by_position // block, half_width)
    )


def make_templates(grid: Grid, *, band: int | None, block: int) -> Templates:
    """`frame_templates`, or `band_templates` where a half-width is given."""
    return frame_templates(grid) if band is None else band_templates(grid, band, block)


@dataclass(frozen=True, eq=False)
class AttentionSums:
    """What the query rows seen add up to.

    Attributes:
        spatial: ``<A, M>`` with the spatial template, float64 ``(B, heads)``.
        temporal: ``<A, M>`` with the temporal template, as above.
        squares: ``|A|^2``, as above.
        rows: How many query rows.
        spatial_ones: ``|M|^2`` of the spatial template in these rows.
        temporal_ones: ``|M|^2`` of the temporal template in these rows.
    """

    spatial: torch.Tensor
    temporal: torch.Tensor
    squares: torch.Tensor
    rows: int
    spatial_ones: int
    temporal_ones: int

    def cosines(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Spatial and temporal cosine, float64 ``(B, heads)``, in [0, 1]."""
        return (
            self.spatial / (self.squares * self.spatial_ones).sqrt(),
            self.temporal / (self.squares * self.temporal_ones).sqrt(),
        )

    def masses(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Share of attention inside each template, float64 ``(B, heads)``, in [0, 1]."""
        return self.spatial / self.rows, self.temporal / self.rows


def sample_rows(tokens: int, count: int, seed: int) -> torch.Tensor:
    """Query rows to estimate from: ``count`` of ``tokens``, none twice, rising, int64.

    Raises:
        UsageError: More than there are, or none.
    """
    if not 1 <= count <= tokens:
        raise UsageError(f"rows={count} must be in [1, {tokens}], the number of tokens.")
    generator = torch.Generator().manual_seed(seed)
    return torch.randperm(tokens, generator=generator)[:count].sort().values


def block_rows(tokens: int, itemsize: int, budget: int) -> int:
    """Query rows to a block of at most ``budget`` bytes; one where even that is too many."""
    return max(1, budget // (_ARRAYS * itemsize * tokens))


@torch.no_grad()
def attention_sums(
    queries: torch.Tensor,
    keys: torch.Tensor,
    templates: Templates,
    *,
    rows: torch.Tensor | None = None,
    budget: int = BUDGET,
) -> AttentionSums:
    """Sums over the softmax attention of each head.

    Args:
        queries: ``(B, N, heads, head width)``, after norm and rotation.
        keys: As ``queries``.
        templates: For N tokens.
        rows: Query rows to look at, int64; all by default.
        budget: Bytes for a block of rows, above the inputs. The copy of one head's keys in float32
            comes on top where they are narrower.

    Raises:
        UsageError: The templates are for another number of tokens.
    """
    tokens = queries.shape[1]
    if tokens != len(templates.spatial.keys):
        raise UsageError(
            f"{tokens} tokens, but templates for {len(templates.spatial.keys)}: give the token "
            "grid (frames, rows, columns) of this clip."
        )
    rows = torch.arange(tokens) if rows is None else rows
    kind = torch.promote_types(queries.dtype, torch.float32)
    step = block_rows(tokens, kind.itemsize, budget)
    sums = torch.zeros(
        3, queries.shape[0], queries.shape[2], dtype=torch.float64, device=queries.device
    )
    for block in rows.to(queries.device).split(step):
        _add_block(sums, queries, keys, templates, block, kind)
    ones = (template.ones(rows) for template in templates)
    return AttentionSums(sums[0], sums[1], sums[2], len(rows), *ones)


def _add_block(
    sums: torch.Tensor,
    queries: torch.Tensor,
    keys: torch.Tensor,
    templates: Templates,
    rows: torch.Tensor,
    kind: torch.dtype,
) -> None:
    """Add what these query rows see; what it takes is gone when it returns."""
    spatial, temporal = (template.mask(rows).to(kind) for template in templates)
    for index, head in np.ndindex(*sums.shape[1:]):
        query = queries[index, rows, head].to(kind) / math.sqrt(queries.shape[3])
        attention = _softmax(query @ keys[index, :, head].to(kind).T)
        for row, other in enumerate((spatial, temporal, attention)):
            sums[row, index, head] += (attention * other).sum(1).double().sum()
        # Or it would live on while the next head's is made.
        del attention, other


def _softmax(scores: torch.Tensor) -> torch.Tensor:
    """Softmax of each row, in the memory of the scores."""
    scores -= scores.amax(1, keepdim=True)
    scores.exp_()
    scores /= scores.sum(1, keepdim=True)
    return scores
