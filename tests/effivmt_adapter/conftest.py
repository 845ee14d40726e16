"""A backbone of random weights, a reference of noise that moves, options that take no time."""

import numpy as np
import pytest
import torch

from effivmt_adapter.drawing import Material
from effivmt_adapter.head_classification import HeadSplit
from motionbench.backbones.wan import Backbone
from motionbench.cases import Clip
from tests.backbones.conftest import backbone, folder  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def reference() -> Clip:
    picture = np.random.default_rng(0).integers(0, 256, (16, 32, 3), dtype=np.uint8)
    return Clip(np.stack([np.roll(picture, 2 * t, axis=1) for t in range(9)]), 8.0)


@pytest.fixture(scope="session")
def material(backbone: Backbone, reference: Clip) -> Material:  # noqa: F811 - a fixture
    return Material(
        clip=backbone.encode(reference.frames),
        singles=torch.cat([backbone.encode(frame[None]) for frame in reference.frames]),
        text=backbone.encode_text("a rough wall"),
    )


@pytest.fixture
def split() -> HeadSplit:
    """One head of each kind in the first block, temporal heads alone in the second."""
    return HeadSplit(torch.tensor([[True, False], [True, True]]))
