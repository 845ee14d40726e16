"""The Chromium of this machine, driven by playwright; what a page must not do is kept.

Pages of a site open from the disk. A console error, an error of a script, or a request for anything
but files is a trouble, whoever drives the page: tests fail on it, scripts refuse to go on.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

LOCAL = ("file:", "data:", "blob:")
"""What a page of a site may ask for."""


def find_chromium() -> str | None:
    """Path of the browser; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless browser.

    Raises:
        SystemExit: There is no Chromium on this machine.
    """
    path = find_chromium()
    if path is None:
        raise SystemExit("There is no chromium on this machine: install it (Debian: chromium).")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """What went wrong in a page, in the order in which it did."""

    troubles: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Keep what goes wrong in ``page`` from now on."""
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("console", self._said)
        page.on("request", self._asked)
        page.on("requestfailed", lambda asked: self._failed(asked.url, asked.failure))

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console {message.type}: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(LOCAL):
            self.troubles.append(f"request: {request.url}")

    def _failed(self, url: str, failure: str | None) -> None:
        # A clip's loading is broken off when the page is left, or its tile is replaced.
        if failure != "net::ERR_ABORTED":
            self.troubles.append(f"request failed: {url}: {failure}")
