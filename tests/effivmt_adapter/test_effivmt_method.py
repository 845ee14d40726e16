"""The plugins, on a backbone of random weights."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from baselines.two_stage_lora import TwoStageLora
from effivmt_adapter import method as plugin
from effivmt_adapter.config import PRESETS, EffiVMTConfig, TuningOptions, resolve, tuning_options
from effivmt_adapter.drawing import ClipFrames
from effivmt_adapter.method import EffiVMT
from effivmt_adapter.stage_one import measure_heads
from effivmt_adapter.stages import given, spatial_stage, temporal_stage
from motionbench.backbones.geometry import Defaults, Geometry
from motionbench.backbones.wan import Backbone
from motionbench.cases import Clip
from motionbench.errors import MethodError, UsageError
from motionbench.methods.options import build_config

PROMPTS = ("a red star on a blue dotted background", "a green circle on a plain grey background")
QUICK = {
    "spatial_steps": 2, "temporal_steps": 3, "spatial_rank": 2, "temporal_rank": 3,
    "batch": 2, "steps": 2, "guidance": 1.0,
}  # fmt: skip
SHORT = {"frames_sampled": 2, "heads_rule": "quantile", **QUICK}
WAN = Geometry(Defaults(), temporal_stride=4, spatial_stride=8, patch=(1, 2, 2), channels=16)


def effivmt(folder: Path, **more) -> EffiVMT:
    return EffiVMT(EffiVMTConfig(backbone=str(folder), **{**SHORT, **more}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("effivmt_adapter.method:EffiVMT", SHORT),
        ("baselines.two_stage_lora:TwoStageLora", QUICK),
    ],
)
def test_they_keep_the_protocol(folder: Path, name: str, options: dict) -> None:
    # In a process without the shape checker, which draws from the global generator itself.
    code = (
        "import json, sys\n"
        "from motionbench.methods.conformance import check_method\n"
        "from motionbench.methods.registry import load_method\n"
        "load = lambda: load_method(sys.argv[1], options=json.loads(sys.argv[2]))\n"
        "print(*(result for result in check_method(load) if not result.passed))\n"
    )
    given = json.dumps({"backbone": str(folder), **options})
    command = [sys.executable, "-W", "ignore", "-c", code, name, given]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    assert found.stdout == "\n"


def test_tuning_is_kept_and_used_for_other_prompts(
    folder: Path, reference: Clip, tmp_path: Path, monkeypatch
) -> None:
    method = effivmt(folder)
    adapted = method.adapt(reference, "a wall", seed=0, work_dir=tmp_path)
    first, second = (method.generate(adapted, prompt, seed=0) for prompt in PROMPTS)
    assert first.frames.shape == reference.frames.shape
    assert first.fps == reference.fps
    assert not np.array_equal(first.frames, second.frames)

    (place,) = tmp_path.iterdir()
    names = {path.name for path in place.iterdir()}
    assert names == {"tuned.safetensors", "heads.json", "losses.csv", "stages.json"}
    rows = list(csv.DictReader((place / "losses.csv").read_text().splitlines()))
    assert [(row["stage"], row["step"]) for row in rows] == [
        ("spatial", "0"), ("spatial", "1"), ("temporal", "0"), ("temporal", "1"), ("temporal", "2"),
    ]  # fmt: skip
    stages = json.loads((place / "stages.json").read_text())
    assert stages["temporal"]["steps"] == 3
    assert stages["temporal"]["seconds"] > 0

    monkeypatch.setattr(plugin, "tune", None)  # not called again
    again = effivmt(folder).adapt(reference, "a wall", seed=0, work_dir=tmp_path)
    np.testing.assert_array_equal(
        effivmt(folder).generate(again, PROMPTS[0], seed=0).frames, first.frames
    )


def test_a_step_without_motion_has_an_empty_cell(
    folder: Path, reference: Clip, tmp_path: Path
) -> None:
    method = effivmt(folder, frames_sampled=1, full_length_share=0.5, temporal_steps=6)
    method.adapt(reference, "a wall", seed=0, work_dir=tmp_path)
    (table,) = tmp_path.glob("*/losses.csv")
    rows = list(csv.DictReader(table.read_text().splitlines()))
    cells = [row["motion"] for row in rows if row["stage"] == "temporal"]
    assert len(cells) == 6
    assert 0 < cells.count("") < 6
    assert "nan" not in table.read_text()
    stages = json.loads((table.parent / "stages.json").read_text())
    last = [float(cell) for cell in cells if cell][-1]
    assert stages["temporal"]["last_losses"]["motion"] == pytest.approx(last, rel=1e-4)


def test_an_empty_group_is_refused_before_anything_is_tuned(
    folder: Path, reference: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin, "tune", None)  # not called
    method = effivmt(folder, heads_rule="ratio", alpha=1e-9)
    with pytest.raises(MethodError, match=r"No head is temporal.* heads_rule=quantile"):
        method.adapt(reference, "a wall", seed=0, work_dir=tmp_path)


def test_heads_may_be_compared_with_bands(
    folder: Path, reference: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def measure(*arguments, templates, **named):
        seen.append(templates((3, 2, 4)).uniform_ratio)
        return measure_heads(*arguments, templates=templates, **named)

    monkeypatch.setattr(plugin, "measure_heads", measure)
    for more in ({}, {"heads_band": 1, "heads_block": 4}):
        effivmt(folder, **more).adapt(reference, "a wall", seed=0, work_dir=tmp_path)
    assert seen == [pytest.approx((8 / 3) ** 0.5), pytest.approx(1.0)]


def test_two_references_share_a_backbone(folder: Path, reference: Clip, tmp_path: Path) -> None:
    method = effivmt(folder, learning_rate=0.1)
    other = Clip(np.ascontiguousarray(reference.frames[::-1, ::-1]), reference.fps)
    one = method.adapt(reference, "a wall", seed=0, work_dir=tmp_path)
    before = method.generate(one, PROMPTS[0], seed=0)
    two = method.adapt(other, "a wall", seed=0, work_dir=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert not np.array_equal(method.generate(two, PROMPTS[0], seed=0).frames, before.frames)
    np.testing.assert_array_equal(method.generate(one, PROMPTS[0], seed=0).frames, before.frames)


@pytest.mark.parametrize(
    "options",
    [
        {"decoupled": False},
        {"heads_control": "inverted"},
        {"sparse_sampling": False},
        {"adaptive_rope": False},
        {"sampling_pattern": "random"},
        {"motion_loss": 0.0},
        {"debiased_loss": 1.0},
        {"spatial_lora_scale": 1.0},
    ],
)
def test_options_run_and_matter(
    folder: Path, reference: Clip, tmp_path: Path, options: dict
) -> None:
    clips = []
    for more in ({}, options):
        shared = {"learning_rate": 0.1, "spatial_lora_alpha": 20.0, "sampling_pattern": "uniform"}
        method = effivmt(folder, **{**shared, **more})
        adapted = method.adapt(reference, "a wall", seed=0, work_dir=tmp_path)
        clips.append(method.generate(adapted, PROMPTS[0], seed=0).frames)
    assert not np.array_equal(*clips)


def test_without_a_split_no_head_is_looked_at(
    folder: Path, reference: Clip, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(plugin, "measure_heads", None)
    method = effivmt(folder, decoupled=False)
    adapted = method.adapt(reference, "a wall", seed=0, work_dir=tmp_path)
    assert adapted.tuned.split is None
    assert all(len(adapted.tuned.temporal.block(index).heads) == 2 for index in (0, 1))


def test_two_stage_lora_is_effivmt_without_its_ideas(folder: Path, backbone: Backbone) -> None:
    method = TwoStageLora(TuningOptions(backbone=str(folder), **QUICK))
    assert method.card.name == "two_stage_lora"
    recipe = method.recipe
    assert [recipe.decoupled, recipe.adaptive_rope, recipe.sparse_sampling] == [False] * 3
    stage = temporal_stage(recipe)
    assert stage.frames == ClipFrames(None, "offset", adaptive_rope=False)
    assert (stage.motion_weight, stage.debiased_weight) == (0.0, 0.0)
    assert recipe.spatial_lora_scale == 0.0
    assert method.config.learning_rate == PRESETS["nano"]["learning_rate"]
    assert method.resolved(method.config) == method.config


def test_presets_fill_what_nobody_said() -> None:
    paper = resolve(EffiVMTConfig(temporal_steps=7), WAN)
    assert (paper.preset, paper.temporal_steps, paper.spatial_steps) == ("wan", 7, 3000)
    assert (paper.spatial_rank, paper.spatial_lora_alpha) == (128, 128.0)
    assert (paper.spatial_weight_decay, paper.temporal_weight_decay) == (0.1, 0.5)
    assert spatial_stage(paper).weight_decay == 0.1
    assert temporal_stage(paper).frames == ClipFrames(5, "uniform")
    assert resolve(paper, WAN) == paper
    small = resolve(EffiVMTConfig(preset="nano"), WAN)
    assert small.batch == PRESETS["nano"]["batch"]
    assert PRESETS["nano"].keys() == PRESETS["wan"].keys()
    with pytest.raises(ValueError, match="resolve"):
        given(EffiVMTConfig(), "batch")
    assert paper.model_copy(update={"preset": "auto"}) != paper


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frames_sampled": 0}, "'frames_sampled' cannot be 0: .* greater than or equal to 1"),
        (
            {"full_length_share": 1.5},
            "'full_length_share' cannot be 1.5: .* less than or equal to 1",
        ),
        ({"heads_block": 4}, "heads_block=4 is the step of a band: give heads_band, too"),
        ({"gradient_norm": 0.0}, "'gradient_norm' cannot be 0.0: .* greater than 0"),
        ({"sigma_shift": 0.0}, "'sigma_shift' cannot be 0.0: .* greater than 0"),
        ({"guidance": 0.5}, "'guidance' cannot be 0.5: .* greater than or equal to 1"),
        ({"steps": 0}, "'steps' cannot be 0: .* greater than or equal to 1"),
        ({"alpha": 0.0}, "'alpha' cannot be 0.0: .* greater than 0"),
        ({"heads_sigmas": [0.5, 0.0]}, r"'heads_sigmas' cannot be \[0.5, 0.0\]: .* greater than 0"),
        ({"heads_sigmas": []}, r"'heads_sigmas' cannot be \[\]: .* at least 1 item"),
        ({"dtype": "float16"}, "'dtype' cannot be 'float16': .*'float32' or 'bfloat16'"),
        ({"sampling_pattern": "even"}, "sampling_pattern"),
    ],
)
def test_wrong_options_are_refused(options: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        build_config(EffiVMTConfig, options)


@pytest.mark.parametrize("options", [{"guidance": 0.5}, {"steps": 0}, {"dtype": "float16"}])
def test_wrong_options_of_two_stage_lora_are_refused(options: dict) -> None:
    with pytest.raises(UsageError, match=next(iter(options))):
        build_config(TuningOptions, options)


def test_all_that_decides_a_tuning_names_its_folder() -> None:
    options = tuning_options(EffiVMTConfig())
    # Tiled latents are other latents.
    assert {"vae_tiling", "heads_band"} <= options.keys()
    assert not options.keys() & {"steps", "guidance", "spatial_lora_scale"}
