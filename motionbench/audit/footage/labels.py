"""The camera part against words for the camera's motion."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from motionbench.audit.footage.components import COMPONENTS, total
from motionbench.audit.footage.part import Part
from motionbench.audit.footage.reel import Reel
from motionbench.audit.footage.sources import LabelsSource
from motionbench.audit.sections import Cell, Finding, Severity, Table
from motionbench.errors import ManifestError
from motionbench.metrics.functional.camera import CameraMotion

BAR = 0.95
"""Share of plain motions whose sign must be right."""

TEXT = (
    "Clips with a word for their camera's motion: is the sign of that component right over the "
    "clip? `plain` motions are a single component; in `mixed` ones both must be right; a `dolly` "
    "zoom changes the focal length against a moving camera so that the subject keeps its size, "
    "and is held against the zoom of its name."
)


class Meaning(NamedTuple):
    """What a label says.

    Attributes:
        kind: ``plain``, ``mixed`` or ``dolly``.
        signs: By component.
    """

    kind: str
    signs: Mapping[str, int]


def _meanings() -> dict[str, Meaning]:
    turns = {
        "left": ("pan", -1), "right": ("pan", 1), "up": ("tilt", 1), "down": ("tilt", -1),
    }  # fmt: skip
    zooms = {"in": 1, "out": -1}
    meanings = {
        f"{name}_{word}": Meaning("plain", {name: sign}) for word, (name, sign) in turns.items()
    }
    meanings |= {f"zoom_{word}": Meaning("plain", {"zoom": sign}) for word, sign in zooms.items()}
    meanings |= {
        "roll_clockwise": Meaning("plain", {"roll": 1}),
        "roll_anticlockwise": Meaning("plain", {"roll": -1}),
    }
    for word, (name, sign) in turns.items():
        for zoom, change in zooms.items():
            meanings[f"{word}_{zoom}"] = Meaning("mixed", {name: sign, "zoom": change})
    for zoom, change in zooms.items():
        meanings[f"dolly_zoom_{zoom}"] = Meaning("dolly", {"zoom": change})
    return meanings


LABELS: Mapping[str, Meaning] = _meanings()
"""Words for what the camera does: ``pan_left`` turns it to the left, so content moves right."""


def read_labels(path: Path) -> list[tuple[Path, str]]:
    """Clips and their labels.

    Raises:
        ManifestError: The file cannot be read, or an entry is wrong; the message names it.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ManifestError(f"{path}: these labels cannot be read: {error}.") from error
    if not isinstance(entries, list):
        raise ManifestError(f'{path}: it must be a list of {{"file": ..., "label": ...}}.')
    found = []
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or not {"file", "label"} <= set(entry):
            raise ManifestError(f"{path}, entry {number}: needs file and label, got {entry!r}.")
        video, label = path.parent / str(entry["file"]), entry["label"]
        if label not in LABELS:
            raise ManifestError(
                f"{path}, entry {number}: unknown label {label!r}; known: {', '.join(LABELS)}."
            )
        if not video.is_file():
            raise ManifestError(f"{path}, entry {number}: there is no file {video}.")
        found.append((video, str(label)))
    return found


def labels_part(reel: Reel, sources: Sequence[LabelsSource]) -> Part:
    """Tables by kind and by clip, and whether enough plain signs are right."""
    labelled = [entry for source in sources for entry in read_labels(source.labels)]
    reel.measure([video for video, _ in labelled], what="labelled clips")
    rows = [_row(video, label, reel.camera(video)) for video, label in labelled]
    kinds = [_kind_row(kind, rows) for kind in ("plain", "mixed", "dolly")]
    return Part(
        text=TEXT,
        tables=(
            Table(
                "labels",
                "Labelled camera motions: signs that are right",
                f"`share` is held against {BAR:.0%} for plain motions.",
                tuple(row for row in kinds if row["clips"]),
            ),
            Table(
                "labels_by_clip",
                "Labelled camera motions: each clip",
                "Pan in widths, tilt in heights, zoom as a logarithm, roll in degrees, over the "
                "clip; positive: right, up, in, clockwise.",
                tuple(rows),
            ),
        ),
        findings=_findings(kinds),
    )


def _row(video: Path, label: str, camera: CameraMotion) -> Mapping[str, Cell]:
    values = {component.name: total(camera, component.name) for component in COMPONENTS}
    meaning = LABELS[label]
    right = all(values[name] * sign > 0 for name, sign in meaning.signs.items())
    return {"clip": video.stem, "label": label, "kind": meaning.kind, **values, "right": right}


def _kind_row(kind: str, rows: Sequence[Mapping[str, Cell]]) -> Mapping[str, Cell]:
    right = [bool(row["right"]) for row in rows if row["kind"] == kind]
    share = sum(right) / len(right) if right else None
    return {"kind": kind, "clips": len(right), "right": sum(right), "share": share}


def _findings(kinds: Sequence[Mapping[str, Cell]]) -> tuple[Finding, ...]:
    findings = []
    for row in kinds:
        if not isinstance(row["share"], float):
            continue
        good = row["share"] >= BAR
        bad: Severity = "fault" if row["kind"] == "plain" else "notice"
        text = (
            f"the camera part has the right sign in {row['right']} of {row['clips']} {row['kind']} "
            f"labelled camera motions ({row['share']:.0%}; bar {BAR:.0%})."
        )
        findings.append(Finding("good" if good else bad, "camera part", text))
    return tuple(findings)
