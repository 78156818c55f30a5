"""The goal's parts: what passes, what fails and says why, and what cannot be known."""

from __future__ import annotations

from typing import Any

import pytest
from corner_shop import BYE, CARD, CLEAN, END_CANCELLED, END_PENDING, HELLO, LOOK, SCENARIO, cancel, told
from storylog import call

from simkit.metrics.goal import goal_parts, verdict
from simkit.metrics.score import GoalPart
from simkit.paths.episode import Episode


def parts(goal: dict[str, Any], *lines: Any, **more: Any) -> tuple[GoalPart, ...]:
    """The parts of a goal in a session of the shop."""
    return goal_parts(told(*lines, scenario={**SCENARIO, "goal": goal}, **more))


def only(goal: dict[str, Any], *lines: Any, **more: Any) -> GoalPart:
    """The one part of a goal beside `elsewhere`."""
    (part,) = parts({"elsewhere": "free", **goal}, *lines, **more)
    return part


STATUS = {"world": {"orders.W1001.status": "cancelled"}}


def test_a_condition_on_the_world_points_at_the_call_that_met_it() -> None:
    part = only(STATUS, *CLEAN, end_state=END_CANCELLED)
    assert (part.part, part.verdict, part.evidence) == ("world", "pass", (6,))


def test_a_condition_that_fails_says_what_stands_there_and_what_was_wanted() -> None:
    part = only(STATUS, HELLO, BYE, end_state=END_PENDING)
    assert (part.verdict, part.detail) == ("fail", "orders.W1001.status is 'pending', wanted 'cancelled'")
    assert part.evidence == (3,)


def test_without_a_world_nothing_is_known_about_it() -> None:
    assert [part.verdict for part in parts(STATUS, *CLEAN, end_state=None)] == ["not evaluable", "not evaluable"]


def test_a_path_that_was_not_recorded_is_not_evaluable_but_one_in_a_changed_record_is() -> None:
    assert only({"world": {"orders.W9.status": "new"}}, *CLEAN, end_state=END_CANCELLED).verdict == "not evaluable"
    changed = {"changed": [{"path": "orders.W9", "before": None, "after": {"lines": [{"n": 1}]}}]}
    assert only({"world": {"orders.W9.lines.0.n": 1}}, *CLEAN, end_state=changed).verdict == "pass"
    assert only({"world": {"orders.W9": {"exists": True}}}, *CLEAN, end_state=changed).verdict == "pass"
    gone = {"changed": [{"path": "orders.W9", "before": {"a": 1}, "after": None}]}
    assert only({"world": {"orders.W9": {"exists": False}}}, *CLEAN, end_state=gone).verdict == "pass"


def test_a_change_elsewhere_fails_with_a_diff_that_a_person_can_read() -> None:
    wrong = {"path": "customers.C7", "before": {"email": "a@b.c", "n": 1}, "after": {"email": "x@y.z", "n": 1}}
    made = {"path": "refunds.R1", "before": None, "after": {"amount": 5}}
    end = {**END_CANCELLED, "changed": [*END_CANCELLED["changed"], wrong, made]}
    lines = (HELLO, cancel(changes=[wrong, made]), BYE)
    elsewhere = parts(STATUS, *lines, end_state=end)[-1]
    assert (elsewhere.part, elsewhere.verdict, elsewhere.evidence) == ("elsewhere", "fail", (2,))
    assert elsewhere.detail == (
        "customers.C7.email changed from 'a@b.c' to 'x@y.z'; refunds.R1 was made: {'amount': 5}"
    )
    allowed = {**STATUS, "may_change": ["refunds", "customers.C7"]}
    assert parts(allowed, *lines, end_state=end)[-1].verdict == "pass"
    named_by_an_alternative = {
        **STATUS,
        "may_change": ["refunds"],
        "any_of": [{"world": {"customers.C7.email": "x@y.z"}}, {"calls": ["get_order"]}],
    }
    assert parts(named_by_an_alternative, *lines, end_state=end)[-1].verdict == "pass"


def test_a_record_whose_name_begins_like_another_is_another() -> None:
    other = {"changed": [{"path": "orders.W10010", "before": {}, "after": {"status": "x"}}], "named": {}}
    goal = {"world": {"orders.W1001.status": {"exists": False}}}
    assert parts(goal, *CLEAN, end_state=other)[-1].verdict == "fail"


def test_a_call_must_have_succeeded_with_these_arguments() -> None:
    wants: dict[str, Any] = {"calls": [{"cancel_order": {"order_id": "w1001"}}]}
    assert only(wants, *CLEAN).verdict == "pass"
    refused = 'call cancel_order {"order_id": "W1001"} -> refused "too late"'
    assert only(wants, HELLO, refused).detail == "cancel_order never succeeded: 'too late'"
    assert only(wants, HELLO).detail == "cancel_order was never called"
    assert "called was cancel_order(order_id='W2')" in only(wants, HELLO, cancel("W2")).detail


def test_a_call_of_the_users_own_can_be_wanted() -> None:
    wants = {"calls": ["user.restart_router"]}
    assert only(wants, HELLO, call("restart_router", by="user")).verdict == "pass"
    assert only(wants, HELLO, call("restart_router")).verdict == "fail"


def test_never_fails_on_success_only() -> None:
    never = {"never": ["cancel_order"]}
    assert only(never, *CLEAN).verdict == "fail"
    assert only(never, *CLEAN).evidence == (6,)
    assert only(never, HELLO, 'call cancel_order {"order_id": "W1001"} -> refused "no"').verdict == "pass"


@pytest.mark.parametrize(
    ("wanted", "text", "met"),
    [
        ("30 days", "You have 30 Days.", True),
        ("30 days", "You have 130 days.", False),
        ({"money": 1049.9}, "That is $1,049.90.", True),
        ({"money": 4}, "That is $14.", False),
        ({"number": 4}, "You have 14 points.", False),
        ({"number": 14}, "A 14-day window.", True),
        ({"number": 3}, "There are three items.", True),
        ({"number": 50}, "The plan has 50GB.", True),
        ({"date": "2026-03-05"}, "It comes on March 5th.", True),
        ({"date": "2026-03-05"}, "It comes on March 15.", False),
        ({"id": "W1001"}, "See order #w1001, please.", True),
        ({"id": "W1001"}, "See order W10010.", False),
        ({"asks": "order_id"}, "Could you give me your order number?", True),
        ({"asks": "order_id"}, "I need:\n1. your email\n2. the Order ID", True),
        ({"asks": "order_id"}, "Please provide the following:\n- your email\n- the Order ID", True),
        ({"asks": "order_id"}, "Your order number is W1. Anything else?", False),
        ({"asks": "zip_code"}, "What is your zip code?", True),
        ({"any_of": ["sorry", {"money": 5}]}, "It costs $5.", True),
        ({"any_of": ["sorry", {"money": 5}]}, "It costs $6.", False),
    ],
)
def test_words_are_matched_by_their_type(wanted: Any, text: str, met: bool) -> None:
    part = only({"says": [wanted]}, HELLO, f"agent: {text}", BYE)
    assert (part.verdict == "pass", part.evidence) == (met, (2,))
    assert only({"never_says": [wanted]}, HELLO, f"agent: {text}", BYE).verdict == ("fail" if met else "pass")


def test_what_the_user_says_is_not_what_the_agent_said() -> None:
    assert only({"says": [{"id": "W1001"}]}, HELLO, "agent: Hello.", BYE).detail == "the agent never said id W1001"


def test_many_ways_to_say_it_are_told_in_short() -> None:
    wanted = {"any_of": ["a", "b", "c", "d", "e", "f", {"asks": "order_id"}]}
    detail = only({"says": [wanted]}, HELLO, "agent: Hm.").detail
    assert detail == "the agent never asked for order_id or said 'a' or 'b' or 'c' or 'd' or 2 like it"


def test_a_change_deep_in_a_record_is_shown_where_it_is() -> None:
    wrong = {
        "path": "orders.W1",
        "before": {"items": {"x": {"n": 1}, "y": 2}},
        "after": {"items": {"x": {"n": 5}, "y": 2}},
    }
    elsewhere = parts(STATUS, HELLO, end_state={"changed": [wrong], "named": {}})[-1]
    assert elsewhere.detail == "orders.W1.items.x.n changed from 1 to 5"


def test_any_of_says_which_end_holds_or_why_none_does() -> None:
    ends: dict[str, Any] = {"any_of": [STATUS, {"calls": ["get_order"], "says": ["sorry"]}]}
    assert only(ends, *CLEAN, end_state=END_CANCELLED).detail.startswith("end 1 holds: orders.W1001.status is")
    assert only(ends, HELLO, LOOK, "agent: Sorry.", end_state=END_PENDING).detail.startswith("end 2 holds")
    none = only(ends, HELLO, LOOK, "agent: Well.", end_state=END_PENDING)
    assert none.verdict == "fail"
    assert none.detail == (
        "none holds: end 1: orders.W1001.status is 'pending', wanted 'cancelled'; end 2: the agent never said 'sorry'"
    )
    unknown = only(ends, HELLO, LOOK, "agent: Well.", end_state=None)
    assert unknown.verdict == "not evaluable"


def test_a_question_for_a_judge_waits_for_one() -> None:
    question = {"judged": ["The agent is kind."]}
    assert only(question, HELLO).verdict == "not evaluable"
    assert only(question, HELLO, "judged The agent is kind.: true").verdict == "pass"
    assert only(question, HELLO, "judged The agent is kind.: false (rude)").detail == "rude"
    assert only(question, HELLO, "judged The agent is kind.: inconclusive").verdict == "not evaluable"


def test_a_gating_rule_is_part_of_the_goal() -> None:
    gating = {**CARD, "rules": [{**rule, "gates": True} for rule in CARD["rules"]]}
    found = parts({"elsewhere": "free"}, HELLO, cancel(before={}), card=gating)
    assert [(part.what, part.verdict) for part in found] == [
        ("rule identify (1.1)", "pass"),
        ("rule shipped (2.3)", "not evaluable"),
        ("rule once (2.4)", "pass"),
        ("rule confirm (1.3)", "fail"),
    ]


@pytest.mark.parametrize(("reward", "passed"), [("1.0", True), ("0.9999999", True), ("0.99", False), ("0.0", False)])
def test_a_recorded_reward_decides_alone(reward: str, passed: bool) -> None:
    found = parts(STATUS, *CLEAN, f"judged reward: {reward}", end_state=END_PENDING if passed else END_CANCELLED)
    assert (found[0].part, found[0].verdict) == ("recorded", "pass" if passed else "fail")
    assert {part.verdict for part in found} == {"pass", "fail"} if passed else {"fail", "pass"}
    assert verdict(found) == ("pass" if passed else "fail")


def test_a_session_that_a_person_labelled_failing_fails() -> None:
    assert only({}, HELLO, "judged first_failure_state: ExecRecSearch").verdict == "fail"


def test_every_part_is_computed_whatever_the_first_ones_say() -> None:
    goal = {**STATUS, "calls": ["get_order"], "says": ["hello"], "never": ["cancel_order"], "judged": ["Kind."]}
    found = parts(goal, HELLO, BYE, end_state=END_PENDING)
    assert [part.part for part in found] == ["world", "calls", "says", "elsewhere", "never", "judged"]
    assert verdict(found) == "fail"


def test_no_opinion_at_all_is_no_pass() -> None:
    assert verdict(()) == "not evaluable"


def test_failing_parts_always_carry_evidence() -> None:
    goal = {**STATUS, "calls": ["get_order"], "says": ["hello"], "any_of": [{"says": ["x"]}]}
    episode: Episode = told(HELLO, end_state=END_PENDING, scenario={**SCENARIO, "goal": goal})
    assert all(part.evidence for part in goal_parts(episode) if part.verdict == "fail")
