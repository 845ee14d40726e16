"""Recipes of published repositories, run with a stand-in for the repository's Python."""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import yaml

import baselines
from motionbench.cases import Clip
from motionbench.conform import conform
from motionbench.errors import UsageError
from motionbench.methods.command import CommandMethod
from motionbench.methods.recipe import Recipe, read_recipe
from motionbench.methods.tables import read_toml

FOLDER = Path(baselines.__file__).parent / "recipes"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))

CAPTION = "a grey wall"
PROMPT = 'A "duck" on $HOME; it\'s {wet}'
SEED = 4

STAND_IN = '''\
#!{python} -S
"""Writes down its arguments and the clip that is expected of it."""
import json, os, re, shutil, sys

with open("{calls}", "a") as file:
    file.write(json.dumps([os.getcwd(), *sys.argv[1:]]) + chr(10))
places = " ".join([os.getcwd(), *sys.argv[1:]])
clip = re.search("/[^ ]*/generate-[0-9a-f]+-[0-9]+", places)
if clip:
    target = os.path.join(clip.group(), "{clip}")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy(os.path.join(clip.group(), "..", "reference.mp4"), target)
elif "MotionDirector_train.py" in sys.argv:
    os.makedirs("{work_dir}/train/train_2026-01-01T00-00-00")
'''


class Played(NamedTuple):
    """What a recipe did with its stand-in.

    Attributes:
        recipe: The recipe.
        calls: Working directory and arguments of each call of the repository's Python.
        configs: Content of the YAML files that were written, by file name.
        result: The clip.
        work_dir: Of the method.
    """

    recipe: Recipe
    calls: list[list[str]]
    configs: dict[str, Any]
    result: Clip
    work_dir: Path


def clone(name: str, folder: Path) -> Path:
    """A copy of a recipe beside a stand-in for the clone it asks for: its config files alone."""
    path = folder / f"{name}.toml"
    path.write_text((FOLDER / path.name).read_text(encoding="utf-8"), encoding="utf-8")
    content = read_toml(path)
    repository = folder / content["command"]["working_directory"]
    repository.mkdir(parents=True)
    for file, keys in content["checked"]["accepts"].items():
        if file.endswith(".yaml"):
            (repository / file).parent.mkdir(parents=True, exist_ok=True)
            (repository / file).write_text(yaml.safe_dump(nested(keys)))
    return path


def nested(keys: list[str]) -> dict[str, Any]:
    """``["a", "b", "b.c"]`` to ``{"a": None, "b": {"c": None}}``."""
    tree: dict[str, Any] = {}
    for key in keys:
        *tables, last = key.split(".")
        place = tree
        for table in tables:
            place[table] = place[table] or {}
            place = place[table]
        place[last] = None
    return tree


def executable(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture(params=NAMES)
def played(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Played:
    """One recipe, from the reference to the clip."""
    recipe = read_recipe(clone(request.param, tmp_path))
    work_dir = tmp_path / "work"
    work_dir.mkdir()
    calls = tmp_path / "calls"
    clip_name = recipe.written.replace("**", "a/b").replace("*", "x").format(seed=SEED)
    values = {"python": sys.executable, "calls": calls, "clip": clip_name, "work_dir": work_dir}
    stand_in = re.sub(r"\{(\w+)\}", lambda match: str(values[match.group(1)]), STAND_IN)
    executable(recipe.working_directory / "env" / "bin" / "python", stand_in)
    executable(tmp_path / "bin" / "ffmpeg", "#!/bin/sh\n")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    method = CommandMethod(recipe)
    frames = np.full((recipe.video.min_frames, 32, 48, 3), 90, np.uint8)
    adapted = method.adapt(Clip(frames, 8.0), CAPTION, seed=SEED, work_dir=work_dir)
    result = method.generate(adapted, PROMPT, seed=SEED)
    return Played(
        recipe,
        [json.loads(line) for line in calls.read_text().splitlines()],
        {path.name: yaml.safe_load(path.read_text()) for path in work_dir.rglob("*.yaml")},
        result,
        work_dir,
    )


def accepts(recipe: Recipe) -> Mapping[str, tuple[str, ...]]:
    assert recipe.checked is not None
    return recipe.checked.accepts


def test_every_recipe_runs_with_what_its_programs_accept(played: Played) -> None:
    recipe = played.recipe
    assert len(played.result) == recipe.video.min_frames
    known = accepts(recipe)
    called = set()
    for _, program, *arguments in played.calls:
        if program == "-c":
            continue
        name = program.removeprefix(f"{recipe.working_directory}/")
        called.add(name)
        assert name in known, f"{name} is not among the recorded programs {list(known)}"
        given = [part.partition("=")[0] for part in arguments if re.match(r"--?[a-zA-Z]", part)]
        assert [option for option in given if option not in known[name]] == []
        assert len(given) == len(set(given))
    bases = {config.base for config in recipe.config_files}
    assert called | bases == set(known)


def test_every_recipe_passes_the_job_on(played: Played) -> None:
    *_, last = played.calls
    handed = [*last, *values_of(played.configs)]
    assert PROMPT in handed
    every = [part for call in played.calls for part in call] + values_of(played.configs)
    reference = str(played.work_dir / "reference.mp4")
    by_frames = str(played.work_dir / "frames")
    by_data_set = str(played.work_dir / "data")
    assert {reference, by_frames, by_data_set} & set(map(str, every))
    # RoPECraft's program has no option for its seed.
    assert str(SEED) in map(str, handed) or played.recipe.card.name == "ropecraft"


def values_of(tree: Any) -> list[Any]:
    """The leaves of a tree."""
    if isinstance(tree, dict | list):
        items = tree.values() if isinstance(tree, dict) else tree
        return [leaf for item in items for leaf in values_of(item)]
    return [tree]


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_says_what_it_was_checked_against(name: str, tmp_path: Path) -> None:
    recipe = read_recipe(clone(name, tmp_path))
    card, checked = recipe.card, recipe.checked
    assert checked is not None
    assert card.name == name
    assert re.fullmatch(r"[0-9a-f]{40}", checked.commit)
    assert card.version == checked.commit[:7]
    assert re.fullmatch(r"https://github\.com/[\w-]+/[\w-]+", checked.repository)
    assert recipe.working_directory.name == checked.repository.rpartition("/")[2]
    assert card.citation
    assert card.needs_gpu
    assert card.tunes_per_reference == (
        "train" in " ".join(recipe.adapt.argv) if recipe.adapt else False
    )
    assert checked.environment


@pytest.mark.parametrize("name", NAMES)
def test_a_recipes_frame_rule_can_be_met(name: str, tmp_path: Path) -> None:
    spec = read_recipe(clone(name, tmp_path)).video
    long = Clip(np.zeros((81, 60, 80, 3), np.uint8), 8.0)
    conformed = conform(long, spec).clip
    assert conformed.size == spec.size
    assert len(conformed) == spec.max_frames


def test_without_a_clone_a_recipe_says_where_to_get_it(tmp_path: Path) -> None:
    path = clone("ditflow-latent", tmp_path)
    (tmp_path / "repositories" / "ditflow").rmdir()
    with pytest.raises(UsageError, match=r"Clone https://github\.com/ditflow/ditflow there"):
        read_recipe(path)


def test_the_list_of_recipes_is_complete() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([\w-]+)` ", text, re.MULTILINE) == NAMES
