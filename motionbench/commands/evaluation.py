"""``eval`` and ``generate``: a method makes clips for a suite."""

import os
import shlex
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from motionbench.commands import options
from motionbench.commands.output import print_json
from motionbench.errors import IncompleteError, UsageError

if TYPE_CHECKING:
    from motionbench.runner.generate import GenerateSummary, Request
    from motionbench.runner.plan import Selection
    from motionbench.runner.score import ScoreSummary
    from motionbench.runner.tasks import MethodReference
    from motionbench.store.info import SuiteSource

SHOWN_FAILURES = 5


def evaluate(
    method: options.Method,
    suite: options.Suite = "scenes",
    root: options.Root = None,
    category: options.Categories = None,
    cases: options.Cases = None,
    prompts: options.Prompts = None,
    limit: options.Limit = None,
    seeds: options.Seeds = None,
    settings: options.Settings = None,
    config: options.Config = None,
    device: options.Device = "cpu",
    ruler: options.Ruler = "auto",
    preset: options.Preset = None,
    out: options.Out = Path("runs"),
    lossless: options.Lossless = False,
    retry_failed: options.RetryFailed = False,
    no_cache: options.NoCache = False,
    dry_run: options.DryRun = False,
    offline: options.Offline = False,
    fail_on_error: options.FailOnError = False,
    as_json: options.AsJson = False,
) -> None:
    """Generate with a method, then score what it made.

    Repeat the same command to continue after an interruption; ask for more cases, prompts or seeds
    to extend a run. Then: motionbench leaderboard.

    Examples:

      motionbench eval --method copy --limit 4

      motionbench eval --method my_method.py:MyMethod --category camera --set strength=0.8

      motionbench eval --method recipe.toml --suite my_clips.yaml --device cuda

      motionbench eval --method recipe.toml --suite ditflow.yaml --preset ditflow
    """
    from motionbench.commands.presets import choose_protocol
    from motionbench.commands.scoring import load_scoring
    from motionbench.runner.generate import Request
    from motionbench.runner.score import score_run

    protocol = choose_protocol(preset, seeds=_seeds(seeds, method), ruler=ruler)
    request = Request(
        method=_method(method, settings, config, device),
        suite=suite_source(suite, root),
        selection=_selection(category, cases, prompts, limit),
        seeds=protocol.seeds,
        lossless=lossless,
        retry_failed=retry_failed,
        command=command_line(),
    )
    if dry_run:
        _print_plan(request, as_json)
        return
    # A ruler that is not ready must be known before hours of generation, not after.
    scoring = load_scoring(
        protocol.ruler,
        device=device,
        offline=offline,
        no_cache=no_cache,
        overrides=protocol.overrides,
    )
    generated = _generate(request, out, offline)
    _report(generated, score_run(generated.run, scoring), as_json, fail_on_error)


def generate(
    method: options.Method,
    suite: options.Suite = "scenes",
    root: options.Root = None,
    category: options.Categories = None,
    cases: options.Cases = None,
    prompts: options.Prompts = None,
    limit: options.Limit = None,
    seeds: options.Seeds = None,
    settings: options.Settings = None,
    config: options.Config = None,
    device: options.Device = "cpu",
    out: options.Out = Path("runs"),
    lossless: options.Lossless = False,
    retry_failed: options.RetryFailed = False,
    dry_run: options.DryRun = False,
    offline: options.Offline = False,
    fail_on_error: options.FailOnError = False,
    as_json: options.AsJson = False,
) -> None:
    """Generate with a method and stop there; score later, perhaps on another machine.

    Example:

      motionbench generate --method recipe.toml --suite scenes --seeds 0,1,2
    """
    from motionbench.runner.generate import Request

    request = Request(
        method=_method(method, settings, config, device),
        suite=suite_source(suite, root),
        selection=_selection(category, cases, prompts, limit),
        seeds=_seeds(seeds, method),
        lossless=lossless,
        retry_failed=retry_failed,
        command=command_line(),
    )
    if dry_run:
        _print_plan(request, as_json)
        return
    _report(_generate(request, out, offline), None, as_json, fail_on_error)


def command_line() -> tuple[str, ...]:
    """This process's command, for the record."""
    return ("motionbench", *sys.argv[1:])


def suite_source(suite: str, root: Path | None) -> "SuiteSource":
    """A suite as given: manifests by absolute path, since a run is scored from anywhere."""
    from motionbench.store.info import SuiteSource

    is_file = suite.endswith((".yaml", ".yml"))
    manifest = str(Path(suite).resolve()) if is_file else suite
    return SuiteSource(manifest, None if root is None else str(root.resolve()))


def _method(
    reference: str, settings: list[str] | None, config: Path | None, device: str
) -> "MethodReference":
    """The method as given, with the options of ``--config`` and, over them, of ``--set``."""
    from motionbench.methods.options import parse_settings, read_options
    from motionbench.runner.tasks import MethodReference

    from_file = {} if config is None else read_options(config)
    return MethodReference(reference, {**from_file, **parse_settings(settings or [])}, device)


def _selection(
    category: list[str] | None,
    cases: list[str] | None,
    prompts: list[str] | None,
    limit: int | None,
) -> "Selection":
    from motionbench.runner.plan import Selection

    return Selection(
        categories=options.split(category),
        cases=options.split(cases),
        prompts=options.split(prompts),
        limit=limit,
    )


def _seeds(text: str | None, method: str) -> tuple[int, ...] | None:
    """``"0,1"`` to ``(0, 1)``; without a text those of finished videos, None for other methods.

    Raises:
        UsageError: It is not a list of whole numbers.
    """
    from motionbench.methods.registry import seeds_of

    if text is None:
        return seeds_of(method)
    parts = options.split([text])
    try:
        seeds = tuple(int(part) for part in parts)
    except ValueError:
        seeds = ()
    if not seeds:
        raise UsageError(
            f"--seeds is {text!r}: give whole numbers separated by commas, such as 0,1,2."
        )
    return seeds


def _generate(request: "Request", out: Path, offline: bool) -> "GenerateSummary":
    """Generate; a method's own downloads are switched off where they heed the hub's variables."""
    from motionbench.runner import generate as stage

    if offline:
        os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    return stage.generate(request, out)


def _print_plan(request: "Request", as_json: bool) -> None:
    """What a request asks for, without loading the method's models."""
    from motionbench.methods.registry import load_card
    from motionbench.runner.plan import plan_jobs

    suite = request.suite.load()
    jobs = plan_jobs(suite, request.selection, request.seeds or (0,))
    card = load_card(request.method.reference)
    cases = Counter({job.case: job.category for job in jobs}.values())
    plan: dict[str, Any] = {
        "method": card.name,
        "suite": f"{suite.name} {suite.version}",
        "cases": sum(cases.values()),
        "categories": {str(category): count for category, count in cases.items()},
        "clips": len(jobs),
    }
    if as_json:
        print_json(plan)
        return
    counts = ", ".join(f"{count} {category}" for category, count in plan["categories"].items())
    typer.echo(
        f"{plan['method']} on {plan['suite']}: {plan['cases']} cases ({counts}), "
        f"{plan['clips']} clips. Nothing was done (--dry-run)."
    )


def _report(
    generated: "GenerateSummary", scored: "ScoreSummary | None", as_json: bool, fail_on_error: bool
) -> None:
    """Say what became of the run, and where it is.

    Raises:
        IncompleteError: Something failed and ``fail_on_error`` is set.
    """
    report: dict[str, Any] = {
        "run": str(generated.run),
        "clips": generated.planned,
        "made": generated.made,
        "failed": len(generated.failed),
    }
    if scored is not None:
        report |= {"ruler": scored.ruler, "scored": scored.scored, "kept": scored.kept}
        report["failed_scores"] = len(scored.failed)
    if as_json:
        print_json(report)
    else:
        _print_report(report, generated)
    broken = report["failed"] + report.get("failed_scores", 0)
    if fail_on_error and broken:
        raise IncompleteError(f"{broken} of {generated.planned} clips failed; see {generated.run}.")


def _print_report(report: dict[str, Any], generated: "GenerateSummary") -> None:
    failed = f", {report['failed']} failed" if report["failed"] else ""
    typer.echo(f"{report['clips']} clips: {report['made']} made now{failed}.")
    for record in generated.failed[:SHOWN_FAILURES]:
        typer.echo(f"  failed: {record.case} {record.prompt_id} {record.seed}: {record.error}")
    if len(generated.failed) > SHOWN_FAILURES:
        typer.echo(f"  and {len(generated.failed) - SHOWN_FAILURES} more")
    if generated.failed:
        typer.echo("  Tracebacks are in generations.jsonl; --retry-failed tries again.")
    if "ruler" in report:
        typer.echo(
            f"Scored with {report['ruler']}: {report['scored']} now, {report['kept']} kept, "
            f"{report['failed_scores']} failed."
        )
    typer.echo(f"Run: {shlex.quote(report['run'])}")
