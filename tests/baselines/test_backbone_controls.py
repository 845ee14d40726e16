"""The controls that need a backbone, on one with random weights."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from baselines.backbone import BackboneAlone
from baselines.vae_round_trip import VaeRoundTrip
from motionbench.backbones import load_backbone
from motionbench.cases import Clip
from motionbench.errors import UsageError
from motionbench.methods.options import build_config
from tests.backbones.tiny import save_tiny

PROMPT = "a red star on a blue dotted background"
REFERENCE = Clip(
    np.random.default_rng(0).integers(0, 256, (5, 16, 32, 3), dtype=np.uint8), fps=10.0
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny") / "wan"
    save_tiny(path)
    return path


@pytest.mark.parametrize(
    "name", ["baselines.backbone:BackboneAlone", "baselines.vae_round_trip:VaeRoundTrip"]
)
def test_they_keep_the_protocol(folder: Path, name: str) -> None:
    # In a process without the shape checker, which draws from the global generator itself.
    code = (
        "import sys\n"
        "from motionbench.methods.conformance import check_method\n"
        "from motionbench.methods.registry import load_method\n"
        "load = lambda: load_method(sys.argv[1], options={'backbone': sys.argv[2]})\n"
        "print(*(result for result in check_method(load) if not result.passed))\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, name, str(folder)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    assert found.stdout == "\n"


def test_the_backbone_shows_the_prompt_and_no_reference(folder: Path, tmp_path: Path) -> None:
    method = BackboneAlone(BackboneAlone.Config(backbone=str(folder), steps=1, guidance=1.0))
    assert method.card.control
    clips = []
    for reference in (REFERENCE, Clip(255 - REFERENCE.frames, 10.0)):
        adapted = method.adapt(reference, "anything", seed=0, work_dir=tmp_path)
        clips.append(method.generate(adapted, PROMPT, seed=3))
    model = load_backbone(str(folder))
    expected = model.decode(model.sample(PROMPT, seed=3, frames=5, steps=1, guidance=1.0))
    for clip in clips:
        assert clip.fps == 10.0
        np.testing.assert_array_equal(clip.frames, expected)
    assert method.identity() == model.identity()


def test_the_round_trip_shows_the_reference_whatever_the_prompt(
    folder: Path, tmp_path: Path
) -> None:
    method = VaeRoundTrip(VaeRoundTrip.Config(backbone=str(folder)))
    assert method.card.control
    assert (method.video_spec.frame_step, method.video_spec.size) == (4, (16, 32))
    adapted = method.adapt(REFERENCE, "anything", seed=0, work_dir=tmp_path)
    clip = method.generate(adapted, PROMPT, seed=0)
    model = load_backbone(str(folder))
    np.testing.assert_array_equal(clip.frames, model.decode(model.encode(REFERENCE.frames)))
    assert clip.fps == REFERENCE.fps


@pytest.mark.parametrize("options", [{"guidance": 0.5}, {"steps": 0}])
def test_wrong_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(options))):
        build_config(BackboneAlone.Config, options)
