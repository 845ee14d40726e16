"""Do two splits agree, and do heads form two groups at all?"""

import math
from dataclasses import dataclass

import numpy as np
import torch

from effivmt_adapter.head_classification import HeadSplit, Similarities

ALPHAS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 8.0)
"""The grid of the table of shares; the paper's value is in the middle."""

STRONG_EVIDENCE = 10.0
"""Difference in BIC from which evidence is called very strong (Kass and Raftery 1995)."""

CLEAN_SEPARATION = 2.0
"""Ashman's D above which two Gaussians show two peaks (Ashman, Bird and Zepf 1994)."""

_FLOOR = 0.05
"""Least deviation of a group, in deviations of all: equal values are no proof."""

_CUTS = 8

_GAIN = 1e-4
"""Log likelihood below which another round is not worth it; evidence counts in units."""


@dataclass(frozen=True)
class Agreement:
    """How far two splits of the same heads agree.

    Attributes:
        equal: Share of heads in the same group, in [0, 1].
        kappa: Cohen's kappa, equality beyond chance, in [-1, 1]; None where both splits put all
            heads into one group, so that chance alone makes them equal.
    """

    equal: float
    kappa: float | None


@dataclass(frozen=True)
class Groups:
    """One Gaussian against a mixture of two, on ``log(S_spatial / S_temporal)`` of all heads.

    Attributes:
        evidence: BIC of one less BIC of two; positive where two explain more than they cost.
        separation: Ashman's D of the two, distance of the means in deviations.
        means: Of the two groups, rising.
        share: Of heads in the lower, more temporal group.
    """

    evidence: float
    separation: float
    means: tuple[float, float]
    share: float

    @property
    def clear(self) -> bool:
        """Whether there are two groups, told apart."""
        return self.evidence > STRONG_EVIDENCE and self.separation > CLEAN_SEPARATION


def log_ratios(similarities: Similarities) -> np.ndarray:
    """``log(S_spatial / S_temporal)`` of all heads, float64 ``(blocks * heads,)``.

    Cosines below the smallest normal number count as that, so that the result is finite.
    """
    least = torch.finfo(torch.float64).tiny
    ratio = (
        similarities.spatial.clamp_min(least).log() - similarities.temporal.clamp_min(least).log()
    )
    return np.asarray(ratio.flatten().numpy())


def agreement(first: HeadSplit, second: HeadSplit) -> Agreement:
    """Agreement of two splits of the same heads.

    Example:
        >>> one = HeadSplit(torch.tensor([[True, True, False, False]]))
        >>> agreement(one, HeadSplit(torch.tensor([[True, False, False, False]])))
        Agreement(equal=0.75, kappa=0.5)
    """
    equal = (first.temporal == second.temporal).double().mean().item()
    chance = first.share * second.share + (1 - first.share) * (1 - second.share)
    return Agreement(equal, None if chance == 1 else (equal - chance) / (1 - chance))


def two_groups(values: np.ndarray) -> Groups | None:
    """Compare one Gaussian with two by the Bayesian information criterion.

    Expectation maximisation from cuts of the sorted values that leave at least two on either side;
    the best end is kept.

    Args:
        values: float64 ``(n,)``.

    Returns:
        None where there are fewer than four values, or all are equal.

    Raises:
        ValueError: A value is not finite.
    """
    if not np.isfinite(values).all():
        raise ValueError("groups of values that are not all finite do not exist.")
    ordered = np.sort(values)
    count, spread = len(ordered), ordered.std()
    if count < 4 or spread <= 1e-12 * max(1.0, float(np.abs(ordered).max())):
        return None
    floor = _FLOOR * spread
    cuts = np.unique(np.linspace(2, count - 2, _CUTS).round().astype(int))
    fits = [_mixture(ordered, cut, floor) for cut in cuts]
    likelihood, shares, means, deviations = max(fits, key=lambda fit: fit[0])
    one = -count * (math.log(spread) + 0.5 * math.log(2 * math.pi) + 0.5)
    order = np.argsort(means)
    gap = abs(means[1] - means[0])
    return Groups(
        # Two parameters (mean, deviation) against five (two of each, and a share).
        evidence=float((2 * math.log(count) - 2 * one) - (5 * math.log(count) - 2 * likelihood)),
        separation=float(gap / math.sqrt((deviations**2).mean())),
        means=(float(means[order[0]]), float(means[order[1]])),
        share=float(shares[order[0]]),
    )


def _mixture(
    ordered: np.ndarray, cut: int, floor: float
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Log likelihood, shares, means and deviations of two Gaussians, from a cut into two groups."""
    member = np.zeros((2, len(ordered)))
    member[0, :cut] = member[1, cut:] = 1
    likelihood = -math.inf
    while True:
        weight = member.sum(1).clip(1e-12)
        shares, means = weight / len(ordered), member @ ordered / weight
        variances = (member * (ordered - means[:, None]) ** 2).sum(1) / weight
        deviations = np.sqrt(variances).clip(floor)
        scaled = (ordered - means[:, None]) / deviations[:, None]
        logs = np.log(shares / deviations)[:, None] - 0.5 * (scaled**2 + math.log(2 * math.pi))
        total = np.logaddexp(*logs)
        member = np.exp(logs - total)
        before, likelihood = likelihood, float(total.sum())
        if likelihood - before < _GAIN:
            return likelihood, shares, means, deviations
