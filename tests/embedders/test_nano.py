"""The weights that are shipped: what they can do, and that nothing of a suite was trained on."""

from collections import defaultdict

import numpy as np
import pytest

from motionbench.cases import CATEGORIES, SceneSource
from motionbench.embedders import NANO_FOLDER, load_embedder
from motionbench.embedders.nano.data import FIRST_SEED, draw_scene
from motionbench.embedders.nano.evaluate import Trial, make_trial, rank_first, rate, shuffled
from motionbench.manifest import load_suite
from motionbench.scenes.captions import caption

TRAINED_SCENES = 100_000
"""Many more than the recipe renders."""


@pytest.fixture(scope="module")
def embedder():
    return load_embedder("clip-nano", offline=True)


@pytest.fixture(scope="module")
def trials():
    return [make_trial(number, frames=2) for number in range(40)]


def test_the_files_fit_the_package():
    assert sum(path.stat().st_size for path in NANO_FOLDER.iterdir() if path.is_file()) < 15e6


def test_identity_says_clip_nano_wherever_it_is_installed(embedder):
    identity = embedder.identity()
    assert identity["model"] == "clip-nano"
    assert str(NANO_FOLDER) not in str(identity)


def test_captions_of_unseen_combinations_rank_first(embedder, trials):
    by_category = defaultdict(list)
    for trial in trials:
        by_category[trial.category].append(rank_first(embedder, trial).mean())
    assert set(by_category) == set(CATEGORIES)
    # The card has the full measurement; twenty frames a category can vary by a tenth of it.
    rates = {category: float(np.mean(hits)) for category, hits in by_category.items()}
    assert min(rates.values()) >= 0.85, rates
    assert np.mean(list(rates.values())) >= 0.92, rates


def test_with_shuffled_texts_it_is_no_better_than_chance(embedder, trials):
    hits = np.concatenate([rank_first(embedder, trial) for trial in shuffled(trials)])
    # One in twenty by chance; a caption lies amid its neighbours, so a frame that shows something
    # else is nearer to one of them, and it wins even more rarely.
    assert hits.mean() <= 0.05


def test_it_survives_small_clips(embedder):
    small = [make_trial(number, frames=2, side=64) for number in range(24)]
    assert np.concatenate([rank_first(embedder, trial) for trial in small]).mean() >= 0.85


def test_the_same_frames_and_texts_give_the_same_numbers(embedder, trials):
    again = load_embedder("clip-nano")
    frames, texts = trials[0].frames, trials[0].texts
    np.testing.assert_array_equal(embedder.embed_frames(frames), again.embed_frames(frames))
    one, two = embedder.embed_texts(texts), again.embed_texts(texts)
    np.testing.assert_array_equal(one.embeddings, two.embeddings)
    assert again.identity() == embedder.identity()


def test_no_caption_is_truncated_and_longer_texts_are_reported(embedder):
    captions = [
        caption(draw_scene(number, split)[1]) for split in FIRST_SEED for number in range(60)
    ]
    assert not embedder.embed_texts(captions).truncated.any()
    assert embedder.embed_texts(
        [f"{captions[0]} and {captions[2]} and {captions[6]} again"]
    ).truncated.all()


# ---- nothing of the suite was trained on


def test_training_never_saw_a_scene_of_the_suite():
    suite = load_suite("scenes")
    seeds = {case.source.seed for case in suite.cases if isinstance(case.source, SceneSource)}
    trained = range(FIRST_SEED["train"], FIRST_SEED["train"] + TRAINED_SCENES)
    assert seeds
    assert not any(seed in trained for seed in seeds)


def test_training_never_saw_a_text_of_the_suite():
    suite = load_suite("scenes")
    asked = {case.caption for case in suite.cases}
    asked |= {prompt.text for case in suite.cases for prompt in case.prompts}
    trained = {caption(draw_scene(number, "train")[1]) for number in range(2000)}
    assert not asked & trained


# ---- the measurement itself


def test_a_rate_comes_with_its_interval():
    assert rate([np.array([True, True])] * 5) == (1.0, 1.0, 1.0)
    mean, low, high = rate([np.array([True, False]), np.array([True, True])] * 50)
    assert mean == pytest.approx(0.75)
    assert 0.6 < low < 0.75 < high < 0.85


def test_shuffling_moves_texts_and_keeps_frames():
    frames = [np.full((1, 8, 8, 3), value, dtype=np.uint8) for value in range(3)]
    trials = [Trial("human", frame, [str(place)]) for place, frame in enumerate(frames)]
    moved = shuffled(trials)
    assert [trial.texts for trial in moved] == [["2"], ["0"], ["1"]]
    assert [int(trial.frames[0, 0, 0, 0]) for trial in moved] == [0, 1, 2]
