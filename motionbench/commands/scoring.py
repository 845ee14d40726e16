"""``score``: finished clips are measured, from a run, a list of files, or one pair."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motionbench.commands import options
from motionbench.commands.output import print_json, print_table
from motionbench.errors import IncompleteError, UsageError

if TYPE_CHECKING:
    from motionbench.runner.score import ScoreSummary, Scoring


def score(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(help="Run folders, or folders of run folders."),
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(
            "--pairs",
            help="A CSV or JSON Lines file of finished clips: reference, generated, and if known "
            "method, case, category, prompt, caption. Paths are relative to the file.",
        ),
    ] = None,
    reference: Annotated[
        Path | None, typer.Option("--reference", help="One pair: the reference clip.")
    ] = None,
    generated: Annotated[
        Path | None, typer.Option("--generated", help="One pair: the generated clip.")
    ] = None,
    prompt: Annotated[
        str, typer.Option("--prompt", help="One pair: what the generated clip should show.")
    ] = "",
    suite: Annotated[
        str | None,
        typer.Option("--suite", "-s", help="Where the suite of the runs is now, if it moved."),
    ] = None,
    root: options.Root = None,
    ruler: options.Ruler = "auto",
    preset: options.Preset = None,
    out: options.Out = Path("runs"),
    device: options.Device = "cpu",
    again: Annotated[bool, typer.Option("--again", help="Also what has scores already.")] = False,
    no_cache: options.NoCache = False,
    offline: options.Offline = False,
    fail_on_error: options.FailOnError = False,
    as_json: options.AsJson = False,
) -> None:
    """Score finished clips: of runs, of a pairs file, or one pair.

    A pairs file becomes one run for each of its methods, and a manifest of its references beside
    them (suite.yaml), so that control methods can join the same board.

    Examples:

      motionbench score runs/copy--scenes--1a2b3c4d --ruler standard

      motionbench score --pairs results/pairs.csv --out runs/results

      motionbench score --reference cat.mp4 --generated dog.mp4 --prompt "a dog on a lawn"
    """
    from motionbench.commands.presets import choose_protocol

    _exactly_one(runs=bool(runs), pairs=pairs is not None, reference=reference is not None)
    _check_pair(reference, generated, prompt)
    if root is not None and suite is None:
        raise UsageError("--root needs --suite: name the suite whose files are there.")
    if suite is not None and not runs:
        raise UsageError("--suite is that of runs: a pairs file and a pair have none.")
    protocol = choose_protocol(preset, ruler=ruler, generates=False)
    scoring = load_scoring(
        protocol.ruler,
        device=device,
        offline=offline,
        no_cache=no_cache,
        suite=suite,
        root=root,
        again=again,
        overrides=protocol.overrides,
    )
    if reference is not None and generated is not None:
        _score_pair(reference, generated, prompt, scoring, as_json, fail_on_error)
        return
    folders = _register(pairs, out) if pairs is not None else _find(runs or [])
    _score_runs(folders, scoring, as_json, fail_on_error)


def load_scoring(
    ruler: str,
    *,
    device: str,
    offline: bool,
    no_cache: bool,
    suite: str | None = None,
    root: Path | None = None,
    again: bool = False,
    overrides: Mapping[str, Any] | None = None,
) -> "Scoring":
    """A ruler by name, ready, and how to use it."""
    from motionbench.commands.evaluation import command_line, suite_source
    from motionbench.features import default_cache_dir
    from motionbench.ruler import load_ruler
    from motionbench.runner.score import Scoring

    return Scoring(
        ruler=load_ruler(ruler, device=device, offline=offline, overrides=overrides),
        suite=None if suite is None else suite_source(suite, root),
        cache_dir=None if no_cache else default_cache_dir(),
        again=again,
        command=command_line(),
    )


def _exactly_one(**given: bool) -> None:
    """Refuse none, or more than one, of the ways to say what is scored."""
    if sum(given.values()) != 1:
        raise UsageError(
            "Say what to score, in one way: run folders, or --pairs FILE, or --reference R "
            "--generated G."
        )


def _check_pair(reference: Path | None, generated: Path | None, prompt: str) -> None:
    """Refuse a part of a pair."""
    if reference is None and (generated is not None or prompt):
        raise UsageError("--generated and --prompt are of one pair: they need --reference.")
    if reference is not None and generated is None:
        raise UsageError("--reference needs --generated: the clip to score against it.")


def _find(paths: list[Path]) -> list[Path]:
    from motionbench.store.table import find_runs

    return find_runs(paths)


def _register(pairs: Path, out: Path) -> list[Path]:
    """One run for each method of a pairs file."""
    from motionbench.commands.evaluation import command_line
    from motionbench.runner.pairs import register_pairs

    return register_pairs(pairs, out, command=command_line())


def _score_runs(
    folders: list[Path], scoring: "Scoring", as_json: bool, fail_on_error: bool
) -> None:
    """Score runs one after the other.

    Raises:
        IncompleteError: A clip's scoring failed and ``fail_on_error`` is set.
    """
    from motionbench.runner.score import score_runs

    summaries = score_runs(folders, scoring)
    rows = [_row(summary) for summary in summaries]
    if as_json:
        print_json({"ruler": scoring.ruler.id, "runs": rows})
    else:
        print_table(f"Scored with {scoring.ruler.id}", rows)
    failed = sum(len(summary.failed) for summary in summaries)
    if fail_on_error and failed:
        raise IncompleteError(f"{failed} clips have failed scores; the records say why.")


def _row(summary: "ScoreSummary") -> dict[str, Any]:
    return {
        "run": summary.run.name,
        "scored": summary.scored,
        "kept": summary.kept,
        "failed": len(summary.failed),
    }


def _score_pair(
    reference: Path,
    generated: Path,
    prompt: str,
    scoring: "Scoring",
    as_json: bool,
    fail_on_error: bool,
) -> None:
    """Print all metrics of one pair.

    Raises:
        IncompleteError: A metric failed and ``fail_on_error`` is set.
    """
    from motionbench.runner.score import score_pair

    scores = score_pair(reference, generated, prompt=prompt, scoring=scoring)
    if as_json:
        content = {name: score.to_json() for name, score in scores.items()}
        print_json({"ruler": scoring.ruler.id, "scores": content})
    else:
        rows = [
            {"metric": name, "value": score.value, "why not": score.reason or score.error or ""}
            for name, score in scores.items()
        ]
        print_table(f"{generated} against {reference}, ruler {scoring.ruler.id}", rows)
    failed = [name for name, score in scores.items() if score.status == "failed"]
    if fail_on_error and failed:
        raise IncompleteError(f"{generated}: these metrics failed: {', '.join(failed)}.")
