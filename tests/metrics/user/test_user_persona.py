"""Declarations of a persona that can be checked without a model, kept and gone against."""

from __future__ import annotations

from typing import Any

from storylog import story

from simkit.metrics.user.patience import spent
from simkit.metrics.user.persona import contradictions

SLOTS = {"domain": "shop", "slots": {"order_id": {"label": "order number", "also": ["order id"]}}}


def broken(*lines: str, persona: dict[str, Any] | None = None, **scenario: Any) -> list[str]:
    """What is gone against, in a session of somebody who knows order W1001."""
    knows = {"wants": "a refund", "knows": {"order_id": "W1001"}, **scenario}
    return [one.where for one in contradictions(story(*lines, scenario=knows, card=SLOTS, persona=persona or {}))]


def test_facts_come_when_the_persona_gives_them() -> None:
    tell, ask = "user: It is W1001.", "agent: Could you tell me your order number?"

    assert broken(tell) == ["discloses order_id: when_asked"]
    assert broken("user: Hello.", ask, tell) == []
    assert broken(tell, persona={"discloses": "upfront"}) == []
    assert broken("user: Hello.", ask, tell, discloses={"order_id": "never"}) == ["discloses order_id: never"]
    pressed = {"discloses": "when_pressed"}
    assert broken("user: Hello.", ask, tell, persona=pressed) == ["discloses order_id: when_pressed"]
    assert broken("user: Hello.", ask, "user: Why?", ask, tell, persona=pressed) == []


def test_what_the_scenario_itself_says_first_is_no_disclosure() -> None:
    assert broken("user: A refund for W1001.", wants="a refund for W1001") == []
    assert broken("user: It's about W1001.", opening="It's about {order_id}.") == []
    assert broken("user: Hi.", "agent: Is it W1001?", "user: W1001.", discloses={"order_id": "never"}) == []


def test_nobody_forgets_what_they_know() -> None:
    assert broken("user: I don't remember my order id.") == ["knows order_id"]
    assert broken("user: I don't remember my order id.", knows={}) == []
    assert broken("user: I don't remember the colour of it.") == []
    other = "user: I don't know the invoice number but my order number is W1001."
    assert broken("user: Hi.", "agent: Which order?", other) == []
    assert broken("user: I don't have the receipt, my order number is somewhere.") == []


def test_patience_that_is_used_up_ends_the_talk() -> None:
    persona = {"patience": 2.0, "irritation": {"refusal": 1.0, "repeated": 0.0}}
    no = "agent: I'm sorry, I cannot do that."
    lines = ("user: A refund.", no, "user: Please!", no, "user: Please, please!", no, "user: Pretty please!", no)

    assert broken(*lines, persona=persona) == ["patience"]
    assert broken(*lines[:6], persona=persona) == []
    assert [one.certain for one in spent(story(*lines, persona=persona))] == [1.0, 2.0, 3.0, 4.0]


def test_somebody_hesitant_asks_back_before_the_first_yes() -> None:
    persona = {"confirms": "hesitantly"}
    confirm, yes = "agent: Shall I refund it?", "user: Yes, go ahead."

    assert broken("user: Hi.", confirm, yes, persona=persona) == ["confirms: hesitantly"]
    assert broken("user: Hi.", confirm, "user: What happens then?", confirm, yes, persona=persona) == []
    assert broken("user: Hi.", confirm, yes) == []


def test_a_terse_person_makes_no_speeches_of_their_own() -> None:
    speech = " ".join(f"I once had word{number}." for number in range(20))

    assert broken(f"user: {speech}", persona={"verbosity": "terse"}) == ["verbosity: terse"]
    assert broken(f"user: {speech}") == []
    assert broken(f"user: {speech}", persona={"verbosity": "terse"}, opening=speech) == []


def test_people_write_in_the_script_of_their_language() -> None:
    assert broken("user: I must 势必要更改 it.") == ["language: en"]
    assert broken("user: Bitte ändern, für Zoë.") == []
    assert broken("user: Я хочу вернуть лампу.", persona={"language": "ru"}) == []
