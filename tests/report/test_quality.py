"""What stands beside a pass rate: counted in any order, said in one line each, and silent where there is nothing."""

from __future__ import annotations

import json

from scored_sessions import small_run, told

from simkit.metrics.score import Blame, Odd, UserFault
from simkit.report.counting import Scored
from simkit.report.html import render_html
from simkit.report.page import record
from simkit.report.quality import Quality, quality_lines
from simkit.report.summary import summarise

LEFT = UserFault(kind="ended_early", events=(1,), sentence="the user leaves with the goal open")
DEBRIS = Odd(kind="token_debris", events=(2,), sentence="the agent's words have '</s>' in them")


def faulty(trial: int, outcome: str = "fail") -> Scored:
    """A session in which the user left early and the agent let a token slip."""
    episode, score = told("user: Hello.", "agent: Hi.</s>", "user(close): Bye.", trial=trial, outcome=outcome)
    blame = Blame(culprit="user", reason=LEFT.sentence, evidence=(1,)) if outcome == "fail" else None
    return episode, score.model_copy(update={"user_faults": (LEFT,), "odd": (DEBRIS,), "blame": blame})


def quality(sessions: list[Scored]) -> dict[str, object]:
    """What is counted of some sessions."""
    counted = Quality()
    for session in sessions:
        counted.add(*session)
    return counted.to_json()


def test_results_stand_raw_and_without_sessions_whose_user_was_faulty() -> None:
    sessions = [*small_run(), faulty(7), faulty(8, "pass")]

    found = summarise("demo", sessions).to_json()
    assert (found["passed"], found["failed"]) == (4, 4)
    clean = found["without_user_faults"]
    assert (clean["sessions"], clean["passed"], clean["failed"], clean["errored"]) == (7, 3, 3, 1)
    assert clean["pass_rate"] == 0.5
    assert found["user_faults"] == {"ended_early": 2}
    assert (found["sessions_with_user_faults"], found["sessions_with_odd_output"]) == (2, 2)
    assert found["blamed"] == {"user": 1}


def test_the_order_in_which_sessions_end_changes_nothing() -> None:
    sessions = [*small_run(), faulty(7), faulty(8, "pass")]

    assert quality(sessions) == quality(sessions[::-1])


def test_each_thing_worth_saying_is_one_line() -> None:
    lines = dict(quality_lines(quality([*small_run(), faulty(7)])))

    assert lines["User"] == "1 session with faults of the user (ended early 1); without them 3 of 6 passed (50.0%)"
    assert lines["Blame"] == "of the sessions that did not pass: user 1"
    assert lines["Odd output"] == "in 1 session (token debris 1)"
    assert list(quality_lines(quality(small_run()))) == []
    assert list(quality_lines({})) == []


def test_the_page_shows_what_a_session_has_of_it() -> None:
    session = faulty(7)
    shown = record(*session)

    assert [one["kind"] for one in (*shown["user_faults"], *shown["odd"])] == ["ended_early", "token_debris"]
    assert shown["blame"]["culprit"] == "user"
    page = render_html(summarise("demo", [session]), [session])
    assert json.dumps(LEFT.sentence) in page
