"""A folder of videos made elsewhere, and the mapping that says which job each one answers.

``mapping.csv`` or ``mapping.jsonl`` in the folder has one row per video:

=============  ==============================================================================
``case``       the case's id in the suite
``prompt_id``  the prompt's id in that case, or ...
``prompt``     ... the prompt's exact text; each row has one of the two
``seed``       a whole number; 0 where the column is left out
``video``      path of the video, relative to the folder
=============  ==============================================================================

``card.toml`` (optional) holds the fields of ``MethodCard`` at its top level; without it the
method is named after the folder.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motionbench.cases import Prompt, VideoSpec
from motionbench.errors import MethodError, UnknownNameError, UsageError
from motionbench.methods.base import MethodCard, NoOptions
from motionbench.methods.declarations import card_problems, name_problem
from motionbench.methods.tables import read_table, read_toml

COLUMNS = ("case", "prompt_id", "prompt", "seed", "video")
MAPPING_NAMES = ("mapping.csv", "mapping.jsonl")


@dataclass(frozen=True)
class PrecomputedClip:
    """One row of a mapping.

    Attributes:
        case: Id of the case.
        prompt: Id of the prompt, or its text.
        by_id: Whether ``prompt`` is the id.
        seed: Of the generation.
        video: Absolute path.
    """

    case: str
    prompt: str
    by_id: bool
    seed: int
    video: Path

    @property
    def job(self) -> tuple[str, str, bool, int]:
        """What no two rows may share."""
        return self.case, self.prompt, self.by_id, self.seed


class Precomputed:
    """A source of finished clips, looked up by job.

    This is no ``Method``: there is nothing to adapt or generate, and a method is never told the
    case's id, which is all that a finished video can be found by. The runner asks for each job's
    file and records it.

    Attributes:
        card: From ``card.toml``, or named after the folder.
        config: No options.
        video_spec: Anything goes; clips are compared over their duration.
        folder: Absolute.
        clips: All rows of the mapping.
    """

    video_spec = VideoSpec()

    def __init__(self, folder: Path) -> None:
        """Read the mapping and the card.

        Raises:
            UsageError: Everything wrong with them, in one message.
        """
        self.folder = folder.resolve()
        self.config = NoOptions()
        self.mapping = _find_mapping(self.folder)
        problems: list[str] = []
        self.clips = _read_clips(self.mapping, problems)
        card = _read_card(self.folder, problems)
        if problems or card is None:
            raise UsageError(f"{self.mapping} is wrong. " + " ".join(problems))
        self.card = card
        self._videos = {clip.job: clip.video for clip in self.clips}

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that the mapping lists, sorted."""
        return tuple(sorted({clip.seed for clip in self.clips}))

    def identity(self) -> dict[str, str]:
        """An edited mapping is another run."""
        return {"mapping_sha256": hashlib.sha256(self.mapping.read_bytes()).hexdigest()}

    def video_for(self, case_id: str, prompt: Prompt, seed: int) -> Path:
        """The file that answers a job: the row with the prompt's id, else the one with its text.

        Raises:
            MethodError: The mapping has no such row.
        """
        for wanted in ((case_id, prompt.id, True, seed), (case_id, prompt.text, False, seed)):
            if wanted in self._videos:
                return self._videos[wanted]
        raise MethodError(
            f"{self.mapping} lists no video of case {case_id!r}, prompt {prompt.id!r} "
            f"({prompt.text!r}), seed {seed}. {self._nearest(case_id)}"
        )

    def _nearest(self, case_id: str) -> str:
        """What the mapping does have for this case."""
        rows = [clip for clip in self.clips if clip.case == case_id]
        if not rows:
            cases = sorted({clip.case for clip in self.clips})
            shown = ", ".join(cases[:10]) + (", ..." if len(cases) > 10 else "")
            return f"It has no row of that case; its cases: {shown}."
        shown = ", ".join(f"{row.prompt!r} with seed {row.seed}" for row in rows[:10])
        return f"Of that case it has {shown}{', ...' if len(rows) > 10 else ''}."


def is_precomputed(folder: Path) -> bool:
    """Whether a folder holds a mapping."""
    return any((folder / name).is_file() for name in MAPPING_NAMES)


def _find_mapping(folder: Path) -> Path:
    found = [folder / name for name in MAPPING_NAMES if (folder / name).is_file()]
    if len(found) != 1:
        have = "both" if found else "neither"
        raise UsageError(
            f"A precomputed folder needs one of {' and '.join(MAPPING_NAMES)}; {folder} has {have}."
        )
    return found[0]


def _read_card(folder: Path, problems: list[str]) -> MethodCard | None:
    path = folder / "card.toml"
    if path.is_file():
        card = read_table(MethodCard, read_toml(path), name="card.toml", problems=problems)
        problems += [f"In card.toml, {problem}." for problem in card_problems(card) if card]
        return card
    if name_problem(folder.name):
        problems.append(
            f"The folder's name {folder.name!r} cannot be the method's: it needs lower case "
            f"letters, digits, '-' and '_'. Rename it, or say the name in card.toml."
        )
        return None
    return MethodCard(
        name=folder.name,
        version="unknown",
        summary="Videos made elsewhere.",
        licence="unknown",
    )


def _read_clips(mapping: Path, problems: list[str]) -> tuple[PrecomputedClip, ...]:
    clips: list[PrecomputedClip] = []
    first_line: dict[tuple[str, str, bool, int], int] = {}
    unknown: set[str] = set()
    for line, row in _rows(mapping, problems):
        unknown |= row.keys() - set(COLUMNS)
        clip = _read_row(row, f"Line {line}", mapping.parent, problems)
        if clip is None:
            continue
        if clip.job in first_line:
            problems.append(
                f"Line {line}: case {clip.case!r}, prompt {clip.prompt!r}, seed {clip.seed} is "
                f"already on line {first_line[clip.job]}."
            )
            continue
        first_line[clip.job] = line
        clips.append(clip)
    problems += [str(UnknownNameError("column", name, COLUMNS)) for name in sorted(unknown)]
    if not clips and not problems:
        problems.append("It has no rows.")
    return tuple(clips)


def _rows(mapping: Path, problems: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, row) of each row that can be read at all."""
    try:
        text = mapping.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"It cannot be read: {error}.")
        return
    if mapping.suffix == ".csv":
        yield from _csv_rows(text, problems)
        return
    for line, content in enumerate(text.splitlines(), start=1):
        if not content.strip():
            continue
        try:
            row = json.loads(content)
        except json.JSONDecodeError as error:
            problems.append(f"Line {line} is not JSON: {error}.")
            continue
        if isinstance(row, dict):
            yield line, row
        else:
            problems.append(f"Line {line} is not a JSON object: {content.strip()[:60]}.")


def _csv_rows(text: str, problems: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="")
    try:
        for row in reader:
            extra = row.pop("", None)
            if extra:
                problems.append(
                    f"Line {reader.line_num} has more values than columns: {extra!r}; quote a text "
                    f"that holds a comma."
                )
            else:
                yield reader.line_num, row
    except csv.Error as error:
        problems.append(f"Line {reader.line_num} is not CSV: {error}.")


def _read_row(
    row: dict[str, Any], where: str, folder: Path, problems: list[str]
) -> PrecomputedClip | None:
    """One row, or None after its problems were noted."""
    found: list[str] = []
    case, prompt_id, prompt, video = (
        _text(row, column, where, found) for column in ("case", "prompt_id", "prompt", "video")
    )
    found += [
        f"{where} has no {name}." for name, value in (("case", case), ("video", video)) if not value
    ]
    if bool(prompt_id) == bool(prompt):
        found.append(f"{where} needs one of prompt_id and prompt, and not both.")
    seed = _seed(row.get("seed"), where, found)
    path = (folder / video).resolve()
    if video and not path.is_relative_to(folder.resolve()):
        found.append(f"{where}: the video {video!r} lies outside {folder}.")
    elif video and not path.exists():
        found.append(f"{where}: there is no video {video!r} in {folder}.")
    problems += found
    if found:
        return None
    return PrecomputedClip(case, prompt_id or prompt, bool(prompt_id), seed, path)


def _text(row: dict[str, Any], column: str, where: str, found: list[str]) -> str:
    """A column's text; empty where it is left out."""
    value = row.get(column)
    if value is None:
        return ""
    if not isinstance(value, str):
        found.append(f"{where}: {column} is {value!r}, not text.")
        return ""
    return value.strip()


def _seed(value: object, where: str, found: list[str]) -> int:
    """The seed; 0 where the column is left out."""
    if value is None or value == "":
        return 0
    try:
        if isinstance(value, bool | float):
            raise ValueError
        return int(str(value))
    except ValueError:
        found.append(f"{where}: the seed {value!r} is not a whole number.")
        return 0
