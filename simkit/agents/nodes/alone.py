"""One node of a graph, run alone: what it is given, what it calls, what it writes and where it goes from there.

The node runs in a graph of its own, made of the same parts, that begins with it and stops behind it. So its own edges
decide where it goes, as they do in the whole graph.
"""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START
from langgraph.types import Send

from simkit.agents.langgraph import in_turn
from simkit.errors import UsageError, did_you_mean, one_line
from simkit.play.agent import Message, ToolResult, Turn
from simkit.play.world import plain_json
from simkit.spec.domain import Tool


@dataclass(frozen=True)
class Given:
    """What a node is run on."""

    input: Any
    """As the node gets it."""
    state: Mapping[str, Any]
    """Of the whole graph, before the step."""
    history: tuple[Message, ...] = ()
    policy: str = ""
    now: str = ""
    tools: tuple[Tool, ...] = ()


@dataclass(frozen=True)
class Came:
    """What came of it."""

    update: Any = None
    """What the node writes into the graph's state."""
    calls: tuple[dict[str, Any], ...] | None = ()
    """The tool calls that it makes: tool, arguments, outcome. None: not known, since it ran several times at once."""
    route: tuple[str, ...] | None = ()
    """The nodes that come next, sorted; empty: the graph ends. None: not known."""
    error: str = ""
    """What it raised."""


Answer = Callable[[str, Any], ToolResult]
"""What a tool call comes to."""


def node_names(graph: Any) -> list[str]:
    """The nodes of a compiled graph."""
    return [name for name in getattr(graph, "nodes", ()) if not name.startswith("__")]


def require_node(graph: Any, node: str) -> None:
    """Raises UsageError where a graph has no such node, or was not built from a `StateGraph`."""
    if not hasattr(graph, "builder"):
        raise UsageError("only nodes of a compiled StateGraph can be run alone")
    if node not in node_names(graph):
        raise UsageError(f"the agent has no node '{node}'{did_you_mean(node, node_names(graph))}")


def only(graph: Any, node: str, given: Given) -> Any:
    """A graph that begins with this node, on this input, and stops behind it."""
    part = copy.copy(graph.builder)
    part.edges = {edge for edge in part.edges if edge[0] != START}
    part.branches = type(part.branches)(dict, {at: ways for at, ways in part.branches.items() if at != START})
    part.compiled = False
    if _is_the_state(given):
        part.add_edge(START, node)
    else:
        part.add_conditional_edges(START, lambda state: Send(node, given.input), [node])
    return part.compile(checkpointer=InMemorySaver(serde=_AsItIs()), interrupt_after=[node])


class _AsItIs:
    """Keeps values as they are: states hold what no serializer takes, and this one leaves no process."""

    def dumps_typed(self, value: Any) -> tuple[str, Any]:
        """The value."""
        return "as it is", value

    def loads_typed(self, data: tuple[str, Any]) -> Any:
        """The value."""
        return data[1]


def _is_the_state(given: Given) -> bool:
    """Whether the node reads its input off the state, and was sent nothing of its own."""
    names = given.input.keys() if isinstance(given.input, Mapping) else None
    return names is not None and all(name in given.state and given.state[name] == given.input[name] for name in names)


async def run_alone(graph: Any, node: str, given: Given, answer: Answer) -> Came:
    """Run one node on what it was given; its tools get what `answer` says. Raises UsageError where there is no such
    node; what the node raises is in what came of it."""
    require_node(graph, node)
    alone, desk = only(graph, node, given), _Desk(answer, given.tools)
    history = given.history or (Message("user", ""),)
    in_turn(Turn(history[-1].text, history, given.policy, given.now, "node", desk.call, desk))
    config = {"configurable": {"thread_id": "alone"}, "recursion_limit": 10}
    update, error = None, ""
    try:
        async for part in alone.astream(dict(given.state), config, stream_mode="tasks", version="v2"):
            if part["data"]["name"] == node and "result" in part["data"]:
                update, error = part["data"]["result"], part["data"]["error"] or ""
        route = tuple(sorted((await alone.aget_state(config)).next))
    except Exception as raised:
        return Came(update, tuple(desk.calls), (), error or one_line(f"{type(raised).__name__}: {raised}"))
    return Came(update, tuple(desk.calls), route, str(error))


class _Desk:
    """What a node's turn asks for: tools are answered, and nothing is recorded but calls."""

    token: Any = None

    def __init__(self, answer: Answer, tools: Sequence[Tool]) -> None:
        self._answer, self._tools = answer, tuple(tools)
        self.calls: list[dict[str, Any]] = []

    async def call(self, name: str, arguments: Any, node: str | None, tamper: Any = None) -> ToolResult:
        """A call of the node's."""
        result = self._answer(name, arguments)
        try:
            asked = plain_json(arguments)
        except (ValueError, RecursionError):
            asked = one_line(repr(type(arguments)))
        self.calls.append({"tool": name, "arguments": asked, "outcome": result.outcome})
        return result

    def seeded(self) -> Random:
        """The same numbers each time."""
        return Random(0)

    def tools(self) -> tuple[Tool, ...]:
        """The tools that may be called."""
        return self._tools

    def entered(self, node: str) -> None:
        """Nobody asks."""

    def observed(self, *call: Any) -> None:
        """A call with tools of the graph's own."""
        name, arguments, outcome, _, _ = call
        self.calls.append({"tool": str(name), "arguments": plain_json(arguments), "outcome": outcome})

    def noted(self, *model: Any) -> None:
        """Nobody asks."""

    def injected(self, *fault: Any) -> None:
        """Nobody asks."""

    async def once(self, request: Any, ask: Callable[[], Awaitable[dict[str, Any]]], **how: Any) -> dict[str, Any]:
        """Asked each time."""
        return await ask()
