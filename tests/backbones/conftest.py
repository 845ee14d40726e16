"""A loaded backbone of random weights, and its folder."""

from pathlib import Path

import pytest

from motionbench.backbones import load_backbone
from motionbench.backbones.wan import Backbone
from tests.backbones.tiny import save_tiny


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny") / "wan"
    save_tiny(path)
    return path


@pytest.fixture(scope="session")
def backbone(folder: Path) -> Backbone:
    return load_backbone(str(folder))
