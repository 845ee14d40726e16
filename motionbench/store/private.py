"""What runs say of a person rather than of results: left out of what is handed in or published."""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from motionbench.store.records import GenerationRecord, ScoreRecord

_PRIVATE: Final = frozenset({"host", "executable"})

_HOMES: Final = r"(?:/home|/Users)/[^/\s'\"]+"
"""Homes on other machines: a run may be published elsewhere than where it was made."""


def public_environment(environment: Mapping[str, Any]) -> dict[str, Any]:
    """Surroundings without the names of the machine and of its folders."""
    return {key: value for key, value in environment.items() if key not in _PRIVATE}


def without_folders(value: Any, run: Path) -> Any:
    """A JSON value whose texts name no folder of a person.

    The run folder becomes ``RUN``, the working directory ``.``, a home ``~``.

    Example:
        >>> without_folders({"clip": f"{Path.cwd()}/runs/a/b.mp4"}, Path("runs/a"))
        {'clip': 'RUN/b.mp4'}

    Args:
        value: Texts, numbers, and lists and mappings of such.
        run: The run folder that it tells of.
    """
    if isinstance(value, str):
        return _shortened(value, run)
    if isinstance(value, Mapping):
        return {key: without_folders(each, run) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_folders(each, run) for each in value]
    return value


def public_generation(record: GenerationRecord, run: Path) -> GenerationRecord:
    """A record without traceback, whose error names no folder of a person."""
    return replace(record, error=without_folders(record.error, run), traceback=None)


def public_scores(record: ScoreRecord, run: Path) -> ScoreRecord:
    """A record whose reasons and errors name no folder of a person."""
    scores = {
        name: replace(
            score,
            reason=without_folders(score.reason, run),
            error=without_folders(score.error, run),
        )
        for name, score in record.scores.items()
    }
    return replace(record, scores=scores)


def _shortened(text: str, run: Path) -> str:
    if "/" not in text and os.sep not in text:
        return text  # most texts: names no folder
    for folder, name in _names(run):
        # Whole names only: /work is no part of /workshop, nor of /mnt/work.
        text = re.sub(rf"(?<![\w.-]){folder}(?![\w.-])", name, text)
    return text


def _names(run: Path) -> list[tuple[str, str]]:
    """Patterns of folders and what stands for them, inner folders first."""
    named = [(run.absolute(), "RUN"), (run.resolve(), "RUN"), (Path.cwd(), ".")]
    named.append((_home(), "~"))
    inner_first = sorted(named, key=lambda each: -len(each[0].parts))
    # A root, or no home at all, names nobody.
    patterns = [(re.escape(str(p)), name) for p, name in inner_first if len(p.parts) > 1]
    return [*patterns, (_HOMES, "~")]


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # nobody knows it
        return Path("/")
