"""Embedders by name. Importing this package loads no model library."""

from pathlib import Path

from motionbench.embedders.base import Embedder, TextEmbeddings
from motionbench.errors import UnknownNameError

__all__ = ["EMBEDDERS", "NANO_FOLDER", "Embedder", "TextEmbeddings", "load_embedder"]

NANO_FOLDER = Path(__file__).parent / "nano"
"""Configuration and weights of ``clip-nano``, in the form of an open_clip folder."""

EMBEDDERS = {
    "clip-nano": "small CLIP shipped with the package; knows the embedded scenes only",
    "ARCHITECTURE/TAG": "any model of open_clip, such as ViT-B-32-quickgelu/openai",
    "local-dir:PATH": "a folder with open_clip_config.json and weights",
}
"""What ``load_embedder`` takes, with one line each; capitals stand for what the user fills in."""


def load_embedder(name: str, *, device: str = "cpu", offline: bool = False) -> Embedder:
    """Load an embedder.

    Args:
        name: ``"clip-nano"``, ``"ARCHITECTURE/TAG"`` or ``"local-dir:PATH"`` (or the plain path
            of such a folder).
        device: Where the model runs, such as ``"cpu"`` or ``"cuda:0"``.
        offline: Use only weights that are already on this machine.

    Raises:
        UnknownNameError: The name is none of these, or no such architecture or tag exists.
        UsageError: Architecture and tag do not fit.
        WeightsError: The weights are missing or cannot be fetched.
    """
    is_name = "/" not in name and not name.startswith("local-dir:") and not Path(name).is_dir()
    if name != "clip-nano" and is_name:
        hint = "Architectures and tags: open_clip.list_pretrained()."
        raise UnknownNameError("embedder", name, EMBEDDERS, hint=hint)
    from motionbench.embedders.open_clip import OpenClip

    if name == "clip-nano":
        return OpenClip(f"local-dir:{NANO_FOLDER}", device=device, label=name)
    return OpenClip(name, device=device, offline=offline)
