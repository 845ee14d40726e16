"""Writes ``scenes.yaml``: ``python -m data_manifests.scenes``.

The manifest is the suite; this command only saves typing it. A change of what it writes is a new
version of the suite.
"""

from pathlib import Path

from motionbench.cases import Suite
from motionbench.manifest import suite_sha256, write_suite
from motionbench.scenes.suite import hash_reference, plan_cases

VERSION = "1.0"
DESCRIPTION = (
    "Procedural vector scenes with exact tracks: camera, single object, several objects and "
    "human motion, 13 cases each; needs no download."
)
PATH = Path(__file__).with_suffix(".yaml")


def main() -> None:
    """Render all references and write the manifest beside this file."""
    cases = tuple(hash_reference(case) for case in plan_cases())
    write_suite(Suite("scenes", VERSION, suite_sha256(VERSION, cases), cases, DESCRIPTION), PATH)


if __name__ == "__main__":
    main()
