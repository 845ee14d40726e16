"""``effivmt heads``: which heads are spatial, which temporal, and how sure that is."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from motionbench.commands import options
from motionbench.commands.output import print_json
from motionbench.errors import UsageError

if TYPE_CHECKING:
    from effivmt_adapter.head_classification import Measured, Rule
    from effivmt_adapter.head_references import Reference

SIGMAS = ("0.99", "0.7", "0.3")
"""Nearly all noise, as in a partial release of the method's code; and two levels below."""

CASES = 4


def heads(
    backbone: Annotated[
        str, typer.Option("--backbone", "-b", help="nano, a hub id of Wan 2.1, or a folder.")
    ] = "nano",
    suite: options.Suite = "scenes",
    root: options.Root = None,
    category: options.Categories = None,
    cases: options.Cases = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            min=1,
            help="At most so many cases, in turn from each category. Default: 4; all of --cases.",
        ),
    ] = None,
    reference: Annotated[
        list[Path] | None,
        typer.Option(
            "--reference", help="A video file instead of a suite's cases. May be repeated."
        ),
    ] = None,
    caption: Annotated[
        list[str] | None,
        typer.Option("--caption", help="What each --reference shows, in the same order."),
    ] = None,
    sigma: Annotated[
        list[str] | None,
        typer.Option(
            "--sigma",
            help="Noise levels in [0, 1], separated by commas. Default: " + ",".join(SIGMAS),
        ),
    ] = None,
    rule: Annotated[
        str,
        typer.Option(
            "--rule",
            help="ratio: temporal if S_spatial < alpha * S_temporal. mass: by attention mass, "
            "factor 1.3. quantile: the share most temporal. random, inverted: controls.",
        ),
    ] = "ratio",
    alpha: Annotated[float, typer.Option("--alpha", help="Factor of the ratio rule.")] = 1.25,
    share: Annotated[
        float, typer.Option("--share", help="Share of temporal heads of the quantile rule.")
    ] = 0.5,
    of: Annotated[
        str, typer.Option("--of", help="The rule that random and inverted are controls for.")
    ] = "ratio",
    rows: Annotated[
        int | None,
        typer.Option(
            "--rows", min=1, help="Estimate from so many random query rows. Default: all, exact."
        ),
    ] = None,
    band: Annotated[
        int | None,
        typer.Option(
            "--band",
            min=0,
            help="Compare with bands of this half-width, in blocks, instead of same frame and "
            "same position.",
        ),
    ] = None,
    block: Annotated[int, typer.Option("--block", min=1, help="Tokens to a block of --band.")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="Of noise, sampled rows, random rule.")] = 0,
    device: options.Device = "cpu",
    offline: options.Offline = False,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for heads.json, heads.csv and heads.png.")
    ] = Path("heads"),
    as_json: options.AsJson = False,
) -> None:
    """Compare every head's attention with "same frame" and "same position", and split the heads.

    Prints similarities and the split by block; the share of temporal heads against alpha and noise
    level; how far the splits of references, and of noise levels, agree (kappa: beyond chance); and
    whether the heads form two groups at all. evidence is the BIC of one Gaussian less that of two,
    on log(S_spatial / S_temporal), very strong above 10; separation is the distance of the two in
    deviations, clean above 2; two groups says that both hold.

    Examples:

      effivmt heads

      effivmt heads --sigma 0.99 --rule quantile --share 0.5 --cases camera-pan,human-walk

      effivmt heads -b Wan-AI/Wan2.1-T2V-1.3B-Diffusers --device cuda --reference dog.mp4
      --caption "a dog runs on a beach"
    """  # noqa: D412
    from effivmt_adapter.head_classification import check_options, classify
    from effivmt_adapter.head_measurement import Looking, measure_references
    from effivmt_adapter.head_report import describe, print_study, write_study
    from effivmt_adapter.head_study import Study
    from motionbench.backbones import load_backbone

    check_options(rule=rule, alpha=alpha, share=share, of=of)
    looking = Looking(_sigmas(sigma), seed=seed, rows=rows, band=band, block=block)
    chosen = _references(reference, caption, suite, root, category, cases, limit)
    loaded = load_backbone(backbone, device=device, offline=offline)
    measurements, seen = measure_references(loaded, chosen, looking)
    split = partial(
        classify,
        rule=cast("Rule", rule),
        alpha=alpha,
        share=share,
        seed=seed,
        of=cast("Measured", of),
    )
    study = Study(measurements, split)
    content = describe(study, seen, loaded.identity(), asdict(looking) | split.keywords)
    files = write_study(study, content, out)
    if as_json:
        print_json(content)
    else:
        print_study(study, content)
    typer.echo(f"Written: {', '.join(map(str, files))}", err=True)


def _sigmas(told: list[str] | None) -> tuple[float, ...]:
    words = options.split(told) or SIGMAS
    try:
        sigmas = tuple(dict.fromkeys(float(word) for word in words))
    except ValueError:
        sigmas = ()
    if not sigmas or not all(0 <= sigma <= 1 for sigma in sigmas):
        raise UsageError(f"--sigma {','.join(words)}: give numbers in [0, 1], separated by commas.")
    return sigmas


def _references(
    files: list[Path] | None,
    captions: list[str] | None,
    suite: str,
    root: Path | None,
    categories: list[str] | None,
    cases: list[str] | None,
    limit: int | None,
) -> "list[Reference]":
    from effivmt_adapter.head_references import from_files, from_suite
    from motionbench.runner.plan import Selection

    if files:
        if root or categories or cases or limit:
            raise UsageError(
                "--reference names files; --root, --category, --cases and --limit choose from a "
                "suite. Give one or the other."
            )
        return from_files(files, captions or [])
    if captions:
        raise UsageError("--caption says what a --reference shows: give that, too.")
    wanted = options.split(cases)
    if limit is None and not wanted:
        limit = CASES
    return from_suite(suite, root, Selection(tuple(categories or ()), wanted, limit=limit))
