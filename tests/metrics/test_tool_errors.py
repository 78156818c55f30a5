"""Each kind of tool-use error on a session that has it, and its twin that has not."""

from __future__ import annotations

import pytest
from corner_shop import (
    ASK,
    BYE,
    CARD,
    CLEAN,
    DONE,
    END_CANCELLED,
    FIND,
    HELLO,
    LOOK,
    SCENARIO,
    YES,
    cancel,
    kinds,
    only,
    told,
    tool,
)
from storylog import call

from simkit.metrics.session import score_session
from simkit.metrics.tool_errors import tool_errors


def test_the_clean_session_has_no_findings_and_passes() -> None:
    score = score_session(told(*CLEAN, reached=True))
    assert (score.outcome, score.reason, score.findings) == ("pass", "", ())


def test_the_clean_session_has_no_findings_even_where_its_goal_was_missed() -> None:
    assert kinds(told(*CLEAN)) == []


def test_a_tool_that_does_not_exist() -> None:
    found = only(
        told(HELLO, FIND, LOOK, 'call kancel {"id": 1} -> unknown_tool', ASK, YES, cancel(), DONE, reached=True)
    )
    assert (found.kind, found.events) == ("unknown_tool", (4,))
    assert found.sentence == "there is no tool kancel"


def test_arguments_that_are_not_json_are_the_agents_fault_and_one_finding() -> None:
    found = only(told(HELLO, FIND, LOOK, ASK, YES, "call cancel_order {oops -> malformed", "agent: Hm, W1001."))
    assert (found.kind, found.events) == ("malformed_call", (6,))


def test_arguments_against_the_schema_and_then_mended_are_one_finding() -> None:
    bad = 'call cancel_order {"order": "W1001"} -> invalid_arguments "\'order_id\' is required"'
    found = only(told(HELLO, FIND, LOOK, ASK, YES, bad, cancel(), DONE, reached=True))
    assert found.kind == "invalid_arguments"
    assert "'order_id' is required" in found.sentence


def test_another_tool_in_place_of_the_wanted_one_is_one_finding() -> None:
    refund = 'call request_refund {"order_id": "W1001", "to": "card"}'
    found = only(told(HELLO, FIND, LOOK, ASK, YES, refund, "agent: Refunded W1001."))
    assert (found.kind, found.events) == ("wrong_tool", (6,))
    assert found.where == "reference step 3: cancel_order(order_id='W1001')"


def test_looking_once_more_does_not_stand_in_for_another_look() -> None:
    scenario = {**SCENARIO, "reference": [*SCENARIO["reference"], {"get_invoice": {"order_id": "W1001"}}]}
    found = kinds(told(HELLO, FIND, LOOK, LOOK, ASK, YES, cancel(), DONE, scenario=scenario))
    assert found == ["redundant_call", "missing_call"]
    other = 'call get_invoice {"order_id": "W1001"} -> ok {}'
    assert kinds(told(HELLO, FIND, other, ASK.replace(" for $49.90", ""), YES, cancel(), DONE)) == ["wrong_tool"]


def test_a_wrong_argument_deep_down_is_shown_where_it_is() -> None:
    reference = [{"cancel_order": {"lines": [{"id": "a", "n": 1}, {"id": "b", "n": 2}]}}]
    scenario = {**SCENARIO, "reference": reference}
    given = call("cancel_order", {"lines": [{"id": "a", "n": 1}, {"id": "b", "n": 3}]})
    found = only(told(HELLO, ASK.replace(" for $49.90", ""), YES, given, scenario=scenario))
    assert found.sentence == "cancel_order was called with wrong arguments: lines.1.n is 3, wanted 2"


def test_words_that_the_schema_lists_are_compared_and_free_text_is_not() -> None:
    def card(**schema: object) -> dict[str, object]:
        return {"domain": "shop", "tools": [tool("cancel_order", "write", reason={"type": "string", **schema})]}

    scenario = {**SCENARIO, "reference": [{"cancel_order": {"reason": "no longer wanted"}}]}
    said = call("cancel_order", {"reason": "too late"})
    assert kinds(told(HELLO, said, scenario=scenario, card=card())) == []
    listed = card(enum=["no longer wanted", "too late"])
    assert kinds(told(HELLO, said, scenario=scenario, card=listed)) == ["wrong_arguments"]


def test_a_look_after_a_write_to_something_else_is_in_order() -> None:
    scenario = {
        **SCENARIO,
        "reference": [{"get_order": {"order_id": "W2002"}}, {"cancel_order": {"order_id": "W1001"}}],
    }
    other = 'call get_order {"order_id": "W2002"} -> ok {}'
    card = {**CARD, "rules": []}
    assert kinds(told(HELLO, "user: and W2002", cancel(), other, DONE, scenario=scenario, card=card)) == []


def test_one_wrong_argument_is_one_finding() -> None:
    found = only(told(HELLO, "user: or was it W1002?", FIND, LOOK, ASK, YES, cancel("W1002"), DONE))
    assert found.kind == "wrong_arguments"
    assert "order_id is 'W1002', wanted 'W1001'" in found.sentence


def test_a_default_written_out_and_a_reason_in_other_words_are_no_wrong_arguments() -> None:
    told_why = call("cancel_order", {"order_id": "w1001", "notify": True, "reason": "no longer needed"})
    assert kinds(told(HELLO, FIND, LOOK, ASK, YES, told_why, DONE)) == []


def test_a_step_that_nobody_took() -> None:
    found = only(told(HELLO, FIND, LOOK, ASK, YES, "agent: W1001 it is.", BYE))
    assert (found.kind, found.events) == ("missing_call", (8,))
    assert found.sentence == "cancel_order(order_id='W1001') was never called"


def test_a_missing_step_points_at_the_call_by_which_it_was_due() -> None:
    card = {**CARD, "rules": []}
    found = only(told(HELLO, FIND, cancel(), DONE, BYE, card=card))
    assert (found.kind, found.events) == ("missing_call", (3,))


def test_a_session_that_was_cut_short_by_others_misses_nothing() -> None:
    assert kinds(told(HELLO, FIND, "failed user: TimeoutError: no answer", "end user_failed")) == []


def test_the_same_read_again_is_redundant_only_if_the_goal_was_missed() -> None:
    again = (HELLO, FIND, LOOK, LOOK, ASK, YES, cancel(), DONE)
    found = only(told(*again))
    assert (found.kind, found.events) == ("redundant_call", (4, 3))
    assert kinds(told(*again, reached=True)) == []


def test_the_same_read_after_a_change_is_not_redundant() -> None:
    assert kinds(told(HELLO, FIND, LOOK, ASK, YES, cancel(), LOOK, DONE)) == []


def test_a_write_that_nothing_asked_for() -> None:
    extra = call("request_refund", {"order_id": "W1001", "to": "card"})
    found = only(told(HELLO, FIND, LOOK, ASK, YES, cancel(), extra, DONE))
    assert (found.kind, found.events) == ("redundant_call", (7,))


def test_a_needless_change_that_was_undone_shows_even_where_the_goal_was_reached() -> None:
    there = {"path": "refunds.R1", "before": None, "after": {"amount": 1}}
    refund = call("request_refund", {"order_id": "W1001"}, changes=[there], world="w3")
    found = only(told(HELLO, FIND, LOOK, ASK, YES, refund, cancel(), DONE, reached=True))
    assert (found.kind, found.events) == ("redundant_call", (6,))
    free = {**SCENARIO, "goal": {**SCENARIO["goal"], "may_change": ["refunds"]}}
    assert kinds(told(HELLO, FIND, LOOK, ASK, YES, refund, cancel(), DONE, reached=True, scenario=free)) == []


def test_a_rule_before_is_out_of_order() -> None:
    found = only(told(HELLO, LOOK, FIND, ASK, YES, cancel(), DONE, reached=True))
    assert (found.kind, found.events, found.where) == ("out_of_order", (2,), "identify (1.1)")


def test_a_step_left_out_is_out_of_order_once_however_many_calls_needed_it() -> None:
    found = only(told(HELLO, LOOK, ASK, YES, cancel(), LOOK, DONE, reached=True))
    assert (found.kind, found.events) == ("out_of_order", (2, 6))
    assert found.sentence.endswith("came before any successful find_customer (and so did 1 more)")


def test_writing_before_looking_is_out_of_order_when_the_goal_was_missed() -> None:
    order = (HELLO, FIND, "agent: Shall I cancel W1001?", YES, cancel(), LOOK, DONE)
    found = only(told(*order))
    assert (found.kind, found.events) == ("out_of_order", (5, 6))
    assert kinds(told(*order, reached=True)) == []


def test_two_reads_may_change_places() -> None:
    assert kinds(told(HELLO, LOOK, FIND, ASK, YES, cancel(), DONE, card={**CARD, "rules": []})) == []


def test_a_call_that_a_rule_forbids() -> None:
    shipped = cancel(before={"orders.W1001.status": "shipped"})
    found = only(told(HELLO, FIND, LOOK, ASK, YES, shipped, DONE, reached=True))
    assert (found.kind, found.events, found.where) == ("forbidden_call", (6,), "shipped (2.3)")
    assert "orders.W1001.status is 'shipped'" in found.sentence


def test_a_call_that_the_goal_forbids_is_one_finding() -> None:
    scenario = {**SCENARIO, "goal": {"never": ["cancel_order"]}, "reference": [{"get_order": {"order_id": "W1001"}}]}
    found = only(told(*CLEAN, scenario=scenario))
    assert (found.kind, found.events) == ("forbidden_call", (6,))


def test_more_often_than_allowed_points_at_the_one_too_many() -> None:
    def refund(order: str) -> object:
        made = {"path": f"refunds.{order}", "before": None, "after": {}}
        return call("request_refund", {"order_id": order}, changes=[made], world="w")

    scenario = {"scenario": "two", "wants": "x"}
    one_each = told(HELLO, "agent: Refund W1001, W1002?", "user: yes, W1002 too", refund("W1001"), refund("W1002"))
    assert "forbidden_call" not in kinds(one_each)
    twice = told(HELLO, "agent: Shall I refund W1001?", YES, refund("W1001"), refund("W1001"), scenario=scenario)
    assert [(f.kind, f.events) for f in tool_errors(twice)] == [("forbidden_call", (5, 4))]


def test_a_write_without_a_yes() -> None:
    found = only(told(HELLO, FIND, LOOK, cancel(), DONE, reached=True))
    assert (found.kind, found.events, found.where) == ("unconfirmed_write", (4,), "confirm (1.3)")


@pytest.mark.parametrize(
    ("asked", "answer", "confirmed"),
    [
        (ASK, "user: Yes, please.", True),
        (ASK, "user(affirm): Mach das.", True),
        (ASK, "user: No, wait.", False),
        (ASK, "user(deny): Okay, no.", False),
        (ASK, "user: What will it cost?", False),
        ("agent: I would cancel W1001 then.", "user: ok", True),
        ("agent: How are you today?", "user: fine", False),
    ],
)
def test_a_yes_counts_only_after_a_proposal(asked: str, answer: str, confirmed: bool) -> None:
    episode = told(HELLO, FIND, LOOK, asked, answer, cancel(), DONE, reached=True)
    assert kinds(episode) == ([] if confirmed else ["unconfirmed_write"])


def test_two_writes_of_one_turn_share_the_yes() -> None:
    refund = call("request_refund", {"order_id": "W1001"})
    scenario = {"scenario": "two", "wants": "x"}
    assert "unconfirmed_write" not in kinds(told(HELLO, ASK, YES, refund, cancel(), scenario=scenario))


REFUSED = 'call cancel_order {"order_id": "W1001"} -> refused "it has been shipped"'


@pytest.mark.parametrize(
    "words",
    [
        "agent: Your order W1001 has been cancelled.",
        "agent: I've cancelled it for you. Anything else?",
        "agent: Done!",
        "agent: The cancellation of W1001 was successful.",
    ],
)
def test_an_agent_that_claims_what_failed(words: str) -> None:
    found = only(told(HELLO, FIND, LOOK, ASK, YES, REFUSED, words, scenario=_says_nothing()))
    assert (found.kind, found.events) == ("ignored_error", (6, 7))


@pytest.mark.parametrize(
    "words",
    [
        "agent: Unfortunately W1001 has been shipped, so I cannot cancel it.",
        "agent: Order W1001 has been shipped already, it can't be cancelled.",
        "agent: W1001 has been delivered to you yesterday.",
        "agent: Once it has been returned, the refund is processed.",
        "agent: Would you like it to be cancelled when it is done?",
        "agent: I have forwarded your request to a colleague.",
    ],
)
def test_an_agent_that_tells_of_the_failure_or_of_something_else(words: str) -> None:
    assert kinds(told(HELLO, FIND, LOOK, ASK, YES, REFUSED, words, scenario=_says_nothing())) == []


def test_a_failure_made_good_is_not_ignored() -> None:
    assert kinds(told(HELLO, FIND, LOOK, ASK, YES, REFUSED, cancel(), DONE, reached=True)) == []


def _says_nothing() -> dict[str, object]:
    return {**SCENARIO, "goal": {"world": {"orders.W1001.status": "pending"}}}


def test_the_same_call_three_times_is_a_loop_and_nothing_else() -> None:
    found = only(told(HELLO, FIND, LOOK, LOOK, LOOK, ASK, YES, cancel(), DONE))
    assert (found.kind, found.events) == ("loop", (3, 4, 5))


def test_going_to_and_fro_three_times_is_a_loop() -> None:
    found = only(told(HELLO, *(FIND, LOOK) * 3, ASK, YES, cancel(), DONE, reached=True))
    assert (found.kind, len(found.events)) == ("loop", 6)


def test_looking_again_in_each_turn_is_a_loop_only_if_the_goal_was_missed() -> None:
    more = "user: And now?"
    lines = (
        HELLO,
        FIND,
        LOOK,
        "agent: W1001 is pending.",
        more,
        LOOK,
        "agent: Pending.",
        more,
        LOOK,
        ASK,
        YES,
        cancel(),
    )
    assert kinds(told(*lines, DONE, reached=True)) == []
    assert kinds(told(*lines, DONE)) == ["loop"]
    failing = tuple(REFUSED if line is LOOK else line for line in lines)
    assert "loop" in kinds(told(*failing, DONE, reached=True))


def test_asking_again_while_the_user_changes_things_is_no_loop() -> None:
    def restart(n: int) -> object:
        line = {"path": "lines.L1", "before": {"n": n}, "after": {"n": n + 1}}
        return call("restart_router", by="user", changes=[line], world=f"u{n}")

    free = {**SCENARIO, "goal": {"elsewhere": "free"}, "reference": []}
    assert kinds(told(HELLO, FIND, LOOK, restart(1), LOOK, restart(2), LOOK, "agent: ok", scenario=free)) == []


def test_three_different_steps_that_each_change_something_are_no_loop() -> None:
    def bag(n: int) -> object:
        return call(
            "restart_router", {}, changes=[{"path": "b.1", "before": {"n": n}, "after": {"n": n + 1}}], world="x"
        )

    free = {"scenario": "free", "wants": "x", "goal": {"elsewhere": "free"}}
    assert kinds(told(HELLO, bag(1), bag(2), bag(3), scenario=free)) == []


def test_a_finding_stands_at_the_event_that_shows_it() -> None:
    found = tool_errors(told(HELLO, LOOK, cancel("W1001"), DONE, end_state=END_CANCELLED))
    assert [finding.events[0] for finding in found] == sorted(finding.events[0] for finding in found)
    assert all(finding.events and finding.sentence for finding in found)
