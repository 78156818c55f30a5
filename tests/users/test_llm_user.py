"""The user that a chat model plays: what it is told, what it may answer, and what it does with its own tools."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from chatserver import ChatServer, Request, calls, says, sends, serving
from goldenfile import golden
from tinyshop import write_shop

import simkit
from simkit.api import play_case
from simkit.llm import ChatMessage, Reply
from simkit.paths.episode import Episode
from simkit.play.agent import Message, Turn
from simkit.play.user import Heard, Role
from simkit.spec.persona import Persona
from simkit.trace.events import ModelCalled, ToolCalled, UserSaid
from simkit.trace.log import SessionKey
from simkit.users.llm import llm_user, prompt

KEY = "sk-secret-0123456789"

STORY = """\
scenario: cancel-lamp
personas: [careful]
wants: To cancel my lamp.
opening: Hello {name} here, cancel {order_id}.
knows: {name: Ana, order_id: W1, express: true}
does_not_know: [zip_code, that the lamp is a goal-shaped secret]
discloses: {order_id: upfront}
then: [to hear when the money comes]
changes:
  - {when: confirming, says: "Wait, keep it. {name} says {order_id}", knows: {order_id: W2}}
  - {when: 3, says: Hurry up.}
goal:
  world: {orders.W1.status: cancelled}
  says: [{money: 129}]
reference:
  - get_order: {order_id: W1}
  - say: The reference says this.
  - cancel_order: {order_id: W1}
"""

PERSONA = """\
persona: careful
summary: Careful {wants} {knows}.
manner: Formal.
expertise: novice
confirms: hesitantly
patience: 4.5
irritation: {question: 0.25, stalled: 0}
tactics:
  - {when: refused, says: Make an exception!, times: 2}
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat server that OPENAI_BASE_URL names."""
    with serving(lambda request: acts("Bye.", closing=True)) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        yield chat


def acts(text: str, closing: bool = False, use: tuple[str, str] | None = None) -> dict[str, Any]:
    """A user's answer in shape."""
    used = None if use is None else {"tool": use[0], "arguments": use[1]}
    return says(json.dumps({"text": text, "closing": closing, "use": used}))


def in_turn(*answers: dict[str, Any]) -> Any:
    """A policy that gives one answer after the other."""
    waiting = iter(answers)
    return lambda request: next(waiting)


async def clerk(turn: Turn) -> str:
    """An agent that echoes how often it was spoken to."""
    return f"Reply {sum(message.role == 'user' for message in turn.history)}. Anything else?"


def played(shop: Path, agent: Any = clerk) -> tuple[Episode, Any]:
    """The one scenario of the shop, its user played by the server's model."""
    return play_case(simkit.load(shop).cases[0], agent, user="llm:openai/tiny")


def role_of(shop: Path) -> Role:
    case = simkit.load(shop).cases[0]
    return Role(case.scenario, case.personas[0], case.domain.card, partial(random.Random, 0), SessionKey("s", "p", 0))


def test_the_prompt_says_who_they_are_and_what_they_know_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "personas").mkdir()
    (tmp_path / "personas" / "careful.yaml").write_text(PERSONA)
    shop = write_shop(tmp_path, STORY)
    domain = shop / "domain.yaml"
    domain.write_text(
        domain.read_text().replace("slots:", "slots:\n  express: {label: express}\n  zip_code: {label: ZIP}")
    )

    text = prompt(role_of(shop))

    assert text == golden("users/llm_prompt.txt", text)
    for secret in ("goal-shaped secret", "129", "cancelled", "The reference says this", "Never cancel", "Arden", "Ben"):
        assert secret not in text


def test_the_model_hears_the_conversation_from_the_users_side(shop: Path, server: ChatServer) -> None:
    server.policy = in_turn(acts("Cancel my lamp."), acts("Yes."), acts("Bye.", closing=True))

    episode, _ = played(shop)

    assert [event.text for event in episode.user_texts] == ["Cancel my lamp.", "Yes.", "Bye."]
    assert episode.ended is not None
    assert episode.ended.reason == "user_closed"
    told = [(m["role"], m["content"]) for m in server.requests[-1]["messages"][1:]]
    assert [(role, json.loads(text)["text"] if role == "assistant" else text) for role, text in told] == [
        ("user", "(You speak first.)"),
        ("assistant", "Cancel my lamp."),
        ("user", "Reply 1. Anything else?"),
        ("assistant", "Yes."),
        ("user", "Reply 2. Anything else?"),
    ]


def test_every_answer_of_the_model_is_recorded_before_what_comes_of_it(shop: Path, server: ChatServer) -> None:
    server.policy = in_turn(acts("", use=("press_button", '{"name": "Ana"}')), acts("It is on. Bye.", closing=True))

    episode, _ = played(shop)

    assert [event.kind for event in episode.events] == [
        "started",
        "model_called",
        "tool_called",
        "model_called",
        "user_said",
        "ended",
    ]
    model, call = episode.events[1], episode.events[2]
    assert isinstance(model, ModelCalled)
    assert (model.role, model.model, model.usage) == ("user", "tiny-2026", {"input_tokens": 10, "output_tokens": 2})
    assert isinstance(call, ToolCalled)
    assert (call.by, call.tool, call.outcome, call.result["lamp"]) == ("user", "press_button", "ok", "on")
    assert "It shows: " in server.requests[1]["messages"][-1]["content"]


def test_the_shape_names_the_persons_own_tools_in_the_strict_form(shop: Path, server: ChatServer) -> None:
    played(shop)

    asked = server.requests[0]["response_format"]["json_schema"]

    assert asked["strict"] is True
    assert asked["schema"]["required"] == ["text", "closing", "use"]
    assert asked["schema"]["properties"]["use"]["anyOf"][0]["properties"]["tool"]["enum"] == ["press_button"]


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        ("Hello there! ###STOP###", "Invalid JSON"),
        ('{"text": "Hello"}', "closing: Field required"),
        ('{"text": "Hello", "closing": "no", "use": null}', "closing"),
        ('{"text": "Hello", "closing": false, "use": null, "mood": "fine"}', "mood"),
        ('{"text": " ", "closing": false, "use": null}', "text is empty"),
        ('{"text": "", "closing": false, "use": {"tool": "cancel_order", "arguments": "{}"}}', "use.tool must be"),
        ('{"text": "", "closing": false, "use": {"tool": "press_button", "arguments": "{"}}', "use.arguments must be"),
        (
            '{"text": "", "closing": false, "use": {"tool": "press_button", "arguments": "[1]"}}',
            "use.arguments must be",
        ),
    ],
)
def test_an_answer_out_of_shape_is_asked_for_again_and_never_said(
    shop: Path, server: ChatServer, answer: str, mistake: str
) -> None:
    server.policy = in_turn(says(answer), acts("Bye.", closing=True))

    episode, _ = played(shop)

    assert [event.text for event in episode.user_texts] == ["Bye."]
    assert mistake in server.requests[1]["messages"][-1]["content"]
    assert len(server.requests) == 2


def test_a_model_that_never_answers_in_shape_makes_the_session_invalid(shop: Path, server: ChatServer) -> None:
    server.policy = lambda request: says("I am a poem")

    episode, score = played(shop)

    assert len(server.requests) == 3
    assert [(failed.boundary, failed.error.split(",")[0]) for failed in episode.failures] == [
        ("model", "ModelError: protocol: asked 3 times")
    ]
    assert episode.ended is not None
    assert episode.ended.reason == "model_failed"
    assert score.outcome == "invalid"


def test_somebody_who_only_plays_with_their_tools_is_stopped(shop: Path, server: ChatServer) -> None:
    server.policy = lambda request: acts("", use=("press_button", '{"name": "Ana"}'))

    episode, score = played(shop)

    assert len(episode.log.calls) == 10
    assert score.outcome == "invalid"


@pytest.mark.parametrize("ref", ["openai/tiny", "langchain:openai/tiny"])
def test_user_and_agent_are_played_by_models_through_a_whole_session(shop: Path, server: ChatServer, ref: str) -> None:
    server.policy = both

    episode, score = play_case(simkit.load(shop).cases[0], f"model:{ref}", user=f"llm:{ref}")

    assert score.outcome == "pass", score.reason
    assert [f"{call.tool} {call.outcome}" for call in episode.agent_calls] == ["get_order ok", "cancel_order ok"]
    models = [event.role for event in episode.events if isinstance(event, ModelCalled)]
    assert models == ["user", "agent", "agent", "user", "agent", "agent", "user"]
    assert score.value("agent_tokens") == 48.0
    assert KEY not in "".join(episode.log.lines())
    assert KEY not in json.dumps(server.requests)
    assert [event.closing for event in episode.events if isinstance(event, UserSaid)] == [False, False, True]


def both(request: Request) -> dict[str, Any]:
    """A model that plays user and agent: which, it sees from what it is asked for."""
    last = request["messages"][-1]["content"]
    if "response_format" in request:
        if "speak first" in last:
            return acts("Please cancel W1.")
        return acts("Yes, go ahead.") if "Shall I" in last else acts("Thanks, bye.", closing=True)
    if request["messages"][-1]["role"] == "user":
        return calls(("cancel_order" if "Yes" in last else "get_order", '{"order_id": "W1"}'))
    if "cancelled" in last:
        return says("Your order W1 over $129.00 has been cancelled.")
    return says("Shall I cancel order W1 over $129.00? (yes/no)")


def test_a_wrong_key_ends_the_session_as_the_models_fault_and_stays_secret(shop: Path, server: ChatServer) -> None:
    server.broken(sends(401, json.dumps({"error": {"message": f"bad key {KEY}"}})))

    episode, score = played(shop)

    assert [failed.boundary for failed in episode.failures] == ["model"]
    assert "auth: HTTP 401" in episode.failures[0].error
    assert score.outcome == "invalid"
    assert KEY not in "".join(episode.log.lines())


def test_any_async_function_can_be_the_model(shop: Path) -> None:
    async def parrot(messages: Any, *, tools: Any = (), shape: Any = None) -> Reply:
        heard.append(messages[-1])
        return Reply('{"text": "Goodbye.", "closing": true}', model="parrot")

    async def overhear() -> Any:
        return await llm_user(parrot)(role_of(shop)).respond(Heard(None, (), 1, nothing))

    async def nothing(name: str, arguments: Any, node: str | None) -> Any:
        raise AssertionError("no tool was to be used")

    heard: list[ChatMessage] = []

    assert anyio.run(overhear).text == "Goodbye."
    assert heard == [ChatMessage("user", "(You speak first.)")]


def test_a_user_who_begins_in_the_middle_reads_up_on_what_was_said(shop: Path) -> None:
    async def parrot(messages: Any, *, tools: Any = (), shape: Any = None) -> Reply:
        heard.extend((message.role, message.text) for message in messages[1:])
        return Reply('{"text": "W1.", "closing": false}')

    async def resume() -> Any:
        history = (Message("user", "Cancel!"), Message("agent", "Your order number?"))
        return await llm_user(parrot)(role_of(shop)).respond(Heard("Your order number?", history, 2, nothing))

    async def nothing(name: str, arguments: Any, node: str | None) -> Any:
        raise AssertionError("no tool was to be used")

    heard: list[tuple[str, str]] = []

    assert anyio.run(resume).text == "W1."
    assert heard == [
        ("user", "(You speak first.)"),
        ("assistant", '{"text": "Cancel!", "closing": false, "use": null}'),
        ("user", "Your order number?"),
    ]


def test_a_persona_cannot_smuggle_a_hole_into_the_prompt(shop: Path) -> None:
    role = role_of(shop)
    sly = Persona(persona="sly", summary="{knows} {policy}", manner="{wants}")

    text = prompt(Role(role.scenario, sly, role.card, role._seeded, role.key))

    assert "{knows} {policy}" in text
