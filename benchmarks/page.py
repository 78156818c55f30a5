"""What opening a run's page costs in a browser, and what a filter on it costs.

    python benchmarks/page.py RUN

Writes the page of a run that is there, opens it from disk in headless Chromium, and chooses a filter in each view.
Wall milliseconds, median of five; Chromium and the package `playwright` are needed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import simkit
from simkit.report.html import write_html

RUNS = 5
OPENED = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
FILTERED = """(address) => {
  const began = performance.now();
  location.hash = address;
  return new Promise((done) => addEventListener("hashchange", () => done(performance.now() - began), { once: true }));
}"""
VIEWS = (
    "view=overview", "view=matrix&domain=", "view=matrix&domain=&by=act", "view=matrix&domain=&versus=outcome",
    "view=paths", "view=failures", "view=graph&domain=",
)  # fmt: skip


def milliseconds(work: Callable[[], float]) -> float:
    """The median of some runs."""
    return median(work() for _ in range(RUNS))


def rows(page: Any, url: str) -> list[tuple[str, float]]:
    """What was measured, in milliseconds."""

    def opened(address: str) -> float:
        page.goto("about:blank")
        page.goto(f"{url}{address}")
        return float(page.evaluate(OPENED))

    def filtered(view: str) -> float:
        page.goto(f"{url}#{view}")
        return float(page.evaluate(FILTERED, f"#{view}&outcome=fail"))

    found = [
        (f"open, {view or 'overview'}", milliseconds(lambda view=view: opened(view))) for view in ("", "#view=matrix")
    ]
    return [*found, *((f"filter, {view}", milliseconds(lambda view=view: filtered(view))) for view in VIEWS)]


def main(name: str) -> None:
    """Write, open, filter."""
    from playwright.sync_api import sync_playwright

    run = simkit.open_run(name)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        began = time.process_time()
        path = write_html(Path(folder) / "report.html", run.summary(), run.scored)
        wrote = time.process_time() - began
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        size = path.stat().st_size / 1e6
        print(f"{run.summary().total.sessions} sessions, {size:.1f} MB, written in {wrote:.1f} s of CPU\n")
        print("| what | milliseconds |\n|---|---|")
        for what, value in rows(browser.new_page(), path.as_uri()):
            print(f"| {what} | {value:.0f} |")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
