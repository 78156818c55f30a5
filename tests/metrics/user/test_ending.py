"""A user who leaves too early is told from one who had reason to leave."""

from __future__ import annotations

from typing import Any

import pytest
from storylog import story

from simkit.metrics.score import UserFault
from simkit.metrics.user.ending import ended_early

ASK, BYE = "user: I'd like a refund for W1001.", "user(close): Bye."
SLOTS = {"domain": "shop", "slots": {"order_id": {"label": "order number"}, "email": {"label": "email address"}}}
PATIENT = {"patience": 20.0}


def found(*lines: str, reached: bool = False, persona: dict[str, Any] = PATIENT, **scenario: Any) -> list[UserFault]:
    """The fault, if there is one."""
    knows = {"wants": "a refund", "knows": {"order_id": "W1001"}, **scenario}
    return list(ended_early(story(*lines, scenario=knows, card=SLOTS, persona=persona), reached=reached))


@pytest.mark.parametrize(
    ("reply", "last", "why"),
    [
        ("Shall I refund $49.90 to your card?", BYE, "asks for a yes"),
        ("Shall I refund $49.90 to your card?", "user(close): Yes, please go ahead.", "say yes to the agent"),
        ("Could you tell me your order number?", BYE, "what they know (order_id)"),
        ("One moment, let me check your order.", BYE, "about to go on"),
    ],
)
def test_leaving_while_the_agent_waits_or_works_is_early(reply: str, last: str, why: str) -> None:
    (fault,) = found(ASK, f"agent: {reply}", last)

    assert (fault.kind, fault.events) == ("ended_early", (3, 2))
    assert why in fault.sentence


@pytest.mark.parametrize(
    "reply",
    [
        "I'm sorry, I cannot refund opened items.",
        "Your refund has been processed. Is there anything else I can help you with?",
        "Your order was delivered on 2026-02-01.",
        "Could you tell me your email address?",
    ],
)
def test_leaving_after_a_refusal_news_or_a_question_one_cannot_answer_is_not(reply: str) -> None:
    assert found(ASK, f"agent: {reply}", BYE) == []


@pytest.mark.parametrize(
    ("reply", "last"),
    [
        ("You are being transferred to a human agent. Please hold on.", BYE),
        ("I can't unlock your SIM. Would you like me to transfer you to a human agent?", "user(close): Yes, please."),
        (
            "I could transfer you to a person. Shall I go ahead?",
            "user(close): Yes, please transfer me to a human agent.",
        ),
    ],
)
def test_leaving_with_the_agent_handing_over_is_not_early(reply: str, last: str) -> None:
    assert found(ASK, f"agent: {reply}", last) == []
    assert found(ASK, f"agent: {reply}", last, then=["the delivery address of W1003 changed"]) == []


def test_a_handover_as_the_other_choice_does_not_excuse_who_leaves_with_a_yes() -> None:
    either = "agent: I can transfer you to a person if you prefer. Shall I refund $49.90 to your card?"

    assert found(ASK, either, "user(close): Yes, please go ahead.") != []


def test_who_reached_the_goal_or_says_no_or_never_left_did_not_leave_early() -> None:
    confirm = "agent: Shall I refund $49.90 to your card?"

    assert found(ASK, confirm, BYE, reached=True) == []
    assert found(ASK, confirm, "user(close): No, please don't do that.") == []
    assert found(ASK, confirm, "end turn_limit") == []


def test_leaving_before_the_first_reply_is_early() -> None:
    (fault,) = found("user(close): Hello and goodbye.")

    assert "before the agent had said a word" in fault.sentence


def test_a_further_want_must_have_been_raised() -> None:
    done = "agent: Your refund has been processed. Anything else?"

    (fault,) = found(ASK, done, BYE, then=["the delivery address of W1003 changed"])
    assert "the delivery address of W1003" in fault.sentence
    raised = "user: I also need the delivery address of W1003 changed."
    assert found(ASK, done, raised, done, BYE, then=["the delivery address of W1003 changed"]) == []


def test_an_impatient_person_may_leave_once_patience_can_be_used_up_but_not_with_a_yes() -> None:
    persona = {"patience": 1.0, "irritation": {"question": 1.0}}
    question = "agent: Could you tell me your order number?"

    assert found(ASK, question, BYE, persona=persona) == []
    assert found(ASK, "agent: Shall I refund it?", "user(close): Yes, go ahead.", persona=persona) != []
