"""The prompts of DiTFlow's project page as a suite on frames of DAVIS.

Pondaven et al., Video Motion Transfer with Diffusion Transformers, CVPR 2025. The file is
``supp/assets/prompts.js`` of github.com/ditflow/ditflow.github.io: a JavaScript object with three
prompts and a range of frames for each of 50 sequences, of DAVIS 2017 trainval and test-dev. It is
read where the user has it; nothing of it ships with MotionBench.
"""

import ast
import hashlib
import re
from pathlib import Path
from typing import Any, Final

from motionbench.cases import Case, FileSource, Prompt, PromptKind, Suite
from motionbench.errors import ManifestError
from motionbench.manifest import suite_sha256

KINDS: Final[dict[str, PromptKind]] = {"easy": "caption", "medium": "subject", "hard": "scene"}
"""Their three prompts: the content kept, the subject changed, subject and scene changed."""

FRAMES: Final = "frame_range"
FOLDER: Final = "JPEGImages/480p"

_OBJECT: Final = re.compile(r"=\s*(\{.*\})\s*;?\s*\Z", re.DOTALL)


def import_ditflow(path: Path, *, davis: Path) -> Suite:
    """Read their prompt file.

    Args:
        path: ``prompts.js``.
        davis: The folder that holds ``JPEGImages/480p`` with the sequences; it need not be there
            yet.

    Returns:
        A suite whose cases have no category, as their file has none. Its version names the file's
        content.

    Raises:
        ManifestError: The file cannot be read as such a file; every problem is listed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path}: this prompt file cannot be read: {error}.") from error
    problems: list[str] = []
    entries = _entries(text, path)
    cases = tuple(
        case
        for name, entry in entries.items()
        if (case := _case(name, entry, davis.resolve(), problems))
    )
    if problems:
        lines = "".join(f"\n  - {problem}." for problem in problems)
        raise ManifestError(f"{path} cannot be imported. Correct the following:{lines}")
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Suite(
        name="ditflow",
        version=version,
        sha256=suite_sha256(version, cases),
        cases=cases,
        description="The prompts of DiTFlow's project page on frames of DAVIS 2017.",
    )


def _entries(text: str, path: Path) -> dict[Any, Any]:
    """What follows the equals sign: quoted keys and values, which Python's syntax has, too."""
    found = _OBJECT.search(text)
    try:
        if found and isinstance(value := ast.literal_eval(found[1]), dict):
            return value
    except (ValueError, SyntaxError):
        pass
    raise ManifestError(
        f"{path}: there is no object of quoted keys and values in it, such as "
        "const prompts = {'name': {'easy': '...', ...}}. Give DiTFlow's prompts.js."
    )


def _case(name: Any, entry: Any, davis: Path, problems: list[str]) -> Case | None:
    wanted = {*KINDS, FRAMES}
    if not isinstance(entry, dict) or set(entry) != wanted:
        had = ", ".join(map(str, entry)) if isinstance(entry, dict) else repr(entry)
        problems.append(f"{name!r}: expected {', '.join(sorted(wanted))}, found {had}")
        return None
    start_stop_step = _frame_range(entry[FRAMES])
    if start_stop_step is None:
        problems.append(
            f"{name!r}: {FRAMES} is {entry[FRAMES]!r}, not '[start, stop, step]' with "
            "0 <= start < stop and step >= 1"
        )
        return None
    prompts = tuple(Prompt(key, kind, str(entry[key]).strip()) for key, kind in KINDS.items())
    return Case(
        id=str(name).lower(),
        category=None,
        caption=prompts[0].text,
        prompts=prompts,
        source=FileSource(davis / FOLDER / str(name), *start_stop_step),
    )


def _frame_range(text: Any) -> tuple[int, int, int] | None:
    """``"[0, 48, 2]"`` to its numbers, as Python's ``range`` means them."""
    try:
        start, stop, step = ast.literal_eval(str(text))
    except (ValueError, SyntaxError, TypeError):
        return None
    whole = all(type(number) is int for number in (start, stop, step))
    return (start, stop, step) if whole and 0 <= start < stop and step >= 1 else None
