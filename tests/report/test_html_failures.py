"""What stands beside the counts of first failures on the page: as `simkit matrix --failures` tells it."""

from __future__ import annotations

from typing import Any

import pytest
from needed import needed
from scored_sessions import told

from simkit.metrics.score import Finding
from simkit.metrics.session import first_slip
from simkit.paths.failures import failures_of
from simkit.paths.failures.ranks import ranked
from simkit.paths.states import VIEWS
from simkit.report.summary import Scored

sync_api = needed("playwright.sync_api")

pytestmark = pytest.mark.browser

BYE = "user(close): Bye."


def _goes(scenario: str, trial: int, *steps: tuple[str, str], wrong: int | None, outcome: str) -> Scored:
    calls = [f'call {tool} {{"id": "1"}} -> {answer}' for tool, answer in steps]
    found = () if wrong is None else (Finding(kind="wrong_arguments", events=(wrong,), sentence="Not this one."),)
    return told("user: Hello.", *calls, BYE, scenario=scenario, trial=trial, findings=found, outcome=outcome)


def slippery_run() -> list[Scored]:
    """Ten sessions: two cells of failures, in one of which the call was refused; two slip and pass all the same."""
    look, book, refused = ("look", "ok"), ("book", "ok"), ("book", "refused")
    return [
        *[_goes("one", trial, look, book, wrong=3, outcome="fail") for trial in range(4)],
        _goes("one", 4, look, refused, wrong=3, outcome="fail"),
        *[_goes("two", trial, look, book, wrong=None, outcome="pass") for trial in range(3)],
        *[_goes("two", trial, look, book, wrong=2, outcome="pass") for trial in (3, 4)],
    ]


def test_each_cell_has_its_attempts_and_how_sure_its_rank_is(open_page: Any) -> None:
    """Of all sessions and of a part of them: what Python says, but for the luck of the draws of ranks."""
    sessions = slippery_run()
    opened = open_page(sessions)
    for address, own in (("", sessions), ("&scenario=one", sessions[:5])):
        opened.show(f"#view=failures{address}")
        rows = opened.page.eval_on_selector_all("table.ranked tbody tr", CELLS)
        read = failures_of([(e, first_slip(s), s.outcome) for e, s in own], VIEWS["tool"], slips=True)
        cells = ranked(read)
        assert len(rows) == len(cells) == 2
        for row, cell in zip(rows, cells, strict=True):
            exact = [cell.row, cell.column, cell.count, cell.attempts, f"{cell.hazard:.0%}", f"{cell.share:.0%}"]
            assert row[:6] == list(map(str, exact))
            assert row[6] == f"{cell.share_low:.0%} to {cell.share_high:.0%}"
            assert row[7] == (str(cell.rank_low) if cell.rank_low == cell.rank_high else "1 to 2")
            assert float(row[8].rstrip("%")) == pytest.approx(100 * cell.first, abs=4)
    assert opened.wrong == []


def test_who_slipped_and_passed_is_told_apart(open_page: Any) -> None:
    """In no cell; a link shows these sessions, at the event of the slip, and no session that failed there."""
    opened = open_page(slippery_run())
    page = opened.page
    opened.show("#view=failures")
    assert "2 sessions, in no count above" in opened.text()
    assert "5 of 10 sessions failed" in opened.text()
    page.locator("table:has(th:text('first slip')) tbody a").click()
    page.wait_for_selector("table.sessions")
    outcomes = page.locator("table.sessions tbody tr td:first-child").all_inner_texts()
    assert len(outcomes) == 2 and all("passed" in one for one in outcomes)
    page.locator("table.sessions tbody th a").first.click()
    page.wait_for_selector("[aria-current=step]")
    assert page.evaluate("document.querySelector('[aria-current=step]').id") == "event-2"
    opened.show("#view=failures&scenario=one")
    assert "slipped" not in opened.text().lower()


CELLS = "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
