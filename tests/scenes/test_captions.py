import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionbench.cases import CATEGORIES
from motionbench.scenes import captions
from motionbench.scenes.captions import (
    COLOURS,
    KINDS,
    SHAPES,
    Appearance,
    Background,
    Clothes,
    Item,
    attributes,
    caption,
    is_consistent,
    is_held_out,
    neighbours,
    sample_appearance,
    vary,
)
from motionbench.scenes.catalogue import names

MOTION_WORDS = re.compile(
    r"\b(mov|pan|tilt|zoom|roll|spin|rotat|turn|walk|run|jump|wav|danc|kick|squat|bounc|fall|fly|"
    r"cartwheel|chas|orbit|collid|crossing|shak|slid|swing|grow|shrink|accelerat|stop|fast|slow|"
    r"left|right|up|down|towards|away|around|camera)\w*"
)

choices = st.tuples(
    st.sampled_from(CATEGORIES),
    st.integers(1, 5),
    st.sampled_from(["train", "eval"]),
    st.integers(0, 2**32),
)


def draw(choice) -> Appearance:
    category, count, split, seed = choice
    return sample_appearance(category, np.random.default_rng(seed), split, count=count)


def test_captions_read_well():
    wall = Background("brick", "orange")
    items = (Item("star", "red"), Item("cross", "blue"), Item("heart", "white"))
    assert caption(Appearance("single_object", wall, items[:1])) == (
        "a red star on an orange brick background"
    )
    assert caption(Appearance("multi_object", wall, items)) == (
        "a red star, a blue cross and a white heart on an orange brick background"
    )
    assert caption(Appearance("camera", wall, items[:2])) == (
        "red stars and blue crosses on an orange brick background"
    )
    assert caption(Appearance("human", wall, clothes=Clothes("red", "blue", "white"))) == (
        "a person in a red shirt, blue trousers and a white hat on an orange brick background"
    )


@settings(deadline=None, max_examples=50)
@given(choices)
def test_captions_tell_every_attribute_and_no_motion(choice):
    appearance = draw(choice)
    text = caption(appearance)
    assert all(re.search(rf"\b{word}", text) for word in attributes(appearance).values())
    assert not MOTION_WORDS.search(text)
    assert is_consistent(appearance)


def test_the_test_for_motion_words_can_fail():
    assert MOTION_WORDS.search("a red star moving left")


@settings(deadline=None, max_examples=50)
@given(choices)
def test_different_appearances_have_different_captions(choice):
    appearance = draw(choice)
    texts = [caption(other) for other in [appearance, *neighbours(appearance)]]
    assert len(set(texts)) == len(texts)


@settings(deadline=None, max_examples=50)
@given(choices)
def test_neighbours_differ_in_exactly_one_attribute_and_suffice_for_twenty(choice):
    appearance = draw(choice)
    own = attributes(appearance)
    found = neighbours(appearance)
    assert len(found) >= 20
    for other in found:
        assert is_consistent(other)
        theirs = attributes(other)
        assert theirs.keys() == own.keys()
        assert sum(theirs[name] != own[name] for name in own) == 1
    # Every attribute is changed by some of them.
    assert {name for other in found for name in own if attributes(other)[name] != own[name]} == set(
        own
    )


@settings(deadline=None, max_examples=50)
@given(choices, st.sampled_from(["subject", "scene"]), st.integers(0, 2**32))
def test_variations_change_what_they_say_and_keep_side_and_number(choice, what, seed):
    appearance = draw(choice)
    other = vary(appearance, np.random.default_rng(seed), what)
    own, theirs = attributes(appearance), attributes(other)
    kept = {name for name in own if own[name] == theirs[name]}
    assert kept == ({"background kind", "background colour"} if what == "subject" else set())
    assert own.keys() == theirs.keys()
    assert is_held_out(other) == is_held_out(appearance)
    assert is_consistent(other)


def test_an_attribute_variation_is_a_neighbour():
    rng = np.random.default_rng(0)
    appearance = sample_appearance("human", rng)
    assert vary(appearance, rng, "attribute") in neighbours(appearance)


# ---- the split


def single(shape: str, colour: str, kind: str, background: str) -> Appearance:
    return Appearance("single_object", Background(kind, background), (Item(shape, colour),))


def every_single() -> list[Appearance]:
    return [
        single(*words)
        for words in itertools.product(SHAPES, COLOURS, KINDS, COLOURS)
        if words[1] != words[3]
    ]


def test_a_fifth_is_held_out_and_every_pair_of_attributes_is_trained():
    held = [appearance for appearance in every_single() if is_held_out(appearance)]
    assert len(held) / len(every_single()) == pytest.approx(0.2, abs=0.01)
    trained = [appearance for appearance in every_single() if not is_held_out(appearance)]
    pairs = {
        pair
        for appearance in trained
        for pair in itertools.combinations(attributes(appearance).items(), 2)
    }
    possible = {
        pair
        for appearance in every_single()
        for pair in itertools.combinations(attributes(appearance).items(), 2)
    }
    assert pairs == possible


def combinations(appearance: Appearance) -> set[tuple]:
    """Each subject with the background: what a split must not share."""
    told = appearance.background
    subjects = [appearance.clothes] if appearance.clothes else appearance.items
    return {(appearance.category == "human", subject, told) for subject in subjects}


def test_training_and_evaluation_share_no_combination():
    rng = np.random.default_rng(0)
    seen: dict[str, set[tuple]] = {"train": set(), "eval": set()}
    for split, found in seen.items():
        for number in range(600):
            category = CATEGORIES[number % 4]
            appearance = sample_appearance(category, rng, split, count=1 + number % 5)
            assert is_held_out(appearance) == (split == "eval")
            found |= combinations(appearance)
    assert len(seen["train"]) > 800
    assert len(seen["eval"]) > 700
    assert not seen["train"] & seen["eval"]


def test_evaluation_holds_out_every_subject_not_just_one():
    rng = np.random.default_rng(1)
    for _ in range(200):
        appearance = sample_appearance("multi_object", rng, "eval", count=5)
        for item in appearance.items:
            assert is_held_out(
                single(item.shape, item.colour, *vars(appearance.background).values())
            )


@pytest.mark.parametrize("background", [Background(kind, c) for kind in KINDS for c in COLOURS])
@pytest.mark.parametrize("split", ["train", "eval"])
def test_subjects_can_be_varied_before_every_background(background, split, monkeypatch):
    # The loop that draws variations would not end where none exists.
    rng = np.random.default_rng(2)
    picks = iter([background.kind, background.colour])
    original = captions.draws.pick
    monkeypatch.setattr(
        captions.draws, "pick", lambda rng, items: next(picks, None) or original(rng, items)
    )
    appearance = sample_appearance("multi_object", rng, split, count=5)
    monkeypatch.undo()
    for _ in range(3):
        vary(appearance, rng, "subject")


def test_inconsistent_appearances_are_told_apart():
    wall = Background("brick", "orange")
    star, heart = Item("star", "red"), Item("heart", "red")
    assert not is_consistent(Appearance("multi_object", wall, (star, heart)))
    assert not is_consistent(Appearance("single_object", wall, (Item("star", "orange"),)))
    assert not is_consistent(Appearance("human", wall, (star,)))
    assert not is_consistent(Appearance("human", wall, clothes=Clothes("red", "red", "blue")))
    assert not is_consistent(Appearance("single_object", Background("plaid", "red"), (star,)))
    assert not is_consistent(Appearance("single_object", wall))


def test_scene_names_are_motion_but_captions_are_not():
    # What a scene is called never reaches a text that a method gets.
    moves = {
        name.split("/")[1].split("_")[0] for category in CATEGORIES for name in names(category)
    }
    words = {*COLOURS, *SHAPES, *KINDS}
    assert not moves & words
