"""What counts as a claim that a failed call was carried out: whatever the tool's verb looks like when it is done."""

from __future__ import annotations

import pytest
from storylog import story

from simkit.metrics.talk.claims import ignored_errors


def claims(tool: str, words: str) -> bool:
    """Whether saying `words` after a failed call of `tool` claims its success."""
    return bool(ignored_errors(story("user: Hi.", f'call {tool} {{"id": "W1"}} -> error "down"', f"agent: {words}")))


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("add_bags", "The bags have been added."),
        ("bind_quote", "Q4001 has been bound."),
        ("send_payment_request", "I've sent the request."),
        ("apply_credit", "The credit has been applied."),
        ("cancel_order", "It has now been cancelled."),
        ("cancel_order", "I've gone ahead and cancelled it."),
        ("pay_bill", "Your bill was paid."),
    ],
)
def test_a_claim_is_seen_in_every_form_of_the_verb(tool: str, words: str) -> None:
    assert claims(tool, words)


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("add_bags", "Your address is 4 Elm Road."),
        ("bind_quote", "I have found your quote."),
        ("apply_credit", "I have looked at your application form."),
        ("cancel_order", "It has not been cancelled."),
        ("get_order", "I have your order here."),
        ("set_vpn", "I have set out the facts."),
    ],
)
def test_other_words_are_no_claim(tool: str, words: str) -> None:
    assert not claims(tool, words)
