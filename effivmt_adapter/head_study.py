"""Measurements of several references and noise levels, and the tables that answer from them.

The questions: how does the split depend on alpha, on the noise level, on the reference, on the
block; and are there two groups of heads at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from effivmt_adapter.head_classification import HeadSplit, Similarities, classify
from effivmt_adapter.head_statistics import ALPHAS, agreement, log_ratios, two_groups

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Measurement:
    """All heads, seen once.

    Attributes:
        reference: Its name.
        sigma: Noise level.
        similarities: Of this reference at this level.
    """

    reference: str
    sigma: float
    similarities: Similarities


@dataclass(frozen=True, eq=False)
class Study:
    """Every reference at every noise level.

    Attributes:
        measurements: One for each pair.
        rule: The rule of the split, its options filled in.
    """

    measurements: Sequence[Measurement]
    rule: Callable[[Similarities], HeadSplit]

    @property
    def references(self) -> list[str]:
        """Names, in the order measured."""
        return list(dict.fromkeys(each.reference for each in self.measurements))

    @property
    def sigmas(self) -> list[float]:
        """Noise levels, in the order measured."""
        return list(dict.fromkeys(each.sigma for each in self.measurements))

    def mean(self, *, reference: str | None = None, sigma: float | None = None) -> Similarities:
        """The mean over what is not given."""
        return Similarities.mean(
            [
                each.similarities
                for each in self.measurements
                if reference in (None, each.reference) and sigma in (None, each.sigma)
            ]
        )

    def split(self, *, reference: str | None = None, sigma: float | None = None) -> HeadSplit:
        """The rule's split of that mean."""
        return self.rule(self.mean(reference=reference, sigma=sigma))

    def shares(self, alphas: Sequence[float] = ALPHAS) -> list[Row]:
        """Share of temporal heads under the ratio rule: a row for each alpha."""
        levels = {f"sigma {sigma:g}": self.mean(sigma=sigma) for sigma in self.sigmas}
        return [
            {"alpha": alpha}
            | {
                name: classify(similarities, rule="ratio", alpha=alpha).share
                for name, similarities in levels.items()
            }
            for alpha in alphas
        ]

    def agreements(self) -> list[Row]:
        """How far the splits of each two references agree, and of each two noise levels."""
        kinds = {
            "reference": {name: self.split(reference=name) for name in self.references},
            "sigma": {f"{sigma:g}": self.split(sigma=sigma) for sigma in self.sigmas},
        }
        return [
            {"between": kind, "first": first, "second": second}
            | asdict(agreement(splits[first], splits[second]))
            for kind, splits in kinds.items()
            for first, second in combinations(splits, 2)
        ]

    def blocks(self) -> list[Row]:
        """Similarities and heads by block, from the mean over everything."""
        found, split = self.mean(), self.split()
        return [
            {
                "block": block,
                "spatial similarity": _numbers(found.spatial[block].tolist()),
                "temporal similarity": _numbers(found.temporal[block].tolist()),
                "heads": "".join("T" if each else "s" for each in split.temporal[block].tolist()),
            }
            for block in range(len(found.spatial))
        ]

    def groups(self) -> list[Row]:
        """Whether heads form two groups: at each noise level, and for the mean over all."""
        levels = {f"{sigma:g}": self.mean(sigma=sigma) for sigma in self.sigmas}
        rows = []
        for name, similarities in (levels | {"mean": self.mean()}).items():
            found = two_groups(log_ratios(similarities))
            rows.append(
                {
                    "sigma": name,
                    "evidence": None if found is None else found.evidence,
                    "separation": None if found is None else found.separation,
                    "low": None if found is None else found.means[0],
                    "high": None if found is None else found.means[1],
                    "share low": None if found is None else found.share,
                    "two groups": found is not None and found.clear,
                }
            )
        return rows

    def heads(self) -> list[Row]:
        """Every head of every measurement: the rows of ``heads.csv``."""
        return [
            {
                "reference": each.reference,
                "sigma": each.sigma,
                "block": block,
                "head": head,
                "spatial": each.similarities.spatial[block, head].item(),
                "temporal": each.similarities.temporal[block, head].item(),
                "spatial_mass": each.similarities.spatial_mass[block, head].item(),
                "temporal_mass": each.similarities.temporal_mass[block, head].item(),
                "group": "temporal" if temporal else "spatial",
            }
            for each in self.measurements
            for block, row in enumerate(self.rule(each.similarities).temporal.tolist())
            for head, temporal in enumerate(row)
        ]

    def to_json(self) -> dict[str, Any]:
        """All tables, the mean similarities and the split."""
        found, split = self.mean(), self.split()
        return {
            "split": split.to_json(),
            "share": split.share,
            "similarities": {
                name: getattr(found, name).tolist()
                for name in ("spatial", "temporal", "spatial_mass", "temporal_mass")
            },
            "shares": self.shares(),
            "agreement": self.agreements(),
            "groups": self.groups(),
        }


def _numbers(values: Sequence[float]) -> str:
    return " ".join(f"{value:.2f}" for value in values)
