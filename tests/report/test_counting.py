"""A run counted while its sessions end has the figures of the run counted at once, whatever the order."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scored_sessions import small_run, told

from simkit.metrics.score import Finding
from simkit.report.counting import Counting
from simkit.report.html import render_html
from simkit.report.page import Page
from simkit.report.shown import Choice
from simkit.report.summary import Scored, in_order, summarise, summary_of

OUTCOMES = st.sampled_from(["pass", "fail", "invalid"])
LOOP = Finding(kind="loop", events=(1,), sentence="again")


@st.composite
def runs(draw: st.DrawFn) -> list[Scored]:
    keys = draw(
        st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("pq"), st.integers(0, 4)), max_size=9, unique=True)
    )
    return [draw(session(*key)) for key in keys]


@st.composite
def session(draw: st.DrawFn, scenario: str, persona: str, trial: int) -> Scored:
    outcome = draw(OUTCOMES)
    reason = "" if outcome == "pass" else draw(st.sampled_from(["one", "other"]))
    says = draw(st.sampled_from([["user: hi"], ["user: hi", "agent: ho", "user(close): bye"]]))
    return told(
        *says,
        scenario=scenario,
        persona=persona,
        trial=trial,
        outcome=outcome,
        reason=reason,
        findings=draw(st.sampled_from([(), (LOOP,), (LOOP, LOOP)])),
        tags=draw(st.sampled_from([(), ("x",), ("x", "y")])),
        domain=draw(st.sampled_from(["desk", "shop"])),
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(runs(), st.randoms(use_true_random=False))
def test_sessions_counted_as_they_end_give_the_summary_of_them_all(sessions: list[Scored], random: object) -> None:
    shuffled = list(sessions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    counting = Counting()
    for episode, score in shuffled:
        counting.add(episode, score, episode.log.digest)

    assert summary_of("run", counting).to_json() == summarise("run", sessions).to_json()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(runs())
def test_a_scenario_s_reason_is_the_one_that_most_of_its_failed_sessions_have(sessions: list[Scored]) -> None:
    for name, tally in summarise("run", sessions).by_scenario.items():
        own = [score for _, score in in_order(sessions) if score.scenario == name]
        bad = [one for one in own if one.outcome == "fail"] or [one for one in own if one.outcome == "invalid"]
        reasons = [one.reason for one in bad]
        assert (tally.reason == "") == (not bad)
        assert all(reasons.count(tally.reason) >= reasons.count(other) for other in reasons)
        assert not bad or tally.session == next(one.session for one in bad if one.reason == tally.reason)


def test_counting_keeps_no_session() -> None:
    """A hundred more trials of the same case leave nothing behind but higher figures."""
    counting = Counting()
    for trial in range(100):
        counting.add(*told("user: hi", "agent: ho", outcome="fail", reason="no refund", trial=trial))

    assert len(counting.cells) == 1
    assert [len(reasons) for reasons in counting.reasons.values()] == [1]


def many(count: int) -> list[Scored]:
    """That many sessions of two scenarios: each fifth of the one and each second of the other fails."""
    return [
        told(
            "user: hi",
            "agent: " + "word " * 20,
            scenario=name,
            trial=trial,
            outcome="fail" if trial % every == 0 else "pass",
            reason="no refund" if trial % every == 0 else "",
        )
        for name, every in (("a", 5), ("b", 2))
        for trial in range(count // 2)
    ]


def page_of(sessions: list[Scored], most: int, longest: int = 10**6) -> Page:
    summary = summarise("run", sessions)
    page = Page(summary, Choice(summary, most, longest))
    for episode, score in sessions:
        page.add(episode, score)
    return page


def test_a_page_of_a_large_run_has_figures_of_all_and_transcripts_of_some() -> None:
    page = page_of(many(200), most=20)
    index = page.index()

    assert index["summary"]["sessions"] == 200
    assert index["views"]["tool"]["domains"]["retail"]["sessions"] == 200
    assert len(index["sessions"]) == len(page.transcripts) == len(index["views"]["act"]["paths"]) == 20
    shown = [(one["scenario"], one["outcome"]) for one in index["sessions"]]
    assert {kind: shown.count(kind) for kind in shown} == {
        ("a", "fail"): 8,
        ("a", "pass"): 2,
        ("b", "fail"): 8,
        ("b", "pass"): 2,
    }


def test_the_session_that_shows_why_a_scenario_fails_is_always_on_the_page() -> None:
    sessions = many(60)
    for most, longest in ((1, 10**6), (3, 10**6), (60, 4_000)):
        keys = {one["key"] for one in page_of(sessions, most, longest).index()["sessions"]}
        assert {one.session for one in summarise("run", sessions).by_scenario.values()} <= keys


def test_the_transcripts_of_a_page_have_no_more_characters_than_they_may() -> None:
    page = page_of(many(60), most=60, longest=20_000)

    assert 10_000 < sum(map(len, page.transcripts)) <= 20_000
    assert {one["scenario"] for one in page.index()["sessions"]} == {"a", "b"}


def test_a_small_run_is_on_its_page_whole() -> None:
    sessions = small_run()
    page = page_of(in_order(sessions), most=len(sessions))

    assert len(page.index()["sessions"]) == len(sessions)
    assert render_html(summarise("run", sessions), sessions).count('type="application/json"') == len(sessions) + 1
