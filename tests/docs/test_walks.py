"""The commands of the documentation, run as they stand on its pages."""

import pytest

from tests.docs.conftest import Desk
from tests.docs.pages import ROOT, commands
from tests.docs.walks import WALKS

QUICK = "docs/quickstart.md"


@pytest.mark.slow
@pytest.mark.parametrize("page", WALKS)
def test_a_page_can_be_followed(page: str, desk: Desk) -> None:
    walk = WALKS[page]
    walk.prepare(desk)
    desk.walk(ROOT / page)
    walk.check(desk)


def test_from_nothing_to_a_leaderboard_in_under_ten_commands() -> None:
    found = commands(ROOT / QUICK)
    assert len(found) < 10
    assert found[0] == "python3 -m venv env"
    assert found[-1].startswith("motionbench leaderboard")
