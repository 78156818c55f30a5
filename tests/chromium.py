"""A real browser, a page opened in it, and all that a page must not do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from needed import needed, needed_file

ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Opened:
    """A page opened from disk, with all that it must not do."""

    def __init__(self, page: Any, url: str) -> None:
        self.page, self.url = page, url
        self.wrong: list[str] = []
        self.requests: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.wrong.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.go("")

    def go(self, address: str) -> None:
        """Open an address of the page anew, as from a link in a mail."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}{address}")

    def show(self, address: str) -> None:
        """Go to an address within the page that is open, as from a link on it: much cheaper than `go`."""
        self.page.evaluate(SHOW, address)

    def text(self, selector: str = "main") -> str:
        return str(self.page.inner_text(selector))

    def broken_rules(self) -> list[tuple[str, list[str]]]:
        """The rules of accessibility, of axe-core's, that what is shown breaks: each with the first elements."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(needed("axe_playwright_python.sync_playwright").Axe().axe_script)
        found = self.page.evaluate("axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)")
        return [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]

    @property
    def foreign_requests(self) -> list[str]:
        return [url for url in self.requests if url.split("#")[0] not in (self.url, "about:blank")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = needed_file(Path("/usr/bin/chromium"), "no /usr/bin/chromium to open the page with")
    with needed("playwright.sync_api").sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(found), args=ARGS)
        yield chromium
        chromium.close()


SHOW = """(address) => new Promise((done) => {
  const before = location.href;
  addEventListener("hashchange", done, { once: true });
  location.hash = address;
  if (location.href === before) done();
})"""
