"""The site in headless Chromium, opened from the disk; skipped where there is none."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from motionbench.leaderboard.site.build import write_site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two methods on two cases of the embedded suite."""
    from motionbench.features import default_cache_dir
    from motionbench.ruler import load_ruler
    from motionbench.runner.generate import Request, generate
    from motionbench.runner.plan import Selection
    from motionbench.runner.score import Scoring, score_run
    from motionbench.runner.tasks import MethodReference
    from motionbench.store.info import SuiteSource

    root = tmp_path_factory.mktemp("browser")
    scoring = Scoring(load_ruler("embedded"), cache_dir=default_cache_dir())
    runs = []
    for method in ("copy", "still"):
        request = Request(
            method=MethodReference(method),
            suite=SuiteSource("scenes"),
            selection=Selection(limit=2),
            seeds=(0,),
        )
        runs.append(generate(request, root / "runs").run)
        score_run(runs[-1], scoring)
    write_site(runs, root / "site", cache_dir=default_cache_dir())
    return root / "site"


@pytest.fixture
def page(folder: Path) -> Iterator[object]:
    """A page that fails the test on any console error and any request but for files."""
    troubles: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM)
        opened = browser.new_page()
        opened.on("pageerror", lambda error: troubles.append(str(error)))
        opened.on("console", lambda said: said.type == "error" and troubles.append(said.text))
        opened.on(
            "request",
            lambda asked: (
                asked.url.startswith(("file:", "data:", "blob:")) or troubles.append(asked.url)
            ),
        )
        yield opened
        browser.close()
    assert troubles == []


def test_sort_and_filter(page, folder: Path):
    page.goto((folder / "index.html").as_uri())
    page.click("th[data-sort='0'] button")
    assert page.get_attribute("th[data-sort='0']", "aria-sort") == "descending"
    page.select_option("#category", "camera")
    pairs = page.evaluate(
        """() => {
          const rows = MotionBench.data().subsets["camera|"];
          return [...document.querySelectorAll("#board tr[data-row]")].map((row) => [
            row.querySelector("td[data-column='0'] span").textContent,
            Logic.number(rows[Number(row.dataset.row)][0][0])]);
        }"""
    )
    assert len(pairs) == 2
    assert all(shown == expected for shown, expected in pairs)


def test_compare(page, folder: Path):
    page.goto((folder / "compare.html").as_uri())
    page.wait_for_selector("#listing table")
    assert "common case" in page.inner_text("#verdict")


def test_charts(page, folder: Path):
    page.goto((folder / "charts.html").as_uri())
    page.wait_for_selector("#scatter .main-svg")
    page.wait_for_selector("#categories .main-svg")


def test_playback_in_step_and_overlays(page, folder: Path):
    page.goto(next((folder / "cases").glob("*.html")).as_uri())
    page.wait_for_function("[...document.querySelectorAll('video')].every(v => v.readyState > 1)")
    page.check("#overlay")
    page.click("#play")
    page.wait_for_timeout(800)
    shares = page.evaluate(
        "[...document.querySelectorAll('video')].map(v => v.currentTime / v.duration)"
    )
    assert len(shares) >= 3
    assert max(shares) > 0
    assert max(shares) - min(shares) < 0.15
    page.click("#play")
    drawn = page.evaluate(
        "(c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(x => x > 0))"
        "(document.querySelector('canvas'))"
    )
    assert drawn
