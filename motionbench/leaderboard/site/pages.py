"""Templates filled in and written; every text of others is escaped on the way.

Jinja's autoescaping is on for all templates, and JSON inside a page has its angle brackets and
ampersands written as escapes, so no text can end the element that it stands in.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from motionbench.files import write_bytes
from motionbench.leaderboard.escape import plain

_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}

STATIC = ("site.css", "common.js", "logic.js", "board.js", "charts.js", "compare.js", "case.js")


class Pages:
    """Writes the pages of one site.

    Args:
        folder: Of the site.
        shared: Values that every template may use.
    """

    def __init__(self, folder: Path, shared: dict[str, Any]) -> None:
        self._folder = folder
        self._environment = jinja2.Environment(
            loader=jinja2.PackageLoader("motionbench.leaderboard.site"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["plain"] = lambda text: plain(str(text))
        self._environment.globals.update(shared)

    def write(self, name: str, template: str, *, data: Any = None, **values: Any) -> None:
        """Write one page.

        Args:
            name: Path of the page in the site, such as ``cases/pan.html``.
            template: Which one.
            data: For the page's scripts; any JSON.
            values: For the template.

        Raises:
            DiskFullError: The disk is full.
        """
        up = "../" * name.count("/")
        text = self._environment.get_template(template).render(
            page=name, up=up, data=script_json(data), **values
        )
        write_bytes(self._folder / name, text.encode(errors="backslashreplace"))


def script_json(content: Any) -> Markup:
    """JSON that may stand inside a script element; NaN is refused."""
    text = json.dumps(content, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return Markup(text)


def write_static(folder: Path) -> None:
    """Copy what all pages share: style, scripts, and plotly's bundle.

    Raises:
        DiskFullError: The disk is full.
    """
    own = files("motionbench.leaderboard.site") / "static"
    for name in STATIC:
        write_bytes(folder / "assets" / name, (own / name).read_bytes())
    plotly = files("plotly") / "package_data" / "plotly.min.js"
    write_bytes(folder / "assets" / "plotly.min.js", plotly.read_bytes())
