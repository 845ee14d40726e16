"""Where a backbone's weights are, found without loading them."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from motionbench.backbones import BACKBONES, NANO_FOLDER
from motionbench.errors import UnknownNameError, WeightsError
from motionbench.video import file_sha256

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_BLOB = re.compile(r"[0-9a-f]{64}")
_PARTS = ("transformer", "vae", "text_encoder", "tokenizer", "scheduler")


def find_folder(name_or_path: str, *, offline: bool) -> Path:
    """The folder of a Wan 2.1 text-to-video pipeline, fetched where allowed.

    Raises:
        UnknownNameError: Neither a known name, nor a hub id, nor a folder.
        WeightsError: Missing, of another kind, or not to be fetched.
    """
    if name_or_path == "nano":
        folder = NANO_FOLDER
        if not folder.is_dir():
            raise WeightsError(
                f"Backbone 'nano': {folder} is missing, wan-nano is not trained in this "
                "installation. Its recipe is in motionbench/backbones/nano; or name a folder or a "
                "hub id, with --set backbone=... on the command line."
            )
    elif Path(name_or_path).is_dir():
        folder = Path(name_or_path)
    elif _HUB_ID.fullmatch(name_or_path):
        folder = _fetch(name_or_path, offline=offline)
    else:
        hint = "A folder must exist; a hub id is written OWNER/NAME."
        raise UnknownNameError("backbone", name_or_path, BACKBONES, hint=hint)
    _check(folder)
    return folder


def _fetch(hub_id: str, *, offline: bool) -> Path:
    from diffusers import WanPipeline

    try:
        found: Any = WanPipeline.download(hub_id, local_files_only=offline)
        return Path(found)
    # The hub, the network and the cache raise many kinds of OSError and ValueError.
    except (OSError, ValueError) as error:
        how = "and offline=True forbids fetching them" if offline else f"nor fetched ({error})"
        raise WeightsError(
            f"The weights of backbone {hub_id!r} are not on this machine, {how}: run "
            f"'hf download {hub_id}' where the network is, or use the backbone "
            "'nano', which needs none."
        ) from error


def _check(folder: Path) -> None:
    index = folder / "model_index.json"
    if not index.is_file():
        raise WeightsError(
            f"{folder} holds no model_index.json: give a folder saved by "
            "diffusers.WanPipeline.save_pretrained."
        )
    told = json.loads(index.read_text(encoding="utf-8"))
    kind = told.get("_class_name")
    second = told.get("transformer_2", [None, None])[0]
    if kind != "WanPipeline" or second is not None or told.get("expand_timesteps"):
        what = f"a {kind}" if kind != "WanPipeline" else "a pipeline of Wan 2.2"
        raise WeightsError(
            f"{index} describes {what}: a backbone is a WanPipeline with one transformer and the "
            "same time for all tokens, as Wan 2.1 text-to-video is."
        )
    missing = [part for part in _PARTS if not (folder / part).is_dir()]
    if missing:
        raise WeightsError(f"{folder} lacks {', '.join(missing)}: fetch or save it again.")


def weights_hashes(folder: Path) -> dict[str, str]:
    """A hash of each part that decides a clip: configurations and weights, in the files' order.

    Files that the hub's cache holds are named by their hash there, so that gigabytes need not be
    read.
    """
    return {part: _hash_of(folder / part) for part in _PARTS}


def _hash_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in {".json", ".safetensors", ".model"}:
            blob = path.resolve().name
            known = blob if path.is_symlink() and _BLOB.fullmatch(blob) else file_sha256(path)
            digest.update(f"{path.name} {known}\n".encode())
    return digest.hexdigest()
