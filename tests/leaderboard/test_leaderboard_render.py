import csv
import io
import json
import re

import numpy as np
import pytest
from make_table import cases_of, run_rows, table_of
from rich.console import Console

from motionbench.errors import UnknownNameError
from motionbench.leaderboard.aggregate import DEFAULT_COLUMNS, build_board
from motionbench.leaderboard.board import UNCATEGORISED
from motionbench.leaderboard.escape import latex, markdown, plain, spreadsheet
from motionbench.leaderboard.render import FORMATS, render, renderable
from motionbench.metrics.catalog import METRICS

CASES = cases_of("camera", "single_object", "multi_object", "human", each=3)
HOSTILE = "=cmd|'/c calc'!A1 [red]x[/red] $\\input{y}$ & 50% <b>_*`\x1b[31m\n#~^{}"
TEXT_FORMATS = ("table", "markdown", "latex")


def scores(level, **changed):
    """Scores near a level, varying by case; ``changed`` overrides by metric."""
    wobble = 0.02 * np.random.default_rng(0).normal(size=100)
    return lambda metric, place, prompt, seed: changed.get(metric, level + wobble[place])


def gap(score, outcome):
    return lambda metric, place, *job: outcome if place == 0 else score(metric, place, *job)


@pytest.fixture(scope="module")
def board():
    metrics = list(METRICS)
    return build_board(
        table_of(
            run_rows("alpha", scores(0.8), cases=CASES, metrics=metrics),
            run_rows("beta", scores(0.5, seconds_generate=12.0), cases=CASES, metrics=metrics),
            run_rows("torn", gap(scores(0.9), "failed"), cases=CASES, metrics=metrics),
            run_rows(
                "copy",
                scores(0.99, appearance_leakage=1.0),
                cases=CASES,
                metrics=metrics,
                control=True,
            ),
        )
    )


@pytest.fixture(scope="module")
def hostile_board():
    return build_board(
        table_of(
            run_rows(HOSTILE, scores(0.8), cases=CASES, run="+runs/hostile"),
            run_rows("copy|_[x]", scores(0.9), cases=CASES, control=True),
        )
    )


class TestAllTextFormats:
    @pytest.mark.parametrize("format_name", TEXT_FORMATS)
    def test_names_suite_ruler_and_extent(self, board, format_name):
        text = render(board, format_name)
        for part in ("aaaaaaaaaaaa", "embedded-0123456789ab", "12 cases", "12 jobs"):
            assert part in text

    @pytest.mark.parametrize("format_name", TEXT_FORMATS)
    def test_rows_stand_in_order_with_controls_apart(self, board, format_name):
        text = render(board, format_name)
        places = [
            text.index(word) for word in ("alpha", "beta", "not ranked", "torn", "controls", "copy")
        ]
        assert places == sorted(places)

    @pytest.mark.parametrize("format_name", TEXT_FORMATS)
    def test_numbers_intervals_coverage_and_reasons(self, board, format_name):
        text = render(board, format_name)
        cell = board.rows[0].cells["motion_fidelity"]
        assert f"{cell.mean:.3f}" in text
        assert f"[{cell.low:.3f}, {cell.high:.3f}]" in text
        assert "11/12" in text
        assert "1 failed" in text
        assert "2/3" in text  # the torn row's camera cases

    @pytest.mark.parametrize("format_name", TEXT_FORMATS)
    def test_says_which_way_is_better_and_the_unit(self, board, format_name):
        text = render(board, format_name)
        assert "higher" in text
        assert "lower" in text
        assert re.search(r"\bs\b", text)

    @pytest.mark.parametrize("format_name", TEXT_FORMATS)
    def test_footnotes(self, board, format_name):
        text = " ".join(render(board, format_name).split()).replace("\\", "")
        assert "prompts and seeds averaged within a case" in text
        assert "Not ranked: rows without motion_fidelity for every one of the 12 jobs" in text
        assert (
            "motion_fidelity alone does not tell methods from controls: best method alpha" in text
        )
        assert "copy 0.9" in text
        assert "appearance_leakage alone" not in text  # there the control is the worst
        assert "fewer than 10 cases are too narrow" in text  # three cases a category

    @pytest.mark.parametrize("format_name", FORMATS)
    def test_is_repeatable_and_ends_with_a_line_break(self, board, format_name):
        text = render(board, format_name)
        assert text == render(board, format_name)
        assert text.endswith("\n")
        assert "nan" not in text.lower()

    def test_unknown_format(self, board):
        with pytest.raises(UnknownNameError, match="Did you mean 'latex'"):
            render(board, "latx")

    @pytest.mark.parametrize("format_name", FORMATS)
    def test_a_board_of_one_row_without_interval(self, format_name):
        table = table_of(run_rows("m", lambda *job: 0.5, cases={"c": None}))
        text = render(build_board(table), format_name)
        assert "0.5" in text
        assert UNCATEGORISED not in text or format_name in {"csv", "json"}

    @pytest.mark.parametrize("format_name", FORMATS)
    def test_a_board_without_any_number_in_a_row(self, format_name):
        table = table_of(
            run_rows("m", scores(0.5), cases=CASES),
            run_rows("broken", lambda *job: "failed", cases=CASES),
        )
        assert "12 failed" in render(build_board(table), format_name)

    def test_too_few_cases_for_any_difference_is_said(self):
        cases = cases_of("camera", each=4)
        table = table_of(
            run_rows("a", scores(0.2), cases=cases), run_rows("b", scores(0.9), cases=cases)
        )
        assert "4 cases cannot separate 2 rows" in render(build_board(table), "table")

    def test_jobs_that_nobody_could_be_scored_on_are_said(self):
        table = table_of(run_rows("m", gap(scores(0.5), "unscorable"), cases=CASES))
        text = render(build_board(table), "table")
        assert "motion_fidelity: 1 job could be scored for no row, and stand in no mean." in text

    def test_uneven_categories_show_the_macro_mean(self):
        cases = cases_of("camera", each=4) | cases_of("human", "human", each=3)
        text = render(build_board(table_of(run_rows("m", scores(0.5), cases=cases))), "markdown")
        assert "| macro |" in text
        assert "each category weighing the same" in text


class TestTable:
    @pytest.mark.parametrize("width", [60, 80, 100, 120, 160, 240])
    def test_fits_the_terminal_and_loses_nothing(self, board, width):
        text = render(board, "table", width=width)
        assert max(map(len, text.splitlines())) <= width
        assert "…" not in text
        words = set(text.split())
        for row in board.rows:
            for metric in board.shown:
                assert (
                    f"{row.cells[metric].mean:.3f}" in words
                    or f"{row.cells[metric].mean:.1f}" in words
                )

    def test_default_columns_are_one_table_at_120_columns(self, board):
        assert set(board.shown) == set(DEFAULT_COLUMNS)
        assert render(board, "table", width=120).count("tier method") == 1
        assert render(board, "table", width=80).count("tier method") > 1

    def test_intervals_stand_everywhere_where_there_is_room(self, board):
        wide = render(board, "table", width=300)
        narrow = render(board, "table", width=120)
        assert wide.count("[") > narrow.count("[")
        assert "see the other formats" in narrow
        assert "see the other formats" not in wide

    def test_names_are_neither_markup_nor_terminal_codes(self, hostile_board):
        text = render(hostile_board, "table", width=400)
        assert plain(HOSTILE) in text
        assert "\x1b" not in text

    def test_a_styled_console_shows_the_same_text(self, board):
        console = Console(
            width=120, force_terminal=True, color_system="standard", file=io.StringIO()
        )
        console.print(renderable(board, width=120))
        styled = console.file.getvalue()
        assert "\x1b[" in styled
        without = re.sub(r"\x1b\[[0-9;]*m", "", styled)
        assert [line.rstrip() for line in without.splitlines()] == render(
            board, "table"
        ).splitlines()

    def test_long_names_are_wrapped_whole(self):
        name = "a-method-whose-name-nobody-shortened-in-time-for-the-deadline"
        table = table_of(run_rows(name, scores(0.5), cases=CASES))
        lines = render(build_board(table), "table", width=70).splitlines()
        rule = next(place for place, line in enumerate(lines) if line.startswith("───"))
        pieces = [line[5:].split()[0] for line in lines[rule + 1 :] if line[5:].strip()]
        assert "".join(pieces).startswith(name)


class TestMarkdown:
    def test_every_row_has_every_cell(self, board):
        rows = [line for line in render(board, "markdown").splitlines() if line.startswith("|")]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
        assert len(rows) == 2 + 4 + 2  # header, rule, rows, two section titles

    def test_names_do_not_break_the_table(self, hostile_board):
        text = render(hostile_board, "markdown")
        rows = [line for line in text.splitlines() if line.startswith("|")]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
        assert "<b>" not in text
        assert r"copy\|\_\[x\]" in text


class TestLatex:
    def test_every_row_has_every_cell(self, board):
        text = render(board, "latex")
        columns = re.search(r"\\begin\{tabular\}\{(\w+)\}", text).group(1)
        rows = [line for line in text.splitlines() if line.endswith(r" \\")]
        assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {len(columns) - 1}
        for rule in ("toprule", "midrule", "bottomrule"):
            assert rf"\{rule}" in text

    def test_names_are_no_commands(self, hostile_board):
        text = render(hostile_board, "latex")
        assert r"\input" not in text
        assert r"\textbackslash{}input\{y\}\$ \& 50\% \textless{}b\textgreater{}\_" in text
        assert text.splitlines()[0].startswith("% ")
        body = text.split(r"\toprule")[1]
        assert not re.search(r"(?<!\\)[%#$]", body)


class TestCsv:
    def read(self, board):
        return list(csv.DictReader(io.StringIO(render(board, "csv"))))

    def test_holds_every_metric_with_interval_and_coverage(self, board):
        records = self.read(board)
        assert [record["label"] for record in records] == ["alpha", "beta", "torn", "copy"]
        assert [record["standing"] for record in records] == [
            "ranked",
            "ranked",
            "not ranked",
            "control",
        ]
        for metric in METRICS:
            cell = board.rows[0].cells[metric]
            for suffix, value in (
                ("", cell.mean), (":low", cell.low), (":high", cell.high), (":cases", 12),
                (":coverage", 1.0),
            ):  # fmt: skip
                assert float(records[0][metric + suffix]) == value
        torn = records[2]
        assert float(torn["motion_fidelity:coverage"]) == pytest.approx(11 / 12)
        assert float(torn["motion_fidelity:camera:cases"]) == 2
        assert (torn["tier"], torn["suite"], torn["ruler"]) == (
            "",
            "scenes",
            "embedded-0123456789ab",
        )

    def test_no_number_is_an_empty_field(self):
        table = table_of(
            run_rows("m", scores(0.5), cases=CASES),
            run_rows("broken", lambda *job: "failed", cases=CASES),
        )
        assert self.read(build_board(table))[1]["motion_fidelity"] == ""

    def test_names_are_no_formulas(self, hostile_board):
        record = self.read(hostile_board)[0]
        assert record["method"].startswith("'=cmd")
        assert record["run"] == "'+runs/hostile"


class TestJson:
    def test_holds_the_whole_board(self, board):
        content = json.loads(render(board, "json"))
        assert (content["suite"], content["ruler"]) == ("scenes", "embedded-0123456789ab")
        assert [row["standing"] for row in content["rows"]] == [
            "ranked",
            "ranked",
            "not ranked",
            "control",
        ]
        assert set(content["rows"][0]["cells"]) == set(METRICS)
        cell = content["rows"][2]["cells"]["motion_fidelity"]
        assert (cell["failed"], cell["ok"], cell["complete"]) == (1, 11, False)
        assert content["columns"][0]["ties"][0]["control"] == "copy"
        assert content["rows"][0]["categories"]["human"]["n_cases_planned"] == 3

    def test_what_has_no_number_is_null_with_a_reason(self):
        table = table_of(
            run_rows("m", scores(0.5), cases=CASES),
            run_rows("broken", lambda *job: "failed", cases=CASES),
        )
        broken = json.loads(render(build_board(table), "json"))["rows"][1]
        cell = broken["cells"]["motion_fidelity"]
        assert (cell["mean"], cell["low"], cell["reason"]) == (None, None, "12 failed")
        assert broken["unranked"] == "0 of 12 jobs have motion_fidelity: 12 failed"

    def test_names_are_kept_as_they_are(self, hostile_board):
        assert json.loads(render(hostile_board, "json"))["rows"][0]["method"] == HOSTILE


class TestEscaping:
    def test_plain(self):
        assert plain("a\n b\tc\x1b[0m\u202e\u200b") == "a b c?[0m??"

    def test_markdown(self):
        assert markdown("a|b_*`<i>&\\") == r"a\|b\_\*\`&lt;i&gt;&amp;" + r"\\"

    def test_latex(self):
        assert latex("a_b&c%\\") == r"a\_b\&c\%\textbackslash{}"

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x"])
    def test_formula(self, text):
        assert spreadsheet(text) == f"'{text}"
        assert spreadsheet(f"m{text}") == f"m{text}"
