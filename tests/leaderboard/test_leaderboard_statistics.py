"""Statistics against simulated data whose truth is known."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from motionbench.leaderboard import statistics
from motionbench.leaderboard.bootstrap import bootstrap_mean
from motionbench.leaderboard.statistics import (
    adjusted_pairs,
    cases_needed,
    holm,
    paired_permutation_pvalue,
    pairwise_pvalues,
    pareto_front,
    rank_tiers,
)


def test_examples_in_docstrings():
    result = doctest.testmod(statistics)
    assert result.attempted >= 3
    assert result.failed == 0


class TestPermutation:
    @pytest.mark.parametrize("n", [3, 8, 12])
    def test_few_cases_are_tested_exactly(self, n):
        a, b = np.random.default_rng(n).normal([[0.6], [0.0]], 1.0, size=(2, n))
        exact = stats.permutation_test(
            (a - b,), np.mean, permutation_type="samples", n_resamples=np.inf
        )
        assert paired_permutation_pvalue(a, b, seed=0) == pytest.approx(exact.pvalue)
        assert paired_permutation_pvalue(a, b, seed=1) == pytest.approx(exact.pvalue)

    def test_many_cases_are_sampled_with_the_seed(self):
        rng = np.random.default_rng(0)
        a, b = rng.normal(0.25, 1, 60), rng.normal(0, 1, 60)
        first = paired_permutation_pvalue(a, b, seed=7)
        assert first == paired_permutation_pvalue(a, b, seed=7)
        assert first != paired_permutation_pvalue(a, b, seed=8)
        # For well-behaved data the t test is close; 9,999 patterns err by about 0.5 points.
        assert first == pytest.approx(stats.ttest_rel(a, b).pvalue, abs=0.02)

    def test_global_random_state_is_left_alone(self):
        before = np.random.get_state()[1].tolist()  # noqa: NPY002
        bootstrap_mean(np.arange(5.0), seed=0)
        paired_permutation_pvalue(np.arange(20.0), np.zeros(20), seed=0)
        assert np.random.get_state()[1].tolist() == before  # noqa: NPY002

    def test_false_positives_come_at_the_nominal_rate(self):
        # Two methods drawn from one skewed distribution, with a difficulty shared by both.
        rng = np.random.default_rng(11)
        found = 0
        for _ in range(600):
            difficulty = rng.exponential(size=11)
            a, b = difficulty + rng.exponential(size=(2, 11))
            found += paired_permutation_pvalue(a, b, seed=0) <= 0.05
        # Binomial: 5 % of 600 with a standard error of 0.9 %.
        assert 0.05 - 0.027 <= found / 600 <= 0.05 + 0.027

    def test_equal_rows_and_ties_are_no_evidence(self):
        ones = np.ones(6)
        assert paired_permutation_pvalue(ones, ones, seed=0) == 1.0
        # Differences (1, -1, 0, 0) sum to zero, which every sign pattern reaches.
        a, b = np.array([1.0, 0, 0, 0]), np.array([0, 1.0, 0, 0])
        assert paired_permutation_pvalue(a, b, seed=0) == 1.0

    def test_pairing_finds_what_difficulty_hides(self):
        rng = np.random.default_rng(0)
        difficulty = rng.normal(0, 1, 40)
        a = difficulty + 0.1 + rng.normal(0, 0.1, 40)
        b = difficulty + rng.normal(0, 0.1, 40)
        assert stats.ttest_ind(a, b).pvalue > 0.4
        assert paired_permutation_pvalue(a, b, seed=0) < 0.001

    def test_pairs_agree_with_single_tests(self):
        values = np.random.default_rng(0).normal(size=(4, 9)) + np.arange(4)[:, None] * 0.3
        together = pairwise_pvalues(values, seed=0)
        assert np.array_equal(together, together.T)
        assert np.array_equal(np.diag(together), np.ones(4))
        for i, j in [(0, 1), (0, 3), (2, 3)]:
            alone = paired_permutation_pvalue(values[i], values[j], seed=0)
            assert together[i, j] == pytest.approx(alone)

    def test_pairs_of_many_cases_agree_with_single_tests(self):
        # Early stopping of clear non-differences and skipping of clear differences change nothing
        # but the noise: 9,999 patterns err by less than 2 points (4 standard errors).
        values = np.random.default_rng(4).normal(size=(5, 30)) + np.arange(5)[:, None] * 0.4
        together = pairwise_pvalues(values, seed=0)
        for i in range(5):
            for j in range(i):
                alone = stats.ttest_rel(values[i], values[j]).pvalue
                assert together[i, j] == pytest.approx(alone, abs=0.03)
        assert together[0, 4] < 0.001

    def test_all_patterns_count_however_many_rows_there_are(self):
        # Of 41 rows, 820 pairs: more patterns would be drawn than 15 cases have.
        values = np.random.default_rng(5).normal(size=(41, 15))
        together = pairwise_pvalues(values, seed=0)
        signs = 1.0 - 2.0 * (np.arange(2**14) >> np.arange(15)[:, None] & 1)
        for j in range(1, 41, 8):
            sums = np.abs((values[0] - values[j]) @ signs)
            assert together[0, j] == pytest.approx(np.mean(sums >= sums[0] - 1e-9))

    @pytest.mark.parametrize("values", [np.empty((2, 0)), np.array([[1.0], [np.nan]])])
    def test_refuses_what_cannot_be_tested(self, values):
        with pytest.raises(ValueError, match="finite values on one or more common cases"):
            pairwise_pvalues(values, seed=0)


class TestHolm:
    def test_by_hand(self):
        assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
        assert holm(np.array([])).size == 0
        assert holm(np.array([0.9, 0.8])) == pytest.approx([1.0, 1.0])

    @settings(deadline=None, max_examples=50)
    @given(arrays(np.float64, st.integers(1, 9), elements=st.floats(0, 1)))
    def test_never_below_the_raw_value_nor_above_bonferroni(self, pvalues):
        adjusted = holm(pvalues)
        assert (adjusted >= pvalues).all()
        assert (adjusted <= np.minimum(pvalues * len(pvalues), 1) + 1e-12).all()
        assert np.array_equal(
            np.argsort(adjusted[np.argsort(pvalues, kind="stable")], kind="stable"),
            np.arange(len(pvalues)),
        )

    def test_controls_any_false_finding_among_all_pairs(self):
        # Five equal methods, ten pairs: uncorrected, some pair differs in a quarter of the boards.
        rng = np.random.default_rng(2)
        raw = corrected = 0
        boards = 250
        for _ in range(boards):
            values = rng.exponential(size=11) + rng.exponential(size=(5, 11))
            pairs = pairwise_pvalues(values, seed=0)
            raw += pairs.min() <= 0.05
            corrected += adjusted_pairs(values, seed=0).min() <= 0.05
        assert raw / boards > 0.15
        # Standard error of 5 % over 250 boards: 1.4 points.
        assert corrected / boards <= 0.05 + 0.03

    def test_finds_what_differs(self):
        levels = [[1.0], [1.0], [0.4], [0.4]]
        values = np.random.default_rng(0).normal(levels, 0.1, size=(4, 14))
        different = adjusted_pairs(values, seed=0) <= 0.05
        assert different[:2, 2:].all()
        assert not different[0, 1]
        assert not different[2, 3]


class TestTiers:
    def test_a_new_tier_opens_at_the_first_row_that_differs_from_the_leader(self):
        adjusted = np.ones((5, 5))
        for i, j in [(0, 2), (0, 3), (0, 4), (1, 4), (2, 4)]:
            adjusted[i, j] = adjusted[j, i] = 0.01
        assert rank_tiers(adjusted) == (1, 1, 2, 2, 3)

    def test_equal_rows_share_a_tier(self):
        assert rank_tiers(np.ones((3, 3))) == (1, 1, 1)

    def test_one_row_and_none(self):
        assert rank_tiers(np.ones((1, 1))) == (1,)
        assert rank_tiers(np.ones((0, 0))) == ()


class TestCasesNeeded:
    def test_gives_the_wanted_power(self):
        rng = np.random.default_rng(0)
        needed = cases_needed(rng.normal(0.5, 1.0, 100_000))
        assert needed == pytest.approx(31.4, abs=1.5)  # ((1.96 + 0.84) / 0.5)^2
        found = [
            stats.ttest_1samp(rng.normal(0.5, 1.0, needed), 0).pvalue <= 0.05 for _ in range(500)
        ]
        # The t test loses two points of power against the normal approximation.
        assert np.mean(found) == pytest.approx(0.79, abs=0.06)

    def test_nothing_can_be_told_from_one_case_or_no_difference(self):
        assert cases_needed(np.array([0.3])) is None
        assert cases_needed(np.array([0.5, -0.5])) is None

    @pytest.mark.parametrize("comparisons", [1, 10])
    def test_a_constant_difference_needs_what_the_test_needs(self, comparisons):
        needed = cases_needed(np.array([0.2, 0.2, 0.2]), comparisons=comparisons)
        for cases, found in [(needed, True), (needed - 1, False)]:
            pvalue = paired_permutation_pvalue(np.full(cases, 0.2), np.zeros(cases), seed=0)
            assert (pvalue * comparisons <= 0.05) is found

    def test_correcting_for_more_comparisons_needs_more(self):
        differences = np.random.default_rng(0).normal(0.3, 1.0, 200)
        needed = [cases_needed(differences, comparisons=m) for m in (1, 10, 100)]
        assert needed == sorted(set(needed))


class TestParetoFront:
    def test_by_hand(self):
        points = np.array([[1.0, 0.0], [0.5, 0.5], [0.5, 0.4], [0.0, 1.0], [0.5, 0.5]])
        assert pareto_front(points) == (3, 1, 4, 0)

    def test_one_point_and_none(self):
        assert pareto_front(np.array([[0.2, 0.3]])) == (0,)
        assert pareto_front(np.empty((0, 2))) == ()

    @settings(deadline=None, max_examples=50)
    @given(arrays(np.float64, st.tuples(st.integers(1, 12), st.just(2)), elements=st.floats(-1, 1)))
    def test_no_point_of_the_front_is_beaten_and_all_others_are(self, points):
        front = set(pareto_front(points))
        for i, point in enumerate(points):
            beaten = any((q >= point).all() and (q > point).any() for q in points)
            assert beaten == (i not in front)
