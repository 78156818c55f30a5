"""Truths about dialogue acts: what somebody does by saying it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.spec.acts import agent_act, claims_success, offers_more, refuses, sentences, user_act


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("I can cancel W1 and refund $129.00. Shall I go ahead?", "confirm"),
        ("Do you want me to cancel it?", "confirm"),
        ("I'm sorry, I cannot cancel an order that has been shipped.", "refuse"),
        ("Unfortunately that is not possible.", "refuse"),
        ("Something went wrong on our side.", "report_error"),
        ("Could you tell me your order number?", "ask"),
        ("Please provide your email address.", "ask"),
        ("Done. Is there anything else?", "offer_more"),
        ("Your order is on its way.", "inform"),
        ("Goodbye, have a nice day!", "close"),
        ("", "inform"),
    ],
)
def test_what_an_agent_does_by_saying_it(text: str, act: str) -> None:
    assert agent_act(text) == act


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("Yes, please go ahead.", "affirm"),
        ("Sure", "affirm"),
        ("No, please don't do that.", "deny"),
        ("Yes... wait, I changed my mind.", "deny"),
        ("Thank you, that is all. Goodbye.", "close"),
        ("What will happen then?", "ask"),
        ("My order number is W1001.", "inform"),
        ("", "inform"),
    ],
)
def test_what_a_user_does_by_saying_it(text: str, act: str) -> None:
    assert user_act(text) == act


def test_only_what_was_carried_out_is_claimed() -> None:
    assert claims_success("Your order has been cancelled.")
    assert not claims_success("I'm sorry, I cannot cancel it; it has been shipped.")
    assert not claims_success("Something went wrong, nothing has been cancelled.")
    assert refuses("We are unable to do that.")
    assert offers_more("Anything else I can do?")


@given(text=st.text(max_size=300))
def test_any_text_is_some_act(text: str) -> None:
    assert agent_act(text) in ("confirm", "refuse", "report_error", "offer_more", "ask", "close", "inform")
    assert user_act(text) in ("affirm", "deny", "ask", "close", "inform")
    assert all(one in text for one in sentences(text))


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "unit", ["sorry ", "i'm sorry ", "confirm that ", "unfortunately ", "a", "? ", ". ", "no ", " ", "\n"]
)
def test_an_act_is_found_in_bearable_time_in_200_000_hostile_characters(unit: str) -> None:
    text = unit * (200_000 // len(unit))

    assert agent_act(text)
    assert user_act(text)
    assert claims_success(text) in (True, False)
