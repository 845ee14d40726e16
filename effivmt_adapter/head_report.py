"""The study of heads as files and as text."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

import typer

from effivmt_adapter.head_figure import draw_study
from effivmt_adapter.head_measurement import Seen
from effivmt_adapter.head_study import Study
from motionbench.commands.output import print_table
from motionbench.files import write_bytes, write_json


def describe(
    study: Study,
    seen: Sequence[Seen],
    identity: Mapping[str, str],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that ``heads.json`` says: what was looked at, how, and all tables.

    Args:
        study: What was measured.
        seen: The references.
        identity: Of the backbone.
        settings: How heads were looked at and split.
    """
    return {
        "backbone": dict(identity),
        "settings": dict(settings),
        "references": [asdict(each) for each in seen],
    } | study.to_json()


def write_study(study: Study, content: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write ``heads.json``, ``heads.csv`` and ``heads.png``.

    Args:
        study: What was measured.
        content: From `describe`.
        folder: Made if need be.

    Returns:
        The files.
    """
    rows = study.heads()
    table = StringIO()
    writer = csv.DictWriter(table, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    ratios = sorted({each["uniform_ratio"] for each in content["references"]})
    figure = draw_study(study, alpha=content["settings"]["alpha"], uniform_ratios=ratios)
    files = [folder / name for name in ("heads.json", "heads.csv", "heads.png")]
    write_json(files[0], content)
    write_bytes(files[1], table.getvalue().encode())
    write_bytes(files[2], figure)
    return files


def print_study(study: Study, content: Mapping[str, Any]) -> None:
    """Tables for people, of what `describe` says."""
    split = content["split"]
    temporal = sum(map(len, split["temporal"]))
    everything = split["heads"] * len(split["temporal"])
    print_table("References", [_reference(each) for each in content["references"]])
    typer.echo()
    print_table("Heads by block (T temporal, s spatial)", study.blocks())
    typer.echo(f"{temporal} of {everything} heads are temporal ({content['settings']['rule']}).")
    typer.echo()
    print_table("Temporal heads, ratio rule", content["shares"])
    typer.echo()
    print_table("Heads split alike; kappa beyond chance", content["agreement"])
    typer.echo()
    print_table("Two groups in log(S_spatial / S_temporal)?", content["groups"])


def _reference(seen: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "reference": seen["name"],
        "tokens": " x ".join(map(str, seen["grid"])),
        "ratio of uniform attention": seen["uniform_ratio"],
        "caption": seen["caption"],
    }
