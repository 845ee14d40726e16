"""The audit itself is straight: it says what is wrong with a ruler that is."""

from dataclasses import replace

import numpy as np
import pytest
from audit_doubles import Damaged, jitters, says_visible, stays_put

from motionbench.audit.lab import Lab
from motionbench.audit.metrics import AuditedMetric
from motionbench.audit.run import PARTS, Audit, choose_parts, run_audit
from motionbench.audit.scale import Scale
from motionbench.audit.variants import CATALOGUE, FIDELITY
from motionbench.embedders import load_embedder
from motionbench.errors import UnknownNameError
from motionbench.ruler import Ruler
from motionbench.trackers.lucas_kanade import LucasKanade

SMALL = Scale(scenes=1, doses=(0.5, 1.0), frames=7, size=64)
BY_NAME = {metric.name: metric for metric in CATALOGUE}


def lab(tracker):
    ruler = Ruler("test", tracker, load_embedder("clip-nano"), grid_size=10, working_size=64)
    return Lab(ruler, show_progress=False)


def run(tracker, parts, metrics=CATALOGUE):
    audit = Audit(lab(tracker), SMALL, metrics=metrics)
    return list(run_audit(audit, parts, command="motionbench audit"))


@pytest.mark.parametrize("damage", [stays_put, jitters, says_visible])
def test_a_broken_tracker_is_named(damage):
    (report,) = run(Damaged(LucasKanade(), damage), ["trackers"])
    said = [f for f in report.findings if f.subject == damage.__name__ and f.severity != "good"]
    worst = "notice" if damage is says_visible else "fault"
    assert worst in {finding.severity for finding in said}


@pytest.fixture(scope="module")
def reports():
    leakage = BY_NAME["appearance_leakage"]
    constant = AuditedMetric("constant", "higher", FIDELITY, lambda m: 0.5)
    # A metric of looks that passes itself off as one of motion.
    looks = replace(leakage, name="looks", direction="higher", claims=FIDELITY)
    # The camera's is judged on some of the scenes only.
    metrics = (BY_NAME["motion_fidelity"], BY_NAME["camera_fidelity"], leakage, constant, looks)
    return run(LucasKanade(), ["validity", "variants"], metrics)


def faults(reports, subject):
    return [f.text for f in reports[-1].findings if (f.severity, f.subject) == ("fault", subject)]


def test_a_constant_metric_is_named(reports):
    assert any("does not respond to motion" in text for text in faults(reports, "constant"))


def test_a_metric_that_sees_only_appearance_is_named(reports):
    assert any("sees appearance, not motion" in text for text in faults(reports, "looks"))
    # The same numbers without the claim are no fault.
    assert not any("appearance" in text for text in faults(reports, "appearance_leakage"))


def test_the_headline_metric_responds_to_motion(reports):
    assert not any(
        "respond" in text or "appearance" in text for text in faults(reports, "motion_fidelity")
    )


def test_a_report_comes_after_each_part(reports):
    assert [len(report.sections) for report in reports] == [1, 2]
    assert list(reports[-1].seconds) == ["validity", "variants"]
    assert "host" not in reports[-1].environment


def test_every_cell_can_be_written(reports):
    for section in reports[-1].sections:
        for table in section.tables:
            for row in table.rows:
                assert row.keys() == table.rows[0].keys()
                assert not any(isinstance(cell, float) and np.isnan(cell) for cell in row.values())


def test_parts_are_chosen_by_name():
    assert choose_parts((), with_truth=False) == tuple(name for name in PARTS if name != "footage")
    assert choose_parts((), with_truth=True) == tuple(PARTS)
    assert choose_parts(("gaming", "trackers"), with_truth=False) == ("trackers", "gaming")
    with pytest.raises(UnknownNameError, match="trackers"):
        choose_parts(("trackerz",), with_truth=False)
