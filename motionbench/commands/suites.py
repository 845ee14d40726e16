"""``suite``: suites made of footage of one's own or of others' lists."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motionbench.commands import options
from motionbench.commands.output import print_json, print_table, writing
from motionbench.errors import ManifestError, UsageError

if TYPE_CHECKING:
    from motionbench.cases import Suite
    from motionbench.suites.checks import Finding
    from motionbench.suites.suggest import Suggestion

app = typer.Typer(no_args_is_help=True, help="Make suites and check them.")
imports = typer.Typer(no_args_is_help=True, help="Write a manifest of clips that are elsewhere.")
app.add_typer(imports, name="import")

Manifest = Annotated[
    Path, typer.Option("--out", "-o", help="The manifest to write, ending in .yaml.")
]


@imports.command("ditflow")
def import_ditflow(
    prompts: Annotated[
        Path,
        typer.Argument(help="Their prompt file: supp/assets/prompts.js of ditflow.github.io."),
    ],
    davis: Annotated[
        Path,
        typer.Option("--davis", help="Folder that holds JPEGImages/480p, trainval and test-dev."),
    ],
    out: Manifest = Path("ditflow.yaml"),
) -> None:
    """Turn the prompt file of DiTFlow's project page into a suite on frames of DAVIS.

    50 references of 24 frames, three prompts each. Nothing of the file ships with MotionBench.

    Example:

      motionbench suite import ditflow prompts.js --davis DAVIS --out ditflow.yaml
    """
    from motionbench.suites.ditflow import import_ditflow as read

    _write(read(prompts, davis=davis), out)


@imports.command("folder")
def import_folder(
    folder: Annotated[Path, typer.Argument(help="Folder of clips, or of folders of frames.")],
    table: Annotated[
        Path | None,
        typer.Option(
            "--table",
            help="CSV with the columns video, caption, prompt, category; a line for each prompt. "
            "Default: clips.csv in the folder.",
        ),
    ] = None,
    out: Manifest = Path("suite.yaml"),
) -> None:
    """Turn a folder of clips and a table into a suite, with the hash of each clip.

    Examples:

      motionbench suite import folder clips --out street.yaml

      motionbench suite import folder clips --table street.csv --out street.yaml
    """
    from motionbench.suites.folder import import_folder as read
    from motionbench.suites.hashing import with_hashes

    suite, _ = read(folder, table or folder / "clips.csv")
    _write(with_hashes(suite), out)


@app.command("validate")
def validate(
    suite: Annotated[
        str,
        typer.Argument(help="A suite or manifest; or a CSV table of clips, whose lines are named."),
    ],
    root: options.Root = None,
    as_json: options.AsJson = False,
) -> None:
    """Decode every reference and say what is wrong with each case, or line.

    Exits with 3 if a case cannot be used; what is only odd is printed.

    Examples:

      motionbench suite validate street.yaml

      motionbench suite validate street.csv --root clips
    """
    from motionbench.suites.checks import check_suite

    loaded, lines = _load(suite, root)
    findings = check_suite(loaded)
    rows = [_finding_row(finding, lines) for finding in findings]
    if as_json:
        print_json({"suite": loaded.name, "cases": len(loaded.cases), "findings": rows})
    elif rows:
        print_table(f"{loaded.name}: {len(loaded.cases)} cases", rows)
    else:
        typer.echo(f"{loaded.name}: {len(loaded.cases)} cases, nothing to complain about.")
    broken = sorted({finding.case for finding in findings if finding.serious})
    if broken:
        raise ManifestError(f"{len(broken)} cases of {suite} cannot be used: {', '.join(broken)}.")


@app.command("suggest-categories")
def suggest_categories(
    suite: Annotated[str, typer.Argument(help="A suite or manifest, or a CSV table of clips.")],
    root: options.Root = None,
    ruler: options.Ruler = "embedded",
    device: options.Device = "cpu",
    offline: options.Offline = False,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
) -> None:
    """Suggest a category for each case from its tracks, for a person to confirm.

    What is told apart is camera, one thing and several things. Tracks do not say what a thing is,
    and two that touch move like one: look at every suggestion before you write it into a manifest,
    twice at one that is not sure.

    Example:

      motionbench suite suggest-categories street.yaml
    """
    from motionbench.features import Features, default_cache_dir
    from motionbench.ruler import load_ruler
    from motionbench.suites.suggest import suggest

    loaded, _ = _load(suite, root)
    features = Features(
        load_ruler(ruler, device=device, offline=offline), None if no_cache else default_cache_dir()
    )
    rows = [_suggestion_row(each) for each in suggest(loaded, features)]
    if as_json:
        print_json({"suite": loaded.name, "ruler": features.ruler.id, "cases": rows})
    else:
        print_table(f"{loaded.name}: suggestions to confirm", rows)


def _write(suite: "Suite", out: Path) -> None:
    """Write a manifest, and say what to do with it."""
    from motionbench.manifest import manifest_text, write_suite

    if out.suffix not in {".yaml", ".yml"}:
        raise UsageError(f"--out is {str(out)!r}: a manifest's name must end in .yaml or .yml.")
    with writing(out):
        if out.exists() and out.read_bytes() != manifest_text(suite, out).encode():
            raise UsageError(f"{out} says something else already. Name another file, or remove it.")
        write_suite(suite, out)
    prompts = sum(len(case.prompts) for case in suite.cases)
    typer.echo(f"{out}: {len(suite.cases)} cases, {prompts} prompts.")
    typer.echo(f"Check it by 'motionbench suite validate {out}'.")


def _load(suite: str, root: Path | None) -> tuple["Suite", dict[str, int]]:
    """A suite, and the line of each case where it comes from a table."""
    if suite.endswith(".csv"):
        from motionbench.suites.folder import import_folder as read

        table = Path(suite)
        return read(root or table.parent, table)
    from motionbench.manifest import load_suite

    return load_suite(suite, root=root), {}


def _suggestion_row(found: "Suggestion") -> dict[str, Any]:
    traits = found.traits
    return {
        "case": found.case,
        "category": found.category,
        "suggested": " or ".join(found.suggested) or None,
        "sure": found.sure,
        "camera share": None if traits is None else traits.camera_share,
        "groups": None if traits is None else traits.groups,
    }


def _finding_row(finding: "Finding", lines: dict[str, int]) -> dict[str, Any]:
    place = {"line": lines[finding.case]} if lines else {}
    kind = "problem" if finding.serious else "note"
    return {**place, "case": finding.case, "kind": kind, "what": finding.text}
