"""The page in a real browser, opened from disk: it asks the network for nothing and runs nothing that anyone said."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from needed import needed
from scored_sessions import PAYLOADS, hostile_run, small_run, told

from simkit.report.summary import Scored

sync_api = needed("playwright.sync_api")

pytestmark = pytest.mark.browser


VIEWS = ("", "#view=sessions", "#view=graph", "#view=graph&by=act", "#view=graph&by=node", "#view=matrix",
         "#view=failures", "#view=failures&by=act", "#view=matrix&persona=__proto__", "#view=constructor",
         "#view=graph&by=__proto__", "#session=nothing")  # fmt: skip


def test_hostile_text_stays_text_in_every_view(open_page: Any) -> None:
    """No request, no dialog, no error, no violation of the policy, no foreign element; the payloads are readable."""
    sessions = hostile_run()
    opened = open_page(sessions, name=PAYLOADS[0])
    for address in VIEWS:
        opened.go(address)
        assert opened.text()
        assert opened.page.locator("main :is(script, img, iframe, [onload], [onerror])").count() == 0
    for episode, _ in sessions:
        opened.go(f"#session={quote_plus(str(episode.log.session))}")
        opened.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert episode.scenario.wants[:4].strip("\u202e") in opened.text()
        assert opened.page.locator("main :is(script, img, iframe, [onload], [onerror])").count() == 0
    assert opened.foreign_requests == []
    assert opened.wrong == []


def test_direction_and_control_characters_are_made_visible(open_page: Any) -> None:
    """A text that runs backwards cannot pass for another."""
    opened = open_page(hostile_run())
    opened.go("#session=late-refund/plain/5")
    assert "⟨U+202E⟩gnp.exe ⟨U+2066⟩ ⟨U+0007⟩⟨U+001B⟩[31m⟨U+2028⟩" in opened.text(".bubble.user >> nth=0")
    assert "\u202e" not in opened.page.content().split('type="application/json"')[0]


@pytest.mark.parametrize(
    "sessions", [[], [told("failed model: no answer", outcome="invalid")]], ids=["none", "invalid"]
)
def test_a_run_that_says_nothing_has_a_page(open_page: Any, sessions: list[Scored]) -> None:
    """Nothing played, or nothing evaluable: every view opens and says so."""
    opened = open_page(sessions)
    for address in VIEWS:
        opened.go(address)
        assert opened.text()
    opened.go("")
    assert "No session says anything about the agent" in opened.text()
    assert opened.wrong == []


def test_the_overview_tells_the_figures_of_the_summary(open_page: Any) -> None:
    """What the page shows first is what the summary counted."""
    text = open_page(small_run()).text()
    for told_there in ("50.0%", "3 of 6 sessions", "18.8% to 81.2%", "wrong arguments", "lost-parcel", "impatient"):
        assert told_there in text


def test_sessions_are_filtered_sorted_and_searched(open_page: Any) -> None:
    """The address holds the filter, so that it can be sent to somebody."""
    opened = open_page(small_run())
    page, rows = opened.page, "table.sessions tbody tr"
    page.get_by_role("link", name="Sessions").click()
    assert page.locator(rows).count() == 7
    page.select_option("#by-outcome", "fail")
    page.wait_for_url("**outcome=fail**")
    assert page.locator(rows).count() == 3
    page.select_option("#by-kind", "loop")
    page.wait_for_url("**kind=loop**")
    assert "lost-parcel" in opened.text(rows)
    opened.go("#view=sessions&sort=calls.down")
    assert "lost-parcel" in opened.text(f"{rows} >> nth=0")
    assert page.get_attribute("th:has-text('Calls')", "aria-sort") == "descending"
    page.keyboard.press("/")
    page.keyboard.type("model did not")
    sync_api.expect(page.locator(rows)).to_have_count(1)
    assert page.evaluate("document.activeElement.id") == "find"


def test_a_cell_of_the_matrix_leads_to_its_sessions(open_page: Any) -> None:
    """Counts on hover; a click shows the sessions in which the transition occurred."""
    opened = open_page(small_run())
    opened.go("#view=matrix&domain=retail")
    cell = opened.page.locator("table.matrix tbody td a").filter(has_text=".57")
    counts = (
        "get_order:ok → request_refund:ok: 4 times (57.1% of what follows get_order:ok), 2 of them in failed sessions"
    )
    assert cell.get_attribute("title") == f"{counts}; 95% interval 4.9% to 97.5%, n = 7"
    header = opened.page.locator("table.matrix tbody th", has_text="get_order").bounding_box()
    assert header is not None and abs(header["y"] - cell.bounding_box()["y"]) < 5
    cell.click()
    opened.page.wait_for_selector("table.sessions")
    assert opened.page.locator("table.sessions tbody tr").count() == 4


def test_the_graph_shows_each_state_once(open_page: Any) -> None:
    """With its count, reachable by keyboard."""
    opened = open_page(small_run())
    opened.go("#view=graph&domain=retail")
    names = opened.page.eval_on_selector_all(".state", "all => all.map((one) => one.getAttribute('aria-label'))")
    assert names == ["START, 5 times", "get_order:ok, 7 times", "request_refund:ok, 4 times", "END:pass, 2 times",
                     "END:fail, 3 times"]  # fmt: skip


def test_a_session_is_walked_through_with_the_keyboard(open_page: Any) -> None:
    """j and k step, n goes to the next finding, brackets change the session, Escape leads back to the filtered list."""
    opened = open_page(small_run())
    page = opened.page
    opened.go("#outcome=fail&session=late-refund/impatient/0")
    current = "document.querySelector('[aria-current=step]')?.id"
    for key, event in (("j", "event-1"), ("j", "event-2"), ("k", "event-1"), ("n", "event-4")):
        page.keyboard.press(key)
        assert page.evaluate(current) == event
    assert "event=4" in page.url
    assert "wrong arguments" in opened.text("#event-4") and "card_2" in opened.text("#event-4 .change.made")
    page.keyboard.press("]")
    page.wait_for_url("**impatient%2F1**")
    page.keyboard.press("Escape")
    page.wait_for_selector("table.sessions")
    assert page.locator("table.sessions tbody tr").count() == 3


def test_a_deep_link_opens_at_its_event(open_page: Any) -> None:
    """As sent to a colleague."""
    opened = open_page(small_run())
    opened.go("#session=late-refund/impatient/1&event=4")
    assert opened.page.evaluate("document.querySelector('[aria-current=step]').id") == "event-4"
    assert opened.page.evaluate("document.activeElement.id") == "event-4"


def test_the_goal_is_a_checklist_that_leads_to_its_evidence(open_page: Any) -> None:
    """What held, what did not, what was found instead."""
    opened = open_page(small_run())
    opened.go("#session=late-refund/impatient/0")
    assert "1 of 2 hold" in opened.text("aside")
    opened.page.get_by_role("button", name="refunds.R1.to is 'card_1'").click()
    assert opened.page.evaluate("document.querySelector('[aria-current=step]').id") == "event-4"


@pytest.mark.parametrize("width", [1280, 700, 380])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_is_wider_than_the_window(open_page: Any, width: int, scheme: str) -> None:
    """Wide things scroll in their own frames."""
    size = {"width": width, "height": 800}
    opened = open_page(small_run() + hostile_run(), viewport=size, color_scheme=scheme)
    for address in (*VIEWS[:3], "#view=matrix", "#view=failures", "#session=late-refund/plain/9"):
        opened.go(address)
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_text_stands_out_from_what_is_behind_it(open_page: Any) -> None:
    """Contrast of at least 4.5 to 1 (WCAG 2, level AA) between the colours that text is set in, light and dark."""
    grounds = {
        "--card": ("--ink", "--soft", "--faint", "--accent", "--fail", "--pass"),
        "--paper": ("--ink", "--soft", "--faint"),
        "--pass-soft": ("--pass",),
        "--fail-soft": ("--fail",),
        "--invalid-soft": ("--invalid",),
        "--fail": ("--card",),
        "--user": ("--ink", "--soft"),
    }
    pairs = [(ink, ground) for ground, inks in grounds.items() for ink in inks]
    for scheme in ("light", "dark"):
        opened = open_page(small_run(), color_scheme=scheme)
        for ink, ground in pairs:
            values = [opened.page.evaluate(COLOUR, name) for name in (ink, ground)]
            assert _contrast(*values) >= 4.5, (scheme, ink, ground)


COLOUR = """(name) => {
  const node = document.body.appendChild(document.createElement("i"));
  node.style.color = `var(${name})`;
  return getComputedStyle(node).color.match(/\\d+/g).map(Number);
}"""


def _contrast(one: list[int], other: list[int]) -> float:
    def light(rgb: list[int]) -> float:
        parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_a_thousand_sessions_open_quickly(open_page: Any) -> None:
    """Transcripts are read on demand and the table comes in pages: under three seconds, on a slow machine too."""
    lines = ["user: Hello.", 'call get_order {"id": "W1"} -> ok {"status": "sent"}', "agent: It is sent."] * 4
    opened = open_page([told(*lines, trial=n) for n in range(1000)])
    opened.go("#view=sessions")
    assert opened.page.locator("table.sessions tbody tr").count() == 100
    timing = json.loads(opened.page.evaluate("JSON.stringify(performance.getEntriesByType('navigation')[0])"))
    assert timing["domContentLoadedEventEnd"] < 3000
