"""The page of some sessions, opened from disk in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import Opened, browser

from simkit.report.html import write_html
from simkit.report.summary import Scored, summarise

__all__ = ["browser"]


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Any]:
    contexts = []

    def opened(sessions: list[Scored], name: str = "runs/demo", **options: Any) -> Opened:
        path = write_html(tmp_path / "report.html", summarise(name, sessions), sessions)
        contexts.append(browser.new_context(**options))
        return Opened(contexts[-1].new_page(), path.as_uri())

    yield opened
    for context in contexts:
        context.close()
