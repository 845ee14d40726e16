"""The section of the audit on real footage."""

from collections.abc import Sequence

from motionbench.audit.footage.joints import joints_part
from motionbench.audit.footage.labels import labels_part
from motionbench.audit.footage.part import Part
from motionbench.audit.footage.poses import poses_part
from motionbench.audit.footage.published import published_part
from motionbench.audit.footage.reel import Reel
from motionbench.audit.footage.series import series_part
from motionbench.audit.footage.sources import Sources
from motionbench.audit.lab import Lab
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.sections import Section
from motionbench.audit.variants import CATALOGUE, VARIANTS
from motionbench.features import Features

SEVERITIES = ("fault", "notice", "good")


def run(
    lab: Lab,
    sources: Sources,
    metrics: Sequence[AuditedMetric] = (*CATALOGUE, *VARIANTS),
) -> Section:
    """Hold a ruler against real footage with something known about it.

    Args:
        lab: Holds the ruler.
        sources: From ``read_sources``.
        metrics: Held against published results.

    Raises:
        ManifestError: What a file says is wrong.
        VideoError: A clip does not decode.
    """
    reel = Reel(Features(lab.ruler, cache_dir=None))
    parts: list[Part] = []
    if sources.joints:
        parts.append(joints_part(reel, sources.joints))
    if sources.poses:
        parts.append(poses_part(reel, sources.poses))
    if sources.labels:
        parts.append(labels_part(reel, sources.labels))
    if sources.pairs:
        parts.append(published_part(reel, sources.pairs, metrics))
    if sources.series:
        parts.append(series_part(reel, sources.series, metrics))
    findings = [finding for part in parts for finding in part.findings]
    return Section(
        name="footage",
        title="Real footage with something known",
        text="\n\n".join(part.text for part in parts),
        tables=tuple(table for part in parts for table in part.tables),
        figures=tuple(figure for part in parts for figure in part.figures),
        findings=tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))),
    )
