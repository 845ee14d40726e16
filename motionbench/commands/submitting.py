"""``submit`` and ``verify``: results handed in, and checked before they are believed."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from motionbench.commands import options
from motionbench.commands.output import print_json, writing
from motionbench.errors import UsageError

TOLERANCE = 0.002
"""Of a score, absolute; relative beyond 1. Other versions of the libraries round otherwise; a
tampered score below it moves a mean by less than any interval is wide."""


def submit(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The bundle. Default: the run's name with .zip."),
    ] = None,
    ruler: Annotated[
        str | None, typer.Option("--ruler", help="Whose scores, if several rulers measured it.")
    ] = None,
    hashes_only: Annotated[
        bool,
        typer.Option("--hashes-only", help="Leave the clips out; most boards will refuse that."),
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Pack a run into one file to hand in: records, clips, surroundings.

    Names of machines and of your folders stay out. Check it with `motionbench verify` before
    handing it in.

    Example:

      motionbench submit runs/mine--scenes--1a2b3c4d
    """
    from motionbench.submission.bundle import write_bundle

    target = out or Path(f"{run.resolve().name}.zip")
    with writing(target):
        manifest = write_bundle(run, target, ruler=ruler, hashes_only=hashes_only)
    if as_json:
        print_json({"bundle": str(target), **asdict(manifest)})
    else:
        typer.echo(f"{len(manifest.files)} files, suite {manifest.suite}, ruler {manifest.ruler}.")
        typer.echo(f"Written: {target}")


def verify(
    bundle: Annotated[Path, typer.Argument(help="A bundle of `motionbench submit`.")],
    suite: options.Suite = "scenes",
    root: options.Root = None,
    ruler: Annotated[
        str | None,
        typer.Option("--ruler", help="What should have measured. Default: embedded."),
    ] = None,
    preset: options.Preset = None,
    sample: Annotated[
        int | None,
        typer.Option("--sample", min=1, help="Measure so many clips again instead of all."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, help="Of the sample: one that the submitter did not know."),
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option("--tolerance", min=0.0, help="Between scores; relative for those above 1."),
    ] = TOLERANCE,
    allow_control: Annotated[
        bool, typer.Option("--allow-control", help="Accept a control method.")
    ] = False,
    allow_hashes: Annotated[
        bool, typer.Option("--allow-hashes", help="Accept a bundle without clips, on trust.")
    ] = False,
    device: options.Device = "cpu",
    offline: options.Offline = False,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
) -> None:
    """Check a bundle: format, completeness, hashes, ruler; then measure its clips again.

    Exit code 0: accepted; 10: refused, with all reasons.

    Example:

      motionbench verify mine--scenes--1a2b3c4d.zip --sample 20 --seed 4711
    """
    from motionbench.commands.presets import choose_protocol
    from motionbench.features import default_cache_dir
    from motionbench.manifest import load_suite
    from motionbench.ruler import load_ruler
    from motionbench.submission.rescore import Rescoring
    from motionbench.submission.verify import verify_bundle

    if (sample is None) != (seed is None):
        raise UsageError(
            "--sample and --seed go together: a sample that the submitter could know is none."
        )
    unsaid = "embedded" if preset is None else "auto"
    protocol = choose_protocol(preset, ruler=ruler or unsaid, generates=False)
    how = Rescoring(
        suite=load_suite(suite, root=root),
        ruler=load_ruler(
            protocol.ruler, device=device, offline=offline, overrides=protocol.overrides
        ),
        sample=sample,
        seed=seed or 0,
        tolerance=tolerance,
        cache_dir=None if no_cache else default_cache_dir(),
    )
    verdict = verify_bundle(bundle, how, control=allow_control, hashes=allow_hashes)
    if as_json:
        print_json(asdict(verdict))
        return
    checked = f"{verdict.rescored} clips measured again, all within {verdict.tolerance:g}"
    if not verdict.rescored:
        checked = "no clip was measured again: the scores are believed"
    typer.echo(
        f"Accepted: {verdict.run} ({verdict.method}), suite {verdict.suite}, ruler "
        f"{verdict.ruler}: {verdict.jobs} results, {verdict.failed} failed; {checked}."
    )
