"""Is a bundle complete, of this suite, by this ruler, and at one with itself? No clip is decoded.

Each check yields sentences: what is wrong, with the case and the values.
"""

import json
import math
from collections.abc import Iterable, Iterator

from motionbench.cases import Suite
from motionbench.metrics.catalog import METRICS
from motionbench.ruler import Ruler
from motionbench.runner.stored import is_unchanged
from motionbench.store.records import GenerationRecord, Job, ScoreRecord
from motionbench.submission.contents import Contents

COSTS = {"seconds_adapt", "seconds_generate", "peak_memory"}
"""Metrics that are read off the record: nobody can measure them again."""


def check_identity(
    contents: Contents, suite: Suite, ruler: Ruler, *, control: bool
) -> Iterator[str]:
    """Suite, ruler and settings.

    Args:
        contents: Of the bundle.
        suite: What was asked.
        ruler: What should have measured.
        control: Whether a control may be handed in.
    """
    info, manifest = contents.info, contents.manifest
    settings = info.settings
    asked = (suite.name, suite.version, suite.sha256)
    if (settings.suite, settings.suite_version, settings.suite_sha256) != asked:
        yield (
            f"The run answers suite {settings.suite} {settings.suite_version} "
            f"({settings.suite_sha256[:12]}), not {suite.name} {suite.version} "
            f"({suite.sha256[:12]})."
        )
    named = (manifest.suite, manifest.suite_sha256)
    if named != (f"{suite.name}@{suite.version}", suite.sha256):
        yield (
            f"bundle.json names suite {manifest.suite} ({manifest.suite_sha256[:12]}), not "
            f"{suite.name}@{suite.version} ({suite.sha256[:12]})."
        )
    if settings.digest() != info.settings_sha256 or settings.folder_name() != manifest.run:
        yield "The settings are not those that the run was named for: run.json was edited."
    if manifest.ruler != ruler.id:
        yield f"The scores are of ruler {manifest.ruler}; this board's is {ruler.id}."
    said = contents.ruler if isinstance(contents.ruler, dict) else {}
    # JSON knows no tuples: both sides are compared as it has them.
    expected = json.loads(json.dumps(ruler.settings()))
    if any(said.get(key) != value for key, value in expected.items()):
        yield f"What scores/{manifest.ruler}.json says of the ruler is not what {ruler.id} is."
    if bool(info.card.get("control", False)) and not control:
        yield (
            "The card says that the method is a control. Controls bound every other row, so the "
            "board's keepers run them: hand a method in as a method."
        )


def check_completeness(contents: Contents, suite: Suite) -> Iterator[str]:
    """Every prompt of every case, for every seed, has records that say what the suite says."""
    expected = {
        Job(case.id, prompt.id, seed): (case, prompt)
        for case in suite.cases
        for prompt in case.prompts
        for seed in contents.info.seeds
    }
    planned = {entry.job: entry for entry in contents.plan}
    if not contents.info.seeds:
        yield "run.json names no seed."
    for what, jobs in (
        ("the plan", planned),
        ("generations.jsonl", contents.generations),
        ("the scores", contents.scores),
    ):
        wanted = expected if what != "the scores" else _with_clip(contents, expected)
        yield from _listed(f"missing in {what}", set(wanted) - set(jobs))
        yield from _listed(f"in {what} and not asked by the suite", set(jobs) - set(wanted))
    for job, (case, prompt) in expected.items():
        asked = (case.category, prompt.kind, prompt.text)
        for record in (contents.generations.get(job), contents.scores.get(job)):
            if record is not None and (record.category, record.kind, record.prompt) != asked:
                yield f"{_name(job)}: category, kind or prompt is not the suite's."
        entry = planned.get(job)
        if entry is not None and (entry.category, entry.kind) != asked[:2]:
            yield f"{_name(job)}: category or kind in the plan is not the suite's."


def _with_clip(contents: Contents, jobs: Iterable[Job]) -> set[Job]:
    """Jobs that must have scores: those whose generation did not fail."""
    records = contents.generations
    return {job for job in jobs if (found := records.get(job)) is None or found.stored is not None}


def _listed(what: str, jobs: set[Job]) -> Iterator[str]:
    if jobs:
        first = ", ".join(_name(job) for job in sorted(jobs)[:3])
        more = f" and {len(jobs) - 3} more" if len(jobs) > 3 else ""
        yield f"{len(jobs)} jobs are {what}: {first}{more}."


def _name(job: Job) -> str:
    return f"{job.case} {job.prompt_id} {job.seed}"


def check_records(contents: Contents) -> Iterator[str]:
    """Clips are those of the records, and scores are of these clips."""
    included = contents.manifest.videos == "included"
    for job, record in contents.generations.items():
        if record.stored is None:
            continue
        expected = f"videos/{job.case}/{job.prompt_id}-{job.seed}."
        if not record.stored.video.startswith(expected):
            yield f"{_name(job)}: the record names the clip {record.stored.video!r}."
        elif included and not is_unchanged(record.stored, contents.run):
            yield f"{_name(job)}: {record.stored.video} is not the clip that was recorded."
        scored = contents.scores.get(job)
        if scored is not None:
            yield from _score_problems(job, record, scored, contents.manifest.ruler)


def _score_problems(
    job: Job, record: GenerationRecord, scored: ScoreRecord, ruler: str
) -> Iterator[str]:
    if record.stored is None or scored.content_sha256 != record.stored.content_sha256:
        yield f"{_name(job)}: the scores are of another clip than the one recorded."
    if scored.ruler != ruler:
        yield f"{_name(job)}: the record is of ruler {scored.ruler}."
    if set(scored.scores) != set(METRICS):
        yield f"{_name(job)}: the metrics are not those of this version."
    for name, score in scored.scores.items():
        if (score.status == "ok") != (score.value is not None):
            yield f"{_name(job)}: {name} is {score.status} with value {score.value}."
        elif score.value is not None and not math.isfinite(score.value):
            yield f"{_name(job)}: {name} is {score.value}."
    recorded = {
        "seconds_adapt": record.seconds_adapt,
        "seconds_generate": record.seconds_generate,
        "peak_memory": record.peak_memory_mib,
    }
    for name in sorted(COSTS & set(scored.scores)):
        if scored.scores[name].value != recorded[name]:
            yield f"{_name(job)}: {name} is not what the generation's record says."
