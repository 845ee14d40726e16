"""The conformance kit: does a method keep the protocol? For ``check-method`` and for plugin tests.

A plugin's whole test can be::

    from motionbench.methods.conformance import check_method

    def test_my_method_keeps_the_protocol():
        failed = [result for result in check_method(MyMethod) if not result.passed]
        assert not failed, failed

Two small clips are made, conformed to the method's ``video_spec``; the method adapts to each once
and generates for two prompts and two seeds, one of them twice. What is then compared, and what is
watched while it runs, is in ``CHECKS``. What other programs write, and what C libraries write
outside the current folder, is not seen.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motionbench.cases import Clip
from motionbench.errors import MethodError, UsageError, VideoError
from motionbench.methods.base import Method
from motionbench.methods.declarations import card_problems, spec_problems
from motionbench.methods.fields import fields_of
from motionbench.methods.importing import summary_of
from motionbench.methods.options import build_config, resolved_options
from motionbench.methods.output import check_output
from motionbench.methods.precomputed import Precomputed
from motionbench.methods.trial import CALLS, MEMORY_CALLS, Evidence, Trial, gather
from motionbench.video import decode

PROCESS_TOLERANCE = 32 * 2**20
"""Bytes by which the process, or what torch holds on a GPU, may grow over ``MEMORY_CALLS`` calls:
allocators keep some of what they got, and libraries settle late."""

PYTHON_TOLERANCE = 0.5
"""Share of its clip that each call may keep in Python and NumPy memory, which is counted exactly:
keeping every clip is a leak, keeping a line of log is not."""


@dataclass(frozen=True)
class CheckResult:
    """How one check went.

    Attributes:
        name: Of the check.
        passed: False too if an earlier failure kept it from running.
        detail: What was found, one sentence.
    """

    name: str
    passed: bool
    detail: str


def check_method(load: Callable[[], Method | Precomputed] | Method) -> list[CheckResult]:
    """Run a method on small clips and check that it keeps the protocol.

    While it runs, the current folder and the folder for temporary files are empty ones of the kit's
    own. Reproducibility is checked across two constructions if ``load`` can be called. A
    precomputed folder has no behaviour; its videos are decoded instead.

    Args:
        load: A ``Method`` class, anything that returns a method when called, or a method.

    Returns:
        One result per check, in the order of ``CHECKS``; a failure early on marks the later ones
        as not run. For a precomputed folder, the one check ``videos``.

    Raises:
        UsageError: There is no such method, or its options are wrong.
    """
    make: Callable[[], Any] = (lambda: load) if isinstance(load, Method) else load
    # Whatever a plugin raises is what the check is there to report; a wrong name or option is not.
    try:
        method = make()
    except UsageError:
        raise
    except Exception as error:
        return _stop([], "loads", f"It cannot be constructed: {summary_of(error)}")
    if isinstance(method, Precomputed):
        return _check_videos(method)
    if not isinstance(method, Method):
        return _stop([], "loads", f"It is a {type(method).__name__}, not a Method.")
    results = [CheckResult("loads", True, f"{type(method).__name__} was constructed.")]
    for name, check in DECLARATIONS.items():
        problem, detail = check(method)
        results.append(CheckResult(name, not problem, problem or detail))
    if spec_problems(method.video_spec):
        return _stop(results, "adapt", "Not run: video_spec is wrong.")
    with tempfile.TemporaryDirectory(prefix="motionbench-check-") as folder:
        evidence = gather(make, method, Path(folder).resolve())
    for name, examine in BEHAVIOUR.items():
        problem, detail = examine(evidence)
        results.append(CheckResult(name, not problem, problem or detail))
        if problem and name in ("adapt", "generate", "output"):
            break
    return _not_run(results)


def _check_videos(source: Precomputed) -> list[CheckResult]:
    """Each listed video decodes to a clip that can be compared."""
    problems: list[str] = []
    for clip in source.clips:
        problem = _video_problem(clip.video)
        problems += [f"{clip.video.relative_to(source.folder)}: {problem}"] if problem else []
    detail = " ".join(problems) or f"{len(source.clips)} videos decode."
    return [CheckResult("videos", not problems, detail)]


def _video_problem(path: Path) -> str:
    try:
        check_output(decode(path), reference=None)
    except (VideoError, MethodError) as error:
        return str(error)
    return ""


def _card(method: Method) -> tuple[str, str]:
    """The card is complete."""
    card = getattr(method, "card", None)
    return _sentence(card_problems(card)), f"{card.name if card else ''} is complete."


def _identity(method: Method) -> tuple[str, str]:
    """What else decides its clips can be recorded."""
    try:
        identity: Any = method.identity()
    except Exception as error:
        return f"It failed: {summary_of(error)}", ""
    text = isinstance(identity, dict) and all(
        isinstance(item, str) for pair in identity.items() for item in pair
    )
    problem = f"identity() gives {identity!r}; it must map names to text."
    return ("" if text else problem), f"identity() gives {identity}."


def _video_spec(method: Method) -> tuple[str, str]:
    """The video spec allows some clip."""
    return _sentence(spec_problems(method.video_spec)), f"{method.video_spec} is consistent."


def _options(method: Method) -> tuple[str, str]:
    """Each option is documented, and what a record keeps of them makes the same config again."""
    try:
        fields = fields_of(type(method.config))
        recorded = resolved_options(method.config)
        again = build_config(type(method.config), recorded)
    except (TypeError, RuntimeError, UsageError) as error:
        return f"Config does not work: {summary_of(error)}", ""
    undocumented = [field.name for field in fields.values() if not field.help]
    if undocumented:
        what = ", ".join(undocumented)
        return f"Not documented under Attributes: in the docstring of Config: {what}.", ""
    if resolved_options(again) != recorded:
        return f"Made from {recorded}, Config gives {resolved_options(again)}.", ""
    return "", f"Documented, with valid values: {', '.join(fields) or 'it has none'}."


def _adapt(evidence: Evidence) -> tuple[str, str]:
    """Adapt takes in both clips."""
    failed = [trial.failure or "" for trial in evidence.trials if not trial.adapted]
    shapes = " and ".join(str(trial.reference.frames.shape) for trial in evidence.trials)
    return (f"It failed: {failed[0]}" if failed else ""), f"Took in clips of {shapes}."


def _generate(evidence: Evidence) -> tuple[str, str]:
    """After one adapt, generate works for several prompts and seeds."""
    for trial in evidence.trials:
        if trial.failure is not None:
            prompt, seed = CALLS[len(trial.clips)]
            count = len(trial.clips) + 1
            return f"Call {count} ({prompt!r}, seed {seed}) failed: {trial.failure}", ""
    return "", f"{len(CALLS)} calls (two prompts, two seeds) after each adapt."


def _output(evidence: Evidence) -> tuple[str, str]:
    """What it returns are clips, of the reference's aspect."""
    try:
        for trial in evidence.trials:
            for clip in trial.clips:
                check_output(clip, reference=trial.reference)
    except MethodError as error:
        return str(error), ""
    shapes = " and ".join(str(trial.clips[0].frames.shape) for trial in evidence.trials)
    return "", f"uint8 clips of {shapes}."


def _reproducible(evidence: Evidence) -> tuple[str, str]:
    """The same seed gives the same bytes, later and from the start."""
    for trial in evidence.trials:
        if not _same(trial.clips[0], trial.clips[-1]):
            return "The same prompt and seed gave another clip after other calls in between.", ""
    if evidence.again.failure is not None:
        return f"From the start again, it failed: {evidence.again.failure}", ""
    pairs = zip(evidence.trials[0].clips, evidence.again.clips, strict=True)
    if not all(_same(first, second) for first, second in pairs):
        return "Constructed and adapted again, the same seeds gave other clips.", ""
    return "", "The same seeds gave the same bytes, later and from the start."


def _reference(evidence: Evidence) -> tuple[str, str]:
    """The reference's pixels are left alone."""
    changed = any(trial.reference_changed for trial in _all(evidence))
    problem = "The reference was changed in place; copy its frames before writing into them."
    return (problem if changed else ""), "Left as it was."


def _random(evidence: Evidence) -> tuple[str, str]:
    """Global random state is left alone."""
    changed = sorted(set().union(*(trial.random_changed for trial in _all(evidence))))
    problem = (
        f"The global state of {' and '.join(changed)} changed; draw from a generator of your own "
        f"(numpy.random.default_rng(seed), torch.Generator), or save and restore the state."
    )
    return (problem if changed else ""), "Global generators were left alone."


def _writes(evidence: Evidence) -> tuple[str, str]:
    """Nothing is written outside ``work_dir``."""
    written = sorted(str(path) for path in set().union(*(t.written for t in _all(evidence))))
    problem = f"Written outside work_dir: {', '.join(written[:10])}."
    return (problem if written else ""), "Nothing was seen to be written outside work_dir."


def _memory(evidence: Evidence) -> tuple[str, str]:
    """Memory is given back between calls."""
    if evidence.memory_failure is not None:
        return f"Repeated, it failed: {evidence.memory_failure}", ""
    clip_bytes = evidence.trials[0].clips[0].frames.nbytes
    limits = {
        "process": PROCESS_TOLERANCE,
        "gpu": PROCESS_TOLERANCE,
        "python": int(PYTHON_TOLERANCE * clip_bytes * MEMORY_CALLS),
    }
    grown = ", ".join(f"{kind} {evidence.growth[kind] / 2**20:.2f} MiB" for kind in limits)
    what = f"Growth over {MEMORY_CALLS} equal calls: {grown}"
    if any(evidence.growth[kind] > limit for kind, limit in limits.items()):
        allowed = ", ".join(f"{kind} {limit / 2**20:.2f} MiB" for kind, limit in limits.items())
        return f"{what}; allowed: {allowed}. Something keeps what each call made.", ""
    return "", f"{what}."


DECLARATIONS: dict[str, Callable[[Method], tuple[str, str]]] = {
    "card": _card,
    "identity": _identity,
    "video_spec": _video_spec,
    "options": _options,
}

BEHAVIOUR: dict[str, Callable[[Evidence], tuple[str, str]]] = {
    "adapt": _adapt,
    "generate": _generate,
    "output": _output,
    "reproducible": _reproducible,
    "reference": _reference,
    "random_state": _random,
    "writes": _writes,
    "memory": _memory,
}

CHECKS = ("loads", *DECLARATIONS, *BEHAVIOUR)
"""Names of all checks, in their order. Each check's function returns (problem, detail): the first
is empty if it passed, the second says what was seen."""


def _stop(results: list[CheckResult], name: str, detail: str) -> list[CheckResult]:
    """End with a failure."""
    return _not_run([*results, CheckResult(name, False, detail)])


def _not_run(results: list[CheckResult]) -> list[CheckResult]:
    """Add the checks that an earlier failure kept from running."""
    reason = f"Not run, because {results[-1].name!r} failed."
    rest = CHECKS[len(results) :]
    return results + [CheckResult(name, False, reason) for name in rest]


def _all(evidence: Evidence) -> list[Trial]:
    return [*evidence.trials, evidence.again]


def _same(first: Clip, second: Clip) -> bool:
    if not isinstance(first, Clip) or not isinstance(second, Clip):
        return False
    same_bytes = first.frames.tobytes() == second.frames.tobytes()
    return same_bytes and first.frames.shape == second.frames.shape and first.fps == second.fps


def _sentence(problems: list[str]) -> str:
    """Clauses as one sentence; empty if there are none."""
    text = "; ".join(problems)
    return f"{text[0].upper()}{text[1:]}." if problems else ""
