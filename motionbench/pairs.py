"""Videos made elsewhere, listed in a file: a suite of their references, and who made what.

Lines with the same method, case and prompt are seeds 0, 1, ... What a file may hold is in
``motionbench.pair_rows``.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from motionbench.cases import Case, Category, FileSource, Prompt, Suite
from motionbench.errors import ManifestError
from motionbench.manifest import suite_sha256
from motionbench.pair_rows import Problems, Row, read_rows
from motionbench.video import file_sha256


@dataclass(frozen=True)
class Pair:
    """A result, and what it was meant to be.

    Attributes:
        method: Who made it, as the file says.
        case_id: The case of its reference.
        prompt_id: The prompt of that case.
        seed: 0, 1, ... in the order of the file, for the same method, case and prompt.
        video: The result, an absolute path.
    """

    method: str
    case_id: str
    prompt_id: str
    seed: int
    video: Path


def read_pairs(path: Path) -> tuple[Suite, list[Pair]]:
    """Read a pairs file.

    Returns:
        The references as a suite, in the order in which they first appear, and the pairs in the
        order of the file.

    Raises:
        ManifestError: The file is wrong; every problem in it is listed.
    """
    path = Path(path)
    problems = Problems(path)
    rows = read_rows(path, problems)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.case_id, []).append(row)
    cases = {case_id: _case(case_id, group, problems) for case_id, group in groups.items()}
    _check_repeats(rows, problems)
    problems.raise_any()
    if not rows:
        raise ManifestError(f"{path}: there are no pairs in this file.")
    return _suite(path, list(cases.values())), _pairs(rows, cases)


def _case(case_id: str, rows: Sequence[Row], problems: Problems) -> Case:
    _check_same_reference(case_id, rows, problems)
    category = _agreed("category", case_id, rows, problems)
    caption = _agreed("caption", case_id, rows, problems)
    texts = dict.fromkeys(row.prompt for row in rows)
    prompts = tuple(
        Prompt(f"p{index}", "caption" if text and text == caption else "free", text)
        for index, text in enumerate(texts)
    )
    return Case(
        id=case_id,
        category=cast("Category", category) if category else None,
        caption=caption,
        prompts=prompts,
        source=FileSource(rows[0].reference),
    )


def _check_same_reference(case_id: str, rows: Sequence[Row], problems: Problems) -> None:
    """Refuse a case with two references; copies of one file are one."""
    first = rows[0]
    others = {row.reference: row for row in rows if row.reference != first.reference}
    for row in others.values():
        if _bytes_sha256(row.reference) != _bytes_sha256(first.reference):
            problems.add(
                row.line,
                f"the case {case_id!r} has another reference here than in line {first.line}; "
                "give each reference its own case",
            )


def _agreed(name: str, case_id: str, rows: Sequence[Row], problems: Problems) -> str:
    """What the lines of a case say about it; empty if none says anything."""
    said = [row for row in rows if getattr(row, name)]
    if not said:
        return ""
    value = str(getattr(said[0], name))
    for row in said:
        if getattr(row, name) != value:
            problems.add(
                row.line,
                f"{name} {getattr(row, name)!r} of the case {case_id!r} is {value!r} "
                f"in line {said[0].line}",
            )
    return value


def _check_repeats(rows: Sequence[Row], problems: Problems) -> None:
    lines: dict[tuple[str, str, str, Path], int] = {}
    for row in rows:
        first = lines.setdefault((row.method, row.case_id, row.prompt, row.generated), row.line)
        if first != row.line:
            problems.add(row.line, f"this pair is already in line {first}")


def _suite(path: Path, cases: Sequence[Case]) -> Suite:
    # The references' bytes are part of the version: results of other bytes are another suite's.
    digest = hashlib.sha256(suite_sha256("", cases).encode())
    for case in cases:
        assert isinstance(case.source, FileSource)
        digest.update(_bytes_sha256(case.source.path).encode())
    version = digest.hexdigest()[:12]
    return Suite(
        name=path.stem,
        version=version,
        sha256=suite_sha256(version, cases),
        cases=tuple(cases),
        description=f"The references of {path.name}.",
    )


def _bytes_sha256(path: Path) -> str:
    """Hash of a file, or of all files of a folder of frames."""
    if path.is_file():
        return file_sha256(path)
    files = sorted(each for each in path.iterdir() if each.is_file())
    listed = [f"{each.name} {file_sha256(each)}" for each in files]
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


def _pairs(rows: Sequence[Row], cases: Mapping[str, Case]) -> list[Pair]:
    seeds: Counter[tuple[str, str, str]] = Counter()
    pairs = []
    for row in rows:
        prompts = cases[row.case_id].prompts
        prompt_id = next(prompt.id for prompt in prompts if prompt.text == row.prompt)
        job = row.method, row.case_id, prompt_id
        pairs.append(Pair(*job, seeds[job], row.generated))
        seeds[job] += 1
    return pairs
