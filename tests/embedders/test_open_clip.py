import json
import logging

import numpy as np
import open_clip
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import load, save_file

from motionbench.embedders import load_embedder
from motionbench.embedders.open_clip import BATCH, OpenClip
from motionbench.embedders.weights import resolve
from motionbench.errors import UnknownNameError, UsageError, WeightsError

MODEL = {
    "embed_dim": 8,
    "vision_cfg": {"image_size": 16, "layers": 1, "width": 16, "head_width": 8, "patch_size": 8},
    "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 8, "heads": 1, "layers": 1},
}
PREPROCESS = {
    "mean": [0.5, 0.4, 0.3],
    "std": [0.2, 0.3, 0.4],
    "interpolation": "bilinear",
    "resize_mode": "squash",
}
TAG = {"mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6], "interpolation": "bilinear"}


def write_folder(folder, seed=0, preprocess=PREPROCESS):
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_cfg": MODEL, "preprocess_cfg": preprocess}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = open_clip.CLIP(**MODEL)
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="module")
def embedder(folder):
    return OpenClip(f"local-dir:{folder}")


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    cache = tmp_path / "hub"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    return cache


@pytest.fixture
def tiny_tag(empty_cache, monkeypatch, folder):
    """An architecture with a tag whose weights an earlier download has left in the cache."""
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "Tiny", MODEL)
    tags = {"mine": {**TAG, "hf_hub": "someone/tiny/"}}
    monkeypatch.setitem(open_clip.pretrained._PRETRAINED, "Tiny", tags)
    repository = empty_cache / "models--someone--tiny"
    snapshot = repository / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0" * 40)
    weights = snapshot / "open_clip_model.safetensors"
    weights.write_bytes((folder / weights.name).read_bytes())
    return weights


def frames_of(count, seed=0, size=(24, 20)):
    return np.random.default_rng(seed).integers(0, 256, (count, *size, 3), dtype=np.uint8)


# ---- what comes out


def test_embeddings_are_those_of_the_library(embedder, folder):
    frames, texts = frames_of(3), ["a red star", "two dogs"]
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    tokens = open_clip.get_tokenizer(f"local-dir:{folder}")(texts)
    with torch.inference_mode():
        images = torch.stack([transform(Image.fromarray(frame)) for frame in frames])
        want_frames = model.eval().encode_image(images, normalize=True).numpy()
        want_texts = model.encode_text(tokens, normalize=True).numpy()
    np.testing.assert_allclose(embedder.embed_frames(frames), want_frames, atol=1e-6)
    np.testing.assert_allclose(embedder.embed_texts(texts).embeddings, want_texts, atol=1e-6)


def test_rows_are_unit_float32_and_do_not_depend_on_the_batch(embedder):
    frames = frames_of(BATCH + 3)
    rows = embedder.embed_frames(frames)
    assert rows.shape == (BATCH + 3, 8)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(rows[-1:], embedder.embed_frames(frames[-1:]), atol=1e-6)
    texts = [f"text {number}" for number in range(BATCH + 3)]
    many = embedder.embed_texts(texts).embeddings
    np.testing.assert_allclose(many[-1:], embedder.embed_texts(texts[-1:]).embeddings, atol=1e-6)


def test_preprocessing_is_the_folders_own(tmp_path, folder, embedder):
    other = write_folder(tmp_path / "other", preprocess={**PREPROCESS, "mean": [0.9, 0.9, 0.9]})
    frames = frames_of(2)
    assert (
        np.abs(OpenClip(str(other)).embed_frames(frames) - embedder.embed_frames(frames)).max()
        > 0.01
    )


@settings(deadline=None, max_examples=40)
@given(words=st.integers(0, 12))
def test_truncation_is_reported_exactly(embedder, words):
    # Each word is one token; two more mark start and end, and the context holds eight.
    assert list(embedder.embed_texts(["dog " * words]).truncated) == [words + 2 > 8]


def test_a_truncated_text_equals_its_beginning(embedder):
    found = embedder.embed_texts(["dog cat dog cat dog cat", "dog cat dog cat dog cat star"])
    np.testing.assert_array_equal(found.embeddings[0], found.embeddings[1])
    np.testing.assert_array_equal(found.truncated, [False, True])


@pytest.mark.parametrize("texts", ["a red star", []])
def test_texts_must_be_a_sequence(embedder, texts):
    with pytest.raises(UsageError, match="texts must be a non-empty sequence of strings"):
        embedder.embed_texts(texts)


# ---- identity


def test_identity_names_weights_configuration_and_preprocessing(tmp_path, folder, embedder):
    identity = embedder.identity()
    assert identity["model"] == "local-dir"
    assert json.loads(identity["preprocess"])["mean"] == [0.5, 0.4, 0.3]
    assert identity["context_length"] == 8
    assert str(folder) not in json.dumps(identity)
    assert OpenClip(str(write_folder(tmp_path / "same"))).identity() == identity
    other = OpenClip(str(write_folder(tmp_path / "other", seed=1))).identity()
    assert {key for key in other if other[key] != identity[key]} == {"weights_sha256"}


def test_identity_cannot_be_changed_from_outside(embedder):
    embedder.identity()["model"] = "another"
    assert embedder.identity()["model"] == "local-dir"


# ---- nothing else is touched


def test_loading_leaves_global_state_alone(folder, capfd):
    root = logging.getLogger()
    # Python's own generator is left out: the shape checker of the tests draws from it.
    before = torch.get_rng_state(), np.random.get_state()[1].tolist()  # noqa: NPY002
    handlers, grad = list(root.handlers), torch.is_grad_enabled()
    loaded = OpenClip(str(folder))
    loaded.embed_frames(frames_of(2))
    loaded.embed_texts(["a star"])
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1] == np.random.get_state()[1].tolist()  # noqa: NPY002
    assert handlers == root.handlers
    assert grad == torch.is_grad_enabled()
    assert capfd.readouterr() == ("", "")


# ---- weights by tag


def test_a_tag_brings_its_own_preprocessing(tiny_tag, embedder):
    loaded = load_embedder("Tiny/mine", offline=True)
    preprocess = json.loads(loaded.identity()["preprocess"])
    assert (preprocess["mean"], preprocess["std"]) == (TAG["mean"], TAG["std"])
    assert preprocess["size"] == [16, 16]
    assert loaded.identity()["model"] == "Tiny/mine"
    assert loaded.identity()["weights_sha256"] == embedder.identity()["weights_sha256"]
    # Same weights, same text tower; the frames differ by the preprocessing alone.
    texts = ["a red star"]
    np.testing.assert_array_equal(
        loaded.embed_texts(texts).embeddings, embedder.embed_texts(texts).embeddings
    )
    frames = frames_of(2)
    assert np.abs(loaded.embed_frames(frames) - embedder.embed_frames(frames)).max() > 0.01


def test_a_tag_embeds_as_the_library_does(tiny_tag):
    model, _, transform = open_clip.create_model_and_transforms(
        "Tiny", pretrained=str(tiny_tag), image_mean=TAG["mean"], image_std=TAG["std"],
        image_interpolation="bilinear",
    )  # fmt: skip
    frames = frames_of(2)
    with torch.inference_mode():
        images = torch.stack([transform(Image.fromarray(frame)) for frame in frames])
        want = model.eval().encode_image(images, normalize=True).numpy()
    np.testing.assert_allclose(OpenClip("Tiny/mine").embed_frames(frames), want, atol=1e-6)


def test_offline_without_weights_says_what_to_fetch(empty_cache):
    with pytest.raises(WeightsError, match="motionbench fetch ViT-B-32-quickgelu/openai"):
        load_embedder("ViT-B-32-quickgelu/openai", offline=True)


def test_the_hubs_own_offline_switch_is_obeyed(empty_cache, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsError, match="HF_HUB_OFFLINE"):
        load_embedder("ViT-B-32-quickgelu/openai")


def test_a_failed_download_says_what_to_do(empty_cache, monkeypatch):
    def fail(config):
        raise OSError("no route to host")

    monkeypatch.setattr(open_clip, "download_pretrained", fail)
    with pytest.raises(WeightsError, match=r"could not be fetched \(no route.*clip-nano"):
        resolve("ViT-B-32-quickgelu/openai")


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("ViT-B-32/openai", "use 'ViT-B-32-quickgelu/openai'"),
        ("ViT-B-32-quickgelu/laion2b_s34b_b79k", None),
        ("ViT-H-14-quickgelu/laion2b_s32b_b79k", None),
        ("RN50/openai", "use 'RN50-quickgelu/openai'"),
    ],
)
def test_the_wrong_activation_is_refused(given, right, empty_cache):
    kind = UsageError if right else UnknownNameError
    with pytest.raises(kind, match=right or "tag of"):
        resolve(given, offline=True)


def test_too_much_quickgelu_is_refused_too(tiny_tag, monkeypatch):
    monkeypatch.setitem(
        open_clip.factory._MODEL_CONFIGS, "Tiny-quickgelu", {**MODEL, "quick_gelu": True}
    )
    tags = open_clip.pretrained._PRETRAINED["Tiny"]
    monkeypatch.setitem(open_clip.pretrained._PRETRAINED, "Tiny-quickgelu", tags)
    with pytest.raises(UsageError, match=r"with GELU, but Tiny-quickgelu .* use 'Tiny/mine'"):
        resolve("Tiny-quickgelu/mine")


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("ViT-B-23/openai", UnknownNameError, "Did you mean 'ViT-B-32'"),
        ("ViT-B-32-quickgelu/opnai", UnknownNameError, "Did you mean 'openai'"),
        ("ViT-B-32-quickgelu", UsageError, "for example 'ViT-B-32-quickgelu/openai'"),
        ("nonsense", UsageError, "'local-dir:PATH'"),
    ],
)
def test_wrong_names_are_explained(name, kind, message):
    with pytest.raises(kind, match=message):
        resolve(name)


# ---- weights in a folder


def test_a_plain_path_is_a_folder(folder, embedder):
    assert load_embedder(str(folder)).identity() == embedder.identity()


def test_a_folder_without_weights_never_gives_a_random_model(tmp_path):
    write_folder(tmp_path)
    (tmp_path / "open_clip_model.safetensors").unlink()
    with pytest.raises(WeightsError, match=r"no weights .* random weights are never used"):
        OpenClip(f"local-dir:{tmp_path}")


def test_a_folder_without_configuration_is_refused(tmp_path):
    with pytest.raises(WeightsError, match=r"holds no open_clip_config\.json"):
        OpenClip(f"local-dir:{tmp_path}")


def test_several_weights_files_are_not_guessed_among(tmp_path):
    write_folder(tmp_path)
    weights = tmp_path / "open_clip_model.safetensors"
    (tmp_path / "first.safetensors").write_bytes(weights.read_bytes())
    weights.rename(tmp_path / "second.safetensors")
    with pytest.raises(WeightsError, match=r"first\.safetensors, second\.safetensors"):
        OpenClip(f"local-dir:{tmp_path}")
    (tmp_path / "first.safetensors").unlink()
    assert len(OpenClip(f"local-dir:{tmp_path}").embed_frames(frames_of(1))) == 1


def test_damaged_and_partial_weights_are_refused(tmp_path):
    write_folder(tmp_path)
    weights = tmp_path / "open_clip_model.safetensors"
    state = load(weights.read_bytes())
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(WeightsError, match=r"open_clip_model\.safetensors could not be loaded"):
        OpenClip(f"local-dir:{tmp_path}")
    state.pop("text_projection")
    save_file(state, weights)
    with pytest.raises(WeightsError, match="text_projection"):
        OpenClip(f"local-dir:{tmp_path}")


# ---- by name


def test_unknown_embedders_are_named():
    with pytest.raises(UnknownNameError, match="Did you mean 'clip-nano'"):
        load_embedder("clip-nan")
