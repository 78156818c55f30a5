"""Each kind of odd output is seen, and ordinary words pass."""

from __future__ import annotations

from typing import Any

import pytest
from storylog import story

from simkit.metrics.odd.output import odd_output, odd_output_per_reply
from simkit.metrics.session import score_session

ASK, BYE = "user: I'd like a refund for W1001.", "user(close): Bye."


def kinds(*replies: str, reached: bool = False, before: tuple[str, ...] = (ASK,), **more: Any) -> list[str]:
    """What is odd about an agent's replies."""
    lines = [line for reply in replies for line in (f"agent: {reply}", "user: Go on.")]
    return [one.kind for one in odd_output(story(*before, *lines, BYE, **more), reached=reached)]


@pytest.mark.parametrize(
    "words",
    [
        "Your refund is on its way.<|im_end|>",
        "Your refund is on its way.</s>",
        "<think>The user wants a refund.</think> Done.",
        '<tool_call>{"name": "refund"}</tool_call>',
        'I will call {"name": "refund", "arguments": {"order_id": "W1001"}} now.',
        "functions.refund(order_id='W1001')",
        "Dear {first_name}, your refund is on its way.",
        "Dear {{ customer.name }}, your refund is on its way.",
        "Dear [Your Name], your refund is on its way.",
        "It\u2019s \ufffd49.90.",
        "Itâ€™s on its way.",
        "Tom &amp; Jerry is on its way.",
        "Your\x07 refund is on its way.",
        "Done.\nUser: Thank you!",
        "ĠYour Ġrefund is on its way.",
        "The result is [object Object].",
    ],
)
def test_debris_of_tokens_templates_and_bytes_is_found(words: str) -> None:
    assert set(kinds(words)) == {"token_debris"}


@pytest.mark.parametrize(
    "words",
    [
        "Your refund of $49.90 (order W1001) is on its way – thank you for your patience! 🙂👩‍👧",
        "Here are your orders:\n- **W1001**: delivered\n- W1002: pending",
        "Would you like me to:\n1. Refund it\n2. Exchange it",
        "Ω is the sign of the ohm, and µ stands for a millionth; π is 3.14.",
        "Señor Müller's café is in São Paulo, naïve as it may seem.",
        'Write "refund" into the subject, please: it helps.',
        "Set it with x = {1, 2} in the form.",
        "That is what you can log in with",
        "Best regards,\nThe Shop Team",
    ],
)
def test_ordinary_words_pass(words: str) -> None:
    assert kinds(words) == []


@pytest.mark.parametrize(
    ("words", "odd"),
    [
        ("Your refund is 处理 now.", True),
        ("Your refund is обработан now.", True),
        ("Your \u0440efund is on its way.", True),
        ("Your Ζ-plan costs nothing.", False),
    ],
)
def test_scripts_of_other_languages_are_found_and_a_single_sign_is_not(words: str, odd: bool) -> None:
    assert (kinds(words) == ["foreign_script"]) is odd


def test_scripts_of_the_language_and_of_what_was_said_before_belong() -> None:
    assert kinds("Возврат оформлен.", persona={"language": "ru"}) == []
    assert kinds("Your name is Ольга.", before=("user: I am Ольга.",)) == []
    assert kinds("返品しました。", persona={"language": "ja-JP"}) == []


@pytest.mark.parametrize(
    ("words", "odd"),
    [
        ("Your refund has been sent to the", True),
        ("Your refund has been sent, and", True),
        ("Here is the code:\n```python\nprint(1)\n", True),
        ("These are your orders (W1001,", True),
        ("Refunded: $49.90", False),
        ("Thank you for reaching out", False),
    ],
)
def test_a_message_that_breaks_off_is_found(words: str, odd: bool) -> None:
    assert (kinds(words) == ["truncated"]) is odd


def test_a_message_that_goes_round_in_circles_is_found() -> None:
    assert kinds("I am so sorry about this. " * 3) == ["repeated_text"]
    assert kinds("refund refund refund refund refund refund refund") == ["repeated_text"]
    assert kinds("- Economy: sold out\n" * 6) == ["repeated_text"]
    assert kinds("- Flight 1: 10 seats.\n- Flight 2: 10 seats.\n- Flight 3: 10 seats.") == []


def test_the_same_message_three_times_to_a_user_who_says_something_else_is_found() -> None:
    again = "agent: Could you tell me your order number so that I can look it up?"
    told = story(ASK, again, "user: It is W1001.", again, "user: W1001!", again, BYE)
    asked_again = story(ASK, again, ASK, again, ASK, again, BYE)

    assert [(one.kind, one.events) for one in odd_output(told, reached=False)] == [("repeated_text", (6, 4, 2))]
    assert odd_output(asked_again, reached=False) == ()


TOOLS = {
    "domain": "shop",
    "tools": [{"name": "refund", "description": "Refund.", "parameters": {"type": "object"}, "effect": "write"}],
}
REFUND = {"reference": [{"refund": {"order_id": "W1001"}}]}
REFUSED = {"reference": [{"say": "I'm sorry, I cannot refund opened items."}]}


def test_a_refusal_is_odd_where_the_reference_changes_something_and_refuses_nothing() -> None:
    no = "I'm sorry, I cannot refund this."

    assert kinds(no, scenario=REFUND, card=TOOLS) == ["undue_refusal"]
    assert kinds(no, scenario=REFUND, card=TOOLS, reached=True) == []
    assert kinds(no, scenario=REFUSED, card=TOOLS) == []
    assert kinds(no, scenario=REFUND | {"references": [REFUSED["reference"]]}, card=TOOLS) == []
    assert kinds("I cannot refund this without your order number.", scenario=REFUND, card=TOOLS) == []
    tried = (ASK, 'call refund {"order_id": "W1001"} -> refused "window closed"')
    assert kinds(no, scenario=REFUND, card=TOOLS, before=tried) == []


def test_a_models_stock_refusal_is_odd_unless_the_reference_refuses() -> None:
    stock = "I'm sorry, but I can't assist with that."

    assert kinds(stock) == ["undue_refusal"]
    assert kinds("As an AI language model, I have no orders.", reached=True) == ["undue_refusal"]
    assert kinds(stock, scenario=REFUSED) == []


def test_addresses_that_nobody_gave_or_that_lead_nowhere_are_found() -> None:
    assert kinds("See https://shop-help.com/returns for details.") == ["invented_link"]
    assert kinds("See www.shop-help.com for details.") == ["invented_link"]
    assert kinds("See https://www.example.com/returns.") == ["dead_link"]
    assert kinds("See [link] for details.") == ["dead_link"]
    assert kinds("Write to help@shop-help.com.") == []


def test_addresses_from_policy_tools_and_user_are_good() -> None:
    words = "See https://shop-help.com/returns, please."
    said = (ASK, 'call find {} -> ok {"page": "http://www.shop-help.com/returns/"}')

    assert kinds(words, card={"policy": "Returns: shop-help.com/returns."}) == []
    assert kinds(words, before=said) == []
    assert kinds(words, before=("user: Is https://shop-help.com/returns right?",)) == []


def test_json_that_was_promised_has_to_parse() -> None:
    assert kinds('Here:\n```json\n{"order": "W1001",}\n```') == ["broken_json"]
    assert kinds('Here:\n```json\n{"order": "W1001"}\n```') == []
    assert kinds("{'order': 'W1001'}") == ["broken_json"]
    assert kinds("Done.", card={"policy": "Always answer in JSON."}) == ["broken_json"]
    assert kinds('{"done": true}', card={"policy": "Always answer in JSON."}) == []


def test_what_others_said_may_be_quoted() -> None:
    assert kinds("You wrote </s>, what is that?", before=("user: What is </s>?",)) == []


def test_a_sessions_score_has_it_and_the_metric_gives_the_share_of_replies() -> None:
    episode = story(ASK, "agent: Done.</s>", "user: And?", "agent: That is all.", BYE)

    (odd,) = score_session(episode).odd
    score = odd_output_per_reply(episode)
    assert (odd.kind, odd.events) == ("token_debris", (2,))
    assert (score.value, score.evidence) == (0.5, (2,))
    assert odd_output_per_reply(story(BYE)).value is None
