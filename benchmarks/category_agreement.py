"""How often are the categories that tracks suggest those of a manifest, or of a folder's folders?

    python benchmarks/category_agreement.py scenes
    python benchmarks/category_agreement.py motionbench_public --root FOLDER
    python benchmarks/category_agreement.py FOLDER

FOLDER has a folder for each category, with clips in it. Prints each clip that disagrees with what
the suggestion rests on, then a line for each category: what was suggested for its clips, and how
many suggestions were right and wrong, the sure ones and the others apart. One thing that moves is
right for ``single_object`` and for ``human``.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from motionbench.cases import CATEGORIES, Case, FileSource, Suite
from motionbench.features import Features, default_cache_dir
from motionbench.manifest import load_suite
from motionbench.ruler import load_ruler
from motionbench.suites.suggest import Suggestion, suggest

KINDS = {
    ("camera",): "camera",
    ("single_object", "human"): "one",
    ("multi_object",): "several",
    (): "nothing",
}
"""What can be suggested, and its column."""


def folder_suite(folder: Path) -> Suite:
    """A suite of the clips in a folder's folders, named after the categories."""
    cases = [
        Case(f"{category}-{path.stem}", category, "", (), FileSource(path))
        for category in CATEGORIES
        for path in sorted((folder / category).glob("*.*"))
    ]
    return Suite(folder.name, "1", "", tuple(cases))


def disagreement(found: Suggestion) -> str:
    """A line: what was suggested, and the traits that it rests on."""
    what = " or ".join(found.suggested) or "nothing"
    traits = {} if found.traits is None else asdict(found.traits)
    numbers = ", ".join(f"{name} {np.round(value, 4)}" for name, value in traits.items())
    return f"{found.case}: {what} ({'sure' if found.sure else 'unsure'}); {numbers}"


def confusion(found: Sequence[Suggestion]) -> str:
    """A line for each category, and one for all."""
    verdicts = [(sure, right) for sure in (True, False) for right in (True, False)]
    names = [f"{'sure' if s else 'unsure'} {'right' if r else 'wrong'}" for s, r in verdicts]
    lines = ["".join([f"{'':15}", *(f"{name:>14}" for name in [*KINDS.values(), *names])])]
    for label in (*CATEGORIES, "all"):
        rows = [each for each in found if label in ("all", each.category)]
        kinds = Counter(KINDS[each.suggested] for each in rows)
        told = Counter((each.sure, each.category in each.suggested) for each in rows)
        counts = [*(kinds[kind] for kind in KINDS.values()), *(told[each] for each in verdicts)]
        lines.append("".join([f"{label:15}", *(f"{count:14}" for count in counts)]))
    return "\n".join(lines)


def main() -> None:
    """Print what disagrees, then the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", help="a suite, a manifest or a folder")
    parser.add_argument("--root", type=Path, help="where the suite's files are")
    parser.add_argument("--ruler", default="embedded")
    arguments = parser.parse_args()
    folder = Path(arguments.clips)
    suite = (
        folder_suite(folder)
        if folder.is_dir()
        else load_suite(arguments.clips, root=arguments.root)
    )
    features = Features(load_ruler(arguments.ruler, offline=True), default_cache_dir())
    found = [each for each in suggest(suite, features) if each.category is not None]
    for each in found:
        if each.category not in each.suggested:
            print(disagreement(each))
    agreed = sum(each.category in each.suggested for each in found)
    print(f"\nruler {features.ruler.id}: {agreed} of {len(found)} agree\n{confusion(found)}")


if __name__ == "__main__":
    main()
