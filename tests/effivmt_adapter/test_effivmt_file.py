"""Tuned heads on disk: what comes back, and what is refused."""

from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from effivmt_adapter.head_classification import HeadSplit
from effivmt_adapter.lora import attention_shape
from effivmt_adapter.sampling import sample
from effivmt_adapter.tuned_file import Tuned, load_tuned, new_lora, save_tuned
from effivmt_adapter.workplace import Workplace
from motionbench.backbones.wan import Backbone
from motionbench.errors import StoreError

PROMPT = "a red star on a blue dotted background"


def make(backbone: Backbone, split: HeadSplit | None) -> Tuned:
    shape = attention_shape(backbone)
    spatial = new_lora("spatial", split, shape, rank=2, alpha=1.0, seed=1)
    temporal = new_lora("temporal", split, shape, rank=3, alpha=6.0, seed=2)
    generator = torch.Generator().manual_seed(0)
    for parameter in (*spatial.parameters(), *temporal.parameters()):
        parameter.data = torch.randn(parameter.shape, generator=generator)
    return Tuned(split, spatial, temporal)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tuned.safetensors"


@pytest.mark.parametrize("decoupled", [True, False])
def test_what_is_saved_comes_back(
    backbone: Backbone, split: HeadSplit, path: Path, decoupled: bool
) -> None:
    tuned = make(backbone, split if decoupled else None)
    save_tuned(path, tuned, backbone, {"alpha": 1.25})
    found = load_tuned(path, backbone)
    if decoupled:
        assert torch.equal(found.split.temporal, split.temporal)
    else:
        assert found.split is None
    for one, other in ((tuned.spatial, found.spatial), (tuned.temporal, found.temporal)):
        assert (one.rank, one.alpha) == (other.rank, other.alpha)
        assert one.state_dict().keys() == other.state_dict().keys()
        assert all(map(torch.equal, one.state_dict().values(), other.state_dict().values()))
    with safe_open(path, "pt") as file:
        assert file.metadata()["settings"] == '{"alpha": 1.25}'
    assert list(path.parent.iterdir()) == [path]


def test_another_backbone_is_refused(backbone: Backbone, split: HeadSplit, path: Path) -> None:
    save_tuned(path, make(backbone, split), backbone, {})
    other = Backbone(backbone._pipeline, backbone.geometry, {"backbone": "other"})
    with pytest.raises(StoreError, match=r"tuned on another backbone: its backbone is .*other"):
        load_tuned(path, other)
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    save_file(load_file(path), path, {**metadata, "shape": "[30, 12, 128]"})
    with pytest.raises(StoreError, match=r"its shape is \[30, 12, 128\].* is \[2, 2, 12\]"):
        load_tuned(path, backbone)


@pytest.mark.parametrize("damage", ["missing", "torn", "foreign", "split", "incomplete"])
def test_a_broken_file_is_named(
    backbone: Backbone, split: HeadSplit, path: Path, damage: str
) -> None:
    save_tuned(path, make(backbone, split), backbone, {})
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    if damage == "missing":
        path.unlink()
    elif damage == "torn":
        path.write_bytes(path.read_bytes()[:100])
    elif damage == "foreign":
        save_file(tensors, path)
    elif damage == "split":
        save_file(tensors, path, {**metadata, "split": '{"heads": 2}'})
    else:
        tensors.popitem()
        save_file(tensors, path, metadata)
    with pytest.raises(StoreError, match=r"tuned\.safetensors is no file of tuned heads"):
        load_tuned(path, backbone)


@pytest.mark.parametrize("text", ["torn", "[]", '{"heads": 2, "temporal": [[2]]}'])
def test_a_broken_split_is_named(tmp_path: Path, text: str) -> None:
    place = Workplace(tmp_path, {})
    assert place.split() is None
    place.folder.mkdir()
    (place.folder / "heads.json").write_text(text)
    with pytest.raises(StoreError, match=r"heads\.json"):
        place.split()


def test_sampling_scales_each_lora_and_restores(backbone: Backbone, split: HeadSplit) -> None:
    tuned = make(backbone, split)

    def clip(spatial: float, temporal: float) -> bytes:
        return sample(
            backbone, tuned, PROMPT, seed=1, frames=5, steps=2,
            spatial_scale=spatial, temporal_scale=temporal,
        ).tobytes()  # fmt: skip

    alone = backbone.decode(backbone.sample(PROMPT, seed=1, frames=5, steps=2)).tobytes()
    assert len({clip(0, 0), clip(1, 0), clip(0, 1), clip(1, 1), clip(0, 0.5)}) == 5
    assert clip(0, 1) == clip(0, 1)
    assert backbone.decode(backbone.sample(PROMPT, seed=1, frames=5, steps=2)).tobytes() == alone
    np_alone = torch.frombuffer(bytearray(alone), dtype=torch.uint8).float()
    np_none = torch.frombuffer(bytearray(clip(0, 0)), dtype=torch.uint8).float()
    assert (np_alone - np_none).abs().max() <= 1
