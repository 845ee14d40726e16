"""Any model of the ``open_clip`` library, with its own preprocessing and never with random weights.

Three ways the library goes wrong in silence are closed here and in ``weights``: a tag whose weights
need another activation than the named architecture (``ViT-B-32`` with ``openai``), a folder without
weights (the model stays random), and a weights file loaded without its tag's preprocessing.
"""

import json
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import open_clip
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image
from safetensors import SafetensorError

from motionbench.arrays import Embeddings, Frames
from motionbench.embedders.base import Embedder, TextEmbeddings
from motionbench.embedders.weights import Source, no_root_logging, resolve
from motionbench.errors import UsageError, WeightsError
from motionbench.video import file_sha256

BATCH = 64
"""Frames or texts a forward pass; bounds memory, does not change results."""


class OpenClip(Embedder):
    """An ``open_clip`` model.

    Args:
        model: ``"ARCHITECTURE/TAG"`` as in ``open_clip.list_pretrained()``, or a folder with
            ``open_clip_config.json`` and weights, as ``"local-dir:PATH"`` or plain path.
        device: Where the model runs, such as ``"cpu"`` or ``"cuda:0"``.
        offline: Use only weights that are already on this machine. Also true where the
            environment says ``HF_HUB_OFFLINE=1``.
        label: Name in ``identity()``; by default the model as given, without a folder's path.

    Raises:
        UsageError: The name has no valid form, or architecture and tag do not fit.
        UnknownNameError: No such architecture or tag.
        WeightsError: The weights are missing, incomplete or cannot be fetched.
    """

    name: ClassVar[str] = "open_clip"

    def __init__(
        self, model: str, *, device: str = "cpu", offline: bool = False, label: str | None = None
    ) -> None:
        source = resolve(model, offline=offline)
        self._device = torch.device(device)
        self._model = _build(source, self._device)
        self._preprocess = PreprocessCfg(**self._model.visual.preprocess_cfg)
        self._transform = image_transform_v2(self._preprocess, is_train=False)
        with no_root_logging():
            self._tokenizer = open_clip.get_tokenizer(source.architecture)
        is_folder = source.checkpoint is None
        self._identity: dict[str, str | int | float | bool] = {
            "embedder": self.name,
            "model": label or ("local-dir" if is_folder else model),
            "config_sha256": source.config_sha256,
            "weights_sha256": file_sha256(source.weights),
            "preprocess": json.dumps(vars(self._preprocess), sort_keys=True),
            "context_length": int(self._tokenizer.context_length),
            "precision": "fp32",
            "open_clip": open_clip.__version__,
        }

    def identity(self) -> dict[str, str | int | float | bool]:
        """Hashes of weights and configuration, preprocessing, context length, library version."""
        return dict(self._identity)

    def embed_frames(self, frames: Frames) -> Embeddings:
        """Embed RGB frames, each resized and cropped as the model's configuration says.

        Args:
            frames: ``(T, H, W, 3)`` uint8, any size.

        Returns:
            ``(T, D)`` float32, unit length.
        """
        rows = [
            self._unit(self._model.encode_image, self._pixels(frames[i : i + BATCH]))
            for i in range(0, len(frames), BATCH)
        ]
        return np.concatenate(rows)

    def embed_texts(self, texts: Sequence[str]) -> TextEmbeddings:
        """Embed texts; one longer than the model's context is cut and marked as truncated.

        Args:
            texts: K texts, K >= 1.

        Returns:
            ``(K, D)`` float32 of unit length, and ``(K,)`` bool.
        """
        if isinstance(texts, str) or not texts:
            raise UsageError(f"texts must be a non-empty sequence of strings, not {texts!r}.")
        tokens, truncated = self._tokens(list(texts))
        rows = [
            self._unit(self._model.encode_text, tokens[i : i + BATCH])
            for i in range(0, len(tokens), BATCH)
        ]
        return TextEmbeddings(np.concatenate(rows), truncated)

    def _pixels(self, frames: np.ndarray) -> torch.Tensor:
        return torch.stack([self._transform(Image.fromarray(frame)) for frame in frames])

    def _tokens(self, texts: list[str]) -> tuple[torch.Tensor, np.ndarray]:
        # A text fits if and only if one more slot changes none of its tokens: the end marker and
        # the padding stay where they are. This holds for each of the library's tokenizers.
        length = self._tokenizer.context_length
        tokens = self._tokenizer(texts)
        longer = self._tokenizer(texts, context_length=length + 1)
        return tokens, (tokens != longer[:, :length]).any(dim=1).numpy()

    @torch.inference_mode()
    def _unit(self, encode: Any, batch: torch.Tensor) -> np.ndarray:
        embedded = encode(batch.to(self._device), normalize=True)
        return np.asarray(embedded.float().cpu().numpy())


def _build(source: Source, device: torch.device) -> Any:
    # open_clip draws the initial weights from torch's global generator before it loads the real
    # ones; the model is built on the CPU, so only that generator's state has to be kept.
    with torch.random.fork_rng(devices=[]), no_root_logging():
        try:
            model = open_clip.create_model(
                source.architecture,
                pretrained=source.checkpoint,
                force_preprocess_cfg=source.preprocess,
                require_pretrained=True,
            )
        except (RuntimeError, ValueError, KeyError, OSError, SafetensorError) as error:
            raise WeightsError(
                f"{source.weights} could not be loaded as {source.architecture}: {error}"
            ) from error
    return model.eval().requires_grad_(requires_grad=False).to(device)
