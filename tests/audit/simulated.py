"""Validity data made up from known formulas: no picture, no tracker."""

from collections.abc import Callable

import numpy as np

from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.validity_data import Outcome, ValidityData
from motionbench.cases import CATEGORIES
from motionbench.metrics.catalog import Unscorable

DOSES = (0.25, 0.5, 0.75, 1.0)
AXES = ("direction", "path", "static", "amplitude", "place")
SEEN = frozenset({"direction", "path", "static"})

Formula = Callable[[Outcome, np.random.Generator], float | Unscorable]


def metric(name, claims=SEEN, direction="higher"):
    return AuditedMetric(name, direction, frozenset(claims), compute=lambda m: 0.0)


def follows_truth(noise) -> Formula:
    return lambda outcome, rng: outcome.similarity + noise * rng.standard_normal()


def copies_are_perfect(formula: Formula) -> Formula:
    return lambda outcome, rng: 1.0 if outcome.kind == "copy" else formula(outcome, rng)


def constant(outcome, rng):
    return 0.3


def appearance_only(outcome, rng):
    return 1.0 if outcome.kind == "copy" else float(rng.random())


def simulate(formulas: dict[AuditedMetric, Formula], *, scenes=4, seed=0) -> ValidityData:
    """Each base scene with a copy, four nulls, all axes and the nuisance ``noise``.

    True similarity falls from 1 to a number of the axis and scene in [-1, 0.2]; along ``place`` it
    stays 1.
    """
    rng = np.random.default_rng(seed)
    found = []
    for group in CATEGORIES:
        for number in range(scenes):
            base = f"{group} {number}"
            found.append(outcome(base, group, "copy"))
            found += [outcome(base, group, "null", level=str(null)) for null in range(4)]
            for axis in AXES:
                fall = 0.0 if axis == "place" else rng.uniform(0.8, 2)
                found += [
                    outcome(base, group, "axis", axis, dose=dose, similarity=1 - fall * dose)
                    for dose in DOSES
                ]
            found += [
                outcome(base, group, "nuisance", "noise", level=level) for level in ("low", "high")
            ]
    scored = [
        Outcome(
            **{
                **vars(each),
                "scores": {
                    audited.name: formula(each, rng) for audited, formula in formulas.items()
                },
                "exact": each.similarity if each.kind in ("axis", "null") else None,
            }
        )
        for each in found
    ]
    return ValidityData(tuple(formulas), tuple(scored), seed=0)


def outcome(base, group, kind, change="", level="", dose=0.0, similarity=1.0):
    return Outcome(
        base, group, kind, change, level, dose, similarity, similarity, similarity, scores={}
    )
