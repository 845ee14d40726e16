"""What pages compute in the browser, run by node, against the package's own statistics."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motionbench.leaderboard.bootstrap import bootstrap_mean
from motionbench.leaderboard.site import naming
from motionbench.leaderboard.statistics import paired_permutation_pvalue

LOGIC = Path(naming.__file__).parent / "static" / "logic.js"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node on this machine")


def call(expression: str, *values: Any) -> Any:
    """An expression over ``L`` (the logic) and ``v`` (the values), evaluated by node."""
    code = (
        f"const L = require({json.dumps(str(LOGIC))}), v = {json.dumps(values)};"
        f"console.log(JSON.stringify({expression}))"
    )
    assert NODE is not None
    done = subprocess.run([NODE, "-e", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("n", [8, 60])
def test_intervals_and_tests_agree_with_the_package(n: int):
    values = np.random.default_rng(n).gamma(2.0, 0.1, n) - 0.15
    found = call("L.bootstrap(v[0], 0)", values.tolist())
    ours = bootstrap_mean(values, seed=0)
    assert found["mean"] == pytest.approx(ours.mean)
    # Two draws of 9,999 resamples: ends differ by a few per cent of the interval's width.
    width = ours.high - ours.low
    assert found["low"] == pytest.approx(ours.low, abs=0.06 * width)
    assert found["high"] == pytest.approx(ours.high, abs=0.06 * width)
    pvalue = paired_permutation_pvalue(values, np.zeros(n), seed=0)
    # All patterns for few cases; four standard errors of a sample otherwise.
    assert call("L.signFlips(v[0], 0)", values.tolist()) == pytest.approx(
        pvalue, abs=1e-12 if n <= 14 else 0.02
    )


def test_common_cases_average_over_prompts_that_both_have():
    prompts = [[0, "caption"], [0, "scene"], [1, "caption"], [2, "caption"]]
    a, b = [1, 5, 2, None], [0, None, 1, 1]
    found = call("L.commonCases(v[0], v[1], v[2], () => true)", a, b, prompts)
    assert [(each["place"], each["difference"]) for each in found] == [(0, 1), (1, 1)]


def test_order_puts_what_has_no_value_last_either_way():
    assert call("L.order(v[0], true)", [1, None, 3, 1]) == [2, 0, 3, 1]
    assert call("L.order(v[0], false)", [1, None, 3, 1]) == [0, 3, 2, 1]


def test_numbers_and_frames():
    assert call("[0.1234, -12.34, 1234.5, null].map(L.number)") == ["0.123", "-12.3", "1235", "-"]
    assert call("[0, 0.5, 1].map((s) => L.frameAt(s, 10))") == [0, 5, 9]


def test_rows_of_a_chart_look_different():
    looks = call("[...Array(49).keys()].map((r) => Object.values(L.look(r)))")
    assert len({tuple(look) for look in looks}) == 49
    assert {part for look in looks for part in look} == set(range(7))


def test_a_file_that_is_not_there_fails_everyone_who_waits_and_can_be_asked_again():
    code = """
    const scripts = [];
    globalThis.document = {
      addEventListener() {},
      createElement: () => ({ remove() {} }),
      head: { append: (script) => scripts.push(script) },
    };
    const run = require("vm").runInThisContext;
    run(require("fs").readFileSync(process.argv[1], "utf8"));
    const waiting = [MotionBench.load("a", "a.js"), MotionBench.load("a", "a.js")];
    scripts[0].onerror();
    Promise.allSettled(waiting).then(function (ended) {
      MotionBench.load("a", "a.js");
      console.log(JSON.stringify([ended.map((each) => each.status), scripts.length]));
    });
    """
    assert NODE is not None
    done = subprocess.run(
        [NODE, "-e", code, str(LOGIC.with_name("common.js"))],
        capture_output=True, text=True, check=True, timeout=20,
    )  # fmt: skip
    assert json.loads(done.stdout) == [["rejected", "rejected"], 2]
