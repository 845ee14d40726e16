"""The whole audit, part by part."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from motionbench.audit import chance, disagreement, footage, gaming, sensitivity, tracking, validity
from motionbench.audit.lab import Lab
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.report import Report
from motionbench.audit.scale import Scale
from motionbench.audit.sections import Section
from motionbench.audit.variants import CATALOGUE, TREMBLING, VARIANTS
from motionbench.errors import UnknownNameError
from motionbench.runner.environment import environment

OF_THE_MACHINE = ("motionbench", "git", "python", "platform", "cpu", "cores", "memory_mib", "gpus")
"""What a report says about where it was made; names of hosts and folders stay out of it."""


@dataclass(frozen=True, eq=False)
class Audit:
    """What is audited, and how much is measured.

    Attributes:
        lab: Holds the ruler.
        scale: Sizes of the experiments.
        truth: Real footage with something known.
        metrics: Held against true motion; by default the catalogue's and the published variants.
    """

    lab: Lab
    scale: Scale
    truth: footage.Sources = field(default_factory=footage.Sources)
    metrics: tuple[AuditedMetric, ...] = (*CATALOGUE, *VARIANTS, *TREMBLING)

    @cached_property
    def validity(self) -> validity.ValidityData:
        """Pairs with a known motion difference; two parts stand on them."""
        return validity.run(self.lab, self.scale, self.metrics)


PARTS: Mapping[str, Callable[[Audit], Section]] = {
    "trackers": lambda audit: tracking.run(audit.lab, audit.scale),
    "validity": lambda audit: validity.section(audit.validity, audit.lab.ruler),
    "variants": lambda audit: disagreement.section(audit.validity),
    "chance": lambda audit: chance.run(audit.lab, audit.scale),
    "sensitivity": lambda audit: sensitivity.run(audit.lab, audit.scale),
    "gaming": lambda audit: gaming.run(audit.lab, audit.scale),
    "footage": lambda audit: footage.run(audit.lab, audit.truth, audit.metrics),
}
"""In the order of the report; ``footage`` only where there is some."""


def choose_parts(names: Sequence[str], *, with_truth: bool) -> tuple[str, ...]:
    """The parts to run, in the order of the report.

    Args:
        names: Wanted ones; empty for all that can be run.
        with_truth: Real footage was given.

    Raises:
        UnknownNameError: There is no such part.
    """
    for name in names:
        if name not in PARTS:
            raise UnknownNameError("part of the audit", name, PARTS)
    if names:
        return tuple(name for name in PARTS if name in names)
    return tuple(name for name in PARTS if with_truth or name != "footage")


def run_audit(audit: Audit, parts: Sequence[str], *, command: str) -> Iterator[Report]:
    """Run parts of the audit; yields the report with all sections so far after each.

    Args:
        audit: What is audited.
        parts: Names in ``PARTS``.
        command: The command line, for the record.
    """
    ruler = audit.lab.ruler
    found = environment()
    sections: list[Section] = []
    seconds: dict[str, float] = {}
    for name in parts:
        began = time.monotonic()
        sections.append(PARTS[name](audit))
        seconds[name] = round(time.monotonic() - began, 1)
        yield Report(
            ruler=ruler.id,
            identity=ruler.identity(),
            environment={key: found[key] for key in OF_THE_MACHINE},
            command=command,
            scale=audit.scale,
            seconds=dict(seconds),
            sections=tuple(sections),
        )
