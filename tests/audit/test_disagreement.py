import io

import numpy as np
import pytest
from matplotlib.figure import Figure

from motionbench.audit.disagreement import section
from motionbench.audit.statistics import Resamples
from motionbench.audit.synthetic_methods import (
    HABITS,
    TRUTH,
    Methods,
    disagreement,
    synthetic_methods,
)
from motionbench.audit.validity_data import HEADLINE
from motionbench.metrics.catalog import Unscorable
from tests.audit.simulated import DOSES, constant, follows_truth, metric, simulate

ONCE = np.ones((1, 2))


def methods(**values):
    values = {name: np.array(rows, dtype=float) for name, rows in values.items()}
    return Methods({TRUTH: values.pop("truth"), **values}, Resamples(np.ones((3, 2)), 2, 1))


# ---- methods and winners


def test_the_winner_has_the_higher_mean_over_the_scenes_both_have():
    found = methods(
        truth=[[1, 1], [0.5, 0.7], [0.5, 0.7]],
        m=[[0.2, 0.4], [0.6, np.nan], [np.nan, 0.1]],
    )
    np.testing.assert_array_equal(found.winners(TRUTH, ONCE).ravel(), [1, 1, 0])
    # First against second on scene 1, first against third on scene 2; the last two share none.
    np.testing.assert_array_equal(found.winners("m", ONCE).ravel(), [-1, 1, 0])
    np.testing.assert_array_equal(found.winners("m", np.array([[0.0, 1.0]])).ravel(), [0, 1, 0])
    np.testing.assert_allclose(found.gaps(), [0.4, 0.4, 0])


def test_disagreement_counts_a_tie_as_half():
    first, second = np.array([[1.0], [1], [0]]), np.array([[1.0], [-1], [1]])
    every = np.ones(3, dtype=bool)
    assert disagreement(first, second, every)[0] == pytest.approx(1.5 / 3)
    assert disagreement(first, second, np.array([True, False, False]))[0] == 0


def test_methods_answer_every_base_scene_and_larger_doses_are_worse():
    data = simulate({metric(HEADLINE): follows_truth(0.1)})
    found = synthetic_methods(data, data.metrics)
    assert found.values[TRUTH].shape == (1 + HABITS * len(DOSES), 16)
    assert found.values[HEADLINE].shape == found.values[TRUTH].shape
    np.testing.assert_array_equal(found.values[TRUTH][0], 1)
    by_habit = found.values[TRUTH][1:].reshape(HABITS, len(DOSES), 16)
    assert (np.diff(by_habit, axis=1) < 0).all()


# ---- the section


def rows(found, table="winners"):
    chosen = next(each for each in found.tables if each.name == table)
    return {row.get("metric", index): row for index, row in enumerate(chosen.rows)}


def test_a_metric_of_known_nature_tells_the_story_it_should():
    found = section(
        simulate(
            {
                metric(HEADLINE): follows_truth(0.01),
                metric("twin"): lambda outcome, rng: outcome.similarity**3,
                metric("opposite"): lambda outcome, rng: -outcome.similarity,
                metric("constant"): constant,
                metric("one axis only", {"direction"}): constant,
            }
        )
    )
    winners = rows(found)
    assert set(winners) == {HEADLINE, "twin", "opposite", "constant"}
    assert winners[HEADLINE]["methods changed"] == winners[HEADLINE]["cases changed"] == 0
    assert winners[HEADLINE]["methods wrong"] < 0.02
    assert winners["opposite"]["methods wrong"] == winners["opposite"]["cases wrong"] == 1
    assert winners["constant"]["methods wrong"] == winners["constant"]["cases wrong"] == 0.5
    assert winners["twin"]["cases wrong"] == 0
    assert winners["twin"]["ranks"] > 0.95
    assert winners["opposite"]["ranks"] < -0.95
    for row in winners.values():
        for key in ("ranks", "methods wrong", "cases changed"):
            assert row[f"{key} low"] <= row[key] <= row[f"{key} high"]
    said = {finding.subject: finding for finding in found.findings}
    assert said[HEADLINE].severity == "good"
    assert said["opposite"].severity == "notice"
    assert "the wrong one in 100%" in said["opposite"].text
    matrix = rows(found, "rank_correlation")
    assert matrix["twin"]["opposite"] == pytest.approx(-1)
    assert matrix["constant"]["twin"] == 0
    gaps = rows(found, "wrong_by_gap")
    assert sum(row["pairs of methods"] for row in gaps.values()) == 49 * 48 / 2
    assert gaps[4]["opposite"] == 1
    assert gaps[4]["twin"] == 0


def test_a_headline_metric_that_names_wrong_winners_is_a_fault():
    found = section(simulate({metric(HEADLINE): lambda outcome, rng: -outcome.similarity}))
    assert found.findings[0].severity == "fault"
    assert "the wrong one of two methods in 100%" in found.findings[0].text


def test_a_metric_without_scores_is_half_right_and_leaves_no_nan():
    data = simulate(
        {
            metric(HEADLINE): follows_truth(0.01),
            metric("never"): lambda outcome, rng: Unscorable("never."),
        }
    )
    found = section(data)
    row = rows(found)["never"]
    assert (row["pairs"], row["ranks"], row["cases wrong"]) == (0, None, None)
    assert row["methods wrong"] == 0.5
    for table in found.tables:
        assert all(cell == cell for row in table.rows for cell in row.values())
    for figure in found.figures:
        canvas = Figure(figsize=(figure.width, figure.height), layout="constrained")
        figure.draw(canvas)
        canvas.savefig(io.BytesIO(), format="png", dpi=30)


def test_the_same_data_gives_the_same_section():
    data = simulate({metric(HEADLINE): follows_truth(0.3), metric("other"): follows_truth(0.3)})
    assert section(data).tables == section(data).tables


def test_without_the_headline_metric_there_is_nothing_to_agree_with():
    with pytest.raises(ValueError, match="'motion_fidelity' is not among the metrics"):
        section(simulate({metric("other"): constant}))
