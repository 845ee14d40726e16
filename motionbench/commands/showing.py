"""``show``: a case, as a person would look at it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motionbench.commands import options
from motionbench.commands.output import print_json, writing
from motionbench.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    import numpy as np

    from motionbench.cases import Case, Clip

FORMATS = (".gif", ".mp4", ".png")
SHEET_FRAMES = 8
SHEET_COLUMNS = 4


def show(
    case: Annotated[str, typer.Argument(help="Id of the case.")],
    suite: options.Suite = "scenes",
    root: options.Root = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Draw the reference beside its tracks, prompts below: .gif or .mp4, or .png "
            "for a sheet of frames.",
        ),
    ] = None,
    ruler: options.Ruler = "embedded",
    device: options.Device = "cpu",
    offline: options.Offline = False,
    as_json: options.AsJson = False,
) -> None:
    """Show a case: category, caption, prompts; with --out, the reference and its tracks.

    Examples:

      motionbench show camera-pan

      motionbench show camera-pan --out pan.gif
    """
    from motionbench.manifest import load_reference, load_suite

    loaded = load_suite(suite, root=root)
    found = next((each for each in loaded.cases if each.id == case), None)
    if found is None:
        raise UnknownNameError(f"case of suite {suite}", case, [each.id for each in loaded.cases])
    # Before the reference is decoded and tracked, which takes a while.
    if out is not None and out.suffix not in FORMATS:
        raise UsageError(f"--out is {str(out)!r}: its name must end in {', '.join(FORMATS)}.")
    reference = load_reference(found)
    description = _describe(found, reference)
    if as_json:
        print_json(description)
    else:
        _print(description)
    if out is not None:
        _draw(found, reference, out, ruler, device, offline)
        typer.echo(f"Written: {out}", err=True)


def _describe(case: "Case", reference: "Clip") -> dict[str, Any]:
    height, width = reference.size
    return {
        "case": case.id,
        "category": case.category,
        "tags": list(case.tags),
        "reference": {
            "frames": len(reference),
            "height": height,
            "width": width,
            "fps": reference.fps,
        },
        "caption": case.caption,
        "prompts": [{"id": p.id, "kind": p.kind, "text": p.text} for p in case.prompts],
    }


def _print(description: dict[str, Any]) -> None:
    reference = description["reference"]
    typer.echo(f"{description['case']}  ({description['category'] or 'uncategorised'})")
    typer.echo(
        f"  reference  {reference['frames']} frames, {reference['width']}x{reference['height']}, "
        f"{reference['fps']:g} fps"
    )
    if description["tags"]:
        typer.echo(f"  tags       {', '.join(description['tags'])}")
    typer.echo(f"  caption    {description['caption'] or '-'}")
    for prompt in description["prompts"]:
        typer.echo(f"  {prompt['kind']:<10} {prompt['text']}  [{prompt['id']}]")


def _draw(
    case: "Case", reference: "Clip", out: Path, ruler: str, device: str, offline: bool
) -> None:
    """The reference beside what the ruler's tracker sees in it, and what is asked."""
    from motionbench.cases import Clip
    from motionbench.features import Features, default_cache_dir, spread_evenly
    from motionbench.overlay import (
        contact_sheet,
        draw_tracks,
        side_by_side,
        with_text,
        write_gif,
    )
    from motionbench.ruler import load_ruler
    from motionbench.video import content_sha256, encode

    features = Features(load_ruler(ruler, device=device, offline=offline), default_cache_dir())
    digest = content_sha256(reference.frames, reference.fps)
    tracked = draw_tracks(reference.frames, features.tracks(reference, digest))
    with writing(out):
        if out.suffix == ".png":
            chosen = spread_evenly(len(tracked), SHEET_FRAMES)
            sheet = contact_sheet(tracked[chosen], SHEET_COLUMNS)
            _write_png(with_text(sheet[None], _texts(case))[0], out)
            return
        clip = with_text(side_by_side(reference.frames, tracked), _texts(case))
        if out.suffix == ".gif":
            write_gif(clip, reference.fps, out)
        else:
            encode(Clip(clip, reference.fps), out)


def _texts(case: "Case") -> list[str]:
    """What stands below the pictures."""
    prompts = [f"{prompt.kind}: {prompt.text}" for prompt in case.prompts]
    return [f"{case.id} ({case.category or 'uncategorised'}): {case.caption}", *prompts]


def _write_png(picture: "np.ndarray", out: Path) -> None:
    from PIL import Image

    Image.fromarray(picture).save(out)
