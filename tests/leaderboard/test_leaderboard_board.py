import numpy as np
import pytest
from make_table import COLUMNS, cases_of, run_rows, table_of

from motionbench.errors import LeaderboardError, UnknownNameError, UsageError
from motionbench.leaderboard.aggregate import DEFAULT_COLUMNS, build_board
from motionbench.leaderboard.statistics import paired_permutation_pvalue
from motionbench.metrics.catalog import METRICS
from motionbench.store import table as store_table

CASES = cases_of("camera", "human", each=6)
HEADLINE = "motion_fidelity"


def noisy(level, *, spread=0.02, seed=0):
    """Scores around a level, the same for all metrics, prompts and seeds of a case."""
    values = level + spread * np.random.default_rng(seed).normal(size=100)
    return lambda metric, place, prompt, seed: values[place]


def instead(score, outcome, *, place, prompt=None):
    """``score``, but for one case (and prompt)."""

    def changed(metric, where, which, seed):
        hit = where == place and prompt in (None, which)
        return outcome if hit else score(metric, where, which, seed)

    return changed


def standing(board):
    return [(row.method, row.tier) for row in board.rows]


def row_of(board, method):
    return next(row for row in board.rows if row.method == method)


def test_reads_what_the_store_writes():
    assert tuple(COLUMNS) == store_table.COLUMNS


def test_default_columns_are_metrics():
    assert set(DEFAULT_COLUMNS) <= set(METRICS)


class TestMeans:
    def test_mean_interval_and_coverage_of_a_complete_row(self):
        board = build_board(table_of(run_rows("m", noisy(0.5), cases=CASES, prompts="ab")))
        expected = np.mean([noisy(0.5)("", k, "", 0) for k in range(12)])
        cell = board.rows[0].cells[HEADLINE]
        assert cell.mean == pytest.approx(expected)
        assert cell.low < cell.mean < cell.high
        assert (cell.n_cases_ok, cell.n_cases_planned, cell.ok, cell.n_jobs_planned) == (
            12,
            12,
            24,
            24,
        )
        assert (cell.coverage, cell.gaps, cell.complete) == (1.0, "", True)
        assert (board.n_cases, board.n_jobs) == (12, 24)

    def test_the_same_seed_gives_the_same_board(self):
        table = table_of(*[run_rows(f"m{k}", noisy(0.5, seed=k), cases=CASES) for k in range(3)])
        assert build_board(table, seed=3) == build_board(table, seed=3)
        assert build_board(table, seed=3) != build_board(table, seed=4)

    def test_columns_of_categories(self):
        board = build_board(
            table_of(run_rows("m", lambda m, p, pr, s: 0.2 if p < 6 else 0.8, cases=CASES))
        )
        cells = board.rows[0].categories
        assert board.categories == {"camera": 6, "human": 6}
        assert (cells["camera"].mean, cells["human"].mean) == pytest.approx((0.2, 0.8))
        assert cells["camera"].n_cases_planned == 6
        assert board.rows[0].macro is None  # it would repeat the mean

    def test_uneven_categories_also_get_the_mean_of_their_means(self):
        cases = cases_of("camera", each=9) | {"x": "human", "y": "human", "z": None}
        board = build_board(
            table_of(run_rows("m", lambda m, p, pr, s: 0.1 if p < 9 else 0.7, cases=cases))
        )
        row = board.rows[0]
        assert list(board.categories) == ["camera", "human", "uncategorised"]
        assert row.cells[HEADLINE].mean == pytest.approx((9 * 0.1 + 3 * 0.7) / 12)
        assert row.macro.mean == pytest.approx((0.1 + 0.7 + 0.7) / 3)
        assert row.macro.low is None  # one case says nothing about the spread of its category

    def test_macro_of_a_row_that_lacks_a_category_does_not_exist(self):
        cases = cases_of("camera", each=4) | {"x": "human", "y": "human"}
        half = {case: name for case, name in cases.items() if name == "camera"}
        board = build_board(
            table_of(
                run_rows("all", noisy(0.5), cases=cases), run_rows("half", noisy(0.5), cases=half)
            )
        )
        assert row_of(board, "all").macro.mean is not None
        assert row_of(board, "half").macro.mean is None
        assert row_of(board, "half").categories["human"].mean is None


class TestRanking:
    def test_best_first_with_tiers(self):
        board = build_board(
            table_of(
                run_rows("worst", noisy(0.3, seed=1), cases=CASES),
                run_rows("best", noisy(0.8, seed=2), cases=CASES),
                run_rows("near", noisy(0.799, seed=3), cases=CASES),
            )
        )
        assert standing(board) == [("best", 1), ("near", 1), ("worst", 2)] or standing(board) == [
            ("near", 1),
            ("best", 1),
            ("worst", 2),
        ]
        assert board.rows[0].pvalue_to_leader is None
        assert board.rows[1].pvalue_to_leader > 0.05
        assert board.rows[2].pvalue_to_leader <= 0.05

    def test_each_row_shows_the_comparison_that_decided_its_tier(self):
        board = build_board(
            table_of(
                run_rows("top", noisy(0.9, seed=1), cases=CASES),
                run_rows("low", noisy(0.3, seed=2), cases=CASES),
                run_rows("lower", noisy(0.29, seed=3, spread=0.1), cases=CASES),
            )
        )
        assert standing(board)[0] == ("top", 1)
        assert [row.tier for row in board.rows] == [1, 2, 2]
        opening, following = board.rows[1:]
        assert opening.pvalue_to_leader <= 0.05  # against "top"
        assert following.pvalue_to_leader > 0.05  # against the best of its own tier

    def test_pvalues_are_corrected_over_all_pairs_of_ranked_rows(self):
        low, high = noisy(0.3, seed=1), noisy(0.8, seed=2)
        table = table_of(run_rows("a", low, cases=CASES), run_rows("b", high, cases=CASES))
        values = [np.array([f("", k, "", 0) for k in range(12)]) for f in (high, low)]
        alone = paired_permutation_pvalue(*values, seed=0)
        assert build_board(table).rows[1].pvalue_to_leader == pytest.approx(alone)
        third = run_rows("c", noisy(0.81, seed=5), cases=CASES)
        more = build_board(
            table_of(run_rows("a", low, cases=CASES), run_rows("b", high, cases=CASES), third)
        )
        assert row_of(more, "a").pvalue_to_leader > alone

    def test_lower_is_better_where_the_metric_says_so(self):
        table = table_of(
            run_rows("leaky", noisy(0.9), cases=CASES, metrics=["appearance_leakage"]),
            run_rows("clean", noisy(0.2), cases=CASES, metrics=["appearance_leakage"]),
        )
        board = build_board(table, rank_by="appearance_leakage")
        assert standing(board) == [("clean", 1), ("leaky", 2)]

    def test_few_cases_never_make_a_difference(self):
        cases = cases_of("camera", each=3)
        board = build_board(
            table_of(run_rows("a", noisy(0.1), cases=cases), run_rows("b", noisy(0.9), cases=cases))
        )
        assert standing(board) == [("b", 1), ("a", 1)]

    def test_controls_are_set_apart(self):
        board = build_board(
            table_of(
                run_rows("copy", noisy(0.99), cases=CASES, control=True),
                run_rows("m", noisy(0.5), cases=CASES),
            )
        )
        assert standing(board) == [("m", 1), ("copy", None)]
        assert row_of(board, "copy").unranked == ""

    def test_controls_alone_make_a_board_too(self):
        board = build_board(
            table_of(
                run_rows("still", noisy(0.1), cases=CASES, control=True),
                run_rows("copy", noisy(0.9), cases=CASES, control=True),
            )
        )
        assert standing(board) == [("copy", None), ("still", None)]
        assert board.columns[0].ties == ()


class TestCompleteness:
    @pytest.mark.parametrize("outcome", ["failed", "missing", "unscorable"])
    def test_a_row_with_a_gap_is_shown_but_not_ranked(self, outcome):
        board = build_board(
            table_of(
                run_rows("whole", noisy(0.5), cases=CASES, prompts="ab"),
                run_rows(
                    "gap",
                    instead(noisy(0.9), outcome, place=3, prompt="b"),
                    cases=CASES,
                    prompts="ab",
                ),
            )
        )
        assert standing(board) == [("whole", 1), ("gap", None)]
        row = board.rows[1]
        assert row.unranked == f"23 of 24 jobs have motion_fidelity: 1 {outcome}"
        cell = row.cells[HEADLINE]
        assert cell.mean == pytest.approx(0.9, abs=0.05)
        assert (cell.n_cases_ok, getattr(cell, outcome), cell.complete) == (12, 1, False)
        assert cell.coverage == pytest.approx(23 / 24)

    def test_the_denominator_is_what_any_row_was_asked(self):
        board = build_board(
            table_of(
                run_rows("all", noisy(0.5), cases=CASES),
                run_rows("easy", noisy(0.9), cases=dict(list(CASES.items())[:4])),
            )
        )
        row = row_of(board, "easy")
        assert row.tier is None
        assert row.unranked == "4 of 12 jobs have motion_fidelity: 8 missing"
        assert row.cells[HEADLINE].n_cases_planned == 12

    def test_more_seeds_for_one_row_leave_the_other_incomplete(self):
        board = build_board(
            table_of(
                run_rows("three", noisy(0.5), cases=CASES, seeds=(0, 1, 2)),
                run_rows("one", noisy(0.9), cases=CASES),
            )
        )
        assert standing(board) == [("three", 1), ("one", None)]

    def test_what_nobody_can_be_scored_on_keeps_no_one_from_the_ranking(self):
        board = build_board(
            table_of(
                *[
                    run_rows(name, instead(noisy(level), "unscorable", place=2), cases=CASES)
                    for name, level in (("a", 0.3), ("b", 0.9))
                ]
            )
        )
        assert standing(board) == [("b", 1), ("a", 2)]
        assert board.column(HEADLINE).unscorable_everywhere == 1
        cell = board.rows[0].cells[HEADLINE]
        assert (cell.unscorable, cell.n_cases_ok, cell.n_cases_planned) == (1, 11, 12)
        assert cell.complete

    def test_being_unmeasurable_on_hard_cases_does_not_pay(self):
        # "shy" has the better mean over what it can be scored on, because it is black elsewhere.
        def honest(metric, place, prompt, seed):
            return 0.9 if place < 6 else 0.3

        def shy(metric, place, prompt, seed):
            return 0.9 if place < 6 else "unscorable"

        board = build_board(
            table_of(run_rows("honest", honest, cases=CASES), run_rows("shy", shy, cases=CASES))
        )
        assert standing(board) == [("honest", 1), ("shy", None)]
        assert board.column(HEADLINE).unscorable_everywhere == 0

    def test_a_control_shows_that_a_case_can_be_scored(self):
        board = build_board(
            table_of(
                run_rows("copy", noisy(1.0), cases=CASES, control=True),
                run_rows("m", instead(noisy(0.5), "unscorable", place=0), cases=CASES),
            )
        )
        assert row_of(board, "m").tier is None

    def test_a_row_without_any_score(self):
        board = build_board(
            table_of(
                run_rows("m", noisy(0.5), cases=CASES),
                run_rows("broken", lambda *job: "failed", cases=CASES),
            )
        )
        cell = row_of(board, "broken").cells[HEADLINE]
        assert (cell.mean, cell.low, cell.coverage, cell.gaps) == (None, None, 0.0, "12 failed")
        assert board.rows[-1].method == "broken"

    def test_incomplete_in_another_metric_is_ranked_all_the_same(self):
        def score(metric, place, prompt, seed):
            return "failed" if metric == "text_rank" else 0.5

        board = build_board(
            table_of(run_rows("m", score, cases=CASES, metrics=(HEADLINE, "text_rank")))
        )
        assert board.rows[0].tier == 1
        assert not board.rows[0].cells["text_rank"].complete


class TestDiscrimination:
    def ties(self, method, control, metric=HEADLINE):
        board = build_board(
            table_of(
                run_rows(
                    "m", method, cases=CASES, metrics=(HEADLINE, metric)[metric == HEADLINE :]
                ),
                run_rows(
                    "weak",
                    noisy(0.0),
                    cases=CASES,
                    metrics=(HEADLINE, metric)[metric == HEADLINE :],
                ),
                run_rows(
                    "control",
                    control,
                    cases=CASES,
                    metrics=(HEADLINE, metric)[metric == HEADLINE :],
                    control=True,
                ),
            )
        )
        return board.column(metric).ties

    def test_a_control_that_beats_the_best_method(self):
        (tie,) = self.ties(noisy(0.6), noisy(0.9))
        assert (tie.control, tie.best, tie.behind) == ("control", "m", False)
        assert (tie.control_mean, tie.best_mean) == pytest.approx((0.9, 0.6), abs=0.02)
        assert tie.n_cases == 12

    def test_a_control_that_cannot_be_told_from_it(self):
        (tie,) = self.ties(noisy(0.605, spread=0.1, seed=1), noisy(0.6, spread=0.1, seed=2))
        assert tie.pvalue > 0.05

    def test_a_control_that_is_beaten(self):
        assert self.ties(noisy(0.9), noisy(0.6)) == ()

    def test_equal_scores_tie(self):
        (tie,) = self.ties(noisy(0.6), noisy(0.6))
        assert (tie.pvalue, tie.behind) == (1.0, False)

    def test_lower_is_better(self):
        # "weak" has the lowest leakage and is the best method there; a control above it is beaten.
        assert self.ties(noisy(0.6), noisy(0.9), "appearance_leakage") == ()
        (tie,) = self.ties(noisy(0.6), noisy(-0.2), "appearance_leakage")
        assert (tie.best, tie.behind) == ("weak", False)

    @pytest.mark.parametrize("metric", ["seconds_generate", "speed_ratio"])
    def test_cost_and_metrics_without_direction_are_not_judged(self, metric):
        assert self.ties(noisy(0.6), noisy(0.0), metric) == ()

    def test_no_complete_method_no_verdict(self):
        assert self.ties(instead(noisy(0.6), "failed", place=0), noisy(0.9))[0].best == "weak"
        board = build_board(
            table_of(
                run_rows("m", instead(noisy(0.6), "failed", place=0), cases=CASES),
                run_rows("control", noisy(0.9), cases=CASES, control=True),
            )
        )
        assert board.columns[0].ties == ()


class TestLabels:
    def test_runs_of_one_method_are_told_apart_by_their_settings(self):
        board = build_board(
            table_of(
                run_rows("m", noisy(0.5), cases=CASES, run="runs/m--scenes--aaaa1111"),
                run_rows("m", noisy(0.6), cases=CASES, run="runs/m--scenes--bbbb2222"),
                run_rows("n", noisy(0.7), cases=CASES),
            )
        )
        assert {row.label for row in board.rows} == {"m (aaaa1111)", "m (bbbb2222)", "n"}

    def test_runs_of_one_method_are_told_apart_by_the_options_that_differ(self):
        options = [f'{{"steps": 20, "strength": {strength}}}' for strength in (0.6, 0.9)]
        board = build_board(
            table_of(
                run_rows("m", noisy(0.5), cases=CASES, run="runs/m--a--1", options=options[0]),
                run_rows("m", noisy(0.6), cases=CASES, run="runs/m--a--2", options=options[1]),
                run_rows("n", noisy(0.7), cases=CASES, options='{"strength": 1}'),
            )
        )
        assert {row.label for row in board.rows} == {"m (strength=0.6)", "m (strength=0.9)", "n"}

    def test_equal_folders_in_two_places_are_told_apart_by_path(self):
        board = build_board(
            table_of(
                run_rows("m", noisy(0.5), cases=CASES, run="one/m--scenes--aaaa1111"),
                run_rows("m", noisy(0.6), cases=CASES, run="two/m--scenes--aaaa1111"),
            )
        )
        assert {row.label for row in board.rows} == {
            "m (one/m--scenes--aaaa1111)",
            "m (two/m--scenes--aaaa1111)",
        }


class TestColumns:
    METRICS = ("text_rank", "motion_fidelity", "speed_ratio", "seconds_generate")

    def table(self, score=None):
        return table_of(run_rows("m", score or noisy(0.5), cases=CASES, metrics=self.METRICS))

    def test_all_metrics_are_kept_in_the_catalogue_order(self):
        board = build_board(self.table())
        names = [column.metric for column in board.columns]
        assert names == ["motion_fidelity", "speed_ratio", "text_rank", "seconds_generate"]
        assert board.shown == ("motion_fidelity", "text_rank", "seconds_generate")
        assert board.column("seconds_generate").unit == "s"
        assert board.column("motion_fidelity").direction == "higher"

    def test_chosen_metrics_stand_beside_the_ranking_one(self):
        board = build_board(self.table(), metrics=["speed_ratio", "text_rank"])
        assert board.shown == ("motion_fidelity", "speed_ratio", "text_rank")

    def test_default_columns_without_any_value_are_left_out(self):
        def score(metric, place, prompt, seed):
            return "unscorable" if metric == "seconds_generate" else 0.5

        assert build_board(self.table(score)).shown == ("motion_fidelity", "text_rank")

    def test_unknown_metric(self):
        with pytest.raises(UnknownNameError, match="Did you mean 'text_rank'"):
            build_board(self.table(), metrics=["text_rnk"])
        with pytest.raises(UnknownNameError, match="Did you mean 'motion_fidelity'"):
            build_board(self.table(), rank_by="motion_fidelty")

    def test_metric_that_was_not_scored(self):
        with pytest.raises(LeaderboardError, match=r"No run has text_alignment\. Scored were:"):
            build_board(self.table(), metrics=["text_alignment"])
        with pytest.raises(LeaderboardError, match="No run has text_alignment"):
            build_board(self.table(), rank_by="text_alignment")

    def test_metric_without_better_or_worse_ranks_nothing(self):
        with pytest.raises(UsageError, match="speed_ratio has no better or worse direction"):
            build_board(self.table(), rank_by="speed_ratio")

    def test_metric_that_this_version_does_not_know(self):
        table = self.table().replace({"metric": {"text_rank": "retired_metric"}})
        with pytest.raises(
            LeaderboardError, match=r"does not know: retired_metric\. Score the runs"
        ):
            build_board(table)


def test_a_larger_board():
    # 40 methods x 60 cases x 2 prompts x 6 metrics.
    metrics = tuple(METRICS)[:6]
    table = table_of(
        *[
            run_rows(
                f"m{k}", noisy(0.5 + 0.01 * k, seed=k), cases=cases_of("camera", each=60),
                metrics=metrics, prompts="ab",
            )
            for k in range(40)
        ]
    )  # fmt: skip
    board = build_board(table)
    assert len(board.rows) == 40
    assert board.rows[0].method == "m39"
    assert board.rows[-1].tier > 1
