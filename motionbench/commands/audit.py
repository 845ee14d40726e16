"""``audit``: is the ruler straight?"""

from pathlib import Path
from typing import Annotated

import typer

from motionbench.audit.scale import Scale
from motionbench.commands import options
from motionbench.commands.output import print_json, print_table


def audit(
    ruler: options.Ruler = "auto",
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for audit.md, audit.json and figures.")
    ] = Path("audit"),
    parts: Annotated[
        list[str] | None,
        typer.Option(
            "--parts",
            help="Only these parts, separated by commas: trackers, validity, variants, chance, "
            "sensitivity, gaming, footage.",
        ),
    ] = None,
    truth: Annotated[
        list[Path] | None,
        typer.Option(
            "--truth",
            help="A folder or truth.toml of real footage with something known (joints, camera "
            "poses, labels, ordered series). May be repeated.",
        ),
    ] = None,
    scenes: Annotated[
        int,
        typer.Option("--scenes", min=1, help="Scenes of each category; fewer for a quick look."),
    ] = Scale.scenes,
    device: options.Device = "cpu",
    offline: options.Offline = False,
    as_json: options.AsJson = False,
) -> None:
    """Measure the ruler where the truth is known: on scenes with exact tracks.

    Trackers against exact tracks; every metric, and its published variants, against true motion
    similarity; chance and ceiling; what codec, frame rate, size, grid and tracker do to scores;
    what cheats score and which flag catches them. Figures in docs/metrics.md come from here.

    Examples:

      motionbench audit --ruler embedded

      motionbench audit --scenes 1 --parts trackers

      motionbench audit --parts footage --truth path/to/truth
    """
    import shlex
    import sys

    from motionbench.audit.footage import read_sources
    from motionbench.audit.lab import Lab
    from motionbench.audit.report import document, write_report
    from motionbench.audit.run import Audit, choose_parts, run_audit
    from motionbench.errors import UsageError
    from motionbench.ruler import load_ruler

    chosen = choose_parts(options.split(parts), with_truth=bool(truth))
    if "footage" in chosen and not truth:
        raise UsageError("--parts footage needs footage: name it with --truth.")
    sources = read_sources(truth or [])
    # A GPU serves one clip at a time; a CPU tracks one clip a core.
    workers = len(_cores()) if device == "cpu" else 1
    lab = Lab(load_ruler(ruler, device=device, offline=offline), workers=workers)
    audited = Audit(lab, Scale(scenes=scenes), truth=sources)
    command = shlex.join(["motionbench", *sys.argv[1:]])
    for number, report in enumerate(run_audit(audited, chosen, command=command), start=1):
        files = write_report(report, out)
        done = report.sections[-1]
        typer.echo(
            f"{number}/{len(chosen)} {done.title}: {report.seconds[done.name]:.0f} s, {files[0]}",
            err=True,
        )
    if as_json:
        print_json(document(report))
        return
    rows = [
        {"finding": f.severity, "about": f.subject, "what": f.text}
        for f in report.findings
        if f.severity != "good"
    ]
    print_table(f"Audit of {report.ruler}: {out / 'audit.md'}", rows)


def _cores() -> set[int]:
    """Processor cores that this process may use."""
    import os

    return (
        os.sched_getaffinity(0)
        if hasattr(os, "sched_getaffinity")
        else set(range(os.cpu_count() or 1))
    )
