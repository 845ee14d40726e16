"""The site in headless Chromium, opened from the disk; skipped where there is none.

Every test fails on a console error or warning, an error of a script, a file that is not there, and
on a request for anything but files.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")

METHODS = ("copy", "still", "other_case")
PAGES = ("index.html", "charts.html", "compare.html", "cases.html")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of three methods on two cases of the embedded suite."""
    from motionbench.features import default_cache_dir
    from motionbench.leaderboard.site.build import write_site
    from motionbench.ruler import load_ruler
    from motionbench.runner.generate import Request, generate
    from motionbench.runner.plan import Selection
    from motionbench.runner.score import Scoring, score_run
    from motionbench.runner.tasks import MethodReference
    from motionbench.store.info import SuiteSource

    root = tmp_path_factory.mktemp("browser")
    scoring = Scoring(load_ruler("embedded"), cache_dir=default_cache_dir())
    runs = []
    for method in METHODS:
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from benchmarks.chromium import launched

    with launched() as browser:
        yield browser


@pytest.fixture
def visit(browser: Any, folder: Path) -> Iterator[Open]:
    """Opens pages of the site, without a network; fails the test on whatever goes wrong in them."""
    from benchmarks.chromium import Watch

    watch, contexts = Watch(), []

    def opened(name: str, **options: Any) -> Any:
        contexts.append(browser.new_context(offline=True, **options))
        page = contexts[-1].new_page()
        watch.over(page)
        page.goto((folder / name).as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert watch.troubles == []


@pytest.fixture(scope="module")
def case(folder: Path) -> str:
    """The page of a case in which something moves."""
    return f"cases/{next((folder / 'cases').glob('camera-pan-*.html')).name}"


def names(page: Any) -> list[str]:
    """Names of the board's rows, as they stand."""
    rows = page.locator("#board tr[data-row] th a")
    return [text.strip() for text in rows.all_inner_texts()]


def shares(page: Any) -> list[float]:
    """Where each clip is, as a share of its duration."""
    script = "[...document.querySelectorAll('video')].map((v) => v.currentTime / v.duration)"
    return list(page.evaluate(script))


def wait_for_clips(page: Any) -> None:
    page.wait_for_function(
        "[...document.querySelectorAll('video')].every((v) => v.readyState > 1 && !v.seeking)"
    )


def test_every_page_opens_and_leads_on(visit: Open, folder: Path):
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    assert len(found) == len(PAGES) + len(METHODS) + 2
    page = visit(found[0])
    for name in found[1:]:
        page.goto((folder / name).as_uri())
        assert page.locator("h1").count() == 1
        assert page.locator("nav [aria-current]").count() == (name in PAGES)
    page.goto((folder / "index.html").as_uri())
    page.click("#board tbody th a")
    page.click("#values tbody th a")
    wait_for_clips(page)
    page.click("nav a:text('Compare')")
    page.wait_for_selector("#listing table")
    page.click("#listing a")
    wait_for_clips(page)


def test_sort_goes_there_and_back(visit: Open):
    page = visit("index.html")
    first = names(page)
    head = page.locator("th[data-sort='0']")
    values = "[...document.querySelectorAll(\"#board td[data-column='0'] span\")]"
    shown = f"{values}.map((each) => Number(each.textContent))"
    for way in ("descending", "ascending", "none"):
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == way
        means = page.evaluate(shown)
        if way != "none":
            assert means == sorted(means, reverse=way == "descending")
    assert names(page) == first
    page.click("th[data-sort='name'] button")
    assert names(page) == sorted(METHODS)


def test_filters_by_category_and_kind_of_prompt(visit: Open):
    page = visit("index.html")
    before = page.inner_text("#board")
    page.select_option("#category", "camera")
    page.select_option("#kind", "scene")
    assert "1 cases, 1 jobs" in page.inner_text("#status")
    pairs = page.evaluate(
        """() => {
          const rows = MotionBench.data().subsets["camera|scene"];
          return [...document.querySelectorAll("#board tr[data-row]")].flatMap((row) =>
            [...row.querySelectorAll("td[data-column] span")].map((cell, k) =>
              [cell.textContent, Logic.number(rows[Number(row.dataset.row)][k][0])]));
        }"""
    )
    assert len(pairs) > 3 * len(METHODS)
    assert all(shown == expected for shown, expected in pairs)
    page.reload()  # the address keeps the choices
    assert page.input_value("#category") == "camera"
    page.select_option("#category", "")
    page.select_option("#kind", "")
    assert page.inner_text("#board") == before


def test_compare(visit: Open):
    page = visit("compare.html")
    page.select_option("#a", label="copy")
    page.select_option("#b", label="still")
    page.wait_for_selector("#listing table")
    verdict = page.inner_text("#verdict")
    assert "on 2 common cases" in verdict
    assert "from 2 cases no difference could be" in verdict
    texts = page.locator("#listing td.difference").all_inner_texts()
    sizes = [abs(float(text)) for text in texts]
    assert sizes == sorted(sizes, reverse=True)
    assert "copy is better in 2 of 2 cases" in page.inner_text("#listing")
    page.click("#swap")
    page.wait_for_function("document.querySelector('#verdict').textContent.startsWith('still')")
    assert float(page.locator("#listing td.difference").first.inner_text()) < 0
    page.select_option("#category", "camera")
    page.wait_for_function("document.querySelector('#verdict').textContent.includes('1 common')")
    page.select_option("#b", label="still")
    assert page.inner_text("#verdict") == "Choose two different rows."


def test_charts_are_drawn_and_rows_chosen(visit: Open):
    page = visit("charts.html")
    page.wait_for_selector("#scatter .main-svg")
    assert page.locator("#scatter .scatterlayer .point").count() == len(METHODS)
    assert page.locator("#categories .barlayer .bars").count() == len(METHODS)
    page.click("summary:text('Rows drawn')")
    page.locator("#rows input").first.uncheck()
    page.wait_for_function(
        f"document.querySelectorAll('#categories .barlayer .bars').length === {len(METHODS) - 1}"
    )


def test_clips_play_in_step_and_stop(visit: Open, case: str):
    page = visit(case)
    wait_for_clips(page)
    assert len(shares(page)) == 1 + len(METHODS)
    page.click("#play")
    # Where the clips are at each frame that is drawn, but for instants at which one is being set.
    samples = page.evaluate(
        """async () => {
          const clips = [...document.querySelectorAll("video")], samples = [];
          const end = performance.now() + 3000;
          while (performance.now() < end) {
            await new Promise(requestAnimationFrame);
            if (clips.every((v) => !v.seeking && !v.paused)) {
              samples.push(clips.map((v) => v.currentTime / v.duration));
            }
          }
          return samples;
        }"""
    )
    assert len(samples) > 10
    assert max(each[0] for each in samples) - min(each[0] for each in samples) > 0.3
    spreads = sorted(max(each) - min(each) for each in samples)
    # A clip is set right when it is off by 0.12 s of about 2 s.
    assert spreads[len(spreads) // 2] < 0.06
    assert spreads[int(0.95 * len(spreads))] < 0.12
    page.click("#play")
    assert page.inner_text("#play") == "Play"
    page.wait_for_timeout(200)
    before = shares(page)
    page.wait_for_timeout(300)
    assert shares(page) == before


def test_seeking_sets_all_clips_to_the_same_instant(visit: Open, case: str):
    page = visit(case)
    wait_for_clips(page)
    page.click("#play")
    page.wait_for_timeout(300)
    page.fill("#position", "700")
    wait_for_clips(page)
    assert page.inner_text("#play") == "Play"
    assert shares(page) == pytest.approx([0.7] * (1 + len(METHODS)), abs=0.01)
    page.click("#play")
    page.wait_for_function("document.querySelector('video').currentTime > 0.72 * 2")


def test_tracks_are_drawn_follow_the_clip_and_go(visit: Open, case: str):
    page = visit(case)
    wait_for_clips(page)
    page.fill("#position", "500")
    wait_for_clips(page)
    # The picture itself is drawn some frames after the seek: its pixels are no measure.
    page.add_style_tag(content="video { visibility: hidden }")
    stage = page.locator("#tiles .stage").first

    def drawn(wait: str) -> bytes:
        page.wait_for_function(f"document.querySelector('canvas').hidden === {wait}")
        page.wait_for_timeout(300)
        return bytes(stage.screenshot())

    without = drawn("true")
    page.check("#overlay")
    page.wait_for_function(
        """() => { const c = document.querySelector("canvas");
          return c.width > 0 && c.getContext("2d").getImageData(0, 0, c.width, c.height)
            .data.some((x) => x > 0); }"""
    )
    middle = drawn("false")
    assert middle != without
    page.fill("#position", "900")
    assert drawn("false") not in (middle, without)
    page.uncheck("#overlay")
    assert drawn("true") == without


def test_prompts_rows_and_differences_are_chosen(visit: Open, case: str):
    page = visit(case)
    caption = page.inner_text("#text")
    page.select_option("#prompt", label="scene")
    assert page.inner_text("#text") != caption
    page.click("summary:text('Rows shown')")
    page.locator("#rows label", has_text="still").locator("input").uncheck()
    assert page.locator("#tiles figure").count() == len(METHODS)
    wait_for_clips(page)
    page.select_option("#base", label="copy")
    told = "#values tr:has(a:text-is('{}')) .difference"
    differences = page.locator(told.format("still")).all_inner_texts()
    assert float(differences[0]) < -0.5
    assert not any(page.locator(told.format("copy")).all_inner_texts())
    page.select_option("#base", "")
    assert not any(page.locator(told.format("still")).all_inner_texts())


def test_everything_works_by_keyboard(visit: Open, case: str):
    page = visit("index.html")

    def tab_to(wanted: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
                return
        raise AssertionError(f"no way to {wanted}")

    tab_to(".skip")
    left = "document.querySelector('.skip').getBoundingClientRect().left"
    assert page.evaluate(left) >= 0
    tab_to("#theme")
    tab_to("#category")
    page.keyboard.press("ArrowDown")
    assert page.input_value("#category") == "camera"
    tab_to(".scroll")
    tab_to("th[data-sort='0'] button")
    page.keyboard.press("Enter")
    assert page.get_attribute("th[data-sort='0']", "aria-sort") == "descending"
    tab_to("#board tbody th a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/methods/*.html")

    page = visit(case)
    wait_for_clips(page)
    tab_to("#play")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('video').currentTime > 0.2")
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Play"
    tab_to("#position")
    page.keyboard.press("Home")
    page.keyboard.press("PageUp")
    wait_for_clips(page)
    assert shares(page) == pytest.approx([int(page.input_value("#position")) / 1000] * 4, abs=0.01)
    assert shares(page)[0] > 0
    tab_to("#overlay")
    page.keyboard.press("Space")
    assert page.is_checked("#overlay")


def test_a_phone_never_scrolls_the_page_sideways(visit: Open, folder: Path, case: str):
    page = visit("index.html", **PHONE)
    method = next((folder / "methods").iterdir()).name
    for name in (*PAGES, case, f"methods/{method}"):
        page.goto((folder / name).as_uri())
        page.evaluate(
            """() => { for (const each of document.querySelectorAll("h1, h2, th a, li a, b")) {
              each.textContent = "a-name-and-".repeat(3) + "x".repeat(150); } }"""
        )
        size = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert size == [390, 390], name
    # A finger needs 40 pixels.
    for control in page.locator("button:visible, select:visible").all():
        assert control.bounding_box()["height"] >= 40


LUMINANCE = """(name) => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(${name})`;
  const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3);
  probe.remove();
  const [r, g, b] = parts.map((x) => x / 255)
    .map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dark_and_light_are_readable_and_can_be_changed(visit: Open, folder: Path, scheme: str):
    page = visit("index.html", color_scheme=scheme)
    for turned in (False, True):
        if turned:
            page.click("#theme")
            page.goto((folder / "charts.html").as_uri())  # the choice is kept
            page.wait_for_selector("#scatter .main-svg")
        paper = page.evaluate(LUMINANCE, "--paper")
        assert (paper < 0.5) == ((scheme == "dark") != turned)
        for name, least in (("--ink", 7), ("--soft", 4.5), ("--link", 4.5), ("--bar", 3)):
            other = page.evaluate(LUMINANCE, name)
            contrast = (max(paper, other) + 0.05) / (min(paper, other) + 0.05)
            assert contrast >= least, (name, contrast)
    fill = page.locator("#scatter .xtick text").first.evaluate("(t) => getComputedStyle(t).fill")
    assert fill == page.evaluate("getComputedStyle(document.body).color")
