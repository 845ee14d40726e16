"""Finds what is known about real footage.

A folder is searched, with its subfolders, for what its files say by themselves; a ``truth.toml``
says the rest. Both are described in ``docs/audit-truth.md``.
"""

from collections.abc import Sequence
from pathlib import Path

from motionbench.audit.footage.detect import detect
from motionbench.audit.footage.sources import Sources, joined
from motionbench.audit.footage.truth_file import read_truth_file
from motionbench.errors import ManifestError

TRUTH_FILE = "truth.toml"


def read_sources(paths: Sequence[Path]) -> Sources:
    """What is known in folders and ``truth.toml`` files.

    Args:
        paths: A folder with a ``truth.toml`` stands for that file; any other folder is searched.

    Raises:
        ManifestError: Nothing is there, or something in a file is wrong.
    """
    found = []
    for given in paths:
        path = given / TRUTH_FILE if (given / TRUTH_FILE).is_file() else given
        if path.suffix == ".toml":
            found.append(read_truth_file(path))
        elif path.is_dir():
            found.append(detect(path))
        else:
            raise ManifestError(
                f"{path}: no such folder, and no .toml file. Give a folder of footage, or a "
                f"{TRUTH_FILE}; docs/audit-truth.md says what they hold."
            )
        if not len(found[-1]):
            raise ManifestError(
                f"{path}: nothing is known about any clip here. It needs an .npz with points, "
                "visible and frames, a clip with camera poses in a .txt of the same name, a "
                f"labels.json, a pairs.jsonl or pairs.csv, or a {TRUTH_FILE}; see "
                "docs/audit-truth.md."
            )
    return joined(found)
