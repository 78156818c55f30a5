"""Two runs on one page, in a real browser: what `simkit compare` says, transcripts side by side, the difference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from chromium import Opened
from needed import needed
from scored_sessions import PAYLOADS, hostile_run, small_run, told

from simkit.metrics.comparing.cells import RunCells
from simkit.metrics.comparing.comparison import compare
from simkit.metrics.comparing.values import Comparison
from simkit.metrics.score import Finding
from simkit.paths.change.result import Change
from simkit.paths.change.verdict import change
from simkit.paths.states import VIEWS, step_sequence
from simkit.paths.walks import Walks, walks_of
from simkit.report.compared.page import changes_of, write_comparison
from simkit.report.compared.words import amount, chance, span
from simkit.report.summary import Scored, in_order, summarise

sync_api = needed("playwright.sync_api")

pytestmark = pytest.mark.browser

NAMES = ("runs/before", "runs/after")


def played(failing: Sequence[str]) -> list[Scored]:
    """Six scenarios with two personas and three trials each; those in `failing` lose an order and say so otherwise."""
    found = []
    for number in range(6):
        name = f"s{number}"
        bad = name in failing
        look = 'call get_order {"order_id": "W1"} -> ok {"status": "sent"}'
        wrong = 'call get_order {"order_id": "W9"} -> ok {"status": "lost"}'
        for persona in ("novice", "plain"):
            for trial in range(3):
                lost = bad and trial < 2
                lines = ["user: Where is W1?", wrong if lost else look]
                lines += ["call cancel_order -> refused 'no'"] if lost and number % 2 else []
                lines += ["agent: It is lost." if lost else "agent: It is sent.", "user(close): Bye."]
                more: dict[str, Any] = {"scenario": name, "persona": persona, "trial": trial}
                if lost:
                    finding = Finding(kind="wrong_arguments", events=(2,), sentence="order_id is W9, wanted W1")
                    more |= {"outcome": "fail", "reason": "get_order was called for W9", "findings": (finding,)}
                found.append(told(*lines, domain="retail" if number < 4 else "parcels", **more))
    return in_order(found)


def walks_in(sessions: Sequence[Scored], view: str) -> Walks:
    steps = ((e.log.session, step_sequence(e, VIEWS[view], s.outcome)) for e, s in sessions)
    return walks_of(steps, view)


def compared(before: Sequence[Scored], after: Sequence[Scored]) -> tuple[Comparison, dict[str, dict[str, Change]]]:
    cells = [RunCells(name) for name in NAMES]
    for one, sessions in zip(cells, (before, after), strict=True):
        for episode, score in sessions:
            one.add(episode, score)
    domains = {score.scenario: score.domain for _, score in (*before, *after)}
    changes = {
        view: changes_of([walks_in(one, view) for one in (before, after)], domains, NAMES) for view in ("tool", "act")
    }
    return compare(*cells), changes


@pytest.fixture(scope="module")
def pages(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Opens the page of two runs; each is built once."""
    contexts: list[Any] = []

    def opened(before: list[Scored], after: list[Scored], **options: Any) -> Opened:
        path = tmp_path_factory.mktemp("page") / "compared.html"
        runs = [(summarise(name, one), one) for name, one in zip(NAMES, (before, after), strict=True)]
        write_comparison(path, *compared(before, after), *runs)
        contexts.append(browser.new_context(**options))
        return Opened(contexts[-1].new_page(), path.as_uri())

    yield opened
    for context in contexts:
        context.close()


BEFORE, AFTER = played(()), played(("s0", "s1", "s2", "s3", "s4", "s5"))


@pytest.fixture(scope="module")
def page(pages: Any) -> Opened:
    return pages(BEFORE, AFTER)  # type: ignore[no-any-return]


def test_the_verdict_and_the_figures_are_those_of_compare(page: Opened) -> None:
    """Word for word and number for number."""
    comparison, _ = compared(BEFORE, AFTER)
    page.show("")
    assert page.text(".headline").split("\n")[0] == f"▼ {comparison.verdict}"
    assert comparison.because in page.text(".headline")
    rate = comparison.passes
    cards = page.text(".pair-cards")
    assert all(amount(value, "pass", signed=i == 2) in cards for i, value in enumerate((rate.a, rate.b, rate.effect)))
    assert f"95% interval {span(rate)} · p {chance(rate.p)}" in cards
    [wrong] = [one for one in comparison.errors if one.name == "wrong_arguments"]
    row = page.text("table.figures tr:has-text('wrong arguments')")
    for text in (amount(wrong.a, wrong.name), amount(wrong.b, wrong.name), span(wrong), chance(wrong.p_adjusted)):
        assert text in row
    rows = page.page.locator("table.changes tbody tr")
    changed = [one for one in comparison.scenarios if one.effect]
    assert [text.split("\n")[0].split("\t")[0] for text in rows.all_inner_texts()] == [
        f"{one.name}{' flaky' if one.flaky else ''}" for one in changed
    ]
    page.page.select_option("#pick-show", "all")
    sync_api.expect(rows).to_have_count(6)


def test_a_changed_scenario_leads_to_both_transcripts_side_by_side(page: Opened) -> None:
    """The same persona, passed and failed; equal events on one line, and the first call that differs is named."""
    page.show("#view=compare")
    page.page.locator("table.changes tr:has-text('s1') a.button").click()
    page.page.wait_for_selector(".pair-list")
    picked = page.page.eval_on_selector_all("select", "all => all.map((one) => one.selectedOptions[0].textContent)")
    assert [re.split(r", trial \d: ", one) for one in picked] == [["novice", "passed"], ["novice", "failed"]]
    said = page.text(".parting")
    assert said.startswith("First divergence after 1 equal event: A calls get_order(order_id=W1); B calls get_order(")
    assert "order_id=W9" in said
    rows = page.page.locator(".pair-row").evaluate_all("all => all.map((one) => one.className.split(' ')[1])")
    assert rows == ["same", "differs", "only", "differs", "same", "same"]
    tops = (
        page.page.locator(".pair-row.same >> nth=0")
        .locator(".event")
        .evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")
    )
    assert len(set(tops)) == 1
    page.page.focus("#parting")
    page.page.keyboard.press("Enter")
    assert page.page.evaluate("document.activeElement.textContent").startswith("Here they part")
    page.page.locator(".pair-row.differs .event >> nth=1").locator("a.seq").click()
    page.page.wait_for_selector("[aria-current=step]")
    assert "W9" in page.text("[aria-current=step]") and page.page.locator(".switch [aria-current]").count() == 1
    assert page.text(".switch [aria-current]") == "B: runs/after"


CELL = re.compile(
    r"(.+) → (.+): (\d+) of (\d+).* in runs/before, (\d+) of (\d+).* in runs/after(?:; ([^;]* points[^;]*))?"
)


@pytest.mark.parametrize(
    ("address", "domain", "part"),
    [
        ("&domain=", "", lambda score: True),
        ("&domain=retail", "retail", lambda score: score.domain == "retail"),
        ("&domain=&persona=novice", None, lambda score: score.persona == "novice"),
    ],
    ids=["all", "domain", "filtered"],
)
def test_the_matrices_differ_as_python_says(page: Opened, address: str, domain: str | None, part: Any) -> None:
    """Counts, points and interval of each cell; without a filter of the page's own also q, and the sentences."""
    some = [[one for one in run if part(one[1])] for run in (BEFORE, AFTER)]
    known = change(*(walks_in(one, "tool") for one in some), names=NAMES)
    if domain is not None:
        assert known == compared(BEFORE, AFTER)[1]["tool"][domain]
    page.show(f"#view=difference&by=tool&least=1{address}")
    labels = page.page.eval_on_selector_all("table.matrix td a", "all => all.map((one) => one.title)")
    found = {}
    for label in labels:
        source, target, *numbers, points = CELL.match(label).groups()  # type: ignore[union-attr]
        q = re.search(r"q = ([\d.<]+)", label)
        found[source, target] = (tuple(map(int, numbers)), points, q and q[1])
    wanted = {}
    for one in known.cells:
        (a, b), (of_a, of_b) = one.counts, one.visits
        if one.difference is None:
            continue
        told_points = [f"{round(100 * x):+d}".replace("-", "−") for x in (one.difference, one.low or 0, one.high or 0)]
        middle, low, high = ("0" if text in ("+0", "−0") else text for text in told_points)
        q = None if one.q is None or domain is None else "<0.001" if one.q < 0.001 else f"{one.q:.3f}"
        wanted[one.source, one.target] = ((a, of_a, b, of_b), f"{middle} points, 95% interval {low} to {high}", q)
    text = page.text()
    assert {key: (n, points, q) for key, (n, points, q) in found.items() if points} == {
        key: (n, points, q) for key, (n, points, q) in wanted.items()
    }
    assert (known.sentences()[0] in text) == (domain is not None)


def test_runs_of_one_domain_have_the_test_of_their_difference_too(pages: Any) -> None:
    """As most runs are: the page has no domain to choose, and the sentences and q of the whole."""
    some = [[one for one in run if one[1].domain == "retail"] for run in (BEFORE, AFTER)]
    opened = pages(*some)
    opened.show("#view=difference&by=tool&least=1")
    labels = opened.page.eval_on_selector_all("table.matrix td a", "all => all.map((one) => one.title)")
    assert any("q = " in label for label in labels)
    known = change(*(walks_in(one, "tool") for one in some), names=NAMES)
    assert all(sentence in opened.text() for sentence in known.sentences())


def test_each_run_is_there_whole(page: Opened) -> None:
    """Its overview, sessions, graph, matrix and failures; the switch keeps the view."""
    page.show("#view=overview&run=b")
    assert "12 of 36 sessions" in page.text() and page.text(".switch [aria-current]") == "B: runs/after"
    page.page.get_by_role("link", name="Failures").click()
    assert "24 of 36 sessions failed at a known place" in page.text()
    page.page.locator(".switch a", has_text="A: runs/before").click()
    page.page.wait_for_url("**view=failures")
    assert "No session failed here" in page.text()
    assert page.wrong == []


def test_no_view_of_two_runs_breaks_a_rule_of_accessibility(page: Opened) -> None:
    """By axe-core's rules."""
    for address in ("#view=compare", "#view=difference&domain=&least=1", "#view=pair&a=s1/novice/0&b=s1/novice/0"):
        page.show(address)
        assert page.broken_rules() == [], address


def test_hostile_names_are_text_in_both_runs(pages: Any) -> None:
    """In every view of the comparison; at any width nothing is wider than the window."""
    opened = pages(
        hostile_run() + small_run(), hostile_run()[::-1] + small_run()[:3], viewport={"width": 500, "height": 800}
    )
    keys = [str(episode.log.session) for episode, _ in hostile_run()]
    for address in ("", "#view=compare&show=all", "#view=difference&domain=&least=1", "#view=difference&by=act&domain=",
                    "#view=overview&run=b", "#view=sessions&run=b", "#view=matrix&versus=outcome&least=1&domain=",
                    "#view=matrix&versus=rest&persona=novice&domain=retail&least=1",
                    "#view=pair&a=x&b=y", *(f"#view=pair&a={key}&b={key}" for key in keys)):  # fmt: skip
        opened.show(address)
        assert opened.text()
        assert opened.page.locator("main :is(script, img, iframe, [onload], [onerror])").count() == 0
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 500, address
    opened.show(f"#view=pair&a={keys[0]}&b={keys[0]}")
    assert PAYLOADS[0] in opened.text()
    assert opened.foreign_requests == [] and opened.wrong == []
