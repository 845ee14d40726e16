"""Part 5: how much a score depends on files, frame rates and the ruler's own numbers."""

from collections.abc import Sequence

from motionbench.audit.graded_pairs import SHARES, Graded, graded_pairs
from motionbench.audit.lab import Lab, Shot
from motionbench.audit.metrics import AuditedMetric, from_catalog
from motionbench.audit.pictures import FFV1, OPENCV, picture_rows
from motionbench.audit.scale import Scale
from motionbench.audit.sections import Figure, Finding, Section, Severity, Table
from motionbench.audit.sensitivity_tables import (
    Row,
    pair_table,
    rank_table,
    setting_table,
    spread_table,
    tornado,
    truth_table,
)
from motionbench.audit.settings import EXACT, OF_RESULT, STORED, Setting, all_settings
from motionbench.audit.trials import Trial, run_trials
from motionbench.cases import CATEGORIES

HEADLINE = "motion_fidelity"

METRICS: tuple[AuditedMetric, ...] = tuple(
    from_catalog(name, claims=frozenset())  # What a metric claims to see plays no part here.
    for name in (
        HEADLINE,
        "motion_fidelity/anywhere",
        "motion_fidelity/dmt",
        "trajectory_distance",
        "camera_fidelity",
        "object_fidelity",
    )
)

MAX_STORED_CHANGE = 0.01
"""Bar for the mean absolute change of the headline by storing a result as a run does."""

SEVERITIES: tuple[Severity, ...] = ("fault", "notice", "good")

MIN_SPEARMAN = 0.95
"""Bar for the rank correlation of scores across a setting that might as well have been chosen."""

TEXT = """\
Every category has {couples} couple(s) of references A and B, each with {results} results whose
motion lies between theirs (gone {shares} of the way from A to B), all of different appearance:
{pairs} pairs of graded likeness, since each result is scored against both. They are scored as
usual, from rendered clips, and then again with ONE thing changed at a time. *Near* settings might
as well have been chosen, by us or by whoever made a clip: the values next to the ruler's own, files
as good as those that scripts usually write, two thirds or twice the frames. The order of results
should survive them (Spearman of the scores at least {spearman}). A *flip* is a
couple of results of one reference whose order turns. Files are H.264 by x264 or FFV1, written and
read back; the exact tracker takes true tracks instead of found ones; the decoder is held against
the same file read by the harness. {tracker}"""


def run(lab: Lab, scale: Scale) -> Section:
    """Change one thing at a time, and see what becomes of scores and ranks."""
    graded = graded_pairs(scale)
    pictures = picture_rows(_one_a_category(graded))
    # The same pixels have the same score: there is nothing to measure.
    same = {row["clip"] for row in pictures if row["largest_difference"] == 0}
    settings = [setting for setting in all_settings(lab.ruler) if setting.level not in same]
    usual, trials = run_trials(lab, graded, settings, METRICS)
    return Section(
        name="sensitivity",
        title="Sensitivity: codec, frame rate, size, tracker, and the ruler's own numbers",
        text=_text(graded, trials),
        tables=(
            setting_table(trials, HEADLINE),
            spread_table(trials, METRICS),
            rank_table(trials, METRICS),
            truth_table(trials, METRICS),
            _picture_table(pictures),
            pair_table(graded, usual),
        ),
        figures=(_figure(trials),),
        findings=findings(trials, pictures),
    )


def findings(trials: Sequence[Trial], pictures: Sequence[Row]) -> tuple[Finding, ...]:
    """What is to be said of files and of each metric, the worst first.

    Args:
        trials: The first is of nothing changed (``run_trials``).
        pictures: From ``picture_rows``.
    """
    found = [
        *(_same_pixels(row) for row in pictures if row["clip"] in (FFV1, OPENCV)),
        _stored(trials),
        *(_ranks(trials, metric.name) for metric in METRICS),
    ]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


def _same_pixels(row: Row) -> Finding:
    """Whether a way back from a file that should change nothing does so."""
    name, largest = row["clip"], row["largest_difference"]
    subject = "files"
    if largest == 0:
        text = f"{name} gives the same pixels as {row['beside']} in all of {row['clips']} clips"
        return Finding("good", subject, f"{text}: no score depends on it.")
    # A lossless file that loses something is broken; readers may differ in what they round.
    severity: Severity = "fault" if name == FFV1 else "notice"
    text = f"pixels from {name} differ from {row['beside']} by up to {largest} grey levels of 255"
    return Finding(severity, subject, f"{text}; they should be the same.")


def _stored(trials: Sequence[Trial]) -> Finding:
    """Whether a score survives the file that a run keeps."""
    effect = next(
        trial.effects[HEADLINE]
        for trial in trials
        if trial.setting.factor == OF_RESULT and trial.setting.level == STORED
    )
    if effect.mean_absolute is None or effect.largest is None:
        return Finding("notice", HEADLINE, "no pair has a score: what files do to it is unknown.")
    good = effect.mean_absolute < MAX_STORED_CHANGE
    return Finding(
        "good" if good else "notice",
        HEADLINE,
        f"storing the result as a run does moves the score by {effect.mean_absolute:.4f} on "
        f"average over {effect.pairs} pairs and by {abs(effect.largest):.4f} at most; the average "
        f"should be below {MAX_STORED_CHANGE}.",
    )


def _ranks(trials: Sequence[Trial], metric: str) -> Finding:
    """Which near settings the order of pairs does not survive."""
    usual = trials[0].effects[metric]
    if usual.pairs < usual.unscored:
        total = usual.pairs + usual.unscored
        text = f"has a score on {usual.pairs} of {total} pairs only: whether ranks survive is open."
        return Finding("notice", metric, text)
    near = [trial for trial in trials if trial.setting.near]
    broken = []
    for trial in near:
        effect = trial.effects[metric]
        if effect.spearman is None:
            broken.append(f"{_name(trial.setting)} (no ranks: {effect.pairs} pairs, or all equal)")
        elif effect.spearman < MIN_SPEARMAN or effect.lost:
            lost = f", {effect.lost} scores lost" if effect.lost else ""
            broken.append(f"{_name(trial.setting)} (Spearman {effect.spearman:.3f}{lost})")
    bar = f"Spearman of pair scores at least {MIN_SPEARMAN}, no score lost"
    if broken:
        text = f"ranks do not survive {len(broken)} of {len(near)} near settings ({bar}): "
        return Finding("notice", metric, text + "; ".join(broken) + ".")
    return Finding("good", metric, f"ranks survive all {len(near)} near settings ({bar}).")


def _name(setting: Setting) -> str:
    return f"{setting.factor} {setting.level}"


def _text(graded: Sequence[Graded], trials: Sequence[Trial]) -> str:
    references = graded[-1].reference + 1
    tried = {trial.setting.level for trial in trials if trial.setting.factor == "tracker"}
    others = ", ".join(sorted(tried - {EXACT}))
    missing = "No other tracker was tried: CoTracker3's weights or a GPU are not on this machine."
    return TEXT.format(
        couples=references // 2 // len(CATEGORIES),
        results=len(SHARES),
        shares=" and ".join(f"{share:.0%}" for share in SHARES),
        pairs=len(graded),
        spearman=MIN_SPEARMAN,
        tracker=f"The other tracker is {others}." if others else missing,
    )


def _one_a_category(graded: Sequence[Graded]) -> list[Shot]:
    shots = {one.pair.generated.scene.category: one.pair.generated for one in reversed(graded)}
    return list(shots.values())


def _picture_table(rows: Sequence[Row]) -> Table:
    return Table(
        "pictures",
        "What files and decoders do to the pictures",
        "One result of each category. Largest difference of a channel of a pixel in grey levels "
        "of 255; peak signal to noise ratio in dB over all pixels, - where no pixel differs. A "
        "clip whose pixels are the same is not scored again.",
        tuple(rows),
    )


def _figure(trials: Sequence[Trial]) -> Figure:
    factors = len({trial.setting.factor for trial in trials})
    return Figure(
        "tornado",
        f"Mean absolute change of {HEADLINE} by what is changed. Filled: settings that might as "
        "well have been chosen; open: farther ones; the bar ends at the largest near one. "
        f"Dotted: {MAX_STORED_CHANGE}.",
        lambda canvas: tornado(canvas, trials, HEADLINE, MAX_STORED_CHANGE),
        height=1.0 + 0.36 * factors,
    )
