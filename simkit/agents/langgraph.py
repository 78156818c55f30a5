"""A LangGraph graph as the agent under test.

Either a factory `build(tools) -> graph`, which gets the domain's tools as LangChain tools bound to whichever session
is being played, or a compiled graph that brings tools of its own, whose calls are recorded all the same. Every node
entered is an event. The graph's state needs a `messages` channel; without a checkpointer its whole state is carried
from turn to turn here, with one the session's name is the thread.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.runnables.config import ensure_config
from langchain_core.tools import BaseTool, StructuredTool

from simkit.play.agent import Agent, AgentMaker, Part, ToolResult, Turn
from simkit.spec.domain import Card, Tool

_TURN: ContextVar[Turn] = ContextVar("simkit_turn")
_LOOP: ContextVar[asyncio.AbstractEventLoop] = ContextVar("simkit_loop")

OURS = "simkit"
"""Tag of the tools that record themselves."""


def is_graph(thing: Any) -> bool:
    """Whether this is a compiled LangGraph graph (or anything that streams like one)."""
    return hasattr(thing, "astream") and hasattr(thing, "get_graph")


def from_factory(build: Callable[[list[BaseTool]], Any], card: Card) -> AgentMaker:
    """The graph that `build` makes from the domain's tools; built once, played by all sessions."""
    graph = build(bound_tools(card))
    return from_graph(graph.compile() if hasattr(graph, "compile") else graph)


def from_graph(graph: Any) -> AgentMaker:
    """A compiled graph. Raises TypeError where it is none."""
    if not is_graph(graph):
        raise TypeError(f"the factory made a {type(graph).__name__}; it must return a LangGraph graph")
    numbers = itertools.count()

    def make(part: Part) -> Agent:
        return GraphAgent(graph, f"{part.key}#{next(numbers)}")

    return make


def bound_tools(card: Card) -> list[BaseTool]:
    """The domain's tools for LangChain: each call goes to the session in whose turn it is made.

    A tool's content is what a model would read; its artifact is the `ToolResult`.
    """
    return [_bound(tool) for tool in card.tools if tool.by == "agent"]


def _bound(tool: Tool) -> BaseTool:
    async def call(**arguments: Any) -> tuple[str, ToolResult]:
        node = (ensure_config().get("metadata") or {}).get("langgraph_node")
        result = await _TURN.get().call_json(tool.name, arguments, node=node)
        return result.text, result

    def call_from_thread(**arguments: Any) -> tuple[str, ToolResult]:
        return asyncio.run_coroutine_threadsafe(call(**arguments), _LOOP.get()).result()

    return StructuredTool.from_function(
        func=call_from_thread,
        coroutine=call,
        name=tool.name,
        description=tool.description,
        args_schema=tool.parameters,
        response_format="content_and_artifact",
        tags=[OURS],
    )


def in_turn(turn: Turn) -> None:
    """From here on, in this task, the calls of bound tools go to this turn."""
    _TURN.set(turn)
    _LOOP.set(asyncio.get_running_loop())


Witness = Callable[[dict[str, Any], dict[str, Any]], None]
"""Hears of each task of a graph as it begins (`name`, `input`, `triggers`) and ends (`result`, `error`), with the state
of the graph before the step that it belongs to."""


class GraphAgent:
    """A graph in one session."""

    def __init__(self, graph: Any, thread: str) -> None:
        self.graph, self.thread = graph, thread
        self.witness: Witness | None = None
        self.checkpoint: Any = None
        """Of another thread of the same graph: where this session is taken up."""
        self.remembers = getattr(graph, "checkpointer", None) is not None
        self.state: dict[str, Any] = {}

    async def __call__(self, turn: Turn) -> str:
        """The graph's answer to the user's latest message."""
        in_turn(turn)
        watcher = _Watcher(turn)
        message = HumanMessage(turn.text)
        given = {"messages": [message]}
        if self.remembers and self.checkpoint is not None:
            from simkit.agents.checkpoints import take_up

            checkpoint, self.checkpoint = self.checkpoint, None
            await take_up(self.graph, checkpoint, self.thread)
        elif self.remembers and not self.state:
            given = {"messages": [*_before(turn), message]}
        if not self.remembers:
            given = {**self.state, "messages": [*self.state.get("messages", _before(turn)), message]}
        known = len(given["messages"])
        config = {"configurable": {"thread_id": self.thread}, "callbacks": [watcher], "recursion_limit": 100}
        async for part in self.graph.astream(given, config, stream_mode=["tasks", "values"], version="v2"):
            if part["type"] == "values":
                self.state = dict(part["data"])
                continue
            if "triggers" in part["data"]:
                turn.enter_node(part["data"]["name"])
            if self.witness is not None:
                self.witness(part["data"], self.state)
        messages = self.state.get("messages", [])
        watcher.note_unrun(messages[len(messages) if self.remembers else known :])
        return _answer(messages)


def _before(turn: Turn) -> list[Any]:
    """What was said before this turn, for a graph that is asked for the first time in the middle of a session."""
    return [HumanMessage(m.text) if m.role == "user" else AIMessage(m.text) for m in turn.history[:-1]]


def _answer(messages: list[Any]) -> str:
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            break
        if isinstance(message, AIMessage) and message.text:
            return str(message.text)
    raise ValueError("the graph ended its turn without an AI message that has text")


class _Watcher(AsyncCallbackHandler):
    """Records the calls of tools that a graph brought along."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.running: dict[Any, tuple[str, Any, str | None]] = {}
        self.seen: set[str] = set()

    async def on_tool_start(self, serialized: Any, input_str: str, *, run_id: Any, **more: Any) -> None:
        """A tool begins."""
        if OURS not in (more.get("tags") or ()):
            node = (more.get("metadata") or {}).get("langgraph_node")
            self.running[run_id] = (serialized.get("name", "tool"), more.get("inputs") or input_str, node)

    async def on_tool_end(self, output: Any, *, run_id: Any, **more: Any) -> None:
        """A tool gave its answer."""
        if (call := self.running.pop(run_id, None)) is not None:
            name, arguments, node = call
            content = getattr(output, "content", output)
            failed = getattr(output, "status", "success") == "error"
            self.turn.observe_call(name, arguments, "error" if failed else "ok", content, node)

    async def on_tool_error(self, error: BaseException, *, run_id: Any, **more: Any) -> None:
        """A tool raised."""
        if (call := self.running.pop(run_id, None)) is not None:
            name, arguments, node = call
            outcome = "invalid_arguments" if type(error).__name__ == "ValidationError" else "error"
            self.turn.observe_call(name, arguments, outcome, f"{type(error).__name__}: {error}", node)

    def note_unrun(self, messages: list[Any]) -> None:
        """Calls that no tool ever saw: unknown names, and arguments that were no JSON."""
        asked = {call["id"]: call for m in messages if isinstance(m, AIMessage) for call in m.tool_calls}
        for message in messages:
            if isinstance(message, AIMessage):
                for call in message.invalid_tool_calls:
                    self.turn.observe_call(call["name"] or "", call["args"], "malformed", call["error"] or "")
            if isinstance(message, ToolMessage) and "is not a valid tool" in str(message.content):
                call = asked.get(message.tool_call_id, {"name": message.name or "", "args": {}})
                self.turn.observe_call(call["name"], call["args"], "unknown_tool", str(message.content))
