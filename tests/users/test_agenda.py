"""The agenda user: gives what it is asked for, in its own way, loses patience, changes its mind, and leaves."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.play.agent import ToolResult
from simkit.play.user import Heard, Role, Said
from simkit.spec.domain import Card
from simkit.spec.files import load_pack, shipped
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.trace.log import SessionKey
from simkit.users.agenda import Agenda, as_want

CARD = Card.model_validate(
    {
        "domain": "shop",
        "slots": {"order_id": {"label": "order number", "also": ["order id"]}, "email": {"label": "email address"}},
        "user_acts": [{"when": ["turn wifi off"], "call": "set_wifi", "arguments": {"on": False, "who": "{email}"}}],
    }
)
SCENARIO: dict[str, Any] = {
    "scenario": "s",
    "wants": "A refund for my lamp.",
    "knows": {"order_id": "W1", "email": "ana@example.com"},
    "goal": {},
}
PERSONAS = {persona.persona: persona for persona in load_pack([shipped("personas")]).personas}


class Talk:
    """A conversation with one user; `ana("text")` is what they answer."""

    def __init__(self, persona: str | dict[str, Any] = "plain", **changes: Any) -> None:
        who = (
            PERSONAS[persona] if isinstance(persona, str) else Persona(persona="p", summary="s", manner="m", **persona)
        )
        scenario = Scenario.model_validate({**SCENARIO, **changes})
        self.user = Agenda(Role(scenario, who, CARD, partial(random.Random, 1), SessionKey("s", "p", 0)))
        self.number = 0
        self.calls: list[tuple[str, Any]] = []

    def __call__(self, text: str | None) -> Said:
        self.number += 1
        return anyio.run(self.user.respond, Heard(text, (), self.number, self.call))

    async def call(self, name: str, arguments: Any, node: str | None) -> ToolResult:
        """The user's own tool."""
        self.calls.append((name, arguments))
        return ToolResult("ok", {"wifi": "off"})


def test_asked_for_a_fact_it_tells_it_and_says_so_where_it_does_not_know() -> None:
    ana = Talk(knows={"order_id": "W1"})
    ana(None)

    assert "W1" in ana("Could you tell me your order id, please?").text
    asked = ana("And your email address?")
    assert (asked.act, "email address" in asked.text) == ("unknown", True)


def test_upfront_people_tell_all_at_once_and_others_nothing_unasked() -> None:
    assert "W1" in Talk("terse-expert")(None).text
    assert "W1" not in Talk("plain")(None).text


def test_what_is_disclosed_when_pressed_takes_two_questions_and_what_is_never_disclosed_stays_untold() -> None:
    ana = Talk(discloses={"order_id": "when_pressed", "email": "never"})
    ana(None)

    assert [ana("What is your order number?").act, ana("What is your order number?").act] == ["withhold", "tell"]
    assert {ana(f"What is your email address, please ({n})?").act for n in range(4)} == {"withhold"}


def test_a_request_to_confirm_gets_a_yes_and_from_hesitant_people_a_question_first() -> None:
    plain, elderly = Talk(), Talk("elderly")
    plain(None), elderly(None)

    assert plain("I would refund $9. Shall I go ahead? (yes/no)").act == "affirm"
    assert [elderly("Shall I go ahead? (yes/no)").act for _ in range(2)] == ["hesitate", "affirm"]


def test_a_changed_mind_comes_at_its_moment_once_and_brings_its_facts_and_want() -> None:
    change = {"when": "confirming", "says": "No, send W2 back.", "knows": {"order_id": "W2"}, "wants": "To return W2"}
    ana = Talk(changes=[change])
    ana(None)

    assert ana("Shall I cancel W1? (yes/no)").text == "No, send W2 back."
    assert "W2" in ana("What was the order number?").text
    assert "return W2" in ana("What do you mean?").text
    assert ana("Shall I return it? (yes/no)").act == "affirm"


def test_further_wants_come_one_by_one_and_then_the_end() -> None:
    ana = Talk(then=["To change my address", "To hear a joke"])
    ana(None)
    said = [ana("Done. Is there anything else I can help you with?") for _ in range(3)]

    assert ["address" in said[0].text, "joke" in said[1].text] == [True, True]
    assert [one.closing for one in said] == [False, False, True]


def test_a_user_uses_its_own_tools_when_told_how_and_reports() -> None:
    ana = Talk()
    ana(None)
    said = ana("Please turn wifi off and tell me what you see.")

    assert ana.calls == [("set_wifi", {"on": False, "who": "ana@example.com"})]
    assert "wifi is off" in said.text


def test_refused_it_presses_once_and_adversaries_try_each_of_their_tactics() -> None:
    plain, seller = Talk(), Talk("pressure-seller")
    plain(None), seller(None)
    no = "I'm sorry, I can't do that."

    assert [plain(f"{no} ({n})").act for n in range(2)] == ["press", "close"]
    assert [seller(f"{no} ({n})").act for n in range(2)] == ["tactic_refused", "tactic_refused"]


@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_everybody_leaves_an_agent_that_says_the_same_for_ever(persona: str) -> None:
    ana = Talk(persona)
    ana(None)

    for _ in range(40):
        if (said := ana("Thank you for your message.")).closing:
            break
    assert said.closing


def test_patience_is_a_number_and_setbacks_cost_it() -> None:
    short, long = Talk({"patience": 1}), Talk({"patience": 50})
    short(None), long(None)
    error = "Something went wrong."

    assert short(error).act == "leave"
    assert not long(error).closing


@given(st.lists(st.text(max_size=80), max_size=12), st.sampled_from(sorted(PERSONAS)))
def test_no_text_of_an_agent_breaks_a_user_or_makes_it_say_nothing(texts: list[str], persona: str) -> None:
    ana = Talk(persona)
    ana(None)
    for text in texts:
        said = ana(text)
        assert said.text
        if said.closing:
            break


def test_one_seed_one_conversation() -> None:
    texts = ["Your order number?", "Shall I? (yes/no)", "I can't do that.", "Anything else?"]

    assert [ana(text) for ana in [Talk("talkative-novice")] for text in [None, *texts]] == [
        ana(text) for ana in [Talk("talkative-novice")] for text in [None, *texts]
    ]


@pytest.mark.parametrize(
    ("written", "inside"),
    [("A refund.", "a refund"), ("To cancel W1.", "to cancel W1"), ("W1 cancelled", "W1 cancelled"), ("I", "I")],
)
def test_a_want_fits_into_a_sentence(written: str, inside: str) -> None:
    assert as_want(written) == inside
