import json

import pytest

from motionbench.audit.report import Report, document, markdown_lines, write_report
from motionbench.audit.scale import Scale
from motionbench.audit.sections import Figure, Finding, Section, Table


def _line(figure):
    figure.add_subplot().plot([0, 1], [1, 0])


@pytest.fixture
def report() -> Report:
    table = Table(
        "by_axis",
        "Spearman by axis",
        "6 scenes <each>",
        (
            {"axis": "speed", "value": 0.25, "n": 4, "seen": True},
            {"axis": "a|b", "value": None, "n": 0, "seen": False},
        ),
    )
    section = Section(
        "validity",
        "Validity",
        "How it was done.",
        (table, Table("none", "Empty", "", ())),
        (Figure("dose", "Likeness by dose", _line),),
        (
            Finding("good", "motion_fidelity", "sees direction"),
            Finding("fault", "constant", "does not respond: 0.00 < 0.9"),
        ),
    )
    return Report(
        ruler="embedded-000000000000",
        identity={"name": "embedded"},
        environment={"cpu": "A CPU", "cores": 2, "gpus": []},
        command="motionbench audit",
        scale=Scale(),
        seconds={"validity": 90.0},
        sections=(section,),
    )


def test_files_are_written_and_hold_everything(report, tmp_path) -> None:
    files = write_report(report, tmp_path / "made" / "here")
    names = [path.relative_to(tmp_path / "made" / "here").as_posix() for path in files]
    assert names == ["audit.md", "audit.json", "figures/validity-dose.png"]
    assert all(path.stat().st_size for path in files)
    content = json.loads(files[1].read_text())
    rows = content["sections"][0]["tables"]["by_axis"]["rows"]
    assert rows[1] == {"axis": "a|b", "value": None, "n": 0, "seen": False}
    assert content["ruler"] == report.ruler
    assert content["scale"]["scenes"] == report.scale.scenes
    assert content["sections"][0]["figures"]["dose"]["file"] == names[2]


def test_markdown_puts_faults_first_and_escapes_cells(report) -> None:
    text = "\n".join(markdown_lines(report))
    assert text.index("**FAULT** (validity) constant") < text.index("good (validity)")
    assert r"| a\|b | - | 0 | no |" in text
    assert "| speed | 0.250 | 4 | yes |" in text
    assert "| :--- | ---: | ---: | ---: |" in text
    assert "6 scenes &lt;each&gt;" in text
    assert "1.5 minutes on A CPU, 2 cores." in text
    assert "No rows." in text


def test_the_same_report_gives_the_same_bytes(report, tmp_path) -> None:
    first, second = (write_report(report, tmp_path / name) for name in "ab")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_nan_never_reaches_json(report, tmp_path) -> None:
    broken = Table("t", "t", "", ({"value": float("nan")},))
    section = Section("s", "s", "", (broken,))
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_report(
            Report(**{**_fields(report), "sections": (section,)}),
            tmp_path,
        )


def test_the_document_lists_findings_by_section(report) -> None:
    findings = document(report)["sections"][0]["findings"]
    assert [finding["severity"] for finding in findings] == ["good", "fault"]


def _fields(report: Report) -> dict:
    return {name: getattr(report, name) for name in report.__dataclass_fields__}
