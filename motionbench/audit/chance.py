"""Chance and ceiling: what scores mean at their two ends, and how steady they are between."""

from motionbench.audit import floors
from motionbench.audit.axes import base_scenes
from motionbench.audit.controls import controls
from motionbench.audit.lab import Lab
from motionbench.audit.noise import noise
from motionbench.audit.scale import Scale
from motionbench.audit.sections import Section
from motionbench.cases import CATEGORIES


def run(lab: Lab, scale: Scale) -> Section:
    """Chance floors on real motion, control rows, and noise.

    Args:
        lab: Holds the ruler.
        scale: Sizes.
    """
    # At least two: a clip needs another one of its category to be unrelated to.
    scenes = {c: base_scenes(c, max(scale.scenes, 2), scale.seed) for c in CATEGORIES}
    few = {c: some[: max(scale.scenes // 2, 2)] for c, some in scenes.items()}
    frames, size, seed = scale.frames, scale.size, scale.seed
    control_tables, control_findings = controls(lab, scenes, frames=frames, size=size, seed=seed)
    frames_table = floors.by_frames(lab, few, size=size, seed=seed)
    grid_table = floors.by_grid(lab, few, frames=frames, size=size, seed=seed)
    noise_table, noise_findings = noise(lab, few, frames=frames, size=size, seed=seed)
    findings = [*control_findings, *floors.length_findings(frames_table), *noise_findings]
    return Section(
        name="chance",
        title="Chance and ceiling",
        text=(
            "What unrelated clips score, on motion as it occurs: every reference of "
            f"{len(few['camera'])} scenes a category against the others, beside tracks that turn "
            "at random. Control rows with a known answer, "
            f"{len(scenes['camera'])} scenes a category. And the spread of a score when nothing "
            "has changed, measured on results with half of another motion and another appearance."
        ),
        tables=(*control_tables, frames_table, grid_table, noise_table),
        figures=(floors.figure(frames_table),),
        findings=tuple(
            sorted(findings, key=lambda f: ("fault", "notice", "good").index(f.severity))
        ),
    )
