from pathlib import Path

import pytest
from manifest_files import clip

from motionbench.video import encode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two videos: ``a.mkv`` and ``sub/b.mkv``."""
    encode(clip(10), tmp_path / "a.mkv", lossless=True)
    encode(clip(20), tmp_path / "sub" / "b.mkv", lossless=True)
    return tmp_path
