"""What cannot be loaded, and what the error says to do."""

import json
import shutil
from pathlib import Path

import pytest

from motionbench.backbones import load_backbone
from motionbench.errors import UnknownNameError, UsageError, WeightsError


def test_an_unknown_name_suggests_a_known_one() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'nano'"):
        load_backbone("nanoo")


def test_an_untrained_nano_says_where_its_recipe_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("motionbench.backbones.folder.NANO_FOLDER", tmp_path / "weights")
    with pytest.raises(WeightsError, match=r"not trained .* recipe is in .* --set backbone="):
        load_backbone("nano")


def test_a_missing_folder_is_no_name(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="A folder must exist"):
        load_backbone(str(tmp_path / "absent"))


def test_offline_says_what_to_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match=r"offline=True forbids.*download Wan-AI/Wan2\.1-none"):
        load_backbone("Wan-AI/Wan2.1-none", offline=True)


def test_a_folder_without_a_pipeline(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"holds no model_index\.json"):
        load_backbone(str(tmp_path))


def test_a_part_is_missing(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    shutil.rmtree(copy / "vae")
    with pytest.raises(WeightsError, match="lacks vae"):
        load_backbone(str(copy))


def test_weights_are_missing(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    next((copy / "transformer").glob("*.safetensors")).unlink()
    with pytest.raises(WeightsError, match="cannot be loaded"):
        load_backbone(str(copy))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"_class_name": "LTXPipeline"}, "a LTXPipeline"),
        ({"transformer_2": ["diffusers", "WanTransformer3DModel"]}, r"Wan 2\.2"),
        ({"expand_timesteps": True}, r"Wan 2\.2"),
    ],
)
def test_another_kind_of_pipeline(
    folder: Path, tmp_path: Path, changed: dict[str, object], message: str
) -> None:
    index = json.loads((folder / "model_index.json").read_text()) | changed
    (tmp_path / "model_index.json").write_text(json.dumps(index))
    with pytest.raises(WeightsError, match=message):
        load_backbone(str(tmp_path))


def test_values_that_do_not_exist(folder: Path) -> None:
    with pytest.raises(UsageError, match="dtype='int8' must be one of float32, bfloat16, float16"):
        load_backbone(str(folder), dtype="int8")
    with pytest.raises(UsageError, match="offload='model' moves weights off a GPU"):
        load_backbone(str(folder), offload="model")


def test_loading_is_quiet(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    load_backbone(str(folder))
    assert capfd.readouterr() == ("", "")


def test_half_precision_and_tiling(folder: Path) -> None:
    backbone = load_backbone(str(folder), dtype="bfloat16", vae_tiling=True)
    assert backbone.identity()["dtype"] == "bfloat16"
    assert str(backbone.encode_text("a star").dtype) == "torch.bfloat16"
    assert str(backbone.sample("a star", seed=0, steps=1).dtype) == "torch.float32"
