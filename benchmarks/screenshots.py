"""The pictures of the README: the board, and a case with tracks over its clips.

    motionbench leaderboard runs --site site
    python benchmarks/screenshots.py site docs/images [--case single-object-line]

Nothing is taken of a page in which anything goes wrong.
"""

import argparse
from pathlib import Path
from typing import Any

from chromium import Watch, launched

PLACE = 600
"""Thousandths of the clips at which they are shown."""


def board(page: Any) -> None:
    """Nothing to be set."""
    page.wait_for_selector("#board")


def case(page: Any) -> None:
    """Tracks on, clips at one instant."""
    page.wait_for_function("[...document.querySelectorAll('video')].every((v) => v.readyState > 1)")
    page.check("#overlay")
    page.fill("#position", str(PLACE))
    page.wait_for_function("[...document.querySelectorAll('video')].every((v) => !v.seeking)")
    page.wait_for_function("[...document.querySelectorAll('canvas')].every((c) => c.width !== 300)")
    page.wait_for_timeout(1000)  # until the frames that were sought are shown


def case_page(site: Path, name: str) -> Path:
    """The page of a case.

    Raises:
        SystemExit: The site has none of that name.
    """
    found = sorted((site / "cases").glob(f"{name}-*.html"))
    if not found:
        raise SystemExit(f"{site} has no page of a case {name}.")
    return found[0]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="what `motionbench leaderboard --site` wrote")
    parser.add_argument("out", type=Path, help="where board.png and case.png go")
    parser.add_argument("--case", default="single-object-line", help="the case shown")
    arguments = parser.parse_args()
    site = arguments.site.resolve()
    shots = (
        ("board", site / "index.html", "light", (1280, 800), board),
        ("case", case_page(site, arguments.case), "dark", (960, 560), case),
    )
    arguments.out.mkdir(parents=True, exist_ok=True)
    with launched() as browser:
        for name, path, scheme, (width, height), prepare in shots:
            watch = Watch()
            viewport = {"width": width, "height": height}
            page = browser.new_page(viewport=viewport, color_scheme=scheme)
            watch.over(page)
            page.goto(path.as_uri())
            prepare(page)
            if watch.troubles:
                raise SystemExit(f"{path}: {'; '.join(watch.troubles)}")
            page.screenshot(path=arguments.out / f"{name}.png")
            print(arguments.out / f"{name}.png")
            page.close()


if __name__ == "__main__":
    main()
