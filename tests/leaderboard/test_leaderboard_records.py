import numpy as np
import pandas as pd
import pytest
from make_table import COLUMNS, cases_of, run_rows, table_of

from motionbench.errors import LeaderboardError
from motionbench.leaderboard.records import FAILED, MISSING, OK, UNSCORABLE, read_grid

CASES = cases_of("camera", "human", each=1)
NEW_SUITE = ("scenes", "2", "b" * 64)


def always(value):
    return lambda metric, place, prompt, seed: value


def test_arranges_scores_by_run_job_and_metric():
    def score(metric, place, prompt, seed):
        return {"motion_fidelity": 0.1, "text_rank": 0.5}[metric] + place / 10 + seed / 100

    grid = read_grid(
        table_of(
            run_rows("b", score, cases=CASES, metrics=("text_rank", "motion_fidelity")),
            run_rows("a", score, cases=CASES, metrics=("motion_fidelity",), seeds=(0, 1)),
        )
    )
    assert [key.method for key in grid.runs] == ["a", "b"]
    assert grid.metrics == ("motion_fidelity", "text_rank")
    assert grid.categories == ("camera", "human")
    assert grid.case_of_job.tolist() == [0, 0, 1, 1]
    assert grid.value[0, :, 0] == pytest.approx([0.1, 0.11, 0.2, 0.21])
    # "b" was asked seed 0 alone, and "a" was never scored by text_rank.
    assert grid.status[1, :, 0].tolist() == [OK, MISSING, OK, MISSING]
    assert grid.asked[1].tolist() == [True, False, True, False]
    assert (grid.status[0, :, 1] == MISSING).all()
    assert np.isnan(grid.value[grid.status != OK]).all()
    assert grid.scorable.tolist() == [[True, True], [True, False], [True, True], [True, False]]


def test_seeds_are_averaged_before_prompts_and_prompts_before_cases():
    # Prompt "a" has two seeds, prompt "b" one: pooling all three would weigh "a" twice.
    rows = run_rows(
        "m",
        lambda m, p, prompt, seed: 0.2 + 0.2 * seed,
        cases={"c": None},
        prompts="a",
        seeds=(0, 1),
    )
    rows += run_rows("m", always(0.9), cases={"c": None}, prompts="b")
    grid = read_grid(table_of(rows))
    assert grid.prompt_values[0, :, 0] == pytest.approx([0.3, 0.9])
    assert grid.case_values[0, :, 0] == pytest.approx([0.6])


def test_statuses_keep_apart():
    outcomes = [0.3, "unscorable", "failed", "missing"]
    cases = cases_of("camera", each=4)
    grid = read_grid(table_of(run_rows("m", lambda m, p, pr, s: outcomes[p], cases=cases)))
    assert grid.status[0, :, 0].tolist() == [OK, UNSCORABLE, FAILED, MISSING]
    assert grid.case_values[0, :, 0].tolist()[0] == 0.3
    assert np.isnan(grid.case_values[0, 1:, 0]).all()


def test_only_prompts_that_both_runs_have_are_compared():
    # On the hard prompt "b" the first run failed; counting its easy prompt alone would flatter it.
    def first(metric, place, prompt, seed):
        return "failed" if prompt == "b" and place == 0 else {"a": 0.9, "b": 0.1}[prompt]

    second = {"a": 0.8, "b": 0.2}
    grid = read_grid(
        table_of(
            run_rows("x", first, cases=CASES, prompts="ab"),
            run_rows("y", lambda m, p, prompt, s: second[prompt], cases=CASES, prompts="ab"),
        )
    )
    a, b, cases = grid.common_cases(0, 1, "motion_fidelity")
    assert a == pytest.approx([0.9, 0.5])
    assert b == pytest.approx([0.8, 0.5])
    assert cases.tolist() == [0, 1]


def test_cases_without_category_are_named_so():
    assert read_grid(table_of(run_rows("m", always(1), cases={"c": None}))).categories == (
        "uncategorised",
    )


def test_categorical_columns_are_welcome():
    table = table_of(
        run_rows("m", always(0.4), cases=CASES), run_rows("n", always(0.6), cases=CASES)
    )
    text = [name for name in COLUMNS if name not in {"control", "seed", "value"}]
    grid, same = read_grid(table), read_grid(table.astype(dict.fromkeys(text, "category")))
    assert np.array_equal(grid.value, same.value)
    assert (grid.runs, grid.cases, grid.scope) == (same.runs, same.cases, same.scope)


class TestScope:
    def test_nothing_to_show(self):
        with pytest.raises(LeaderboardError, match=r"hold no runs.*motionbench eval") as error:
            read_grid(pd.DataFrame(columns=COLUMNS))
        assert error.value.exit_code == 8

    def test_no_scores_yet(self):
        with pytest.raises(LeaderboardError, match="motionbench score"):
            read_grid(table_of(run_rows("m", always("missing"), cases=CASES)))

    def test_versions_of_a_suite_do_not_mix(self):
        table = table_of(
            run_rows("old", always(0.1), cases=CASES),
            run_rows("new", always(0.2), cases=CASES, suite=NEW_SUITE),
        )
        with pytest.raises(LeaderboardError) as error:
            read_grid(table)
        text = str(error.value)
        assert "scenes@1 (aaaaaaaaaaaa): runs/old" in text
        assert "scenes@2 (bbbbbbbbbbbb): runs/new" in text
        assert "--suite NAME@VERSION" in text

    @pytest.mark.parametrize(("wanted", "method"), [("scenes@1", "old"), ("bbbbbb", "new")])
    def test_one_version_can_be_chosen(self, wanted, method):
        table = table_of(
            run_rows("old", always(0.1), cases=CASES),
            run_rows("new", always(0.2), cases=CASES, suite=NEW_SUITE),
        )
        grid = read_grid(table, suite=wanted)
        assert [key.method for key in grid.runs] == [method]

    def test_one_version_with_two_contents_does_not_mix(self):
        table = table_of(
            run_rows("old", always(0.1), cases=CASES),
            run_rows("new", always(0.2), cases=CASES, suite=("scenes", "1", "b" * 64)),
        )
        with pytest.raises(LeaderboardError, match="more than one suite"):
            read_grid(table, suite="scenes@1")

    def test_unknown_suite(self):
        with pytest.raises(LeaderboardError, match=r"no suite|has suite 'davis'.*scenes@1"):
            read_grid(table_of(run_rows("m", always(1), cases=CASES)), suite="davis")

    def test_rulers_do_not_mix_and_the_error_names_who_was_measured_by_which(self):
        # As the store gives it: every run has rows for every ruler, missing if it measured none.
        one, two = "embedded-000000000001", "standard-000000000002"
        table = table_of(
            run_rows("first", always(0.1), cases=CASES, ruler=one),
            run_rows("first", always("missing"), cases=CASES, ruler=two),
            run_rows("second", always("missing"), cases=CASES, ruler=one),
            run_rows("second", always(0.1), cases=CASES, ruler=two),
        )
        with pytest.raises(LeaderboardError) as error:
            read_grid(table)
        assert f"{one}: runs/first--scenes--00000005; {two}: runs/second" in str(error.value)
        assert "--ruler" in str(error.value)
        for wanted in ("standard", two):
            grid = read_grid(table, ruler=wanted)
            assert grid.scope.ruler == two
            assert grid.status[:, 0, 0].tolist() == [MISSING, OK]

    def test_a_ruler_that_measured_nothing_is_no_choice_to_make(self):
        one, two = "embedded-000000000001", "embedded-000000000002"
        table = table_of(
            run_rows("m", always(0.1), cases=CASES, ruler=one),
            run_rows("m", always("missing"), cases=CASES, ruler=two),
        )
        assert read_grid(table).scope.ruler == one

    def test_unknown_ruler(self):
        table = table_of(run_rows("m", always(1), cases=CASES))
        with pytest.raises(LeaderboardError, match=r"'standard'.*embedded-0123456789ab"):
            read_grid(table, ruler="standard")

    def test_long_lists_of_runs_are_cut(self):
        runs = [run_rows(f"m{k}", always(1), cases=CASES, run=f"runs/{k}") for k in range(9)]
        other = run_rows("n", always(1), cases=CASES, suite=NEW_SUITE)
        with pytest.raises(LeaderboardError, match=r"runs/0, runs/1, runs/2, runs/3 and 5 more;"):
            read_grid(table_of(*runs, other))


class TestBrokenRecords:
    def test_a_run_named_twice(self):
        rows = run_rows("m", always(1), cases=CASES)
        with pytest.raises(LeaderboardError, match="more than one record of 'motion_fidelity'"):
            read_grid(table_of(rows, rows))

    @pytest.mark.parametrize("broken", [{"value": np.nan}, {"value": np.inf}, {"status": "fine"}])
    def test_a_score_that_is_none(self, broken):
        table = table_of(run_rows("m", always(0.5), cases=CASES))
        for column, value in broken.items():
            table.loc[1, column] = value
        with pytest.raises(LeaderboardError, match=r"'01-human-0'.*Score that run again"):
            read_grid(table)


def test_different_references_of_one_case_are_refused():
    rows = [run_rows(name, always(0.5), cases=CASES, reference=name * 64) for name in "ab"]
    with pytest.raises(LeaderboardError, match=r"2 cases .*'00-camera-0' has aaaa.* in runs/a--"):
        read_grid(table_of(*rows))
    # A run that could not read its reference says nothing.
    unread = run_rows("c", always("failed"), cases=CASES)
    assert len(read_grid(table_of(rows[0], unread)).runs) == 2
