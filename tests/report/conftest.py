"""The page of some sessions, opened from disk in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chromium import Opened, browser

from simkit.report.html import render_html
from simkit.report.summary import Scored, summarise

__all__ = ["browser"]


@pytest.fixture(scope="module")
def open_page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Opens the page of some sessions, each page once: who asks for it again gets it back at its first view."""
    known: dict[tuple[str, str], Opened] = {}

    def opened(sessions: list[Scored], name: str = "runs/demo", **options: Any) -> Opened:
        text = render_html(summarise(name, sessions), sessions)
        key = (text, repr(sorted(options.items())))
        if key in known:
            known[key].show("")
        else:
            path = tmp_path_factory.mktemp("page") / "report.html"
            path.write_text(text, encoding="utf-8")
            known[key] = Opened(browser.new_context(**options).new_page(), path.as_uri())
        return known[key]

    yield opened
    for one in known.values():
        one.page.context.close()
