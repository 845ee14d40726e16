"""From similarities to a split of all self-attention heads into spatial and temporal ones.

Rules:

- ``ratio``: temporal if ``S_spatial < alpha * S_temporal`` (the paper's, alpha 1.25).
- ``mass``: temporal unless ``mass_temporal < 1.3 * mass_spatial``, of attention mass inside the two
  templates (that of a partial release of code under the method's name).
- ``quantile``: the given share of all heads, those with the largest ``S_temporal / S_spatial``.
  What a factor gives depends on the token grid and on the noise level; a share does not.
- ``random`` and ``inverted``: controls for one of the rules above. As many temporal heads as it
  gives, anywhere; and its opposite. What a split is credited with, it must do better than these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import torch

from motionbench.errors import UnknownNameError, UsageError

MASS_FACTOR = 1.3

Measured = Literal["ratio", "mass", "quantile"]
"""Rules that read the similarities."""

Rule = Literal["ratio", "mass", "quantile", "random", "inverted"]


@dataclass(frozen=True, eq=False)
class Similarities:
    """How all heads' attention compares with the two templates.

    Attributes:
        spatial: Cosine with the spatial template, in [0, 1], float64 ``(blocks, heads)``.
        temporal: Cosine with the temporal template, as above.
        spatial_mass: Share of attention inside the spatial template, as above.
        temporal_mass: Share of attention inside the temporal template, as above.
    """

    spatial: torch.Tensor
    temporal: torch.Tensor
    spatial_mass: torch.Tensor
    temporal_mass: torch.Tensor

    @classmethod
    def mean(cls, measured: Sequence["Similarities"]) -> "Similarities":
        """The mean over references, noise levels or both; at least one."""
        names = [field.name for field in fields(cls)]
        return cls(
            *(torch.stack([getattr(one, name) for one in measured]).mean(0) for name in names)
        )

    def not_finite(self) -> tuple[int, int] | None:
        """Block and head of the first that has no finite similarities, counted from 0."""
        values = torch.stack([getattr(self, field.name) for field in fields(self)])
        found = (~values.isfinite()).any(0).nonzero().tolist()
        return (found[0][0], found[0][1]) if found else None

    def temporal_angle(self) -> torch.Tensor:
        """Arc tangent of ``temporal / spatial``: ranks heads as that ratio does, and is never NaN.

        Returns:
            float64 ``(blocks, heads)``, in [0, pi / 2].
        """
        return torch.atan2(self.temporal, self.spatial)


@dataclass(frozen=True, eq=False)
class HeadSplit:
    """Which heads are temporal; all others are spatial.

    Attributes:
        temporal: bool ``(blocks, heads)``.
    """

    temporal: torch.Tensor

    @property
    def spatial(self) -> torch.Tensor:
        """The complement of ``temporal``."""
        return ~self.temporal

    @property
    def share(self) -> float:
        """Of temporal heads among all, in [0, 1]."""
        return self.temporal.double().mean().item()

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads back.

        Example:
            >>> HeadSplit(torch.tensor([[True, False, True]])).to_json()
            {'heads': 3, 'temporal': [[0, 2]]}
        """
        numbers = [row.nonzero().flatten().tolist() for row in self.temporal]
        return {"heads": self.temporal.shape[1], "temporal": numbers}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "HeadSplit":
        """A split from the numbers of the temporal heads, block by block.

        Raises:
            UsageError: The content is not what `to_json` gives.
        """
        try:
            heads, blocks = int(content["heads"]), content["temporal"]
            temporal = torch.zeros(len(blocks), heads, dtype=torch.bool)
            for block, numbers in enumerate(blocks):
                if not all(0 <= number < heads for number in numbers):
                    raise ValueError(f"block {block} has heads {numbers} of {heads}")
                temporal[block, numbers] = True
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise UsageError(
                f"this is not a head split: {error!r}. It must have the number of 'heads' to a "
                "block, and for each block a list of 'temporal' ones, counted from 0."
            ) from error
        return cls(temporal)


def classify(
    similarities: Similarities,
    *,
    rule: Rule = "ratio",
    alpha: float = 1.25,
    share: float = 0.5,
    seed: int = 0,
    of: Measured = "ratio",
) -> HeadSplit:
    """Split the heads.

    Args:
        similarities: As measured, or a mean.
        rule: See the module.
        alpha: Of ``ratio``; larger makes more heads temporal.
        share: Of temporal heads, for ``quantile``, in [0, 1].
        seed: Of ``random``.
        of: The rule that ``random`` and ``inverted`` are controls for.

    Raises:
        UnknownNameError: There is no such rule.
        UsageError: A share outside [0, 1], alpha not above 0, or a similarity that is not finite.
    """
    check_options(rule=rule, alpha=alpha, share=share, of=of)
    broken = similarities.not_finite()
    if broken is not None:
        raise UsageError(
            f"The similarities of block {broken[0]}, head {broken[1]} are not finite: measure the "
            "heads again, with dtype=float32."
        )
    if rule == "inverted":
        return HeadSplit(~_measured(similarities, of, alpha, share))
    if rule == "random":
        return HeadSplit(_shuffled(_measured(similarities, of, alpha, share), seed))
    return HeadSplit(_measured(similarities, rule, alpha, share))


def check_options(*, rule: str, alpha: float, share: float, of: str) -> None:
    """Refuse what `classify` cannot do, before anything is measured.

    Raises:
        UnknownNameError, UsageError: As for `classify`.
    """
    if rule not in get_args(Rule):
        raise UnknownNameError("rule", rule, get_args(Rule))
    if of not in get_args(Measured):
        raise UnknownNameError("rule that a control is for", of, get_args(Measured))
    if not 0 <= share <= 1 or not alpha > 0:
        raise UsageError(f"share={share} must be in [0, 1], and alpha={alpha} above 0.")


def _measured(found: Similarities, rule: Measured, alpha: float, share: float) -> torch.Tensor:
    if rule == "ratio":
        return found.spatial < alpha * found.temporal
    if rule == "mass":
        return found.temporal_mass >= MASS_FACTOR * found.spatial_mass
    order = found.temporal_angle().flatten().argsort(descending=True, stable=True)
    temporal = torch.zeros(len(order), dtype=torch.bool)
    temporal[order[: round(share * len(order))]] = True
    return temporal.view_as(found.spatial)


def _shuffled(temporal: torch.Tensor, seed: int) -> torch.Tensor:
    order = torch.randperm(temporal.numel(), generator=torch.Generator().manual_seed(seed))
    return temporal.flatten()[order].view_as(temporal)
