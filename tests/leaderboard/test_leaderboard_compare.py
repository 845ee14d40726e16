import json

import numpy as np
import pytest
from make_table import cases_of, run_rows, table_of

from motionbench.errors import LeaderboardError, UnknownNameError
from motionbench.leaderboard.bootstrap import bootstrap_mean
from motionbench.leaderboard.compare import compare_methods
from motionbench.leaderboard.comparison_text import render_comparison
from motionbench.leaderboard.statistics import paired_permutation_pvalue

CASES = cases_of("camera", "human", each=6)
RNG = np.random.default_rng(0)
A, B = 0.7 + 0.05 * RNG.normal(size=(1, 12)), 0.5 + 0.05 * RNG.normal(size=(1, 12))
A, B = A[0], B[0]


def of(values):
    return lambda metric, place, prompt, seed: values[place]


def two(a=A, b=B, **changed):
    return table_of(
        run_rows("x", of(a), cases=CASES, **changed), run_rows("y", of(b), cases=CASES, **changed)
    )


def test_numbers():
    result = compare_methods(two(), "x", "y", seed=4)
    assert (result.mean_a, result.mean_b) == pytest.approx((A.mean(), B.mean()))
    interval = bootstrap_mean(A - B, seed=4)
    assert (result.difference, result.low, result.high) == (
        interval.mean,
        interval.low,
        interval.high,
    )
    assert result.pvalue == paired_permutation_pvalue(A, B, seed=4)
    assert (result.n_cases, result.n_cases_planned) == (12, 12)
    assert (result.ok_a, result.ok_b, result.n_jobs_planned) == (12, 12, 12)
    assert result.cases_needed is None


def test_the_other_way_round_is_the_negative():
    one, other = (compare_methods(two(), *names) for names in (("x", "y"), ("y", "x")))
    assert other.difference == pytest.approx(-one.difference)
    assert other.pvalue == one.pvalue


def test_largest_differences_come_first():
    cases = compare_methods(two(), "x", "y").cases
    sizes = [abs(case.difference) for case in cases]
    assert sizes == sorted(sizes, reverse=True)
    worst = int(np.argmax(np.abs(A - B)))
    assert cases[0].case == list(CASES)[worst]
    assert (cases[0].a, cases[0].b) == (A[worst], B[worst])
    assert cases[0].category == list(CASES.values())[worst]


def test_only_common_cases_count_and_the_rest_is_told():
    def torn(metric, place, prompt, seed):
        return "failed" if place < 4 else A[place]

    table = table_of(run_rows("x", torn, cases=CASES), run_rows("y", of(B), cases=CASES))
    result = compare_methods(table, "x", "y")
    assert (result.n_cases, result.n_cases_planned, result.ok_a, result.ok_b) == (8, 12, 8, 12)
    assert result.mean_b == pytest.approx(B[4:].mean())
    assert "8 common cases of 12; jobs with a score: x 8/12, y 12/12" in render_comparison(
        result, "table"
    )


def test_jobs_of_other_runs_are_no_denominator():
    more = run_rows("z", of(A), cases=cases_of("camera", each=9) | {"zz": "human"})
    table = table_of(run_rows("x", of(A), cases=CASES), run_rows("y", of(B), cases=CASES), more)
    assert compare_methods(table, "x", "y").n_jobs_planned == 12


def test_indistinct_runs_say_how_many_cases_would_do():
    result = compare_methods(two(b=A + 0.02 * RNG.normal(size=12)), "x", "y")
    assert result.pvalue > 0.05
    assert result.cases_needed > 12
    text = " ".join(render_comparison(result, "table").split())
    assert "cannot be told apart" in text
    assert f"About {result.cases_needed} cases" in text


@pytest.mark.parametrize(
    ("metric", "verdict", "heading"),
    [
        ("motion_fidelity", "x is better.", "x is better in"),
        ("appearance_leakage", "y is better.", "y is better in"),
        ("speed_ratio", "x is higher.", "x is higher in"),
    ],
)
def test_the_verdict_knows_which_way_is_better(metric, verdict, heading):
    text = render_comparison(
        compare_methods(two(metrics=[metric]), "x", "y", metric=metric), "table"
    )
    assert verdict in text
    assert heading in text
    assert "suite scenes@1, ruler embedded-0123456789ab" in text


def test_one_common_case_has_no_interval():
    table = table_of(
        run_rows("x", of(A), cases={"c": "human"}), run_rows("y", of(B), cases={"c": "human"})
    )
    result = compare_methods(table, "x", "y")
    assert (result.low, result.high, result.pvalue) == (None, None, 1.0)
    assert "no interval from one case" in render_comparison(result, "table")
    assert json.loads(render_comparison(result, "json"))["low"] is None


def test_json_holds_all_cases():
    content = json.loads(render_comparison(compare_methods(two(), "x", "y"), "json"))
    assert len(content["cases"]) == 12
    assert content["metric"] == "motion_fidelity"
    assert content["confidence"] == 0.95


def test_names_are_text():
    table = table_of(
        run_rows("[red]x\x1b[31m", of(A), cases=CASES), run_rows("y", of(B), cases=CASES)
    )
    text = render_comparison(compare_methods(table, "[red]x\x1b[31m", "y"), "table")
    assert "[red]x?[31m" in text
    assert "\x1b" not in text


class TestWhich:
    def table(self):
        return table_of(
            run_rows("x", of(A), cases=CASES, run="runs/x--scenes--aaaa1111"),
            run_rows("x", of(B), cases=CASES, run="runs/x--scenes--bbbb2222"),
            run_rows("y", of(B), cases=CASES),
        )

    @pytest.mark.parametrize("name", ["runs/x--scenes--bbbb2222", "x--scenes--bbbb2222"])
    def test_a_run_by_its_folder(self, name):
        result = compare_methods(self.table(), "x--scenes--aaaa1111", name)
        assert (result.a, result.b) == ("x (aaaa1111)", "x (bbbb2222)")

    def test_a_method_with_two_runs(self):
        with pytest.raises(
            LeaderboardError, match=r"'x' has more than one run: runs/x--scenes--aaaa"
        ):
            compare_methods(self.table(), "x", "y")

    def test_an_unknown_method(self):
        with pytest.raises(UnknownNameError, match="Unknown method or run 'z'"):
            compare_methods(self.table(), "z", "y")

    def test_one_run_against_itself(self):
        with pytest.raises(LeaderboardError, match="the same run"):
            compare_methods(self.table(), "y", "y")

    def test_unknown_metric(self):
        with pytest.raises(UnknownNameError, match="Did you mean 'text_rank'"):
            compare_methods(self.table(), "x", "y", metric="text_rnk")

    def test_metric_that_was_not_scored(self):
        with pytest.raises(LeaderboardError, match="No run has text_rank"):
            compare_methods(two(), "x", "y", metric="text_rank")

    def test_no_common_case(self):
        table = table_of(
            run_rows("x", of(A), cases={"c": "human"}), run_rows("y", of(B), cases={"d": "human"})
        )
        with pytest.raises(LeaderboardError, match=r"no case in common.*same suite"):
            compare_methods(table, "x", "y")

    def test_unknown_format(self):
        with pytest.raises(UnknownNameError, match="Unknown format 'csv'"):
            render_comparison(compare_methods(two(), "x", "y"), "csv")
