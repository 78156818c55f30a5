"""Values that nobody gave, and the many ways in which a value can have been given."""

from __future__ import annotations

import pytest
from corner_shop import BYE, HELLO, told
from storylog import call

from simkit.metrics.score import Finding
from simkit.metrics.talk.catalogue import invented_names
from simkit.metrics.talk.grounding import ungrounded

PRICES = 'call get_order {"order_id": "W1001"} -> ok {"items": [{"price": 49.9}, {"price": 20.0}], "tax": 7.5}'


def found(*lines: object, **more: object) -> list[Finding]:
    """What is ungrounded in a session of the shop."""
    return list(ungrounded(told(HELLO, *lines, BYE, **more)))


def test_an_argument_that_nobody_gave_is_named() -> None:
    (one,) = found('call get_order {"order_id": "W7777"} -> refused "no such order"')
    assert (one.kind, one.events, one.where) == ("ungrounded_argument", (2,), "get_order.order_id")
    assert one.sentence.startswith("nobody gave 'W7777'")


def test_a_value_is_reported_once() -> None:
    assert len(found(*['call get_order {"order_id": "W7777"} -> refused "no such order"'] * 2, "agent: W7777?")) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        {"order_id": "w1001"},
        {"email": "ANA@example.com"},
        {"note": "order W1001 of ana@example.com"},
        {"order": 1001},
        {"days": 30},
        {"fee": 15.0},
        {"count": 7},
        {"date": "2026-03-01"},
        {"flag": True, "nothing": None, "text": "anything at all"},
    ],
)
def test_what_user_policy_or_clock_gave_is_grounded(arguments: dict[str, object]) -> None:
    assert found(call("get_order", arguments)) == []


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("user: It is order 4711.", {"order_id": "W4711"}),
        ("user: order number w-47 11 or w_4711", {"order_id": "W4711"}),
        ("user: on May 20th", {"date": "2026-05-20"}),
        ("user: on 5/20/2026", {"date": "2026-05-20"}),
        ("user: tomorrow, please", {"date": "2026-03-02"}),
        ("user: next Friday", {"date": "2026-03-06"}),
        ("user: two million, I mean $2M", {"limit": 2_000_000}),
        ("user: 250k", {"limit": 250000}),
    ],
)
def test_people_say_things_in_their_own_form(text: str, arguments: dict[str, object]) -> None:
    assert found(text, call("get_order", arguments)) == []
    assert len(found(call("get_order", arguments), text)) == 1


def test_what_a_tool_gave_is_grounded_even_as_a_key_or_as_json_in_text() -> None:
    assert (
        found(call("find_customer", result={"cards": {"card_9911": {"n": 1}}}), call("get_order", {"to": "card_9911"}))
        == []
    )
    assert found(call("find_customer", result='{"id": "U4477", "n": [150,200]}'), "agent: U4477 has $150.") == []
    assert found(call("restart_router", by="user", result="code X4455"), "agent: X4455.") == []


def test_what_only_the_scenario_knows_was_not_said() -> None:
    scenario = {"scenario": "s", "wants": "x", "knows": {"order_id": "W8888"}}
    assert len(found('call get_order {"order_id": "W8888"} -> ok {}', scenario=scenario)) == 1


@pytest.mark.parametrize("amount", ["49.90", "20", "7.50", "69.90", "29.90", "77.40", "99.80", "24.95", "15", "64.90"])
def test_simple_arithmetic_on_given_amounts_is_no_invention(amount: str) -> None:
    assert found(PRICES, f"agent: That makes ${amount}.") == []


@pytest.mark.parametrize(
    "claim",
    ["That is $83.17.", "It arrives on 2026-07-19.", "Your refund is R55021.", "Write to help@nowhere.example."],
)
def test_a_claim_that_nothing_supports(claim: str) -> None:
    (one,) = found(PRICES, f"agent: {claim}")
    assert (one.kind, one.events) == ("ungrounded_claim", (3,))


@pytest.mark.parametrize(
    "talk",
    [
        "It looks like this: for example W0000.",
        "That takes 5-7 business days.",
        "I will do 2 things in 24 hours.",
        "You have until March 31, 30 days from today.",
        "We are open 24/7.",
    ],
)
def test_talk_that_claims_no_value(talk: str) -> None:
    assert found(PRICES, f"agent: {talk}") == []


CATALOGUE = {
    "product": ("Cyber Shield Plus", "Business Owner's Policy", "Commercial General Liability", "Umbrella Max")
}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("We can offer the Cyber Shield Gold product.", ["Cyber Shield Gold"]),
        ("You may want our product Quantum Risk Guard.", ["Quantum Risk Guard"]),
        ("I'd add the Employment Practices Liability.", ["Employment Practices Liability"]),
        ("Our Cyber Shield Plus product fits.", []),
        ("Choose Cyber Shield product.", []),
        ("General Liability Insurance is available.", []),
        ("I recommend the Business Owner's Policy to Ana Ruiz in New York.", []),
        ("The Cyber Shield Plus and Umbrella Max products.", []),
        ("Dear Ana Ruiz, Thank You for Calling Acme Corp.", []),
    ],
)
def test_names_that_pose_as_products(text: str, names: list[str]) -> None:
    assert list(invented_names(text, CATALOGUE)) == names


def test_a_name_that_the_user_brought_up_is_not_the_agents_invention() -> None:
    card = {"domain": "x", "catalogue": {"product": ["Desk Lamp"]}}
    offer = "agent: The Quantum Lamp Gold product is $1."
    assert [one.kind for one in found("user: is $1 the price?", offer, card=card)] == ["ungrounded_claim"]
    assert found("user: I want the Quantum Lamp Gold for $1", offer, card=card) == []
