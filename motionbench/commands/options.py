"""Options that several commands share, each written once."""

from pathlib import Path
from typing import Annotated

import typer

Method = Annotated[
    str,
    typer.Option(
        "--method",
        "-m",
        help="An installed method (see `motionbench list methods`), package.module:Class, "
        "path/to/file.py:Class, path/to/recipe.toml, or a folder of finished videos.",
    ),
]
Suite = Annotated[
    str, typer.Option("--suite", "-s", help="A built-in suite, or the path of a manifest (YAML).")
]
Root = Annotated[
    Path | None,
    typer.Option("--root", help="Where the suite's files are, if not where its manifest says."),
]
Categories = Annotated[
    list[str] | None,
    typer.Option(
        "--category",
        help="Only this category: camera, single_object, multi_object or human. May be repeated.",
    ),
]
Cases = Annotated[
    list[str] | None, typer.Option("--cases", help="Only these cases, separated by commas.")
]
Prompts = Annotated[
    list[str] | None,
    typer.Option(
        "--prompts",
        help="Only prompts of these kinds or ids, separated by commas: caption, subject, scene.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, help="At most so many cases, in turn from each category."),
]
Seeds = Annotated[
    str | None,
    typer.Option(
        "--seeds",
        help="Seeds, separated by commas. Default: 0, or what a folder of finished videos holds.",
    ),
]
Device = Annotated[str, typer.Option("--device", help="A torch device: cpu, cuda, cuda:1.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="An option of the method, key=value. May be repeated. `motionbench list options "
        "--method NAME` shows them.",
    ),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", help="A YAML file with options of the method; --set wins."),
]
Ruler = Annotated[
    str,
    typer.Option(
        "--ruler",
        help="What measures: embedded (Lucas-Kanade and a small CLIP, needs nothing), standard "
        "(CoTracker3 and CLIP ViT-B/32), or auto: standard where its weights are here.",
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(
        "--preset",
        help="A published protocol for what is not given: ditflow or effivmt-paper. Says what is "
        "not public about it.",
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder that holds the run folders.")]
Lossless = Annotated[
    bool, typer.Option("--lossless", help="Store clips as FFV1 instead of near-lossless H.264.")
]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Try again what failed before.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Offline = Annotated[bool, typer.Option("--offline", help="Never download anything.")]
FailOnError = Annotated[
    bool, typer.Option("--fail-on-error", help="Exit with code 9 if any case failed.")
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Measure tracks and embeddings anew, keep none.")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")
]


def split(values: list[str] | None) -> tuple[str, ...]:
    """``["a,b", "c"]`` to ``("a", "b", "c")``."""
    parts = (part.strip() for value in values or () for part in value.split(","))
    return tuple(part for part in parts if part)
