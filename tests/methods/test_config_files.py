"""Copies of published config files with a job's own values."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.errors import MethodError
from motionbench.methods.config_files import ConfigFile, write_config

Write = Callable[[str, str], Path]

PUBLISHED = """\
# Settings.
prompt: "A car: on a road"
seed: null
rate: 5e-4
blocks: {1: [1, 2]}
data:
  path: clips/car.mp4
  frames: 16
"""


def written(folder: Path, values: dict[str, Any], **job: object) -> Any:
    (folder / "base.yaml").write_text(PUBLISHED)
    config = ConfigFile("{work_dir}/new/c.yaml", "base.yaml", values)
    path = write_config(config, {"work_dir": folder, **job}, working_directory=folder)
    assert path == folder / "new" / "c.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_values_are_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    content = written(
        tmp_path,
        {"seed": "{seed}", "data": {"path": "{work_dir}/{seed}.mp4"}, "prompt": "{prompt}!"},
        seed=3,
        prompt="a {duck}",
    )
    assert content == {
        "prompt": "a {duck}!",
        "seed": 3,
        "rate": "5e-4",
        "blocks": {1: [1, 2]},
        "data": {"path": f"{tmp_path}/3.mp4", "frames": 16},
    }
    # A number to YAML 1.2, a text to YAML 1.1: it stays as it was written, to be read as before.
    assert "rate: 5e-4\n" in (tmp_path / "new" / "c.yaml").read_text()


def test_a_text_stays_a_text_to_every_reader(tmp_path: Path) -> None:
    written(tmp_path, {"prompt": "{prompt}", "blocks": ["{prompt}"]}, prompt="5e-4")
    text = (tmp_path / "new" / "c.yaml").read_text()
    assert 'prompt: "5e-4"\n' in text
    assert '- "5e-4"\n' in text


@settings(deadline=None, max_examples=50)
@given(prompt=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_prompt_survives(tmp_path_factory: pytest.TempPathFactory, prompt: str) -> None:
    folder = tmp_path_factory.mktemp("config")
    assert written(folder, {"prompt": "{prompt}"}, prompt=prompt)["prompt"] == prompt


def test_which_step_a_file_belongs_to() -> None:
    for_reference = ConfigFile("{work_dir}/c.yaml", "b.yaml", {"a": ["{caption}", 3]})
    for_clip = ConfigFile("{output_dir}/c.yaml", "b.yaml", {"a": 3})
    assert not for_reference.for_each_clip
    assert for_clip.for_each_clip


def test_a_file_that_went_away_is_named(tmp_path: Path) -> None:
    config = ConfigFile("{work_dir}/c.yaml", "gone.yaml", {})
    with pytest.raises(MethodError, match=r"gone\.yaml cannot be read"):
        write_config(config, {"work_dir": tmp_path}, working_directory=tmp_path)
