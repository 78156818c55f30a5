"""LangGraph graphs as agents: bound tools, tools of their own, nodes, memory, and what goes wrong in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

import simkit
import simkit.api
from simkit.errors import UsageError
from simkit.paths.episode import Episode
from simkit.trace.events import NodeEntered, ToolCalled


def played(shop: Path, agent: Any) -> Episode:
    """The shop's scenario, played."""
    return simkit.play_case(simkit.load(shop).cases[0], agent)[0]


def asking(call: dict[str, Any]) -> Any:
    """A node that asks for one tool call first, then says what came of it."""

    async def decide(state: MessagesState) -> dict[str, Any]:
        last = state["messages"][-1]
        if isinstance(last, ToolMessage):
            return {"messages": [AIMessage(f"It says {last.content}. Anything else?")]}
        return {"messages": [AIMessage("", tool_calls=[{"id": "1", "type": "tool_call", **call}])]}

    return decide


def looped(decide: Any, tools: Any) -> Any:
    """decide -> tools -> decide, until there is nothing to call."""
    graph = StateGraph(MessagesState)
    graph.add_node("decide", decide)
    graph.add_node("tools", ToolNode(tools))
    graph.add_edge(START, "decide")
    graph.add_conditional_edges(
        "decide", lambda state: "tools" if state["messages"][-1].tool_calls else END, {"tools": "tools", END: END}
    )
    graph.add_edge("tools", "decide")
    return graph


def test_a_factory_gets_tools_that_are_bound_to_the_session(shop: Path) -> None:
    def build(tools: list[Any]) -> Any:
        return looped(asking({"name": "get_order", "args": {"order_id": "W1"}}), tools).compile()

    episode = played(shop, build)
    call = episode.agent_calls[0]

    assert (call.tool, call.arguments, call.outcome, call.node) == ("get_order", {"order_id": "W1"}, "ok", "tools")
    assert call.world == episode.card.world
    assert [e.node for e in episode.events if isinstance(e, NodeEntered)][:3] == ["decide", "tools", "decide"]
    assert "Arden lamp" in episode.agent_texts[0].text


def test_arguments_against_the_schema_are_the_agents_fault_and_told_to_it(shop: Path) -> None:
    def build(tools: list[Any]) -> Any:
        return looped(asking({"name": "get_order", "args": {"order": 1}}), tools).compile()

    episode = played(shop, build)

    assert episode.agent_calls[0].outcome == "invalid_arguments"
    assert "Error (invalid_arguments)" in episode.agent_texts[0].text


@tool
async def weather(city: str) -> str:
    """The weather in a city."""
    if city == "Atlantis":
        raise ValueError("it sank")
    return f"sunny in {city}"


@tool
def slow_weather(city: str) -> str:
    """The same, without async."""
    return f"rain in {city}"


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        ({"name": "weather", "args": {"city": "Oslo"}}, "ok"),
        ({"name": "slow_weather", "args": {"city": "Oslo"}}, "ok"),
        ({"name": "weather", "args": {"town": "Oslo"}}, "invalid_arguments"),
        ({"name": "whether", "args": {"city": "Oslo"}}, "unknown_tool"),
    ],
)
def test_calls_of_tools_that_a_graph_brings_along_are_recorded(shop: Path, call: dict[str, Any], outcome: str) -> None:
    graph = looped(asking(call), [weather, slow_weather]).compile()
    found = [e for e in played(shop, graph).events if isinstance(e, ToolCalled)]

    assert [(e.tool, e.outcome, e.arguments) for e in found[:1]] == [(call["name"], outcome, call["args"])]


def test_a_tool_of_the_graph_that_raises_is_recorded_before_the_session_ends(shop: Path) -> None:
    episode = played(shop, looped(asking({"name": "weather", "args": {"city": "Atlantis"}}), [weather]).compile())

    assert [(c.tool, c.outcome, c.result) for c in episode.agent_calls] == [("weather", "error", "ValueError: it sank")]
    assert episode.failures[0].boundary == "agent"


class Counting(MessagesState):
    """Messages, and how many turns there were."""

    turns: int


def counting() -> Any:
    """A graph that counts its turns in its state."""

    async def count(state: Counting) -> dict[str, Any]:
        turns = state.get("turns", 0) + 1
        return {"turns": turns, "messages": [AIMessage(f"Turn {turns}. Your order number?")]}

    graph = StateGraph(Counting)
    graph.add_node("count", count)
    graph.add_edge(START, "count")
    return graph


@pytest.mark.parametrize("saver", [None, InMemorySaver()])
def test_state_is_kept_from_turn_to_turn_and_never_between_sessions(shop: Path, saver: Any) -> None:
    run = simkit.run(shop, counting().compile(checkpointer=saver), trials=3)

    for episode, _ in run.scored:
        texts = [said.text.split(".")[0] for said in episode.agent_texts]
        assert texts[:2] == ["Turn 1", "Turn 2"]


def test_an_uncompiled_graph_is_compiled_and_one_without_messages_is_explained(shop: Path) -> None:
    assert played(shop, counting()).agent_texts[0].text.startswith("Turn 1")

    class Odd(TypedDict):
        value: int

    odd = StateGraph(Odd)
    odd.add_node("one", lambda state: {"value": 1})
    odd.add_edge(START, "one")
    failed = played(shop, odd.compile()).failures[0]

    assert failed.boundary == "agent"


def test_a_graph_that_raises_fails_its_session_with_its_own_frame(shop: Path) -> None:
    async def broken(state: MessagesState) -> dict[str, Any]:
        raise KeyError("who am I")

    graph = StateGraph(MessagesState)
    graph.add_node("broken", broken)
    graph.add_edge(START, "broken")
    failed = played(shop, graph.compile()).failures[0]

    assert failed.error.startswith("KeyError: 'who am I' (test_langgraph.py:")


def build_nothing(tools: list[Any]) -> Any:
    """A factory that forgot to return its graph."""


def build_badly(tools: list[Any]) -> Any:
    """A factory that raises."""
    raise RuntimeError("no model today")


@pytest.mark.parametrize(("build", "says"), [(build_nothing, "made a NoneType"), (build_badly, "no model today")])
def test_a_factory_that_fails_is_wrong_input_before_anything_is_played(shop: Path, build: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        played(shop, build)
