"""True and measured camera motion, step by step."""

from collections.abc import Sequence
from typing import Any

from motionbench.audit.footage.components import COMPONENTS, by_step
from motionbench.audit.sections import Figure
from motionbench.metrics.functional.camera import CameraMotion

MARKERS = "os^vDPX*<>"


def steps_figure(clips: Sequence[tuple[CameraMotion, CameraMotion]]) -> Figure:
    """One panel a component: each step's true motion against the measured one.

    Args:
        clips: The true and the measured motion of each clip.
    """

    def draw(figure: Any) -> None:
        for axes, component in zip(figure.subplots(2, 2).flat, COMPONENTS, strict=True):
            for number, (true, measured) in enumerate(clips):
                known = true.known & measured.known
                axes.plot(
                    by_step(true, component.name)[known],
                    by_step(measured, component.name)[known],
                    MARKERS[number % len(MARKERS)],
                    markersize=3.5,
                    markerfacecolor="none",
                )
            axes.axline((0, 0), slope=1, color="0.6", linewidth=0.8, zorder=0)
            axes.set(
                xlabel=f"true {component.name} ({component.unit} a step)",
                ylabel=f"measured {component.name}",
            )

    return Figure(
        "poses",
        "Camera motion in each step, from known poses and as measured; one marker a clip. On the "
        "line they are equal.",
        draw,
        height=6.0,
    )
