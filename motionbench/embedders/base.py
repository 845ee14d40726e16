"""What an embedder is."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np

from motionbench.arrays import Embeddings, Frames


class TextEmbeddings(NamedTuple):
    """Embedded texts.

    Attributes:
        embeddings: ``(K, D)`` float32, unit length.
        truncated: ``(K,)`` bool, True where the text was longer than the model's context.
    """

    embeddings: Embeddings
    truncated: np.ndarray


class Embedder(ABC):
    """Puts frames and texts into one space, where cosine is similarity of content."""

    name: ClassVar[str]

    @abstractmethod
    def identity(self) -> dict[str, str | int | float | bool]:
        """Everything that changes this embedder's numbers: versions, weights' hashes, settings."""

    @abstractmethod
    def embed_frames(self, frames: Frames) -> Embeddings:
        """Embed ``(T, H, W, 3)`` uint8 RGB frames to ``(T, D)`` float32 rows of unit length."""

    @abstractmethod
    def embed_texts(self, texts: Sequence[str]) -> TextEmbeddings:
        """Embed K texts."""
