"""Forks of LangGraph agents with a checkpointer: put back to the checkpoint of the turn, and nothing run again."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph

from simkit import api
from simkit.probe.fork.parent import parent_of
from simkit.probe.fork.plays import Terms
from simkit.probe.fork.point import Change
from simkit.probe.fork.result import fork
from simkit.trace.events import UserSaid


def counting() -> tuple[Any, list[str]]:
    """A graph that says something else whenever it runs, and all that it was ever asked."""
    asked: list[str] = []

    async def answer(state: MessagesState) -> dict[str, Any]:
        asked.append(str(state["messages"][-1].content))
        users = [one for one in state["messages"] if isinstance(one, HumanMessage)]
        text = f"Answer {len(asked)} to {len(users)} messages. What is your order number?"
        return {"messages": [AIMessage(text)]}

    graph = StateGraph(MessagesState)
    graph.add_node("answer", answer)
    graph.add_edge(START, "answer")
    graph.add_edge("answer", END)
    return graph.compile(checkpointer=InMemorySaver()), asked


def checkpoints(graph: Any, threads: Container[str] | None = None) -> dict[str, set[str]]:
    """Thread to its checkpoints, of these threads or of all."""
    found: dict[str, set[str]] = {}
    for one in graph.checkpointer.list(None):
        thread = one.config["configurable"]["thread_id"]
        if threads is None or thread in threads:
            found.setdefault(thread, set()).add(one.checkpoint["id"])
    return found


def test_a_graph_is_put_back_to_its_checkpoint_and_asked_for_nothing_twice(shop: Path, tmp_path: Path) -> None:
    graph, asked = counting()
    run = api.run(shop, graph, out=tmp_path / "run", paths=[str(shop)])
    before = len(asked)
    kept = checkpoints(graph)
    parent = parent_of(run.store, "cancel-lamp")
    third = [event.seq for event in parent.log if isinstance(event, UserSaid)][2]

    found = fork(parent, third, Change(say="What was that?"), Terms(trials=2, agent_was=graph))

    assert not any(arm.diverged for arm in found.arms)
    assert {"What was that?"} <= set(asked[before:])
    assert parent.log.events[1].text not in asked[before:]
    for log in found.run.logs():
        assert log.events[third + 2].text.split(" to ")[1].startswith("3 messages")
    assert kept == checkpoints(graph, kept)


def test_without_its_checkpoints_a_replay_that_differs_is_told(shop: Path, tmp_path: Path) -> None:
    run = api.run(shop, counting()[0], out=tmp_path / "run", paths=[str(shop)])
    parent = parent_of(run.store, "cancel-lamp")
    third = [event.seq for event in parent.log if isinstance(event, UserSaid)][2]
    other, asked = counting()
    asked.append("somebody else")

    replayed = fork(parent, third, terms=Terms(agent_was=other))
    handed = fork(parent, third, terms=Terms(agent_was=other, restore="history"))

    assert [one.seq for one in replayed.was.diverged] == [3]
    assert len(handed.was.scores) == 1
    assert "to 3 messages" in next(iter(handed.run.logs())).events[third + 2].text
