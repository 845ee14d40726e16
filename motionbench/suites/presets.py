"""Settings under which others reported numbers, as far as they are public.

A preset fills in what the command line leaves open. It does not make numbers comparable with a
paper's by itself: what nobody published is listed, and is printed with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from motionbench.errors import UnknownNameError


@dataclass(frozen=True)
class Preset:
    """A published protocol.

    Attributes:
        name: On the command line.
        source: Where its settings stand.
        seeds: Of the generations.
        ruler: Name of the ruler.
        overrides: Fields of the ruler that differ from its defaults.
        metrics: The columns of the paper's table, by our names.
        footage: How to get the clips and prompts.
        unknown: What is not public, one clause each.
    """

    name: str
    source: str
    seeds: tuple[int, ...]
    ruler: str
    overrides: Mapping[str, Any]
    metrics: tuple[str, ...]
    footage: str
    unknown: tuple[str, ...] = field(default=())


PRESETS: Final[dict[str, Preset]] = {
    preset.name: preset
    for preset in (
        Preset(
            name="ditflow",
            source=(
                "Pondaven et al., Video Motion Transfer with Diffusion Transformers, CVPR 2025; "
                "github.com/ditflow/ditflow at 4db379b (eval/, configs/, default arguments) and "
                "supp/assets/prompts.js of ditflow.github.io at 671f7c8"
            ),
            seeds=(1,),
            ruler="standard",
            overrides={"grid_size": 55, "max_frames": 24},
            metrics=("motion_fidelity/dmt", "text_alignment"),
            footage="motionbench suite import ditflow prompts.js --davis DAVIS",
            unknown=(
                "how many seeds the paper's tables average",
                "their script tracks at the clip's size, the ruler at its working size",
            ),
        ),
        Preset(
            name="effivmt-paper",
            source=(
                "EffiVMT: Video Motion Transfer via Efficient Spatial-Temporal Decoupled "
                "Finetuning, ICLR 2026 (on arXiv as Follow-Your-Motion, 2506.05207)"
            ),
            seeds=(0,),
            ruler="standard",
            overrides={"max_frames": 32},
            metrics=("motion_fidelity/dmt", "text_alignment", "temporal_consistency"),
            footage="motionbench fetch motionbench-public (a part: the whole was not released)",
            unknown=(
                "the clips and prompts of its MotionBench",
                "seeds and their number",
                "which script computes motion fidelity, the grid of points and the tracker's "
                "version",
                "which CLIP model, and the size of the frames",
                "whether the 32 frames are the first or are spread over the clip",
            ),
        ),
    )
}


def get_preset(name: str) -> Preset:
    """The preset of that name.

    Raises:
        UnknownNameError: There is none.
    """
    if name not in PRESETS:
        raise UnknownNameError("preset", name, PRESETS)
    return PRESETS[name]
