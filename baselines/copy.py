"""The reference itself: the ceiling of motion fidelity.

What any method can reach at most on this case with this tracker; and the worst of text alignment
and appearance leakage, since the prompt is ignored. A method whose fidelity comes with leakage near
this row's copies rather than transfers.
"""

# ruff: noqa: ARG002 - a control needs only part of what the protocol hands it.

from pathlib import Path

from motionbench.cases import Clip
from motionbench.methods.base import Method, MethodCard


class Copy(Method):
    """Returns the reference."""

    card = MethodCard(
        name="copy",
        version="1",
        summary="The reference itself: the ceiling of motion fidelity, the worst of leakage.",
        licence="Apache-2.0",
        control=True,
    )

    def adapt(self, reference: Clip, caption: str, *, seed: int, work_dir: Path) -> Clip:
        """Keep the reference."""
        return reference

    def generate(self, adapted: Clip, prompt: str, *, seed: int) -> Clip:
        """The reference, whatever the prompt."""
        return adapted
