"""``show``: a case, as a person would look at it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motionbench.commands import options
from motionbench.commands.output import print_json
from motionbench.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from motionbench.cases import Case, Clip

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
            help="Draw the reference with its tracks: .png for a sheet of frames, .mp4 for a clip.",
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

      motionbench show camera-pan --out pan.png
    """
    from motionbench.manifest import load_reference, load_suite

    loaded = load_suite(suite, root=root)
    found = next((each for each in loaded.cases if each.id == case), None)
    if found is None:
        raise UnknownNameError(f"case of suite {suite}", case, [each.id for each in loaded.cases])
    # Before the reference is decoded and tracked, which takes a while.
    if out is not None and out.suffix not in {".png", ".mp4"}:
        raise UsageError(f"--out is {str(out)!r}: its name must end in .png or .mp4.")
    reference = load_reference(found)
    description = _describe(found, reference)
    if as_json:
        print_json(description)
    else:
        _print(description)
    if out is not None:
        _draw(reference, out, ruler, device, offline)
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


def _draw(reference: "Clip", out: Path, ruler: str, device: str, offline: bool) -> None:
    """The reference with what the ruler's tracker sees in it."""
    from motionbench.cases import Clip
    from motionbench.features import Features, default_cache_dir, spread_evenly
    from motionbench.overlay import contact_sheet, draw_tracks
    from motionbench.ruler import load_ruler
    from motionbench.video import content_sha256, encode

    features = Features(load_ruler(ruler, device=device, offline=offline), default_cache_dir())
    digest = content_sha256(reference.frames, reference.fps)
    drawn = draw_tracks(reference.frames, features.tracks(reference, digest))
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".mp4":
        encode(Clip(drawn, reference.fps), out)
        return
    import cv2

    sheet = contact_sheet(drawn[spread_evenly(len(drawn), SHEET_FRAMES)], SHEET_COLUMNS)
    if not cv2.imwrite(str(out), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)):
        raise UsageError(f"--out {out} could not be written.")
