import csv
import io
import json

import numpy as np
import pytest
from make_table import cases_of, run_rows, table_of

from motionbench.leaderboard.aggregate import build_board
from motionbench.leaderboard.flags import FEWEST_CASES, FLAGS, PACE, flags_of, unjudged_flags
from motionbench.leaderboard.records import read_grid
from motionbench.leaderboard.render import render
from motionbench.metrics.catalog import METRICS

CASES = cases_of("camera", "human", each=2)
PROMPTS = ("caption", "subject", "scene")
HONEST = {
    "motion_fidelity": 0.8,
    "text_rank": 1.0,
    "appearance_leakage": 0.6,
    "structure_leakage": 0.2,
    "speed_ratio": 0.0,
    "direction_flip": 0.05,
    "object_presence": 0.9,
    "camera_share_reference": 0.8,
}


def row(name, *, prompts=PROMPTS, cases=CASES, control=False, **changed):
    """An honest row but for some metrics: a value, or values by kind of prompt."""

    def score(metric, place, prompt, seed):
        value = {**HONEST, **changed}[metric]
        return value.get(prompt, HONEST[metric]) if isinstance(value, dict) else value

    return run_rows(name, score, cases=cases, metrics=HONEST, prompts=prompts, control=control)


def letters(*rows):
    """Flags by name of the row, on a board with an honest one."""
    grid = read_grid(table_of(*rows, row("honest")))
    flags = {
        key.method: "".join(flag.letter for flag in found)
        for key, found in zip(grid.runs, flags_of(grid), strict=True)
    }
    assert flags.pop("honest") == ""
    return flags


OF_A_COPY = {
    "text_rank": {"subject": 0.0, "scene": 0.0},
    "appearance_leakage": 1.0,
    "structure_leakage": 1.0,
}


def test_flags_speak_of_metrics_and_have_letters_of_their_own():
    assert {c.metric for spec in FLAGS for c in spec.criteria} <= set(METRICS)
    assert len({spec.letter for spec in FLAGS}) == len(FLAGS)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (OF_A_COPY, "RE"),
        ({**OF_A_COPY, "appearance_leakage": 0.5}, "EN"),  # recoloured
        ({"structure_leakage": 1.0}, "E"),  # recoloured so well that the prompt is recognised
        ({**OF_A_COPY, "appearance_leakage": 0.2, "structure_leakage": 0.1}, "N"),
        ({"speed_ratio": -0.69}, "S"),
        ({"speed_ratio": 0.69}, "F"),
        ({"direction_flip": 0.9}, "B"),
        ({"object_presence": 0.0}, "C"),
        # Each alone is no cheat.
        ({"appearance_leakage": 1.0}, ""),
        ({"speed_ratio": -0.3, "direction_flip": 0.3, "object_presence": 0.5}, ""),
    ],
)
def test_what_raises_which_flag(changed, expected):
    assert letters(row("m", **changed)) == {"m": expected}


def test_controls_are_flagged_like_any_row():
    assert letters(row("copy", control=True, **OF_A_COPY)) == {"copy": "RE"}


def test_a_caption_may_look_like_the_reference():
    caption = {"appearance_leakage": {"caption": 1.0}, "structure_leakage": {"caption": 1.0}}
    assert letters(row("m", text_rank={"caption": 0.0}, **caption)) == {"m": ""}


def test_a_subject_prompt_may_keep_the_background():
    assert letters(row("m", structure_leakage={"subject": 1.0})) == {"m": ""}
    assert letters(row("m", structure_leakage={"scene": 1.0})) == {"m": "E"}


def test_evidence_is_the_mean_over_cases_of_the_prompts_that_count():
    def score(metric, place, prompt, seed):
        return {"caption": 0.0, "subject": 0.0, "scene": 0.76 + 0.02 * place}[prompt]

    rows = run_rows("m", score, cases=CASES, metrics=("structure_leakage",), prompts=PROMPTS)
    ((flag,),) = flags_of(read_grid(table_of(rows)))
    (evidence,) = flag.evidence
    assert (evidence.metric, evidence.side, evidence.bound) == (
        "structure_leakage",
        "at least",
        0.75,
    )
    assert evidence.mean == pytest.approx(0.76 + 0.02 * np.mean([0, 1, 2, 3]))
    assert evidence.n_cases == 4


def test_speed_is_judged_case_by_case():
    """Four cases in five are slow; one that is wrongly measured does not hide it."""
    cases = cases_of("camera", each=10)

    def board(slow):
        def score(metric, place, prompt, seed):
            return -0.7 if place < slow else 9.0

        return read_grid(table_of(run_rows("m", score, cases=cases, metrics=("speed_ratio",))))

    ((flag,),) = flags_of(board(slow=8))
    assert (flag.letter, flag.evidence[0].share) == ("S", pytest.approx(0.8))
    assert flag.evidence[0].mean > 0
    assert flags_of(board(slow=7)) == [()]


def test_objects_count_as_much_as_there_is_of_them():
    """A pan's few stray tracks, always found again, do not hide that all persons stand still."""

    def score(metric, place, prompt, seed):
        person = place >= 3
        return {
            "object_presence": 0.0 if person else 1.0,
            "camera_share_reference": 0.7 if person else 0.97,
        }[metric]

    cases = cases_of("camera", "human")
    metrics = ("object_presence", "camera_share_reference")
    ((flag,),) = flags_of(read_grid(table_of(run_rows("m", score, cases=cases, metrics=metrics))))
    assert (flag.letter, flag.evidence[0].n_cases) == ("C", 6)
    assert flag.evidence[0].mean == pytest.approx(3 * 0.03 / (3 * 0.03 + 3 * 0.3))


def test_without_a_score_there_is_no_flag():
    failed = run_rows("m", lambda *job: "failed", cases=CASES, metrics=HONEST, prompts=PROMPTS)
    assert letters(failed) == {"m": ""}


def test_few_scores_raise_no_flag():
    def score(metric, place, prompt, seed):
        return -1.0 if place < FEWEST_CASES - 1 else "unscorable"

    rows = run_rows("m", score, cases=CASES, metrics=("speed_ratio",))
    assert flags_of(read_grid(table_of(rows))) == [()]
    two = cases_of("camera", each=FEWEST_CASES - 1)
    grid = read_grid(table_of(run_rows("m", lambda *job: -1.0, cases=two, metrics=HONEST)))
    reasons = {flag.letter: flag.reason for flag in unjudged_flags(grid)}
    assert reasons["S"] == "fewer than 3 cases"


class TestNotJudged:
    def reasons(self, *rows):
        flags = unjudged_flags(read_grid(table_of(*rows)))
        return {flag.letter: flag.reason for flag in flags}

    def test_everything_is_judged_where_everything_is_known(self):
        assert self.reasons(row("m")) == {}

    def test_an_embedder_that_recognises_nobodys_prompts_raises_no_flag_from_texts(self):
        blind = {**OF_A_COPY, "text_rank": 0.0}
        rows = [row("copy", **blind), row("m", text_rank=0.0)]
        reasons = self.reasons(*rows)
        assert set(reasons) == {"R", "N"}
        assert reasons["R"].startswith("no row reaches a mean text_rank of 0.5")
        flags = flags_of(read_grid(table_of(*rows)))
        assert [[flag.letter for flag in found] for found in flags] == [["E"], []]

    def test_captions_of_the_copy_show_that_the_embedder_reads(self):
        copy = row("copy", text_rank={"subject": 0.0, "scene": 0.0}, control=True)
        assert set(self.reasons(copy)) == {"R", "N"}  # one prompt in three
        captions = row("copy", prompts=("caption", "scene"), text_rank={"scene": 0.0})
        assert self.reasons(captions) == {}

    def test_prompts_of_unknown_kind(self):
        reasons = self.reasons(row("m", prompts=("free",), **{**OF_A_COPY, "text_rank": 0.6}))
        assert reasons["R"] == reasons["N"] == "no prompt is of kind subject or scene"
        assert reasons["E"] == "no prompt is of kind scene"
        assert set(reasons) == {"R", "E", "N"}

    def test_metrics_that_nobody_scored(self):
        rows = run_rows("m", lambda *job: 0.5, cases=CASES, prompts=PROMPTS)
        assert self.reasons(rows)["C"] == "object_presence was not scored"
        assert set(self.reasons(rows)) == {spec.letter for spec in FLAGS}


@pytest.fixture(scope="module")
def board():
    return build_board(
        table_of(
            row("honest"),
            row("slow", speed_ratio=-2 * PACE),
            row("copy", control=True, **OF_A_COPY),
        )
    )


class TestShown:
    def test_ranks_do_not_change(self, board):
        assert [(row.method, row.tier) for row in board.rows][:2] == [("honest", 1), ("slow", 1)]

    @pytest.mark.parametrize(
        ("format_name", "header", "cell"),
        [
            ("markdown", "| cases | flags |", "| 4/4 | R E |"),
            ("latex", "& cases & flags &", "& 4/4 & R E &"),
            ("table", "cases flags", "4/4   R E"),
        ],
    )
    def test_a_column_and_a_legend(self, board, format_name, header, cell):
        text = render(board, format_name)
        assert header in text
        assert cell in text
        words = " ".join(text.split()).replace("\\", "")
        assert (
            "Flag S: slower than the reference. slow (speed_ratio at most -0.405 in 100% of 4 "
            "cases)." in words
        )
        assert (
            "Flag R: shows the reference, not the prompt. copy (text_rank 0.000, at most 0.300, "
            "in 4 cases, appearance_leakage 1.000, at least 0.800, in 4 cases)." in words
        )

    @pytest.mark.parametrize("format_name", ["markdown", "latex", "table"])
    def test_no_column_where_nothing_is_flagged(self, format_name):
        text = render(build_board(table_of(row("honest"))), format_name)
        assert "flags" not in text.lower()

    @pytest.mark.parametrize("format_name", ["markdown", "latex", "table"])
    def test_what_was_not_judged_is_said(self, format_name):
        text = render(build_board(table_of(row("m", prompts=("caption",)))), format_name)
        assert (
            "Flags not judged: R N (no prompt is of kind subject or scene); E (no prompt is of "
            "kind scene)." in " ".join(text.split())
        )

    def test_csv(self, board):
        records = list(csv.DictReader(io.StringIO(render(board, "csv"))))
        assert [record["flags"] for record in records] == [
            "",
            "slower than the reference",
            "shows the reference, not the prompt; "
            "has the reference's edges under a prompt for another scene",
        ]

    def test_json(self, board):
        content = json.loads(render(board, "json"))
        copy = content["rows"][2]["flags"]
        assert [flag["letter"] for flag in copy] == ["R", "E"]
        assert copy[1]["evidence"] == [
            {
                "metric": "structure_leakage",
                "mean": 1.0,
                "side": "at least",
                "bound": 0.75,
                "n_cases": 4,
                "share": None,
            }
        ]
        assert content["unjudged"] == []
