"""Which jobs a selection means."""

from pathlib import Path

import pytest

from motionbench.cases import CATEGORIES, Case, FileSource, Prompt, Suite
from motionbench.errors import UnknownNameError, UsageError
from motionbench.runner.plan import Selection, plan_jobs, select_cases


def suite() -> Suite:
    cases = [
        Case(
            id=f"{category}-{index}",
            category=category,
            caption="x",
            prompts=(Prompt("a", "caption", "x"), Prompt("b", "scene", f"y {index}")),
            source=FileSource(Path("/nowhere.mp4")),
        )
        for category in CATEGORIES
        for index in range(3)
    ]
    return Suite("tiny", "1", "0" * 64, tuple(cases))


def test_everything_is_planned_in_the_suites_order():
    jobs = plan_jobs(suite(), Selection(), (1, 0))
    assert len(jobs) == 12 * 2 * 2
    assert [planned.job for planned in jobs[:5]] == [
        ("camera-0", "a", 1),
        ("camera-0", "b", 1),
        ("camera-0", "a", 0),
        ("camera-0", "b", 0),
        ("camera-1", "a", 1),
    ]
    assert jobs[1].kind == "scene"


def test_a_limit_takes_from_every_category():
    assert [case.id for case in select_cases(suite(), Selection(limit=5))] == [
        "camera-0",
        "camera-1",
        "single_object-0",
        "multi_object-0",
        "human-0",
    ]
    assert len(select_cases(suite(), Selection(limit=99))) == 12


def test_parts_are_combined():
    selection = Selection(categories=("human",), cases=("human-2", "camera-0"), prompts=("scene",))
    assert [planned.job for planned in plan_jobs(suite(), selection, (7,))] == [("human-2", "b", 7)]
    by_id = plan_jobs(suite(), Selection(prompts=("a",), limit=1), (0, 0))
    assert [planned.job for planned in by_id] == [("camera-0", "a", 0)]


@pytest.mark.parametrize(
    ("selection", "text"),
    [
        (Selection(categories=("humans",)), "Unknown category 'humans'. Did you mean 'human'?"),
        (Selection(cases=("human-9",)), "Unknown case of suite tiny 'human-9'. Did you mean"),
        (Selection(prompts=("scen",)), "Unknown prompt of suite tiny 'scen'. Did you mean 'scene'"),
    ],
)
def test_unknown_names_are_told_with_the_nearest(selection, text):
    with pytest.raises(UnknownNameError) as caught:
        plan_jobs(suite(), selection, (0,))
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("selection", "seeds", "text"),
    [
        (Selection(limit=0), (0,), "limit is 0"),
        (Selection(), (), "seeds are []"),
        (Selection(), (0, -1), "seeds are [0, -1]"),
        (Selection(("human",), ("camera-0",)), (0,), "No case of suite tiny is among camera-0 and"),
    ],
)
def test_empty_plans_are_refused(selection, seeds, text):
    with pytest.raises(UsageError) as caught:
        plan_jobs(suite(), selection, seeds)
    assert text in str(caught.value)
