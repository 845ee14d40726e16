"""Bootstrap intervals against simulated data whose truth is known, and against scipy."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from motionbench.leaderboard import bootstrap
from motionbench.leaderboard.bootstrap import bootstrap_mean, bootstrap_rows


def test_examples_in_docstrings():
    result = doctest.testmod(bootstrap)
    assert result.attempted >= 1
    assert result.failed == 0


class TestBootstrap:
    @pytest.mark.parametrize(
        ("draw", "truth"),
        [
            (lambda rng, size: rng.normal(0.3, 2.0, size), 0.3),
            (lambda rng, size: rng.beta(6, 2, size), 0.75),
        ],
        ids=["normal", "skewed"],
    )
    def test_intervals_cover_the_true_mean_at_nominal_rate(self, draw, truth):
        # 600 data sets: the standard error of the rate is 0.9 %, the tolerance three times that;
        # 48 cases (the embedded suite) still undercover by about one point.
        rng = np.random.default_rng(3)
        intervals = bootstrap_rows(draw(rng, (600, 48)), seed=1, resamples=999)
        covered = np.mean([i.low <= truth <= i.high for i in intervals])
        assert 0.95 - 0.035 <= covered <= 0.95 + 0.03

    def test_a_row_does_not_depend_on_its_neighbours(self):
        # Thirds (a rate over three prompts) make means that tie but for their rounding errors.
        rng = np.random.default_rng(0)
        values = np.concatenate([rng.normal(size=(2, 9)), rng.integers(0, 4, size=(3, 9)) / 3])
        values[1, 3] = np.nan
        together = bootstrap_rows(values, seed=5)
        for row, interval in zip(values, together, strict=True):
            alone = bootstrap_mean(row[np.isfinite(row)], seed=5)
            ends = (interval.mean, interval.low, interval.high)
            assert (alone.mean, alone.low, alone.high) == pytest.approx(ends, rel=1e-12)

    def test_equals_scipy(self):
        values = np.random.default_rng(0).beta(5, 2, size=20)
        ours = bootstrap_mean(values, seed=8)
        theirs = stats.bootstrap(
            (values,), np.mean, method="BCa", batch=64, random_state=np.random.default_rng(8)
        ).confidence_interval
        assert ours.mean == pytest.approx(values.mean())
        assert (ours.low, ours.high) == pytest.approx(theirs)

    @pytest.mark.parametrize("noise", [0.0, 1e-16, 1e-200])
    def test_constant_values_have_width_zero(self, noise):
        interval = bootstrap_mean(np.array([0.25, 0.25, 0.25 + noise]), seed=0)
        assert interval.low == interval.mean == interval.high == pytest.approx(0.25)

    def test_one_value_has_no_interval(self):
        interval = bootstrap_mean(np.array([0.4]), seed=0)
        assert (interval.mean, interval.low, interval.high) == (0.4, None, None)

    def test_one_odd_value_out_of_many(self):
        # Binary scores are common (text_rank); most resamples then repeat the mean.
        interval = bootstrap_mean(np.array([1.0] * 11 + [0.0]), seed=0)
        assert 0 <= interval.low < interval.mean < interval.high <= 1

    @pytest.mark.parametrize("values", [[], [0.1, np.nan], [np.inf]])
    def test_refuses_what_has_no_mean(self, values):
        with pytest.raises(ValueError, match="one or more finite values"):
            bootstrap_mean(np.array(values, dtype=np.float64), seed=0)

    @settings(deadline=None, max_examples=25)
    @given(arrays(np.float64, st.integers(2, 12), elements=st.floats(-1, 1)))
    def test_intervals_lie_within_the_data_and_hold_the_mean(self, values):
        interval = bootstrap_mean(values, seed=0, resamples=199)
        slack = 1e-11
        assert values.min() - slack <= interval.low <= interval.high <= values.max() + slack
        assert interval.low <= interval.mean + slack

    def test_strata_weigh_the_same_and_are_resampled_apart(self):
        # Two groups far apart: within each there is little spread, between them much.
        rng = np.random.default_rng(0)
        values = np.concatenate([rng.normal(0, 0.1, 30), rng.normal(10, 0.1, 10)])[None]
        strata = np.repeat([0, 1], [30, 10])
        stratified = bootstrap_rows(values, strata=strata, seed=0)[0]
        plain = bootstrap_rows(values, seed=0)[0]
        assert stratified.mean == pytest.approx((values[0, :30].mean() + values[0, 30:].mean()) / 2)
        assert plain.mean == pytest.approx(values.mean())
        assert stratified.high - stratified.low < 0.1
        assert plain.high - plain.low > 1

    def test_a_stratum_of_one_case_leaves_no_interval(self):
        interval = bootstrap_rows(np.array([[1.0, 2.0, 6.0]]), strata=np.array([0, 0, 1]), seed=0)[
            0
        ]
        assert (interval.mean, interval.low, interval.high) == (3.75, None, None)

    def test_a_stratum_without_value_is_refused(self):
        with pytest.raises(ValueError, match="one of the strata"):
            bootstrap_rows(np.array([[1.0, np.nan]]), strata=np.array([0, 1]), seed=0)

    def test_strata_equal_scipy(self):
        first, second = np.random.default_rng(1).beta(4, 2, size=(2, 15))
        values = np.concatenate([first, second[:9]])[None]
        strata = np.repeat([0, 1], [15, 9])
        ours = bootstrap_rows(values, strata=strata, seed=3)[0]
        theirs = stats.bootstrap(
            (first, second[:9]),
            lambda a, b, axis=-1: (a.mean(axis=axis) + b.mean(axis=axis)) / 2,
            method="BCa",
            batch=64,
            vectorized=True,
            random_state=np.random.default_rng(3),
        ).confidence_interval
        assert (ours.low, ours.high) == pytest.approx(theirs)

    def test_intervals_of_category_means_cover_at_nominal_rate(self):
        # As above: 500 data sets, four categories of 12 cases with means of their own.
        rng = np.random.default_rng(8)
        levels, strata = np.array([0.2, 0.4, 0.6, 0.8]), np.repeat(np.arange(4), 12)
        values = rng.normal(levels[strata], 0.2, size=(500, 48))
        intervals = bootstrap_rows(values, seed=1, strata=strata, resamples=999)
        covered = np.mean([i.low <= levels.mean() <= i.high for i in intervals])
        assert 0.95 - 0.045 <= covered <= 0.95 + 0.03

    def test_intervals_of_paired_differences_cover_at_nominal_rate(self):
        rng = np.random.default_rng(9)
        difficulty = rng.exponential(size=(500, 48))
        a = difficulty + rng.normal(0.1, 0.3, size=(500, 48))
        b = difficulty + rng.normal(0.0, 0.3, size=(500, 48))
        intervals = bootstrap_rows(a - b, seed=1, resamples=999)
        covered = np.mean([i.low <= 0.1 <= i.high for i in intervals])
        assert 0.95 - 0.035 <= covered <= 0.95 + 0.03
