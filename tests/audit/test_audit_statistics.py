import numpy as np
import pytest
from scipy import stats

from motionbench.audit.statistics import (
    correlate,
    draw_clusters,
    estimate,
    just_noticeable,
    share_below,
    share_falling,
    spearman,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def labels(*values):
    return np.array(values, dtype=np.int64)


# ---- Spearman


@pytest.mark.parametrize("ties", [2, 5, 40])
def test_spearman_is_scipys_with_and_without_ties(ties):
    x = np.floor(rng(1).random(60) * ties)
    y = np.floor((x / ties + rng(2).random(60)) * ties)
    assert spearman(x, y)[0] == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


def test_a_weight_is_a_repetition():
    x, y = np.round(rng(1).random(12), 1), np.round(rng(2).random(12), 1)
    times = rng(3).integers(0, 4, size=12)
    expected = stats.spearmanr(np.repeat(x, times), np.repeat(y, times)).statistic
    assert spearman(x, y, times[None].astype(float))[0] == pytest.approx(expected, abs=1e-12)


def test_a_constant_correlates_with_nothing():
    x = np.arange(5.0)
    assert spearman(x, np.full(5, 0.1))[0] == 0
    # Constant in one resample only.
    weights = np.array([[1.0, 1, 1, 1, 1], [0, 0, 5, 0, 0]])
    np.testing.assert_allclose(spearman(x, x**3, weights), [1, 0])


# ---- resampling


def test_clusters_are_drawn_whole_and_within_their_stratum():
    clusters, strata = labels(4, 4, 7, 9, 9, 9), labels(0, 0, 0, 1, 1, 1)
    found = draw_clusters(clusters, strata, seed=0, resamples=200)
    draws = found.draws
    assert (draws[:, 0] == draws[:, 1]).all()
    assert (draws[:, 0] + draws[:, 2] == 2).all()
    assert (draws[:, 3:] == 1).all()
    assert set(draws[:, 0]) == {0.0, 1.0, 2.0}
    assert (found.clusters, found.strata, found.degrees) == (3, 2, 1)
    again = draw_clusters(clusters, strata, seed=0, resamples=200)
    np.testing.assert_array_equal(draws, again.draws)


def simulated(seed, *, scenes=24, pairs=12):
    """Scores that follow the truth, with an error of each scene and one of each pair."""
    draw = rng(seed)
    truth = draw.random((scenes, pairs))
    score = (
        truth
        + 0.25 * draw.standard_normal((scenes, 1))
        + 0.1 * draw.standard_normal((scenes, pairs))
    )
    clusters = np.repeat(np.arange(scenes), pairs)
    return truth.ravel(), score.ravel(), clusters


def truth_of_the_simulation():
    truth, score, _ = simulated(99, scenes=20_000)
    return stats.spearmanr(truth, score).statistic


def coverage(scenes, unit_of, trials=300):
    """Share of simulated experiments whose interval holds the true correlation."""
    expected, hits = truth_of_the_simulation(), 0
    for seed in range(trials):
        x, y, clusters = simulated(seed, scenes=scenes)
        unit = unit_of(clusters)
        resamples = draw_clusters(unit, np.zeros_like(unit), seed=seed, resamples=199)
        found = correlate(x, y, resamples)
        assert found.low <= found.value <= found.high
        hits += found.low <= expected <= found.high
    return hits / trials


@pytest.mark.parametrize("scenes", [6, 24])
def test_intervals_over_scenes_cover_the_true_correlation(scenes):
    assert 0.88 <= coverage(scenes, unit_of=lambda clusters: clusters) <= 0.99


def test_intervals_over_pairs_would_be_too_narrow():
    assert coverage(24, unit_of=lambda clusters: np.arange(len(clusters)), trials=100) < 0.8


def test_intervals_of_a_mean_cover_it_with_few_clusters_in_strata():
    hits = 0
    strata = np.repeat(np.arange(3), 4)
    for seed in range(400):
        values = rng(seed).standard_normal(12) + 10 * strata
        resamples = draw_clusters(np.arange(12), strata, seed=seed, resamples=199)
        found = estimate(lambda w, v=values: w @ v / w.sum(axis=1), resamples)
        hits += found.low <= 10 <= found.high
    assert 0.92 <= hits / 400 <= 0.98


def test_one_cluster_has_no_interval():
    x = np.arange(4.0)
    resamples = draw_clusters(labels(1, 1, 1, 1), labels(0, 0, 0, 0), seed=0)
    for found in (
        correlate(x, -x, resamples),
        estimate(lambda w: spearman(x, -x, w), resamples),
    ):
        assert (found.value, found.low, found.high) == (-1.0, None, None)
        assert not found.positive


def test_a_perfect_correlation_has_an_interval():
    x, clusters = np.arange(12.0), np.repeat(np.arange(4), 3)
    found = correlate(x, x**3, draw_clusters(clusters, np.zeros_like(clusters), seed=0))
    assert found.value == pytest.approx(1)
    assert found.high == pytest.approx(1)
    assert found.low > 0.99


# ---- what is noticed


def test_share_below_counts_ties_and_gaps_as_not_below():
    changed = np.array([0.1, 0.5, np.nan])
    assert share_below(changed, np.array([0.5, 0.6])) == pytest.approx(3 / 6)


def test_share_falling():
    assert share_falling(np.array([3.0, 2.0, 1.0])) == 1
    assert share_falling(np.array([1.0, 1.0, 1.0])) == 0
    assert share_falling(np.array([3.0, 1.0, 2.0])) == pytest.approx(2 / 3)


def test_the_just_noticeable_dose_of_a_known_psychometric_curve():
    # A score falls by 4 times the dose under noise of 1 in both clips: noticed with probability
    # Phi(4 dose / sqrt 2), 95 % of it at dose sqrt(2) 1.645 / 4 = 0.5816.
    doses = np.linspace(0.1, 1, 10)
    noise = rng(5)
    unchanged = noise.standard_normal(3000)
    noticed = [share_below(noise.standard_normal(3000) - 4 * dose, unchanged) for dose in doses]
    expected = np.sqrt(2) * stats.norm.ppf(0.95) / 4
    assert just_noticeable(doses, np.array(noticed)) == pytest.approx(expected, abs=0.02)


def test_what_is_noticed_at_once_never_or_only_in_between():
    doses = np.array([0.25, 0.5, 1.0])
    # From chance at dose 0 to certainty at 0.25, 90 % of the way.
    assert just_noticeable(doses, np.array([1.0, 1.0, 1.0])) == pytest.approx(0.225)
    assert just_noticeable(doses, np.array([0.0, 0.0, 0.0])) is None
    assert just_noticeable(doses, np.array([1.0, 1.0, 0.9])) is None
    # Noticed, lost, noticed again: only the last rise counts.
    assert just_noticeable(doses, np.array([1.0, 0.9, 1.0])) == pytest.approx(0.75)
