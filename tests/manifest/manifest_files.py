"""Manifests to be written into a folder and read from it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from motionbench.cases import Clip
from motionbench.errors import ManifestError
from motionbench.manifest import load_suite

EVAL_SEED = 2**31


def clip(value: int) -> Clip:
    return Clip(np.full((4, 16, 16, 3), value, np.uint8), 8.0)


def case(name: str = "bear", **changed: Any) -> dict[str, Any]:
    fields = {
        "id": name,
        "category": "single_object",
        "caption": "a bear",
        "prompts": [{"id": "p", "kind": "subject", "text": "a dog"}],
        "source": {"path": "a.mkv"},
    }
    return {**fields, **changed}


def scene(name: str = "pan", **changed: Any) -> dict[str, Any]:
    size = {"frames": 3, "height": 16, "width": 24, "fps": 8}
    source = {"scene": "camera/pan", "seed": EVAL_SEED, **size}
    return case(name, category="camera", source={**source, **changed})


def manifest(*cases: Any, **changed: Any) -> dict[str, Any]:
    return {"name": "mine", "version": "1", "cases": list(cases or [case()]), **changed}


def save(folder: Path, content: Any, name: str = "suite.yaml") -> Path:
    text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def complaints(folder: Path, content: Any) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        load_suite(save(folder, content))
    return str(caught.value).splitlines()
