"""Another case's reference: what motion fidelity gives by chance.

Real motion of the same kind of clip, but of the wrong case. A method that does not exceed this row
has transferred nothing.
"""

# ruff: noqa: ARG002 - a control needs only part of what the protocol hands it.

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motionbench.cases import Clip, VideoSpec
from motionbench.conform import conform
from motionbench.errors import MethodError
from motionbench.manifest import load_reference, load_suite
from motionbench.methods.base import Method, MethodCard
from motionbench.video import content_sha256


@dataclass(frozen=True)
class Config:
    """The options of ``--set key=value``.

    Attributes:
        suite: Name or manifest of the suite whose references are used.
    """

    suite: str = "scenes"


class OtherCase(Method):
    """Returns another case's reference, cut to the given one's size and at most its length.

    A hash of the reference and the seed chooses the case; the next one is taken where that happens
    to be the reference itself.
    """

    card = MethodCard(
        name="other_case",
        version="1",
        summary="Another case's reference: motion fidelity by chance.",
        licence="Apache-2.0",
        control=True,
    )
    Config = Config

    def __init__(self, config: Any = None, *, device: str = "cpu") -> None:
        """Read the suite.

        Raises:
            UnknownNameError, ManifestError: There is no such suite, or it is wrong.
        """
        super().__init__(config, device=device)
        self.suite = load_suite(self.config.suite)

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Clip:
        """Choose a case and load its reference.

        Raises:
            MethodError: The suite has no reference with other content.
        """
        cases = self.suite.cases
        identity = f"{content_sha256(reference.frames, reference.fps)} {seed}"
        first = int.from_bytes(hashlib.sha256(identity.encode()).digest()[:8], "big")
        for offset in range(len(cases)):
            case = cases[(first + offset) % len(cases)]
            other = _fit(load_reference(case), reference)
            if not np.array_equal(other.frames, reference.frames):
                return other
        raise MethodError(
            f"Suite {self.config.suite!r} has no case whose reference differs from this one; name "
            f"a suite with other clips by --set suite=NAME."
        )

    def generate(self, adapted: Clip, prompt: str, *, seed: int) -> Clip:
        """The other reference, whatever the prompt."""
        return adapted


def _fit(clip: Clip, reference: Clip) -> Clip:
    """A clip in the reference's size; a shorter one stays as short as it is."""
    return conform(clip, VideoSpec(max_frames=len(reference), size=reference.size)).clip
