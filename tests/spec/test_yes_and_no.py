"""What a user's answer to "Shall I?" means."""

from __future__ import annotations

import pytest

from simkit.spec.acts import agent_act, claims_success, refuses, user_act


@pytest.mark.parametrize(
    "text",
    [
        "Yes, please.",
        "Yes, please cancel S61CZX. The long flights don't fit into my schedule.",
        "Sure. That is what I was actually hoping for.",
        "ok",
    ],
)
def test_a_yes_that_opens_an_answer_stands(text: str) -> None:
    assert user_act(text) == "affirm"


@pytest.mark.parametrize(
    "text",
    [
        "No, thanks.",
        "Yes, but don't charge that card.",
        "Yes. Wait, stop.",
        "Yes, please proceed, but to the other card instead.",
        "Yes. No, I changed my mind.",
        "Please don't do that.",
        "I don’t want that.",
    ],
)
def test_a_yes_that_is_taken_back_is_none(text: str) -> None:
    assert user_act(text) == "deny"


def test_typographic_apostrophes_change_nothing() -> None:
    assert agent_act("I’m sorry, I can’t do that.") == "refuse"
    assert refuses("We can’t do that.")
    assert not claims_success("It has been cancelled? I’m afraid that isn’t possible, I can’t do it.")
