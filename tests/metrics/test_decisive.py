"""Where a failed session went wrong, and whose doing it was."""

from __future__ import annotations

from typing import Any

from corner_shop import ASK, BYE, CLEAN, DONE, FIND, HELLO, LOOK, SCENARIO, YES, told
from storylog import call

from simkit.metrics.decisive import Decisive, decisive
from simkit.metrics.session import score_session

REFUND = call("request_refund", {"order_id": "W1001", "to": "card"})


def decided(*lines: Any, **more: Any) -> Decisive | None:
    """What decided a session of the shop."""
    episode = told(*lines, **more)
    return decisive(episode, score_session(episode))


def by(*lines: Any, **more: Any) -> tuple[int, str]:
    """Its event and its party."""
    found = decided(*lines, **more)
    assert found is not None and found.sentence
    return found.event, found.who


def test_a_session_that_passed_has_nothing_that_decided_it() -> None:
    assert decided(*CLEAN, reached=True) is None


def test_a_wrong_deed_that_nobody_asked_for_is_the_agents() -> None:
    assert by(HELLO, FIND, LOOK, REFUND, "agent: Refunded W1001.", BYE) == (4, "agent")


def test_a_wrong_deed_that_the_user_chose_is_the_users_and_stands_where_they_chose_it() -> None:
    offer = "agent: For W1001 you can have:\n1. a refund to your card\n2. a cancellation\nWhich one would you like?"
    choice = "user: The refund to my card for W1001, I think."
    proposal = "agent: Shall I refund W1001 to the card?"
    lines = (HELLO, FIND, LOOK, offer, choice, proposal, YES, REFUND, "agent: Refunded W1001.")
    assert by(*lines, BYE) == (5, "user")
    assert by(*lines, "user: But I only wanted to cancel W1001!", BYE) == (8, "agent")


def test_a_yes_to_what_the_agent_came_up_with_is_still_the_agents() -> None:
    told_so = "agent: I see W1001."
    lines = (HELLO, FIND, LOOK, told_so, "user: Good.", "agent: Shall I refund W1001 to the card?", YES, REFUND)
    assert by(*lines, DONE, BYE)[1] == "agent"


def test_a_deed_left_undone_is_the_users_where_they_said_no_or_left() -> None:
    assert by(HELLO, FIND, LOOK, ASK, "user: No, wait. Leave it.", "agent: As you wish, W1001 stays.", BYE) == (
        5,
        "user",
    )
    assert by(HELLO, FIND, LOOK, ASK, BYE) == (5, "user")
    assert by(HELLO, FIND, LOOK, "agent: W1001 is pending.", BYE)[1] == "agent"


def test_a_slip_of_the_tongue_stands_where_it_was_said() -> None:
    scenario = {**SCENARIO, "goal": {"says": [{"id": "T48113"}]}, "reference": []}
    look = 'call get_order {"order_id": "W1001"} -> ok {"tracking": ["T48113", "T59224"]}'
    assert by(HELLO, FIND, look, "agent: It is T59224.", "agent: Bye.", scenario=scenario) == (4, "agent")


def test_without_any_finding_the_reason_decides() -> None:
    scenario = {"scenario": "s", "wants": "x", "goal": {"world": {"orders.W1001.status": "cancelled"}}}
    assert by(HELLO, FIND, BYE, scenario=scenario)[1] == "agent"
