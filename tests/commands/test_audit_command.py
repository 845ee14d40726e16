import json

import pytest
from typer.testing import CliRunner

from motionbench.cli import app

RUN = CliRunner()


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit")
    arguments = ["audit", "--ruler", "embedded", "--scenes", "1", "--parts", "trackers", "--json"]
    return folder, RUN.invoke(app, [*arguments, "--out", str(folder)])


def test_the_report_is_written_and_printed(audited):
    folder, result = audited
    assert result.exit_code == 0, result.output
    printed = json.loads(result.stdout)
    assert printed == json.loads((folder / "audit.json").read_text())
    assert [section["name"] for section in printed["sections"]] == ["trackers"]
    assert printed["scale"]["scenes"] == 1
    assert "lucas_kanade" in (folder / "audit.md").read_text()
    assert list((folder / "figures").glob("trackers-*.png"))
    assert "1/1" in result.stderr


def test_an_unknown_part_is_refused(tmp_path):
    result = RUN.invoke(app, ["audit", "--parts", "trackerz", "--out", str(tmp_path / "none")])
    assert result.exit_code != 0
    assert "trackers" in str(result.exception)
    assert not (tmp_path / "none").exists()


def test_a_truth_that_is_not_there_is_refused_before_anything_is_measured(tmp_path):
    result = RUN.invoke(
        app, ["audit", "--truth", str(tmp_path / "nowhere"), "--out", str(tmp_path / "none")]
    )
    assert result.exit_code != 0
    assert "nowhere" in str(result.exception)
    assert not (tmp_path / "none").exists()
