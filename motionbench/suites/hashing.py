"""Hashes of references, written into a suite so that it is answered on these clips alone."""

from dataclasses import replace

from motionbench.cases import Suite
from motionbench.manifest import load_reference, suite_sha256
from motionbench.runner.progress import progress
from motionbench.video import content_sha256


def with_hashes(suite: Suite, *, show_progress: bool | None = None) -> Suite:
    """The suite whose every case says what its reference's frames hash to.

    Args:
        suite: Its files are there.
        show_progress: None for a bar where standard error is a terminal.

    Raises:
        VideoError: A reference does not decode.
        ManifestError: A reference is not what the suite says already.
    """
    cases = []
    for case in progress(suite.cases, total=len(suite.cases), what="clips", show=show_progress):
        clip = load_reference(case)
        cases.append(replace(case, sha256=content_sha256(clip.frames, clip.fps)))
    return replace(suite, cases=tuple(cases), sha256=suite_sha256(suite.version, cases))
