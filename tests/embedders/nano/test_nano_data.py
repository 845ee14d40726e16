import numpy as np
import pytest
import torch

from motionbench.cases import CATEGORIES
from motionbench.embedders.nano import data
from motionbench.embedders.nano.labels import LABELS, labels
from motionbench.scenes import draws
from motionbench.scenes.captions import (
    Appearance,
    Background,
    Clothes,
    Item,
    attributes,
    caption,
    is_held_out,
)
from motionbench.scenes.catalogue import SEEDS

STAR = Appearance("single_object", Background("dotted", "blue"), (Item("star", "red"),))
PAIR = Appearance(
    "multi_object", Background("brick", "green"), (Item("star", "red"), Item("ring", "blue"))
)
PERSON = Appearance("human", Background("grid", "white"), clothes=Clothes("red", "blue", "cyan"))


def texts(split, number):
    _, appearance = data.draw_scene(number, split)
    rng = draws.stream(number)
    return data.texts_of(appearance, rng, split, with_swaps=split == "train")


def tokenizer(captions):
    return torch.tensor([[len(text)] * 40 for text in captions])


def held_out(appearance):
    return is_held_out(appearance)


# ---- what training sees


def test_training_neither_shows_nor_names_what_is_held_out():
    for number in range(400):
        assert not any(held_out(text) for text in texts("train", number))


def test_every_watched_and_measured_scene_is_held_out():
    for number in range(200):
        assert held_out(data.draw_scene(number, "eval")[1])


@pytest.mark.parametrize("split", ["train", "eval"])
def test_seeds_stay_on_their_side_of_the_split(split):
    # More scenes than any run will draw.
    assert data.FIRST_SEED[split] in SEEDS[split]
    assert data.FIRST_SEED[split] + 100_000_000 in SEEDS[split]


def test_categories_take_turns():
    assert [data.draw_scene(n, "train")[1].category for n in range(8)] == [*CATEGORIES, *CATEGORIES]


# ---- texts


@pytest.mark.parametrize("split", ["train", "eval"])
def test_texts_of_a_scene_are_distinct_and_begin_with_its_caption(split):
    for number in range(40):
        found = texts(split, number)
        assert found[0] == data.draw_scene(number, split)[1]
        assert len({caption(text) for text in found}) == data.TEXTS[split]


def test_measured_texts_differ_in_one_attribute():
    for number in range(40):
        true, *others = map(attributes, texts("eval", number))
        assert all(sum(true[key] != other[key] for key in true) == 1 for other in others)


def test_swaps_exchange_two_colours():
    assert [caption(swapped) for swapped in data.swaps(STAR)] == [
        "a blue star on a red dotted background"
    ]
    assert {caption(swapped) for swapped in data.swaps(PAIR)} == {
        "a green star and a blue ring on a red brick background",
        "a red star and a green ring on a blue brick background",
        "a blue star and a red ring on a green brick background",
    }
    assert len(data.swaps(PERSON)) == 6
    assert "a person in a blue shirt, red trousers and a cyan hat on a white grid background" in {
        caption(swapped) for swapped in data.swaps(PERSON)
    }


def test_labels_say_what_the_caption_says():
    def names(appearance):
        return {LABELS[place] for place in np.flatnonzero(labels(appearance))}

    assert names(PAIR) == {
        *("brick background", "green background", "red star", "blue ring"),
        *("any star", "any ring", "anything red", "anything blue"),
    }
    assert names(PERSON) == {
        *("grid background", "white background", "red shirt", "blue trousers", "cyan hat"),
        *("anything red", "anything blue", "anything cyan"),
    }


# ---- shards


def test_a_shard_depends_on_its_number_alone(monkeypatch):
    monkeypatch.setattr(data, "SCENES", 4)
    first, again = (data.make_shard(3, "train", tokenizer) for _ in range(2))
    other = data.make_shard(4, "train", tokenizer)
    for name, one, two in zip(first._fields, first, again, strict=True):
        np.testing.assert_array_equal(one, two, err_msg=name)
    assert first.frames.shape == (4, data.FRAMES, data.SIZE, data.SIZE, 3)
    assert first.tokens.shape == (4, data.TEXTS["train"], 40)
    assert first.labels.shape == (4, data.TEXTS["train"], len(LABELS))
    assert list(first.category) == list(CATEGORIES)
    assert not np.array_equal(first.frames, other.frames)


def test_filling_goes_on_where_it_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "SCENES", 4)
    data.fill(tmp_path, "train", 1)
    before = (tmp_path / "shard-00000.npz").stat().st_mtime_ns
    data.fill(tmp_path, "train", 2)
    assert (tmp_path / "shard-00000.npz").stat().st_mtime_ns == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "shard-00000.npz",
        "shard-00001.npz",
    ]
