"""What a board shows: means, labels and columns."""

import numpy as np
import pytest
from board_scores import CASES, HEADLINE, noisy, row_of
from make_table import COLUMNS, cases_of, run_rows, table_of

from motionbench.errors import LeaderboardError, UnknownNameError, UsageError
from motionbench.leaderboard.aggregate import DEFAULT_COLUMNS, build_board
from motionbench.metrics.catalog import METRICS
from motionbench.store import table as store_table


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
