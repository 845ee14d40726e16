"""Order, tiers and completeness of rows, and what does not tell a method from a control."""

import numpy as np
import pytest
from board_scores import CASES, HEADLINE, instead, noisy, row_of, standing
from make_table import cases_of, run_rows, table_of

from motionbench.leaderboard.aggregate import build_board
from motionbench.leaderboard.statistics import paired_permutation_pvalue


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
