"""Do metrics follow true motion, and nothing else? Pairs of scenes with a known difference."""

from collections.abc import Sequence

from motionbench.audit.axes import AXES
from motionbench.audit.compare import Scores
from motionbench.audit.lab import Lab
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.scale import Scale
from motionbench.audit.sections import Section
from motionbench.audit.truth import true_direction, true_similarity, true_similarity_evenly
from motionbench.audit.validity_data import HEADLINE, Outcome, ValidityData
from motionbench.audit.validity_figures import figures
from motionbench.audit.validity_findings import findings
from motionbench.audit.validity_measures import differences, measure
from motionbench.audit.validity_pairs import Probe, probes
from motionbench.audit.validity_tables import tables
from motionbench.ruler import Ruler

__all__ = ["ValidityData", "run", "section"]


def run(lab: Lab, scale: Scale, metrics: Sequence[AuditedMetric]) -> ValidityData:
    """Score pairs of scenes whose motions differ by a known amount along one axis.

    Args:
        lab: Holds the ruler.
        scale: Sizes of the experiment.
        metrics: To be computed on every pair.
    """
    chosen = probes(scale)
    pairs = [probe.pair for probe in chosen]
    scores = lab.score(pairs, metrics, what="validity")
    # One thread: the arithmetic holds Python's lock.
    truths = [_truths(probe) for probe in chosen]
    exact = _exact(lab, chosen, [metric for metric in metrics if metric.name == HEADLINE])
    return ValidityData(
        metrics=tuple(metrics),
        outcomes=tuple(
            Outcome(
                base=probe.base,
                group=probe.group,
                kind=probe.kind,
                change=probe.change,
                level=probe.level,
                dose=probe.dose,
                similarity=truth[0],
                evenly=truth[1],
                direction=truth[2],
                scores=found,
                exact=true_scores.get(HEADLINE),
            )
            for probe, truth, found, true_scores in zip(chosen, truths, scores, exact, strict=True)
        ),
        seed=scale.seed,
    )


def section(data: ValidityData, ruler: Ruler) -> Section:
    """What the pairs say about every metric.

    Args:
        data: From ``run``.
        ruler: That measured them.
    """
    measured = [measure(data, metric) for metric in data.metrics]
    exact = [
        measure(data, metric, exact=True) for metric in data.metrics if metric.name == HEADLINE
    ]
    compared = differences(data)
    return Section(
        name="validity",
        title="Do scores follow true motion?",
        text=_text(data, ruler),
        tables=tables(data, measured, exact, compared),
        figures=figures(data, measured),
        findings=findings(measured, compared),
    )


def _truths(probe: Probe) -> tuple[float, float, float]:
    if probe.kind != "axis":
        return 1.0, 1.0, 1.0
    scenes = probe.pair.reference.scene, probe.pair.generated.scene
    return true_similarity(*scenes), true_similarity_evenly(*scenes), true_direction(*scenes)


def _exact(lab: Lab, chosen: Sequence[Probe], headline: Sequence[AuditedMetric]) -> list[Scores]:
    """Scores from exact tracks where motion is graded; nothing elsewhere."""
    graded = [probe.pair for probe in chosen if probe.kind in ("axis", "null")]
    found = iter(lab.score(graded, headline, exact=True, what="exact") if headline else [])
    return [next(found, {}) if probe.kind in ("axis", "null") else {} for probe in chosen]


def _text(data: ValidityData, ruler: Ruler) -> str:
    bases = len({outcome.base for outcome in data.outcomes})
    moved, nulls, disturbed = (len(data.of(kind)) for kind in ("axis", "null", "nuisance"))
    axes = "\n".join(f"- `{axis}`: {AXES[axis].summary}" for axis in data.axes)
    return f"""The ruler `{ruler.id}` was shown {bases} base scenes of the evaluation split, each
as the reference of three kinds of results. In {moved} results the motion is changed along one axis
by a known dose; in {nulls} *nulls* it is not changed. In all of these the appearance is drawn anew
and independently of everything else, so that a metric that looks at it learns nothing about motion.
In {disturbed} results the motion is the reference's and something else is changed (a nuisance).
`filmed` are scenes in which a camera moves as well as what it shows.

True similarity comes from the motions that made the scenes, without picture or tracker: 1 for the
same velocities of all surface points, 0 where one of two motions rests, -1 for opposite ones. For
every interval (95 %) base scenes are drawn with replacement within their group; a result without a
score is counted, and ranks below all others where a table says so. Pairs of `place` stay out of
correlations with true similarity, which is blind to place by definition.

The axes:

{axes}"""
