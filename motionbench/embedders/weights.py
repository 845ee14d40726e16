"""Where the weights of an ``open_clip`` model come from; nothing is built here."""

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import open_clip
from huggingface_hub import constants, try_to_load_from_cache
from open_clip.constants import HF_SAFE_WEIGHTS_NAME, HF_WEIGHTS_NAME

from motionbench.errors import UnknownNameError, UsageError, WeightsError
from motionbench.video import file_sha256

FOLDER_PREFIX = "local-dir:"
"""How open_clip marks a folder."""

CONFIG_FILE = "open_clip_config.json"


@dataclass(frozen=True)
class Source:
    """Where a model comes from, found out without building it.

    Attributes:
        architecture: What ``open_clip.create_model`` gets as name.
        weights: The file with the weights.
        checkpoint: What it gets as ``pretrained``; None where the name says it (folders).
        preprocess: Preprocessing that belongs to the weights and is not in the architecture.
        config_sha256: Hash of the architecture's configuration.
    """

    architecture: str
    weights: Path
    checkpoint: str | None
    preprocess: dict[str, Any]
    config_sha256: str


def resolve(model: str, *, offline: bool = False) -> Source:
    """Find a model's weights, fetching them where allowed.

    Args:
        model: As in ``OpenClip``.
        offline: Never use the network.

    Raises:
        UsageError, UnknownNameError, WeightsError: As in ``OpenClip``.
    """
    path = model.removeprefix(FOLDER_PREFIX)
    if model != path or Path(model).is_dir():
        return _folder_source(Path(path))
    architecture, _, tag = model.rpartition("/")
    if not architecture:
        raise UsageError(_wants_tag(model))
    return _tag_source(architecture, tag, offline=offline or constants.HF_HUB_OFFLINE)


def _wants_tag(model: str) -> str:
    tags = open_clip.list_pretrained_tags_by_model(model)
    form = (
        f"for example '{model}/{tags[0]}' (tags: {', '.join(tags)})"
        if tags
        else ("'ARCHITECTURE/TAG' such as 'ViT-B-32-quickgelu/openai', or 'local-dir:PATH'")
    )
    return f"Embedder {model!r} does not say which weights: name it {form}."


def _folder_source(folder: Path) -> Source:
    config = folder / CONFIG_FILE
    if not config.is_file():
        raise WeightsError(
            f"{folder} holds no {CONFIG_FILE}: give the folder of a model saved for open_clip, "
            f"with that file and the weights beside it."
        )
    return Source(f"{FOLDER_PREFIX}{folder}", _weights_in(folder), None, {}, file_sha256(config))


def _weights_in(folder: Path) -> Path:
    # open_clip prefers this name and otherwise guesses among several files; guessing is refused.
    preferred: Path = folder / HF_SAFE_WEIGHTS_NAME
    if preferred.is_file():
        return preferred
    found = sorted(
        file for end in ("safetensors", "bin", "pth") for file in folder.glob(f"*.{end}")
    )
    if not found:
        raise WeightsError(
            f"{folder} holds {CONFIG_FILE} but no weights (*.safetensors, *.bin or *.pth): "
            f"put them beside it; random weights are never used."
        )
    if len(found) > 1:
        names = ", ".join(file.name for file in found)
        raise WeightsError(
            f"{folder} holds several weights files ({names}): name the one to use "
            f"{HF_SAFE_WEIGHTS_NAME}, or keep only one."
        )
    return found[0]


def _tag_source(architecture: str, tag: str, *, offline: bool) -> Source:
    config = open_clip.get_model_config(architecture)
    if config is None:
        near = get_close_matches(architecture, open_clip.list_models(), n=5, cutoff=0.5)
        hint = "open_clip.list_models() has them all; a folder is written 'local-dir:PATH'."
        raise UnknownNameError("open_clip architecture", architecture, near, hint=hint)
    weights_config = open_clip.get_pretrained_cfg(architecture, tag)
    if not weights_config:
        tags = open_clip.list_pretrained_tags_by_model(architecture)
        raise UnknownNameError(f"tag of {architecture}", tag, tags)
    _check_activation(architecture, tag, config, weights_config)
    weights = _fetch(architecture, tag, weights_config, offline=offline)
    # The size stays the architecture's own, as open_clip does it for tags.
    preprocess = {key: value for key, value in weights_config.items() if key != "size"}
    text = json.dumps(config, sort_keys=True)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Source(architecture, weights, str(weights), preprocess, sha256)


def _check_activation(
    architecture: str, tag: str, config: dict[str, Any], weights_config: dict[str, Any]
) -> None:
    model_quick = bool(config.get("quick_gelu", False))
    weights_quick = bool(weights_config.get("quick_gelu", False))
    if model_quick == weights_quick:
        return
    plain = architecture.removesuffix("-quickgelu")
    right = f"{plain}-quickgelu" if weights_quick else plain
    raise UsageError(
        f"The weights {tag!r} were trained with {'QuickGELU' if weights_quick else 'GELU'}, but "
        f"{architecture} computes with {'QuickGELU' if model_quick else 'GELU'}, which gives "
        f"wrong embeddings: use '{right}/{tag}'."
    )


def _fetch(architecture: str, tag: str, weights_config: dict[str, Any], *, offline: bool) -> Path:
    cached = _cached(weights_config)
    if cached is not None:
        return cached
    command = f"motionbench fetch {architecture}/{tag}"
    if offline:
        raise WeightsError(
            f"The weights of {architecture}/{tag} are not on this machine and --offline (or "
            f"HF_HUB_OFFLINE) forbids fetching them: run '{command}' where the network is."
        )
    try:
        with no_root_logging():
            file: str = open_clip.download_pretrained(weights_config)
        return Path(file)
    except (OSError, RuntimeError) as error:
        raise WeightsError(
            f"The weights of {architecture}/{tag} could not be fetched ({error}): try "
            f"'{command}' again, or use the embedder 'clip-nano', which needs no network."
        ) from error


def _cached(weights_config: dict[str, Any]) -> Path | None:
    """The weights file as an earlier download left it, or None; same choice as open_clip's."""
    repository, _, filename = weights_config["hf_hub"].rpartition("/")
    filename = filename or HF_WEIGHTS_NAME
    safe = HF_SAFE_WEIGHTS_NAME if filename == HF_WEIGHTS_NAME else _with_suffix(filename)
    for candidate in (safe, filename):
        found = try_to_load_from_cache(repository, candidate)
        if isinstance(found, str):
            return Path(found)
    return None


def _with_suffix(filename: str) -> str:
    return str(Path(filename).with_suffix(".safetensors"))


@contextmanager
def no_root_logging() -> Iterator[None]:
    """Keep open_clip quiet.

    It logs through the root logger, which configures itself (and prints to standard error for the
    rest of the process) the first time it is used without a handler.
    """
    handler = logging.NullHandler()
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
