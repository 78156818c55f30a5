"""A chat model as the agent under test: what it is shown, what its calls come to, and whose fault a failure is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chatserver import ChatServer, Request, calls, says, sends, serving

import simkit
from simkit.agents.model import model_agent
from simkit.api import play_case
from simkit.errors import UsageError
from simkit.llm import Reply
from simkit.paths.episode import Episode
from simkit.play.agent import Turn
from simkit.trace.events import ModelCalled, ToolCalled

KEY = "sk-secret-0123456789"
MORE = "Is there anything else?"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat server that OPENAI_BASE_URL names; its model only ever says one line."""
    with serving(lambda request: says(MORE)) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        yield chat


def played(shop: Path) -> tuple[Episode, Any]:
    """The one scenario of the shop against the server's model, with the rule-played user."""
    return play_case(simkit.load(shop).cases[0], "model:openai/tiny")


def calling_once(*wanted: tuple[str, str]) -> Callable[[Request], dict[str, Any]]:
    """A model that makes these calls first and then says one line for ever."""

    def policy(request: Request) -> dict[str, Any]:
        called = any(message["role"] == "tool" for message in request["messages"])
        return says(MORE) if called else calls(*wanted)

    return policy


def test_the_model_is_shown_policy_clock_tools_and_what_was_said(shop: Path, server: ChatServer) -> None:
    episode, _ = played(shop)

    system, user = server.requests[0]["messages"]
    assert "1.1 Look an order up before you cancel it." in system["content"]
    assert "It is now 2026-03-01T09:00:00." in system["content"]
    assert user == {"role": "user", "content": episode.user_texts[0].text}
    offered = {tool["function"]["name"]: tool["function"] for tool in server.requests[0]["tools"]}
    assert list(offered) == ["get_order", "cancel_order", "break_things", "lie"]
    assert offered["get_order"]["parameters"]["required"] == ["order_id"]


def test_calls_are_made_in_the_session_and_their_results_shown_to_the_model(shop: Path, server: ChatServer) -> None:
    server.policy = calling_once(("get_order", '{"order_id": "W1"}'), ("get_order", '{"order_id": "W9"}'))

    episode, _ = played(shop)

    assert [call.outcome for call in episode.agent_calls] == ["ok", "refused"]
    shown = [message["content"] for message in server.requests[1]["messages"] if message["role"] == "tool"]
    assert json.loads(shown[0])["product"] == "Arden lamp"
    assert shown[1].startswith("Error (refused): ")


@pytest.mark.parametrize(
    ("name", "arguments", "outcome", "kind"),
    [
        ("get_order", '{"order_id": "W1"', "malformed", "malformed_call"),
        ("get_ordr", '{"order_id": "W1"}', "unknown_tool", "unknown_tool"),
        ("get_order", '{"order": "W1"}', "invalid_arguments", "invalid_arguments"),
        ("press_button", '{"name": "Ana"}', "unknown_tool", "unknown_tool"),
    ],
)
def test_a_bad_call_is_the_agents_mistake_and_the_model_hears_of_it(
    shop: Path, server: ChatServer, name: str, arguments: str, outcome: str, kind: str
) -> None:
    server.policy = calling_once((name, arguments))

    episode, score = played(shop)

    call = episode.agent_calls[0]
    assert (call.tool, call.outcome) == (name, outcome)
    assert f"Error ({outcome})" in server.requests[1]["messages"][-1]["content"]
    assert kind in {finding.kind for finding in score.findings}
    assert score.outcome == "fail"
    assert episode.failures == ()


def test_each_answer_of_the_model_is_recorded_before_the_calls_it_asked_for(shop: Path, server: ChatServer) -> None:
    server.policy = calling_once(("get_order", '{"order_id": "W1"}'))

    episode, score = played(shop)

    kinds = [event.kind for event in episode.events[1:6]]
    assert kinds == ["user_said", "model_called", "tool_called", "model_called", "agent_said"]
    models = [event for event in episode.events if isinstance(event, ModelCalled)]
    assert len(models) == len(server.requests)
    assert {(one.role, one.model) for one in models} == {("agent", "tiny-2026")}
    assert score.value("agent_tokens") == 12.0 * len(server.requests)


def test_a_model_that_calls_for_ever_runs_into_the_scenarios_limit(shop: Path, server: ChatServer) -> None:
    server.policy = lambda request: calls(("get_order", f'{{"order_id": "W{len(server.requests)}"}}'))

    episode, score = played(shop)

    assert episode.ended is not None
    assert episode.ended.reason == "call_limit"
    assert len(episode.agent_calls) == 25
    assert score.outcome == "fail"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (sends(400, '{"error": {"message": "context too long"}}'), "refused_request"),
        (sends(401, f'{{"error": {{"message": "bad key {KEY}"}}}}'), "auth"),
        (sends(429, headers={"Retry-After": "999"}), "rate_limited"),
        (sends(404), "refused_request"),
    ],
)
def test_a_model_that_fails_makes_the_session_invalid_not_the_agent_bad(
    shop: Path, server: ChatServer, fault: Any, kind: str
) -> None:
    server.broken(fault)

    episode, score = played(shop)

    assert [failed.boundary for failed in episode.failures] == ["model"]
    assert f"ModelError: {kind}: " in episode.failures[0].error
    assert ".py:" not in episode.failures[0].error
    assert episode.ended is not None
    assert episode.ended.reason == "model_failed"
    assert score.outcome == "invalid"
    assert "the model raised ModelError" in score.reason
    assert KEY not in "".join(episode.log.lines())


def test_a_hiccup_of_the_server_leaves_no_trace_in_the_log(shop: Path, server: ChatServer) -> None:
    smooth, _ = played(shop)
    server.broken(sends(429, headers={"Retry-After": "0"}))

    bumpy, _ = played(shop)

    assert bumpy.log.digest == smooth.log.digest


def test_only_the_agents_own_calls_are_its_own(shop: Path, server: ChatServer) -> None:
    server.policy = calling_once(("get_order", '{"order_id": "W1"}'))

    episode, _ = played(shop)

    assert {event.by for event in episode.events if isinstance(event, ToolCalled)} == {"agent"}


def test_an_agent_that_begins_in_the_middle_reads_up_on_what_was_said(shop: Path) -> None:
    heard: list[list[tuple[str, str]]] = []

    async def parrot(messages: Any, *, tools: Any = (), shape: Any = None) -> Reply:
        heard.append([(message.role, message.text) for message in messages[1:]])
        return Reply("And your order number?" if len(heard) == 1 else MORE)

    async def resumed(turn: Turn) -> str:
        return str(await model_agent(parrot)(None)(turn))

    episode, _ = play_case(simkit.load(shop).cases[0], resumed)

    words = [event.text for event in episode.user_texts]
    assert heard[1] == [("user", words[0]), ("assistant", "And your order number?"), ("user", words[1])]


def test_a_reference_that_is_no_model_is_one_line(shop: Path) -> None:
    with pytest.raises(UsageError, match="write PROVIDER/NAME"):
        play_case(simkit.load(shop).cases[0], "model:tiny")
