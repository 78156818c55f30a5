"""Outcome and reason of a session: whose fault it was, and the first thing a person wants to know."""

from __future__ import annotations

from typing import Any

import pytest
from corner_shop import ASK, BYE, CARD, CLEAN, DONE, END_CANCELLED, FIND, HELLO, LOOK, SCENARIO, YES, cancel, told
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from storylog import call, story

from simkit.metrics.score import ERROR_KINDS, Score, SessionScore
from simkit.metrics.session import first_failing_event, score_session
from simkit.paths.episode import Episode

ERROR = 'call get_order {"order_id": "W1001"} -> error "ZeroDivisionError"'


def test_a_pass_carries_everything_a_table_needs() -> None:
    scenario = {**SCENARIO, "tags": ["refund"]}
    score = score_session(told(*CLEAN, reached=True, scenario=scenario, trial=3))
    assert (score.session, score.outcome, score.reason, score.passed) == ("cancel/plain/3", "pass", "", True)
    assert (score.domain, score.scenario, score.persona, score.trial) == ("shop", "cancel", "plain", 3)
    assert (score.tags, score.value("turns"), score.value("tool_calls")) == (("refund",), 3.0, 3.0)


def test_a_miss_says_what_stands_there_first() -> None:
    score = score_session(told(HELLO, FIND, LOOK, "agent: Hm.", BYE))
    assert score.outcome == "fail"
    assert score.reason == "orders.W1001.status is 'pending', wanted 'cancelled'"
    assert score.evidence == (6,)


def test_a_miss_at_a_limit_says_so() -> None:
    score = score_session(told(HELLO, LOOK, "end turn_limit"))
    assert score.reason.endswith("wanted 'cancelled'; the session ran into its limit of turns")


def test_a_goal_that_was_reached_at_a_limit_is_reached() -> None:
    assert score_session(told(*CLEAN, "end turn_limit", reached=True)).passed


def test_a_crashing_agent_fails_with_its_error() -> None:
    score = score_session(told(HELLO, "failed agent: KeyError: 'x' at agent.py:12", "end agent_failed"))
    assert (score.outcome, score.reason) == ("fail", "the agent raised KeyError: 'x' at agent.py:12")
    assert score.evidence == (2,)


@pytest.mark.parametrize("boundary", ["user", "model", "simkit"])
def test_what_is_not_the_agents_fault_is_no_evidence_about_it(boundary: str) -> None:
    score = score_session(told(HELLO, f"failed {boundary}: TimeoutError: no answer", "end interrupted"))
    assert score.outcome == "invalid"
    assert score.reason.endswith("raised TimeoutError: no answer")


def test_a_tool_that_raised_spoils_a_session_only_if_it_ended_it() -> None:
    failed = "failed tool: ZeroDivisionError: in tools.py:3"
    assert score_session(told(HELLO, FIND, ERROR, failed, "end interrupted")).outcome == "invalid"
    went_on = told(HELLO, FIND, ERROR, failed, LOOK, ASK, YES, cancel(), DONE, BYE, reached=True)
    assert score_session(went_on).outcome == "pass"
    assert score_session(told(HELLO, FIND, ERROR, failed, "agent: Sorry, an error.", BYE)).outcome == "fail"


def test_the_first_of_several_failures_decides() -> None:
    model_first = told(HELLO, "failed model: TimeoutError: x", "failed agent: RuntimeError: y", "end agent_failed")
    assert score_session(model_first).outcome == "invalid"
    agent_first = told(HELLO, "failed agent: RuntimeError: y", "failed user: TimeoutError: x", "end agent_failed")
    assert score_session(agent_first).outcome == "fail"


def test_an_unfinished_or_interrupted_session_is_invalid() -> None:
    assert score_session(told(HELLO, ended=False, end_state=None)).outcome == "invalid"
    assert score_session(told(HELLO, "end interrupted")).outcome == "invalid"
    assert score_session(told(HELLO, "end user_failed")).outcome == "invalid"


def test_a_session_about_which_nothing_is_known_is_neither_passed_nor_failed() -> None:
    score = score_session(story(HELLO, "agent: Hello.", "end recorded"))
    assert score.outcome == "invalid"
    assert "nothing about it can be evaluated" in score.reason


def test_a_recorded_failure_is_told_with_what_else_is_known() -> None:
    episode = told(HELLO, FIND, LOOK, "agent: Hm.", "judged reward: 0.0", "end recorded", end_state=None)
    score = score_session(episode)
    assert score.outcome == "fail"
    assert score.reason == "the recorded reward is 0.0; the agent never said id W1001"
    assert "missing_call" in [finding.kind for finding in score.findings]


def test_a_metric_of_ones_own_stands_beside_the_others_and_may_raise() -> None:
    def kind(episode: Episode) -> Score:
        return Score(name="kind", value=True, evidence=(1,))

    def broken(episode: Episode) -> Score:
        raise KeyError("x")

    def wrong(episode: Episode) -> Any:
        return 3

    score = score_session(told(*CLEAN, reached=True), [kind, broken, wrong])
    assert score.passed
    assert score.value("kind") is True
    reasons = {one.name: one.reason for one in score.scores if one.value is None}
    assert reasons == {"broken": "raised KeyError: 'x'", "wrong": "returned int; a metric returns a Score"}


def test_the_first_failing_event_is_the_earliest_that_shows_it() -> None:
    assert first_failing_event(score_session(told(*CLEAN, reached=True))) is None
    assert first_failing_event(score_session(told(HELLO, FIND, "call kancel {} -> unknown_tool", "agent: Hm."))) == 3
    assert first_failing_event(score_session(told(HELLO, FIND, LOOK, "agent: Hm.", BYE))) is not None
    crash = told(HELLO, "failed agent: KeyError: 'x'", "end agent_failed", scenario={"scenario": "s"})
    assert first_failing_event(score_session(crash)) == 2


def test_the_same_log_gives_the_same_score() -> None:
    assert score_session(told(*CLEAN)) == score_session(told(*CLEAN))


def test_one_bad_call_more_never_makes_fewer_findings() -> None:
    bad = "call nothing_such {} -> unknown_tool"
    before = score_session(told(*CLEAN[:-1], BYE))
    after = score_session(told(*CLEAN[:-1], bad, BYE))
    assert len(after.findings) == len(before.findings) + 1


json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
texts = st.text(max_size=40) | st.sampled_from(
    [
        "Yes, go ahead.",
        "Shall I cancel W1001 for $49.90?",
        "Done, it has been cancelled.",
        "$1e9999",
        "May 45",
        "-,-",
        "{",
    ]
)
outcomes = st.sampled_from(["ok", "unknown_tool", "malformed", "invalid_arguments", "refused", "error"])
names = st.sampled_from(["find_customer", "get_order", "cancel_order", "request_refund", "nope", ""])
arguments = json | st.fixed_dictionaries({"order_id": st.sampled_from(["W1001", "W2", 5, None])})
changes = st.lists(st.just(END_CANCELLED["changed"][0]), max_size=1)
calls = st.builds(
    lambda tool, given, outcome, result, by, changed: call(tool, given, outcome, result, by=by, changes=changed),
    names, arguments, outcomes, json, st.sampled_from(["agent", "user"]), changes,
)  # fmt: skip
lines = st.lists(
    calls | texts.map(lambda text: f"user: {text}") | texts.map(lambda text: f"agent: {text}")
    | st.sampled_from(["failed agent: boom", "failed tool: x", "failed model: E", "judged reward: yes", "node a"]),
    max_size=14,
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(lines, st.booleans(), st.booleans())
def test_whatever_happened_can_be_scored(told_lines: list[Any], world: bool, reached: bool) -> None:
    goal = {
        **SCENARIO["goal"], "calls": ["get_order"], "never": ["request_refund"], "any_of": [{"says": ["x"]}],
        "never_says": [{"money": 5}], "judged": ["kind"],
    }  # fmt: skip
    gating = {**CARD, "rules": [{**rule, "gates": True} for rule in CARD["rules"]]}
    more: dict[str, Any] = {} if world else {"end_state": None}
    score = score_session(told(*told_lines, reached=reached, card=gating, scenario={**SCENARIO, "goal": goal}, **more))
    assert SessionScore.model_validate_json(score.model_dump_json()) == score
    count = len(told_lines) + 2
    for finding in score.findings:
        assert finding.kind in ERROR_KINDS
        assert finding.sentence
        assert finding.events and all(0 <= seq < count for seq in finding.events)
    assert (score.outcome == "pass") == (score.reason == "")
    if score.outcome == "fail":
        assert first_failing_event(score) is not None
