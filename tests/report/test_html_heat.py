"""The heatmaps, filters and curves of the page in a real browser: they count what Python counts, of whatever part."""

from __future__ import annotations

import re
from typing import Any

import pytest
from needed import needed
from scored_sessions import PAYLOADS, hostile_run, small_run, told

from simkit.metrics.reliability import wilson
from simkit.metrics.session import first_failing_event, first_slip
from simkit.paths.failures import failures_of
from simkit.paths.failures.funnel import funnel
from simkit.paths.fit.linearised import linearised
from simkit.paths.states import END, VIEWS, step_sequence
from simkit.paths.walks import walks_of
from simkit.report import page as report_page
from simkit.report.summary import Scored, summarise

sync_api = needed("playwright.sync_api")

pytestmark = pytest.mark.browser

CELLS = "all => all.map((one) => [one.getAttribute('aria-label'), one.textContent])"


def cells(opened: Any, address: str) -> list[tuple[str, str]]:
    """What each cell says in full, and what stands in it."""
    opened.show(address)
    found = opened.page.eval_on_selector_all("table.matrix td a", CELLS)
    return [(label, text) for label, text in found]


PARTS = {
    "persona=novice": lambda score: score.persona == "novice",
    "outcome=fail": lambda score: score.outcome == "fail",
    "tag=refund": lambda score: "refund" in score.tags,
    "scenario=lost-parcel": lambda score: score.scenario == "lost-parcel",
    "tag=refund&outcome=pass&persona=novice": lambda score: score.persona == "novice",
    "outcome=pass&persona=impatient": lambda score: False,
}


def test_a_filter_counts_the_matrix_anew(open_page: Any) -> None:
    """Each cell: times, share, n and the interval that respects sessions, of those that are left; no other cell."""
    sessions = small_run()
    opened = open_page(sessions)
    for part, fits in PARTS.items():
        own = [(e, s) for e, s in sessions if fits(s) and s.domain == "retail"]
        walks = walks_of(((e.log.session, step_sequence(e, VIEWS["tool"], s.outcome)) for e, s in own), "tool")
        matrix, wanted = walks.matrix(), set()
        bounds = linearised(walks) if own else None
        for i, j in zip(*(axis.tolist() for axis in matrix.counts.nonzero()), strict=True):
            n, row = int(matrix.counts[i, j]), int(matrix.counts[i].sum())
            low, high = bounds.low[i, j], bounds.high[i, j]  # type: ignore[union-attr]
            wanted.add((matrix.states[i], matrix.states[j], n, f"{100 * low:.1f}% to {100 * high:.1f}%, n = {row}"))
        told = r"(.+) → (.+): (\d+) times? .*; 95% interval ([\d.]+% to [\d.]+%, n = \d+)"
        found = set()
        for label, _ in cells(opened, f"#view=matrix&domain=retail&least=1&{part}"):
            source, target, n, rest = re.fullmatch(told, label).groups()  # type: ignore[union-attr]
            found.add((source, target, int(n), rest))
        assert found == wanted, part
    assert "No session fits these filters" in opened.text()
    assert opened.wrong == []


def test_a_filter_is_chosen_on_the_page_and_cleared(open_page: Any) -> None:
    """It stands in the address, goes along to the sessions, and says how many fit."""
    opened = open_page(small_run())
    page = opened.page
    opened.show("#view=matrix&domain=retail")
    page.focus("#pick-persona")
    page.select_option("#pick-persona", "novice")
    page.wait_for_url("**persona=novice**")
    assert "2 of 7 sessions fit" in opened.text(".filter-note")
    assert page.evaluate("document.activeElement.id") == "pick-persona"
    page.get_by_role("link", name="Failures").click()
    assert "2 of 7 sessions fit" in opened.text(".filter-note")
    page.get_by_role("link", name="Matrix").click()
    page.locator("table.matrix td a").first.click()
    page.wait_for_selector("table.sessions")
    assert page.locator("table.sessions tbody tr").count() == 2
    opened.show("#view=matrix&persona=novice")
    page.get_by_role("link", name="Clear filters").click()
    sync_api.expect(page.locator(".filter-note")).to_have_count(0)


def test_cells_show_shares_or_counts_and_rows_with_little_data_are_masked(open_page: Any) -> None:
    """A masked cell shows its count, is hatched, and says why."""
    opened = open_page(small_run())
    by_default = dict(cells(opened, "#view=matrix&domain=retail"))
    [(label, text)] = [one for one in by_default.items() if one[0].startswith("request_refund:ok → END:pass")]
    assert text == "2" and label.endswith("n = 4; masked: fewer than 5")
    assert opened.page.locator("td.masked").count() == 2
    assert "gradient" in opened.page.locator("td.masked").first.evaluate("one => getComputedStyle(one).backgroundImage")
    assert opened.page.locator("td.masked").first.evaluate("one => one.style.getPropertyValue('--share')") == "0"
    opened.page.select_option("#pick-least", "1")
    opened.page.wait_for_url("**least=1**")
    assert opened.page.locator("td.masked").count() == 0
    counts = cells(opened, "#view=matrix&domain=retail&cells=counts&least=1")
    assert all(f": {text} time{'s' * (text != '1')} " in label for label, text in counts)


def test_states_are_ordered_by_flow(open_page: Any) -> None:
    """START first, then by mean place in the sessions, ends last."""
    opened = open_page(small_run())
    opened.show("#view=matrix&domain=&by=act&order=flow")
    rows = opened.page.eval_on_selector_all("table.matrix tbody th", "all => all.map((one) => one.title)")
    assert rows[0] == "START"
    assert rows.index("user.close") > rows.index("request_refund:ok") > rows.index("get_order:ok") > 0
    heads = opened.page.eval_on_selector_all("table.matrix thead th[title]", "all => all.map((one) => one.title)")
    assert heads[-3:] == ["END:pass", "END:fail", "END:invalid"]


def test_a_cell_leads_to_its_sessions_and_to_the_very_event(open_page: Any) -> None:
    """The transcript opens at the call that the transition leads to, also when stepping to the next session."""
    opened = open_page(small_run())
    page = opened.page
    opened.show("#view=sessions&by=tool&domain=retail&from=get_order%3Aok&to=request_refund%3Aok")
    page.locator("table.sessions tbody th a").first.click()
    page.wait_for_selector("[aria-current=step]")
    assert "event=4" in page.url
    assert "request_refund" in opened.text("[aria-current=step]")
    page.keyboard.press("]")
    page.wait_for_url("**impatient%2F1**")
    assert "request_refund" in opened.text("[aria-current=step]")


def test_first_failures_are_those_that_python_finds(open_page: Any) -> None:
    """Each cell has its sessions, the steps taken from its row, and leads to the event that failed."""
    sessions = small_run()
    opened = open_page(sessions)
    found = cells(opened, "#view=failures")
    read = failures_of([(e, first_failing_event(s), s.outcome) for e, s in sessions], VIEWS["tool"])
    for one in read.failures:
        n = len(read.sessions_in(one.row, one.column))
        [label] = [label for label, _ in found if label.startswith(f"{one.row} → {one.column}: ")]
        assert f"first failure of {n} session" in label
    assert len(found) == len({(one.row, one.column) for one in read.failures})
    [refund] = [label for label, _ in found if "request_refund" in label]
    assert "66.7% of the 3 that failed" in refund
    assert "50.0% of 4 steps from there, 95% interval 15.0% to 85.0%; masked: fewer than 5" in refund
    opened.page.locator(f"td a[title='{refund}']").click()
    opened.page.wait_for_selector("table.sessions")
    assert opened.page.locator("table.sessions tbody tr").count() == 2
    opened.page.locator("table.sessions tbody th a").first.click()
    opened.page.wait_for_selector("[aria-current=step]")
    assert "Here it first went wrong" in opened.text("[aria-current=step]")
    assert [label for label, _ in cells(opened, "#view=failures&persona=novice")] == []


@pytest.mark.parametrize("scenario", ["late-refund", ""])
def test_the_funnel_is_that_of_the_command(open_page: Any, scenario: str) -> None:
    """Step by step as `simkit matrix --failures --funnel` has them, in that order."""
    sessions = small_run()
    opened = open_page(sessions)
    own = [(e, s) for e, s in sessions if s.outcome in ("pass", "fail") and scenario in ("", s.scenario)]
    read = failures_of([(e, first_slip(s), s.outcome) for e, s in own], VIEWS["tool"], slips=True)

    opened.show(f"#view=failures{'&scenario=' * bool(scenario)}{scenario}")

    rows = opened.page.locator("section:has(h2:text('Failure funnel')) table.funnel tbody tr").all_inner_texts()
    found = [[one.strip() for one in row.split("\t")] for row in rows]
    wanted = funnel(read)
    assert len(wanted) > 1 and any(one.failed for one in wanted)
    assert [(one[0], one[1], *one[3:]) for one in found] == [
        (
            "the end" if one.step == END else one.step,
            str(one.entered),
            str(one.failed),
            f"{one.rate:.1%}",
            f"{one.low:.1%} to {one.high:.1%}",
            f"{one.left:.1%}",
        )
        for one in wanted
    ]


def test_the_overview_is_that_of_the_sessions_that_are_left(open_page: Any) -> None:
    """Pass rate, interval, errors and pass^k: as if the others had not been played."""
    sessions = small_run()
    opened = open_page(sessions)
    for part, fits in PARTS.items():
        own: list[Scored] = [(e, s) for e, s in sessions if fits(s)]
        total = summarise("part", own).total
        opened.show(f"#{part}")
        text = opened.text()
        if not total.evaluable:
            assert "No session says anything about the agent" in text
            continue
        low, high = wilson(total.passed, total.evaluable)
        assert f"{total.passed} of {total.evaluable} session{'s' * (total.evaluable != 1)} " in text
        assert f"{100 * low:.1f}% to {100 * high:.1f}%" in text
        assert f"{total.tool_calls}\n" in opened.text(".card:last-child .value") + "\n"
        assert ("wrong arguments" in text) == ("wrong_arguments" in total.tool_errors)
    assert opened.wrong == []


CURVE = re.compile(
    r"pass\^(\d+): ([\d.]+)%, 95% interval ([\d.]+)% to ([\d.]+)%, of (\d+) scenarios? with (\d+) sessions"
)


def curve_of(opened: Any) -> list[tuple[float, ...]]:
    """k, value, low, high, scenarios and sessions of each point."""
    label = opened.page.get_attribute("svg.curve", "aria-label")
    return [tuple(map(float, CURVE.fullmatch(part).groups())) for part in label.split("; ")]  # type: ignore[union-attr]


def test_the_curve_of_pass_hat_k_is_counted_anew(open_page: Any) -> None:
    """Value, interval, scenarios and sessions at each k: Python's own and, with a filter, the page's by the same
    bootstrap, but for the luck of the draws."""
    lines = ("user: Hello.", "agent: Goodbye.")
    sessions = [
        told(*lines, scenario=f"s{number}", trial=trial, persona="plain" if number % 3 else "novice",
             outcome="pass" if trial < 1 + number % 4 else "fail")
        for number in range(24) for trial in range(4)
    ]  # fmt: skip
    opened = open_page(sessions)
    for address, persona in (("", None), ("#persona=plain", "plain"), ("#persona=novice", "novice")):
        own = [one for one in sessions if persona in (None, one[1].persona)]
        opened.show(address)
        found, wanted = curve_of(opened), summarise("demo", own).curves().pass_hat_k
        assert len(found) == len(wanted)
        for one, point in zip(found, wanted, strict=True):
            assert (one[0], *one[4:]) == (point.k, point.scenarios, point.sessions)
            assert one[1] == pytest.approx(100 * point.value, abs=0.06)
            assert one[2:4] == pytest.approx((100 * point.low, 100 * point.high), abs=0.06 if persona is None else 1.5)


def test_a_matrix_is_walked_through_with_the_arrow_keys(open_page: Any) -> None:
    """One stop for the Tab key; arrows go from cell to cell, what a cell says is shown, Enter opens its sessions."""
    opened = open_page(small_run())
    page = opened.page
    opened.show("#view=matrix&domain=retail")
    assert page.locator("table.matrix td a[tabindex='0']").count() == 1
    page.locator("table.matrix td a[tabindex='0']").focus()
    assert opened.text(".reading").startswith("START → get_order:ok: 5 times")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert opened.text(".reading").startswith("get_order:ok → request_refund:ok: 4 times")
    page.keyboard.press("Enter")
    page.wait_for_selector("table.sessions")
    assert page.locator("table.sessions tbody tr").count() == 4


def test_a_hostile_name_of_a_state_is_text_in_the_heatmaps(open_page: Any) -> None:
    """In cells, headings, tooltips and the filters that lead on; and the sessions behind it are found."""
    opened = open_page(hostile_run(), name=PAYLOADS[0])
    state = f"{PAYLOADS[1]}:ok"
    for view in ("matrix", "failures"):
        told = [label for label, _ in cells(opened, f"#view={view}&by=tool&domain=&least=1")]
        assert any(label.startswith(f"START → {state}: ") for label in told) or view == "failures", told[:3]
        assert any(PAYLOADS[1] in label for label in told)
    opened.show("#view=matrix&by=tool&domain=&least=1")
    opened.page.select_option("#pick-tag", PAYLOADS[0])
    opened.page.wait_for_url("**tag=**")
    assert PAYLOADS[0] in opened.text(".filter-note")
    opened.page.locator("table.matrix td a").first.click()
    opened.page.wait_for_selector("table.sessions")
    assert opened.page.locator("table.sessions tbody tr").count() == 1
    opened.show("#view=failures&persona=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&good=%3Cscript%3E")
    assert "0 of 10 sessions fit" in opened.text()
    assert opened.page.locator("main :is(script, img, iframe, [onload], [onerror])").count() == 0
    assert opened.foreign_requests == [] and opened.wrong == []


def test_a_run_that_is_too_large_to_be_filtered_has_all_its_views(open_page: Any, monkeypatch: Any) -> None:
    """With the figures of the whole run; the failures say where else they are told."""
    monkeypatch.setattr(report_page, "MOST", 3)
    opened = open_page(small_run())
    for address in ("", "#persona=novice", "#view=sessions&good=a&bad=b", "#view=graph&persona=novice"):
        opened.show(address)
        assert opened.page.locator("#pick-persona").count() == 0
        assert ("--given counts any part" in opened.text()) == ("sessions" not in address), address
    [(label, _)] = [one for one in cells(opened, "#view=matrix&domain=retail&persona=novice") if ".57" in one[1]]
    assert label.startswith("get_order:ok → request_refund:ok: 4 times")
    opened.show("#view=failures")
    assert "simkit matrix tells them" in opened.text()
    assert opened.wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_stand_out_from_their_shading(open_page: Any, scheme: str) -> None:
    """Contrast of at least 4.5 to 1 in every cell that is shaded, whatever its share."""
    opened = open_page(small_run(), color_scheme=scheme)
    for address in ("#view=matrix&domain=retail&least=1", "#view=failures&least=1"):
        opened.show(address)
        worst = opened.page.evaluate(WORST_CONTRAST)
        assert worst >= 4.5, (scheme, address)


WORST_CONTRAST = """() => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const card = numbers(getComputedStyle(document.querySelector(".panel")).backgroundColor);
  const cell = document.querySelector("table.matrix td:has(a)");
  const ratios = [];
  for (let share = 0; share <= 1.0001; share += 0.02) {
    cell.style.setProperty("--share", share);
    const [r, g, b, alpha = 1] = numbers(getComputedStyle(cell).backgroundColor);
    const ground = light([r, g, b].map((c, i) => c * alpha + card[i] * (1 - alpha)));
    const ink = light(numbers(getComputedStyle(cell.querySelector("a")).color).slice(0, 3));
    ratios.push((Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05));
  }
  return Math.min(...ratios);
}"""
