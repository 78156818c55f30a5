"""The page in a real browser, opened from disk: it asks the network for nothing and runs nothing that anyone said."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from needed import needed
from scored_sessions import PAYLOADS, hostile_run, small_run, told

import simkit
from simkit import api
from simkit.report.summary import Scored

sync_api = needed("playwright.sync_api")

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]


VIEWS = (
    "", "#view=sessions", "#view=graph", "#view=graph&by=act", "#view=graph&by=node", "#view=graph&ends=states",
    "#view=graph&domain=&at=START", "#view=matrix", "#view=matrix&versus=outcome&least=1&domain=", "#view=paths",
    '#view=paths&by=act&path=["START","user.open"]', "#view=paths&path=nonsense", "#view=failures",
    "#view=failures&by=act", "#view=matrix&persona=__proto__", "#view=constructor", "#view=graph&by=__proto__",
    "#session=nothing",
)  # fmt: skip


def test_hostile_text_stays_text_in_every_view(open_page: Any) -> None:
    """No request, no dialog, no error, no violation of the policy, no foreign element; the payloads are readable."""
    sessions = hostile_run()
    opened = open_page(sessions, name=PAYLOADS[0])
    for address in VIEWS:
        opened.show(address)
        assert opened.text()
        assert opened.page.locator("main :is(script, img, iframe, [onload], [onerror])").count() == 0
    for episode, _ in sessions:
        opened.show(f"#session={quote_plus(str(episode.log.session))}")
        opened.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert episode.scenario.wants[:4].strip("\u202e") in opened.text()
        assert opened.page.locator("main :is(script, img, iframe, [onload], [onerror])").count() == 0
    assert opened.foreign_requests == []
    assert opened.wrong == []


def test_the_overview_lists_domains_the_worst_first_with_their_intervals(open_page: Any) -> None:
    """Each leads to its sessions; a part of the run has no such table."""
    opened = open_page(small_run())
    panel = opened.page.locator("section.panel", has=opened.page.get_by_role("heading", name="Across domains"))
    assert [row.split()[:2] for row in panel.locator("tbody tr").all_inner_texts()] == [
        ["retail", "75.0%"],
        ["airline", "0.0%"],
    ]
    panel.get_by_role("link", name="airline").click()
    assert opened.page.evaluate("location.hash").endswith("domain=airline")
    opened.show("#persona=novice")
    assert panel.count() == 0


def test_direction_and_control_characters_are_made_visible(open_page: Any) -> None:
    """A text that runs backwards cannot pass for another."""
    opened = open_page(hostile_run())
    opened.show("#session=late-refund/plain/5")
    assert "⟨U+202E⟩gnp.exe ⟨U+2066⟩ ⟨U+0007⟩⟨U+001B⟩[31m⟨U+2028⟩" in opened.text(".bubble.user >> nth=0")
    assert "\u202e" not in opened.page.content().split('type="application/json"')[0]


@pytest.mark.parametrize(
    "sessions", [[], [told("failed model: no answer", outcome="invalid")]], ids=["none", "invalid"]
)
def test_a_run_that_says_nothing_has_a_page(open_page: Any, sessions: list[Scored]) -> None:
    """Nothing played, or nothing evaluable: every view opens and says so."""
    opened = open_page(sessions)
    for address in VIEWS:
        opened.show(address)
        assert opened.text()
    opened.show("")
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
    opened.show("#view=sessions&sort=calls.down")
    assert "lost-parcel" in opened.text(f"{rows} >> nth=0")
    assert page.get_attribute("th:has-text('Calls')", "aria-sort") == "descending"
    page.keyboard.press("/")
    page.keyboard.type("model did not")
    sync_api.expect(page.locator(rows)).to_have_count(1)
    assert page.evaluate("document.activeElement.id") == "find"


def test_a_cell_of_the_matrix_leads_to_its_sessions(open_page: Any) -> None:
    """Counts on hover; a click shows the sessions in which the transition occurred."""
    opened = open_page(small_run())
    opened.show("#view=matrix&domain=retail")
    cell = opened.page.locator("table.matrix tbody td a").filter(has_text=".57")
    counts = (
        "get_order:ok → request_refund:ok: 4 times (57.1% of what follows get_order:ok), 2 of them in failed sessions"
    )
    assert cell.get_attribute("title") == f"{counts}; 95% interval 2.8% to 98.5%, n = 7"
    header = opened.page.locator("table.matrix tbody th", has_text="get_order").bounding_box()
    assert header is not None and abs(header["y"] - cell.bounding_box()["y"]) < 5
    cell.click()
    opened.page.wait_for_selector("table.sessions")
    assert opened.page.locator("table.sessions tbody tr").count() == 4


def test_the_graph_shows_each_state_once(open_page: Any) -> None:
    """With its count, and how sessions ended after it: as marks, or as states of their own."""
    opened = open_page(small_run())
    names = "all => all.map((one) => one.getAttribute('aria-label'))"
    opened.show("#view=graph&domain=retail")
    inner = ["START, 5 times", "get_order:ok, 7 times", "request_refund:ok, 4 times"]
    assert opened.page.eval_on_selector_all(".state", names) == inner
    assert opened.page.locator(".end-mark").all_text_contents() == ["✕ 1", "✓ 2", "✕ 2"]
    opened.page.select_option("#pick-ends", "states")
    opened.page.wait_for_url("**ends=states**")
    assert opened.page.eval_on_selector_all(".state", names) == [*inner, "END:pass, 2 times", "END:fail, 3 times"]


def test_the_graph_is_walked_through_with_the_arrow_keys(open_page: Any) -> None:
    """One stop for the Tab key; lines of the state in use carry their counts; Enter tells what stands behind it, and
    from there a line, its sessions, and the very event are links."""
    opened = open_page(small_run())
    page = opened.page
    opened.show("#view=graph&domain=retail")
    assert page.locator(".state[tabindex='0']").count() == 1
    page.locator(".state[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "get_order:ok, 7 times"
    assert sorted(page.locator(".labels text").all_text_contents()) == ["2 · 29%", "4 · 57%", "5 · 100%"]
    page.keyboard.press("Enter")
    page.wait_for_url("**at=get_order**")
    assert "7 times, in 5 sessions: 40% passed" in opened.text(".explored")
    page.locator(".explored .flows a", has_text="request_refund").click()
    page.wait_for_url("**to=request_refund**")
    assert "4 times, 57.1% of what follows get_order:ok (95% interval 2.8% to 98.5%)" in opened.text(".explored")
    assert "4 sessions went this way: 50% passed, 95% interval 15.0% to 85.0%" in opened.text(".explored")
    assert page.locator(".edge.near").count() == 1
    page.locator(".explored .session-links a").first.click()
    page.wait_for_selector("[aria-current=step]")
    assert "request_refund" in opened.text("[aria-current=step]")


def test_paths_are_followed_step_by_step(open_page: Any) -> None:
    """What came next, in how many sessions, and how many of these passed; down to their events."""
    opened = open_page(small_run())
    page = opened.page
    opened.show("#view=paths&domain=retail")
    rows = page.locator("table.next tbody tr")
    assert [text.split() for text in rows.all_inner_texts()] == [
        ["get_order", "5", "100%", "57%", "to", "100%", "40%", "12%", "to", "77%"]
    ]
    rows.first.locator("a").click()
    page.wait_for_url("**path=**")
    assert [text.split()[:3] for text in rows.all_inner_texts()] == [
        ["request_refund", "4", "80%"], ["get_order", "1", "20%"],
    ]  # fmt: skip
    assert "5 sessions began so: 40% passed" in opened.text()
    ways = page.locator(".ways li")
    assert [text.split("\n")[0] for text in ways.all_inner_texts()] == ["2 sessions", "2 sessions", "1 session"]
    ways.first.locator("a").click()
    page.wait_for_selector("table.sessions")
    assert page.locator("table.sessions tbody tr").count() == 2
    page.locator("table.sessions tbody th a").first.click()
    page.wait_for_selector("[aria-current=step]")
    opened.show('#view=sessions&domain=retail&path=["START","get_order:ok","get_order:ok"]')
    page.locator("table.sessions tbody th a").first.click()
    page.wait_for_selector("[aria-current=step]")
    assert page.evaluate("document.querySelector('[aria-current=step]').id") == "event-3"


def test_a_session_is_walked_through_with_the_keyboard(open_page: Any) -> None:
    """j and k step, n goes to the next finding, brackets change the session, Escape leads back to the filtered list."""
    opened = open_page(small_run())
    page = opened.page
    opened.show("#outcome=fail&session=late-refund/impatient/0")
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


def test_the_page_is_reached_from_the_keyboard_alone(open_page: Any) -> None:
    """The first stop leads past the tabs; the tabs come next, and Enter opens them."""
    opened = open_page(small_run(), viewport={"width": 1100, "height": 800})
    page = opened.page
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    opened.go("")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Sessions"
    page.keyboard.press("Enter")
    page.wait_for_selector("table.sessions")
    page.locator("table.sessions tbody th a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".events")
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.className").startswith("event")


def test_a_deep_link_opens_at_its_event(open_page: Any) -> None:
    """As sent to a colleague."""
    opened = open_page(small_run())
    opened.go("#session=late-refund/impatient/1&event=4")
    assert opened.page.evaluate("document.querySelector('[aria-current=step]').id") == "event-4"
    assert opened.page.evaluate("document.activeElement.id") == "event-4"


def test_the_goal_is_a_checklist_that_leads_to_its_evidence(open_page: Any) -> None:
    """What held, what did not, what was found instead."""
    opened = open_page(small_run())
    opened.show("#session=late-refund/impatient/0")
    assert "1 of 2 hold" in opened.text("aside")
    opened.page.get_by_role("button", name="refunds.R1.to is 'card_1'").click()
    assert opened.page.evaluate("document.querySelector('[aria-current=step]').id") == "event-4"


def test_no_view_is_wider_than_the_window(open_page: Any) -> None:
    """Wide things scroll in their own frames, light and dark."""
    opened = open_page(small_run() + hostile_run())
    for width in (1280, 700, 380):
        opened.page.set_viewport_size({"width": width, "height": 800})
        for address in (*VIEWS, "#session=late-refund/plain/9"):
            opened.show(address)
            assert opened.page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_no_view_breaks_a_rule_of_accessibility(open_page: Any) -> None:
    """By axe-core's rules: names, roles, order of headings, contrast, and what else can be told by machine."""
    dark = ("", "#view=graph&domain=retail&at=get_order:ok", "#view=matrix&domain=retail&versus=outcome&least=1")
    light = (
        *dark,
        "#view=sessions",
        "#view=paths",
        "#view=failures&least=1",
        "#session=late-refund/impatient/0&event=4",
    )
    for scheme, addresses in (("light", light), ("dark", dark)):
        opened = open_page(small_run(), color_scheme=scheme, viewport={"width": 1300, "height": 900})
        for address in addresses:
            opened.show(address)
            assert opened.broken_rules() == [], (scheme, address)


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
    names = [*grounds, *(ink for inks in grounds.values() for ink in inks)]
    for scheme in ("light", "dark"):
        found = open_page(small_run(), color_scheme=scheme).page.evaluate(COLOURS, names)
        for ground, inks in grounds.items():
            for ink in inks:
                assert _contrast(found[ink], found[ground]) >= 4.5, (scheme, ink, ground)


COLOURS = """(names) => Object.fromEntries(names.map((name) => {
  const node = document.body.appendChild(document.createElement("i"));
  node.style.color = `var(${name})`;
  return [name, getComputedStyle(node).color.match(/\\d+/g).map(Number)];
}))"""


def _contrast(one: list[int], other: list[int]) -> float:
    def light(rgb: list[int]) -> float:
        parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_many_sessions_come_in_pages(open_page: Any) -> None:
    """Transcripts are read on demand, and the table shows a hundred rows at a time."""
    opened = open_page([told("user: Hello.", "agent: Goodbye.", trial=n) for n in range(230)])
    opened.show("#view=sessions")
    rows = opened.page.locator("table.sessions tbody tr")
    assert rows.count() == 100
    for left in (100, 30):
        opened.page.get_by_role("button", name="Next").click()
        sync_api.expect(rows).to_have_count(left)
    assert "201 to 230 of 230" in opened.text()


def test_words_that_a_test_changed_stand_beside_what_was_meant(open_page: Any) -> None:
    """Whoever reads the transcript of a perturbed session is not misled."""
    case = simkit.load(ROOT / "scenarios/airline/airline-flight-status.yaml").cases[0]
    scored = api.play_case(case, "reference", user="perturbed:detail=1:agenda")
    opened = open_page([scored])

    opened.show(f"#session={scored[1].session}")

    first = scored[0].user_texts[0]
    told = opened.text()
    assert f"words changed by a test: detail · meant: {scored[0].events[1].meant}" in " ".join(told.split())
    assert first.text in told and opened.wrong == []
