"""``leaderboard`` and ``compare``: what the scores of many runs say."""

from pathlib import Path
from typing import Annotated

import typer

from motionbench.commands import options
from motionbench.commands.output import writing
from motionbench.errors import UsageError

Runs = Annotated[
    list[Path] | None,
    typer.Argument(help="Run folders, or folders of run folders. Default: runs"),
]
RulerFilter = Annotated[
    str | None,
    typer.Option("--ruler", help="Only scores of this ruler: a name, or name-fingerprint."),
]
SuiteFilter = Annotated[
    str | None,
    typer.Option("--suite", "-s", help="Only runs on this suite: a name, or name@version."),
]


def leaderboard(
    runs: Runs = None,
    rank_by: Annotated[
        str, typer.Option("--rank-by", help="The metric that orders the rows.")
    ] = "motion_fidelity",
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "--metrics", help="Columns to show, separated by commas. CSV and JSON hold all."
        ),
    ] = None,
    ruler: RulerFilter = None,
    suite: SuiteFilter = None,
    format: Annotated[  # noqa: A002
        str, typer.Option("--format", "-f", help="table, csv, json, markdown or latex.")
    ] = "table",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write to this file instead.")
    ] = None,
    site: Annotated[
        Path | None,
        typer.Option(
            "--site",
            help="Write pages into this folder instead: board, charts, comparisons, a page for "
            "each method and each case with its clips. They open from the disk.",
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Print the board: means over cases with 95 % intervals, tiers, coverage.

    Runs on different suites or measured with different rulers never share a board: select with
    --suite and --ruler. Incomplete rows are shown and not ranked; controls stand apart.

    Examples:

      motionbench leaderboard

      motionbench leaderboard runs/published --metrics motion_fidelity,camera_fidelity

      motionbench leaderboard --format latex --out table.tex

      motionbench leaderboard --site site
    """
    if site is not None:
        if out is not None or as_json or format != "table":
            raise UsageError("--site writes pages: it goes without --out, --format and --json.")
        _write_site(runs, site, rank_by, options.split(metrics) or None, suite, ruler)
        return
    from motionbench.leaderboard.aggregate import build_board
    from motionbench.leaderboard.render import render, renderable
    from motionbench.store.table import find_runs, read_table

    table = read_table(find_runs(runs or [Path("runs")]))
    board = build_board(
        table, rank_by=rank_by, metrics=options.split(metrics) or None, suite=suite, ruler=ruler
    )
    kind = "json" if as_json else format
    if out is not None:
        text = render(board, kind)
        with writing(out):
            out.write_text(text, encoding="utf-8")
        typer.echo(f"Written: {out}", err=True)
    elif kind == "table":
        from rich.console import Console

        console = Console()
        console.print(renderable(board, width=console.width))
    else:
        typer.echo(render(board, kind), nl=False)


def _write_site(
    runs: list[Path] | None,
    folder: Path,
    rank_by: str,
    metrics: tuple[str, ...] | None,
    suite: str | None,
    ruler: str | None,
) -> None:
    """Pages for the board, and what they lack."""
    from motionbench.features import default_cache_dir
    from motionbench.leaderboard.site.build import write_site
    from motionbench.store.table import find_runs

    summary = write_site(
        find_runs(runs or [Path("runs")]),
        folder,
        rank_by=rank_by,
        metrics=metrics,
        suite=suite,
        ruler=ruler,
        cache_dir=default_cache_dir(),
    )
    typer.echo(
        f"{summary.rows} rows, {summary.cases} cases, {summary.clips} clips; "
        f"{summary.without_clip} results without a clip."
    )
    for note in summary.notes:
        typer.echo(note)
    typer.echo(f"Written: {summary.folder / 'index.html'}")


def compare(
    a: Annotated[str, typer.Argument(help="A method, or the label or folder of its run.")],
    b: Annotated[str, typer.Argument(help="Another.")],
    runs: Annotated[
        list[Path] | None, typer.Option("--runs", help="Where the runs are. Default: runs")
    ] = None,
    metric: Annotated[str, typer.Option("--metric", help="What to compare.")] = "motion_fidelity",
    ruler: RulerFilter = None,
    suite: SuiteFilter = None,
    as_json: options.AsJson = False,
) -> None:
    """Compare two methods case by case: mean difference, test, largest wins and losses.

    Example:

      motionbench compare effivmt other_case --metric motion_fidelity
    """
    from motionbench.leaderboard.compare import compare_methods
    from motionbench.leaderboard.comparison_text import (
        render_comparison,
        renderable_comparison,
    )
    from motionbench.store.table import find_runs, read_table

    table = read_table(find_runs(runs or [Path("runs")]))
    comparison = compare_methods(table, a, b, metric=metric, suite=suite, ruler=ruler)
    if as_json:
        typer.echo(render_comparison(comparison, "json"), nl=False)
        return
    from rich.console import Console

    Console().print(renderable_comparison(comparison))
