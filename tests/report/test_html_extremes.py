"""Pages of runs unlike most: hardly any state, very many, very long names."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from needed import needed
from scored_sessions import small_run, told

from simkit.metrics.score import Finding
from simkit.report.summary import Scored

sync_api = needed("playwright.sync_api")

pytestmark = pytest.mark.browser


def many_states(sessions: int = 12) -> list[Scored]:
    """Each session takes its own eight of 96 tools; every other fails."""
    return [
        told("user: Hello.", *[f'call tool_{8 * n + i} {{"id": "1"}} -> ok' for i in range(8)], "agent: Bye.",
             trial=n, outcome="fail" if n % 2 else "pass")
        for n in range(sessions)
    ]  # fmt: skip


def test_sessions_without_any_state_are_drawn_by_how_they_ended(open_page: Any) -> None:
    """An empty frame would say that nothing was played."""
    lines = ("user: Hello.", "agent: Goodbye.")
    opened = open_page([told(*lines, trial=n, outcome="fail" if n else "pass") for n in range(3)])
    opened.show("#view=graph")
    names = opened.page.eval_on_selector_all(".state", "all => all.map((one) => one.getAttribute('aria-label'))")
    assert names == ["START, 3 times", "END:pass, 1 time", "END:fail, 2 times"]
    assert opened.wrong == []


def test_a_difference_of_very_many_states_shows_the_most_visited(open_page: Any) -> None:
    """Also where all that follows one of these is among those left out."""
    busy = [f'call busy_{i} {{"id": "1"}} -> ok' for i in range(45)]
    opened = open_page([
        told("user: Hello.", 'call hub {"id": "1"} -> ok', f'call rare_{n} {{"id": "1"}} -> ok', *busy, "agent: Bye.",
             trial=n, outcome="fail" if n % 2 else "pass")
        for n in range(8)
    ])  # fmt: skip
    opened.show("#view=matrix&versus=outcome&least=1")
    assert opened.text("h1") == "Difference of transition matrices"
    assert opened.text("table.difference tbody").split()[:1] == ["START"]
    opened.show("#view=matrix&versus=outcome&outcome=pass")
    assert opened.page.locator("#pick-outcome, .filter-note").count() == 0
    assert opened.wrong == []


def test_a_difference_from_nothing_says_so(open_page: Any) -> None:
    """No table without rows."""
    opened = open_page([told("user: Hello.", "agent: Bye.")])
    opened.show("#view=matrix&versus=outcome")
    assert "there is nothing to compare" in opened.text()
    assert opened.wrong == []


def test_a_graph_has_no_room_for_what_is_not_drawn(open_page: Any) -> None:
    """Whether the strongest are shown or a filter leaves few: boxes and lines fill the frame."""
    opened = open_page(many_states())
    for address in ("", "&top=20", "&top=80", "&outcome=fail", "&top=20&outcome=fail"):
        opened.show(f"#view=graph{address}")
        frame, boxes = opened.page.evaluate(EXTENT)
        assert boxes["count"] > 5
        for side in ("width", "height"):
            assert frame[side] - boxes[side] < 60, (address, side)


def test_what_a_filter_leaves_is_all_drawn(open_page: Any) -> None:
    """Each transition of it that any layout has, once."""
    opened = open_page(small_run())
    opened.show("#view=graph&domain=retail&persona=novice")
    found = opened.page.eval_on_selector_all(
        ".edge title", "all => all.map((one) => one.textContent.split(':ok: ')[0])"
    )
    assert sorted(found) == ["START → get_order", "get_order:ok → request_refund"]


def test_the_labels_of_lines_there_and_back_stand_apart(open_page: Any) -> None:
    """Both lines run between the same two boxes."""
    calls = [f'call {tool} {{"id": "1"}} -> ok' for tool in ("look", "book", "look", "book", "pay", "look")]
    opened = open_page([told("user: Hello.", *calls, "agent: Bye.", trial=n) for n in range(3)])
    for state in ("look:ok", "book:ok", "START"):
        opened.show(f"#view=graph&at={state}")
        opened.page.wait_for_function("document.querySelectorAll('.labels text').length > 0")
        assert opened.page.evaluate(OVERLAPPING) == []


def test_long_names_leave_room_for_each_other(open_page: Any) -> None:
    """The name of a scenario beside that of its domain, and what a list offers beside its arrow."""
    long = "a-name-that-somebody-wrote-without-thinking-of-any-page"
    opened = open_page([told("user: Hello.", scenario=long, domain=f"{long}-1", outcome="fail", persona=long)])
    name = opened.page.locator(".worst .line a").bounding_box()
    assert name["width"] > 150 and name["height"] < 100
    opened.show("#view=graph&by=act")
    shown = opened.page.evaluate(CUT_SHORT)
    assert shown == []


EXTENT = """() => {
  const svg = document.querySelector("svg.graph");
  const all = [...svg.querySelectorAll(".state rect, .edge .line")].map((one) => one.getBBox());
  const span = (low, size) => Math.max(...all.map((b) => b[low] + b[size])) - Math.min(...all.map((b) => b[low]));
  const { width, height } = svg.viewBox.baseVal;
  return [{ width, height }, { count: all.length, width: span("x", "width"), height: span("y", "height") }];
}"""

OVERLAPPING = """() => {
  const all = [...document.querySelectorAll(".labels text")].map((one) => [one.textContent, one.getBBox()]);
  const meet = (a, b, low, size) => a[low] < b[low] + b[size] - 1 && b[low] < a[low] + a[size] - 1;
  const clash = (a, b) => meet(a, b, "x", "width") && meet(a, b, "y", "height");
  return all.flatMap(([text, a], i) => all.slice(i + 1).filter(([, b]) => clash(a, b)).map(([other]) => [text, other]));
}"""

CUT_SHORT = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  return [...document.querySelectorAll(".toolbar select:is(#pick-by, #pick-top, #pick-ends, #pick-least, #pick-cells)")]
    .filter((one) => {
      pen.font = getComputedStyle(one).font;
      return pen.measureText(one.selectedOptions[0].textContent).width > one.clientWidth - 40;
    })
    .map((one) => one.id);
}"""


def test_names_that_begin_alike_can_be_told_apart(open_page: Any) -> None:
    """In the graph, at the head of rows and columns, and on the steps of a path: a cut name keeps its end."""
    alike = [f"call retrieve_customer_account_details_with_subscriptions_{n} -> {how}" for n in (1, 2) for how in HOW]
    opened = open_page([told("user: Hello.", *alike, "agent: Bye.", trial=n) for n in range(6)])
    for address, names in (
        ("#view=graph", ".state text"),
        ("#view=matrix", "table.matrix tbody th"),
        ("#view=paths", ".way .step-chip"),
    ):
        opened.show(address)
        found = opened.page.locator(names).all_text_contents()
        # In the graph how a call went stands on a line of its own, beneath.
        told_apart = {
            name + (after if "graph" in address else "") for name, after in pairwise([*found, ""]) if "…" in name
        }
        assert len(told_apart) == 4, (address, told_apart)
    assert opened.wrong == []


def test_what_stands_in_a_box_of_the_graph_stays_in_it(open_page: Any) -> None:
    """Wide characters, and those that are written out because nobody sees them, have their room."""
    names = ("查询订单并退款", "evil\u202etxt", "אחזר_הזמנה", "plain")
    lines = [f'call {name} {{"id": "1"}} -> ok' for name in names]
    opened = open_page([told("user: Hello.", *lines, "agent: Bye.", trial=n) for n in range(3)])
    opened.show("#view=graph")
    assert opened.page.eval_on_selector_all(".state", OUTSIDE) == []
    assert opened.wrong == []


def test_the_funnel_has_every_step_at_which_sessions_failed(open_page: Any) -> None:
    """However late in the session it comes; what a list leaves out, it says."""
    steps = [f'call step_{n:02} {{"id": "{n}"}} -> ok' for n in range(25)]
    wrong = Finding(kind="wrong_arguments", events=(26,), sentence="Not this one.")
    lines = ("user: Hello.", *steps, "agent: Bye.")
    opened = open_page([told(*lines, trial=n, outcome="fail", findings=(wrong,)) for n in range(3)])
    opened.show("#view=failures")
    assert opened.page.locator("table.funnel tbody th").all_inner_texts()[-2:] == ["step_14", "step_24"]
    assert "16 of 25 steps" in opened.text()


def test_what_a_list_leaves_out_it_says(open_page: Any) -> None:
    """Of 25 ways on, 20 are listed; of 12 places where sessions slipped and passed all the same, 10."""
    slip = Finding(kind="loop", events=(2,), sentence="Once too often.")
    opened = open_page([
        told("user: Hello.", f'call tool_{n} {{"id": "1"}} -> ok', "agent: Bye.", trial=n,
             findings=(slip,) if n < 12 else ())
        for n in range(25)
    ])  # fmt: skip
    opened.show("#view=paths")
    assert opened.page.locator("table.next tbody tr").count() == 20
    assert "the 20 most frequent of 25 ways on" in opened.text()
    opened.show("#view=failures")
    assert "12 sessions, in no count above; 10 of 12 places" in opened.text()


def test_only_what_always_happened_has_a_share_of_one(open_page: Any) -> None:
    often = [f'call look {{"id": "{n}"}} -> ok' for n in range(300)]
    opened = open_page([told("user: Hello.", *often, "agent: Bye.", trial=n) for n in range(2)])
    opened.show("#view=matrix")
    assert opened.page.locator("table.matrix td a").all_inner_texts() == ["2", ">.99", "<.01"]


def test_the_tab_that_is_open_is_in_sight_on_a_phone(open_page: Any) -> None:
    opened = open_page(small_run(), viewport={"width": 390, "height": 800})
    for view in ("failures", "overview", "matrix", "paths", "failures"):
        opened.show(f"#view={view}")
        tab = opened.page.locator("#tabs [aria-current=page]").bounding_box()
        assert tab["x"] >= 0 and tab["x"] + tab["width"] <= 390, view
    assert opened.wrong == []


def test_where_no_session_is_left_every_view_says_so(open_page: Any) -> None:
    """A link that somebody saved, to a persona that is no more: not an empty frame, and nothing praised."""
    opened = open_page(small_run())
    for view in ("sessions", "graph", "matrix", "paths", "failures"):
        opened.show(f"#view={view}&persona=nobody")
        assert "No session fits these filters." in opened.text(), view
    for of in ("persona=nobody", "outcome=invalid"):
        opened.show(f"#view=overview&{of}")
        assert ("No session passed or failed." in opened.text()) == (of == "persona=nobody")
        assert "every time" not in opened.text() and "all count" not in opened.text()
    assert opened.wrong == []


def test_on_a_phone_the_matrix_has_room_for_its_cells(open_page: Any) -> None:
    name = "retrieve_customer_account_details_with_subscriptions"
    lines = [f'call {name}_{n} {{"id": "1"}} -> ok' for n in range(8)]
    opened = open_page([told("user: Hello.", *lines, "agent: Bye.")], viewport={"width": 390, "height": 800})
    opened.show("#view=matrix")
    heads = opened.page.locator("table.matrix tbody th").evaluate_all("all => all.map((one) => one.offsetWidth)")
    assert max(heads) <= 390 / 2


def test_one_of_a_kind_is_not_told_as_many(open_page: Any) -> None:
    opened = open_page([told("user: Hello.", 'call look {"id": "1"} -> ok', "agent: Bye.", outcome="fail")])
    for view in ("overview", "sessions", "graph", "matrix", "paths", "failures"):
        opened.show(f"#view={view}")
        labels = opened.page.eval_on_selector_all("[aria-label], [title]", LABELS)
        assert not re.search(r"\b1 (sessions|times|ways|steps|places|scenarios)\b", opened.text() + labels), view


LABELS = "all => all.map((one) => `${one.getAttribute('aria-label')} ${one.getAttribute('title')}`).join(' ')"
HOW = ("ok", "refused")
OUTSIDE = """all => all.filter((one) => {
  const frame = one.querySelector("rect").getBBox();
  return [...one.querySelectorAll("text")].some((text) => {
    const { x, width } = text.getBBox();
    return x < frame.x || x + width > frame.x + frame.width;
  });
}).map((one) => one.getAttribute("aria-label"))"""
