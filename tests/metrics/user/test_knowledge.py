"""What a user cannot know is found, and what they may know passes."""

from __future__ import annotations

from typing import Any

import pytest
from storylog import story

from simkit.metrics.score import UserFault
from simkit.metrics.user.knowledge import unknowable

SCENARIO = {
    "wants": "a refund for the blender of order W1001, at most $60",
    "knows": {"order_id": "W1001", "email": "ana@example.com"},
    "does_not_know": ["that the return window has closed for opened items", "staff_code"],
    "reference": [{"get_order": {"order_id": "W1001"}}, {"refund": {"order_id": "W1001", "approval": "APX-4471"}}],
}
CARD = {
    "domain": "shop",
    "now": "2026-03-02T09:00:00",
    "policy": "Refund requests of staff are sent to refunds-4402@shop.example.",
    "slots": {"order_id": {"label": "order number"}, "city": {"label": "city"}, "staff_code": {"label": "staff code"}},
    "catalogue": {"product": ["Whirl 900 Blender"]},
}


def found(*lines: str, **more: Any) -> list[UserFault]:
    """The faults of a session of the shop."""
    return list(unknowable(story(*lines, scenario=SCENARIO | more, card=CARD)))


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("My order number is W7777.", "W7777"),
        ("Write to otto@nowhere.example then.", "otto@nowhere.example"),
        ("I was born on 1988-04-10.", "1988-04-10"),
        ("I paid $1,249.90 for it.", "$1,249.90"),
        ("My name is Otto Quark.", "Otto Quark"),
        ("My city is Springfield.", "Springfield"),
    ],
)
def test_a_fact_that_nobody_gave_the_user_is_invented(words: str, value: str) -> None:
    (fault,) = found(f"user: {words}")

    assert (fault.kind, fault.events, fault.value) == ("invented", (1,), value)
    assert value in fault.sentence


@pytest.mark.parametrize(
    "words",
    [
        "My order number is W1001, and my email is ana@example.com.",
        "It's order 1001.",
        "I bought the Whirl 900 Blender.",
        "I need it tomorrow, 2026-03-03.",
        "Is it more than $250.00?",
        "I paid about $250.00, I think.",
        "I have 3 blenders and 12 cups.",
        "My order number is not in front of me.",
    ],
)
def test_what_the_scenario_gives_what_exists_and_rough_ideas_pass(words: str) -> None:
    assert found(f"user: {words}") == []


def test_what_the_agent_or_the_users_own_tools_said_may_be_said_again() -> None:
    told = ("agent: That is order W2002 of 2025-11-30.", "user: W2002, of 2025-11-30, yes.")
    shown = ('user call read_screen {} -> ok {"code": "E-4471"}', "user: It shows E-4471.")

    assert found("user: Hello.", *told) == []
    assert found(*shown) == []


def test_a_value_from_the_reference_path_the_policy_or_the_agents_tools_is_leaked() -> None:
    peek = 'call get_order {"order_id": "W1001"} -> ok {"carrier_code": "DHX-90417"}'
    faults = found("user: Take APX-4471.", peek, "agent: One moment.", "user: It went with DHX-90417.",
                   "agent: Hm.", "user: So write to refunds-4402@shop.example.")  # fmt: skip

    assert [(one.kind, one.where) for one in faults] == [
        ("leaked", "the reference path"),
        ("leaked", "what the agent's tools showed"),
        ("leaked", "the policy"),
    ]


def test_a_sentence_that_the_user_does_not_know_leaks_until_the_agent_says_it() -> None:
    leak = "user: I know that the return window has closed for opened items."
    told = "agent: I'm sorry, the return window for opened items has closed."

    (fault,) = found(leak)
    assert (fault.kind, fault.where) == ("leaked", "does_not_know")
    assert found("user: Hello.", told, leak) == []
    assert found("user: Has the return window closed for opened items?") == []


def test_a_want_that_begins_with_an_amount_and_a_street_with_its_number_are_known() -> None:
    wants = {"wants": "150 dollars of store credit", "knows": {"street": "1204 Lakeview Terrace"}}

    assert found("user: I'd like 150 dollars of store credit.", **wants) == []
    assert found("user: It goes to 1204 Lakeview Terrace.", **wants) == []


def test_each_value_is_reported_once() -> None:
    assert len(found("user: It's W7777.", "agent: Which?", "user: W7777!")) == 1
