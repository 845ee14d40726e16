import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import data_manifests
from data_manifests.scenes import DESCRIPTION, PATH, VERSION
from motionbench.cases import CATEGORIES, Case, Category, SceneSource
from motionbench.manifest import load_reference, load_suite
from motionbench.scenes.captions import (
    Appearance,
    Background,
    Clothes,
    Item,
    attributes,
    caption,
    is_consistent,
    is_held_out,
    sample_appearance,
)
from motionbench.scenes.catalogue import SCENES, SEEDS, build_scene
from motionbench.scenes.suite import plan_cases

SUITE = load_suite("scenes")

PERSON = re.compile(r"a person in an? (\w+) shirt, (\w+) trousers and an? (\w+) hat")


def parse(category: Category, text: str) -> Appearance:
    """A caption read back; independent of the code that wrote it."""
    subjects, background = text.rsplit(" on ", 1)
    _, colour, kind, _ = background.split()
    if worn := PERSON.fullmatch(subjects):
        return Appearance(category, Background(kind, colour), clothes=Clothes(*worn.groups()))
    nouns = [words.split()[-2:] for words in re.split(r", | and ", subjects)]
    if category == "camera":
        nouns = [[tone, shape.removesuffix("s").removesuffix("se")] for tone, shape in nouns]
        nouns = [[tone, {"cros": "cross"}.get(shape, shape)] for tone, shape in nouns]
    items = tuple(Item(shape, tone) for tone, shape in nouns)
    return Appearance(category, Background(kind, colour), items)


def texts(case: Case) -> list[str]:
    return [case.caption, *(prompt.text for prompt in case.prompts)]


def test_the_parser_reads_captions_back():
    rng = np.random.default_rng(0)
    for number in range(400):
        appearance = sample_appearance(CATEGORIES[number % 4], rng, count=1 + number % 5)
        assert parse(appearance.category, caption(appearance)) == appearance


def test_the_manifest_is_what_the_command_writes():
    assert SUITE.version == VERSION
    assert SUITE.description == DESCRIPTION
    assert Path(data_manifests.__file__).with_name("scenes.yaml") == PATH
    assert tuple(replace(case, sha256=None) for case in SUITE.cases) == plan_cases()


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_reference_of_each_category_has_its_hash(category):
    case = next(case for case in SUITE.cases if case.category == category)
    assert case.sha256 is not None
    clip = load_reference(case)  # Raises where the hash differs.
    assert clip.frames.shape == (33, 256, 256, 3)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_at_least_twelve_cases_with_three_kinds_of_prompt(category):
    cases = [case for case in SUITE.cases if case.category == category]
    assert len(cases) >= 12
    assert len({case.source.scene for case in cases}) == len(cases)
    for case in cases:
        assert [prompt.kind for prompt in case.prompts] == ["caption", "subject", "scene"]
        assert case.sha256
        assert case.tags


def test_prompts_change_what_their_kind_says():
    for case in SUITE.cases:
        told, same, subject, scene = (
            attributes(parse(case.category, text)) for text in texts(case)
        )
        assert same == told
        assert told.keys() == subject.keys() == scene.keys()
        kept = {name for name in told if told[name] == subject[name]}
        assert kept == {"background kind", "background colour"}
        assert not {name for name in told if told[name] == scene[name]}


def test_captions_are_those_of_the_scenes():
    for case in SUITE.cases:
        source = case.source
        assert isinstance(source, SceneSource)
        assert SCENES[source.scene].category == case.category
        assert case.caption == caption(
            build_scene(source.scene, source.seed, split="eval").appearance
        )


def test_seeds_are_evaluation_seeds_and_unique():
    seeds = [case.source.seed for case in SUITE.cases]
    assert len(set(seeds)) == len(seeds)
    assert all(seed in SEEDS["eval"] and seed not in SEEDS["train"] for seed in seeds)


def test_every_text_is_a_held_out_combination_of_every_subject():
    for case in SUITE.cases:
        for text in texts(case):
            appearance = parse(case.category, text)
            assert is_consistent(appearance)
            for item in appearance.items:
                assert is_held_out(replace(appearance, items=(item,)))
            assert is_held_out(appearance)


def test_the_training_sampler_never_shows_a_text_of_the_suite():
    asked = {text for case in SUITE.cases for text in texts(case)}
    shown = set()
    for number, name in enumerate(list(SCENES) * 20):
        shown.add(caption(build_scene(name, number).appearance))
    assert len(shown) > 1000
    assert not shown & asked
